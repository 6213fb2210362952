"""A path → a validated `Scenario`; or every finding at once, with file, line, column and YAML path.

In: a scenario file, or text. Out: a `Scenario`. The journey: layers, levers, evidence, fields, fit,
changes, time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from workforce_sim.errors import Finding, Findings, ScenarioError
from workforce_sim.scenario.change_entries import read_changes
from workforce_sim.scenario.changes import Change
from workforce_sim.scenario.checks import misfits, opening_misfits
from workforce_sim.scenario.document import Document, written
from workforce_sim.scenario.equal_cost import EqualCost, equal_cost, take_partner
from workforce_sim.scenario.evidence import read_evidence, take_long_hands
from workforce_sim.scenario.layers import Entry, Layered, parse_layers, read_layers
from workforce_sim.scenario.levers import entries_of, evidence_of_added, put_in, read_uses
from workforce_sim.scenario.mending import Beyond, mended, overlap
from workforce_sim.scenario.misfit import Misfit
from workforce_sim.scenario.scenario import Background, Scenario, names_in
from workforce_sim.scenario.standing import read_rules
from workforce_sim.scenario.wording import findings_of

TIME = frozenset(("start", "horizon", "warm_up", "opening_state"))
"""Paths without which the dates of changes cannot be judged."""


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario file and all that it extends; raises `ScenarioError` with every finding."""
    layered = read_layers(Path(path))
    partner = take_partner(layered, Path(path))
    if partner is None:
        return _scenario(layered)
    other = read_layers(partner.path)
    if take_partner(other, partner.path):
        partner.refuse("a scenario that is itself scaled to the cost of another", "one without `equal_cost_with`")
    return _scenario(layered, equal_cost(resolved(layered), _scenario(other), partner))


def read_scenario_text(text: str, name: str = "inline.yaml", over: Scenario | None = None) -> Scenario:
    """Read a scenario from YAML text, called `name` in messages; raises `ScenarioError` with every finding.

    Put `over` another scenario, it is what a file that extends that scenario's would be.
    """
    layered = parse_layers(text, name, None if over is None else over.layers)
    take_partner(layered, None)
    return _scenario(layered, None if over is None else over.equal_cost)


def resolved(layers: Layered, scaled: EqualCost | None = None) -> Scenario:
    """The scenario that layers make, whose tree is not altered; raises `ScenarioError` with every finding."""
    return _scenario(layers.copied(), scaled)


def _scenario(layered: Layered, scaled: EqualCost | None = None) -> Scenario:
    document, findings, source = layered.document, Findings(), layered.copied()
    uses = read_uses(layered, findings)
    put_in(uses, document, findings)
    overrides = (*layered.overrides, *(scaled.put_into(document.tree) if scaled else ()))
    long_hands = take_long_hands(document)
    base, mended_paths = _base(document, findings)
    beyond = Findings()
    beyond.extend(_located(misfits(base), document))
    beyond.extend(_located(opening_misfits(base), document))
    evidence = evidence_of_added(uses, base) | read_evidence(
        long_hands, layered.evidence, base, document.tree, beyond, layered.chosen
    )
    entries = list(layered.changes)
    changes: tuple[Change, ...] = ()
    if not TIME & set(mended_paths):
        entries += [*entries_of(uses, base, beyond), *(scaled.changes if scaled else ())]
        if layered.varied:
            entries = [replace(entry, may_be_idle=True) for entry in entries]
        changes = read_changes(entries, base, beyond)
    rules = read_rules(layered.rules, base, beyond)
    findings.extend(finding for finding in beyond if not overlap(finding.path, mended_paths))
    findings.raise_if_any()
    background = Background(
        document.file, document.tree, changes, overrides, evidence, tuple(uses), rules, scaled, source
    )
    scenario = Scenario.build(document.tree, background)
    findings.extend(_faults_in_time(scenario, document, entries))
    findings.raise_if_any()
    findings.extend(_faults_of_rules(scenario, layered))
    findings.raise_if_any()
    return scenario


def _base(document: Document, findings: Findings) -> tuple[Scenario, list[str]]:
    """The scenario without its changes, mended if faulty so that all else can be judged; and where it was mended."""
    background = Background(document.file, document.tree)
    try:
        return Scenario.build(document.tree, background), []
    except ValidationError as error:
        findings.extend(findings_of(error, document))
        try:
            tree, paths = mended(document.tree, error, names_in(document.tree)["roles"])
            return Scenario.build(tree, background), [written(path) for path in paths]
        except (Beyond, ValidationError):
            raise ScenarioError(findings) from None


def _located(found: Iterable[Misfit], document: Document) -> Iterable[Finding]:
    for misfit in found:
        yield document.place(misfit.steps).finding(misfit.steps, misfit.found, misfit.expected)


def _faults_in_time(scenario: Scenario, document: Document, entries: Sequence[Entry]) -> Iterable[Finding]:
    """What dated changes do to the plan: it must be sound on every day; between turning dates all goes straight."""
    turns = {day for change in scenario.changes for day in change.turning_dates(scenario.end)}
    told: set[tuple[str, str]] = set()
    for day in sorted(turn for turn in turns if scenario.first_day <= turn < scenario.end):
        for path, found, expected in _faults_on(scenario, day, document):
            if (path, expected) not in told:
                told.add((path, expected))
                yield entries[_culprit(scenario, day)].finding((), f"on {day} at {path}: {found}", expected)


def _faults_of_rules(scenario: Scenario, layered: Layered) -> Iterable[Finding]:
    """What standing rules do to the plan, alone or together: it must be sound whenever they fire."""
    told: set[tuple[str, str]] = set()
    for day in scenario.epochs():
        for on in range(1, 1 << len(scenario.rules)):
            for path, found, expected in _faults_on(scenario, day, layered.document, on):
                if (path, expected) not in told:
                    told.add((path, expected))
                    firing = scenario.rules[on.bit_length() - 1]
                    where = layered.rules[firing.name]
                    yield where.finding(("then",), f"on {day} at {path}: {found}", expected)


def _faults_on(scenario: Scenario, day: date, document: Document, on: int = 0) -> Iterable[tuple[str, str, str]]:
    try:
        standing = scenario.at(day, on)
    except ValidationError as error:
        changed = replace(document, tree=scenario.tree_at(day, on))
        found = list(findings_of(error, changed))
    else:
        found = list(_located(misfits(standing), document))
    return [(finding.path, finding.found, finding.expected) for finding in found]


def _culprit(scenario: Scenario, day: date) -> int:
    """Position of the last listed change that turns on a day."""
    turning = [i for i, change in enumerate(scenario.changes) if day in change.turning_dates(scenario.end)]
    return turning[-1]
