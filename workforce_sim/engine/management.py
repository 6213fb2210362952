"""Management's calendar as a SimPy process: on its day, each epoch's rules are given to clinic and workforce.

In: the epochs of the compiled scenario. Out: calls of `set_rules`, before anything else that day.
"""

from __future__ import annotations

from simpy import Environment, Event

from workforce_sim.engine.posts import Story
from workforce_sim.engine.workforce import Clinic, Workforce
from workforce_sim.inputs.rules import Epoch, Inputs


class Management:
    """Those who change the rules."""

    def __init__(self, env: Environment, inputs: Inputs, workforce: Workforce, clinic: Clinic) -> None:
        """Give the clinic its first rules (the workforce has them), and book the dates on which rules change.

        To be made before the clock is started: SimPy serves equal times in the order of booking, so that new rules
        come before anything that the workforce books once its doors are open.
        """
        self.workforce, self.clinic = workforce, clinic
        clinic.set_rules(inputs.epochs[0].rules)
        env.process(self.change_rules([(env.timeout(epoch.day), epoch) for epoch in inputs.epochs[1:]]))

    def change_rules(self, booked: list[tuple[Event, Epoch]]) -> Story:
        """Epoch after epoch, in order: the clinic first, then the staff."""
        for first_day, epoch in booked:
            yield first_day
            self.clinic.set_rules(epoch.rules)
            self.workforce.set_rules(epoch.staff)
