"""Management's calendar as SimPy processes: dated changes take effect, and standing rules are judged once a week.

In: the epochs of the compiled scenario, and its rules. Out: calls of `set_rules`, before anything else that day; the
log of when rules began and ended.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from simpy import Environment, Event

from workforce_sim.engine.gauges import Gauges, Watched
from workforce_sim.engine.posts import Story
from workforce_sim.engine.workforce import Clinic, Workforce
from workforce_sim.inputs.rules import Inputs, WatchedRule

WEEK = 7


class WatchedClinic(Clinic, Watched, Protocol):
    """The clinic as the management sees it."""


class Management:
    """Those who change the rules."""

    def __init__(self, env: Environment, inputs: Inputs, workforce: Workforce, clinic: WatchedClinic) -> None:
        """Give the clinic its first rules (the workforce has them), and book the dates on which rules change.

        To be made before the clock is started: SimPy serves equal times in the order of booking, so that new rules
        come before anything that the workforce books once its doors are open.
        """
        self.inputs, self.workforce, self.clinic = inputs, workforce, clinic
        self.gauges = Gauges(inputs, workforce, clinic)
        self.epoch, self.on = 0, 0
        self._in_a_row = [0] * len(inputs.rules)
        self._fired: list[tuple[int, int, int]] = []
        clinic.set_rules(inputs.epochs[0].rules)
        env.process(self.change_rules([env.timeout(epoch.day) for epoch in inputs.epochs[1:]]))
        if inputs.rules:
            env.process(self.judge([env.timeout(day) for day in range(WEEK, inputs.days, WEEK)]))

    def change_rules(self, booked: list[Event]) -> Story:
        """Epoch after epoch, in order."""
        for epoch, first_day in enumerate(booked, start=1):
            yield first_day
            self.epoch = epoch
            self.apply()

    def judge(self, booked: list[Event]) -> Story:
        """Week by week: which rules begin or end today."""
        for week in booked:
            yield week
            self.gauges.look()
            before = self.on
            for number, rule in enumerate(self.inputs.rules):
                self.judge_one(number, rule)
            if self.on != before:
                self.apply()

    def judge_one(self, number: int, rule: WatchedRule) -> None:
        """A rule that is off begins when its condition has held for long enough; one that is on ends likewise."""
        bit = 1 << number
        condition = rule.until if self.on & bit else rule.when
        holds = condition.holds(self.gauges.read(condition.measure))
        self._in_a_row[number] = self._in_a_row[number] + 1 if holds else 0
        if self._in_a_row[number] >= condition.weeks:
            self.on ^= bit
            self._in_a_row[number] = 0
            self._fired.append((self.workforce.today, number, int(bool(self.on & bit))))

    def apply(self) -> None:
        """The rules of the epoch, with what the standing rules that are on make of them: clinic first, then staff."""
        rules, staff = self.inputs.epochs[self.epoch].with_rules_on(self.on)
        self.clinic.set_rules(rules)
        self.workforce.set_rules(staff)

    def fired(self) -> np.ndarray:
        """int64, (event, 3): day, number of the rule, 1 = began, 0 = ended."""
        return np.array(self._fired, dtype=np.int64).reshape(-1, 3)
