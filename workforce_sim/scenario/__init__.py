"""The scenario language: YAML in planner's words → a frozen, validated `Scenario`."""

from workforce_sim.scenario.changes import Change
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.layers import Override
from workforce_sim.scenario.quantities import Distribution
from workforce_sim.scenario.reader import read_scenario, read_scenario_text
from workforce_sim.scenario.scenario import Scenario

__all__ = ["Change", "Distribution", "Evidence", "Override", "Scenario", "read_scenario", "read_scenario_text"]
