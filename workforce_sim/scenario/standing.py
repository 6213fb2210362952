"""Standing rules: when a measure has been above or below a level for so long, something changes until that is over.

In: the `rules` of all layers. Out: `StandingRule` records, whose changes have no dates of their own: they hold while
the rule is on. Rules are judged once a week, as the day begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from workforce_sim import units
from workforce_sim.errors import Findings, nearest, quoted, shown
from workforce_sim.scenario.change_entries import VALUE_KEYS, read_changes
from workforce_sim.scenario.changes import Change
from workforce_sim.scenario.gauges import gauges
from workforce_sim.scenario.layers import Entry
from workforce_sim.scenario.quantities import Quantity
from workforce_sim.scenario.schema import Plan
from workforce_sim.units import Unreadable

GREATEST_RULES = 4
"""Most standing rules in a scenario: every combination of them is made ready before the run."""

JUDGED_EVERY = 7
"""Days."""

_FOR = Quantity(units.DURATION, 0.0, 10 * units.YEAR_DAYS)
_FORM = "{when: {measure: vacancy, above: 15%, for: 4 weeks}, then: [{set: …, to: …}], until: {…}}"
_CONDITION = "such as {measure: vacancy, above: 15%, for: 4 weeks}"
_CHANGE = "such as {set: workforce.roles.nurse.cover.agency, to: 1 wte}"

NOT_BY_RULE = {
    ("demand", "sources"): "new referrals are drawn before the run",
    ("demand", "months"): "new referrals are drawn before the run",
    ("demand", "by_severity"): "new referrals are drawn before the run",
    ("demand", "diverted"): "new referrals are drawn before the run",
    ("demand", "overdispersion"): "new referrals are drawn before the run",
    ("demand", "severity_drift"): "new referrals are drawn before the run",
    ("groups",): "who people are does not follow from a decision",
    ("waiting", "per_week"): "what befalls people does not follow from a decision",
    ("in_treatment", "per_week"): "what befalls people does not follow from a decision",
    ("in_treatment", "relapse"): "what befalls people does not follow from a decision",
    ("safety",): "what is counted does not follow from a decision",
}
"""First steps of paths that a rule may not change → why."""


@dataclass(frozen=True)
class Condition:
    """A measure beyond a level for some time."""

    measure: str
    above: bool
    level: float
    """In the unit of the measure's quantity: people, fractions, WTE, days."""
    weeks: int
    """Weekly judgements in a row that must find it so; at least 1."""
    text: str
    """As a planner reads it."""


@dataclass(frozen=True)
class StandingRule:
    """What changes while a condition has come true and is not over."""

    name: str
    when: Condition
    until: Condition | None
    """None: until `when` does not hold any more."""
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        then = ", ".join(f"{change.path} {_VERBS[change.kind]} {change.text}" for change in self.changes)
        over = f"until {self.until.text}" if self.until else "for as long as that holds"
        return f"when {self.when.text}: {then}, {over}"


_VERBS = {"set": "=", "factor": "×", "add": "+"}


def read_rules(entries: Mapping[str, Entry], plan: Plan, findings: Findings) -> tuple[StandingRule, ...]:
    """The standing rules of a plan, in the order of their names; what is wrong with them goes to the findings."""
    if len(entries) > GREATEST_RULES:
        last = list(entries.values())[-1]
        findings.add(last.finding((), f"{len(entries)} standing rules", f"at most {GREATEST_RULES}"))
        return ()
    read = [_RuleEntry(name, entry, plan, findings).rule() for name, entry in sorted(entries.items())]
    return tuple(rule for rule in read if rule is not None)


class _RefusedError(Exception):
    """The finding has been told; no rule comes out."""


class _RuleEntry:
    """Reads one rule; the first thing that is wrong goes to the findings, and no rule comes out."""

    def __init__(self, name: str, entry: Entry, plan: Plan, findings: Findings) -> None:
        self._name, self._entry, self._plan, self._findings = name, entry, plan, findings

    def rule(self) -> StandingRule | None:
        """The rule, or None when anything is wrong with it."""
        try:
            return self._read_rule(self._entry.value)
        except _RefusedError:
            return None

    def _read_rule(self, given: Any) -> StandingRule:
        if not isinstance(given, dict) or not {"when", "then"} <= set(given):
            found = shown(given) if not isinstance(given, dict) else f"the keys {', '.join(map(str, given))}"
            self._refuse((), found, f"a rule, {_FORM}")
        self._check_keys((), given, ("when", "then", "until"))
        until = self._condition("until", given["until"]) if "until" in given else None
        return StandingRule(self._name, self._condition("when", given["when"]), until, self._changes(given["then"]))

    def _refuse(self, below: tuple[str | int, ...], found: str, expected: str, close: tuple[str, ...] = ()) -> NoReturn:
        self._findings.add(self._entry.finding(below, found, expected, close))
        raise _RefusedError

    def _check_keys(self, below: tuple[str | int, ...], given: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in given:
            if key not in known:
                found, close = f"the unknown key {quoted(str(key))}", nearest(str(key), known)
                self._refuse((*below, key), found, f"one of {', '.join(known)}", close)

    def _condition(self, key: str, given: Any) -> Condition:
        sides = [side for side in ("above", "below") if isinstance(given, dict) and side in given]
        if not isinstance(given, dict) or len(sides) != 1 or not isinstance(given.get("measure"), str):
            self._refuse((key,), shown(given), f"a condition, {_CONDITION}")
        self._check_keys((key,), given, ("measure", "above", "below", "for"))
        measure, known = given["measure"], gauges(self._plan.workforce.roles)
        if measure not in known:
            expected = "a measure that can be read during a run, such as vacancy or wait.treatment.waiting_median"
            self._refuse((key, "measure"), quoted(measure), expected, nearest(measure, known))
        level = self._read((key, sides[0]), known[measure], given[sides[0]])
        days = self._read((key, "for"), _FOR, given["for"]) if "for" in given else 0.0
        text = f"{measure} is {sides[0]} {known[measure].write(level)}"
        text += f" for {units.DURATION.write(days)}" if days else ""
        return Condition(measure, sides[0] == "above", level, max(1, -(-round(days) // JUDGED_EVERY)), text)

    def _read(self, below: tuple[str, ...], quantity: Quantity, value: Any) -> float:
        try:
            return quantity.read(value)
        except Unreadable as error:
            self._refuse(below, shown(value), error.expected, error.nearest)

    def _changes(self, given: Any) -> tuple[Change, ...]:
        if not isinstance(given, list) or not given:
            self._refuse(("then",), shown(given), f"a list of changes without dates, {_CHANGE}")
        entries = [self._change_entry(position, item) for position, item in enumerate(given)]
        own = Findings()
        changes = read_changes(entries, self._plan, own)
        self._findings.extend(own)
        if own:
            raise _RefusedError
        return changes

    def _change_entry(self, position: int, item: Any) -> Entry:
        """A change as if it acted from the first day on."""
        steps = ("then", position)
        if not isinstance(item, dict):
            self._refuse(steps, shown(item), f"a change without dates, {_CHANGE}")
        self._check_keys(steps, item, (*VALUE_KEYS, "to", "by"))
        kind = next((kind for kind in VALUE_KEYS if kind in item), "set")
        path = tuple(str(item.get(kind)).split("."))
        for first, why in NOT_BY_RULE.items():
            if path[: len(first)] == first:
                self._refuse((*steps, kind), quoted(str(item[kind])), f"something that a rule can change: {why}")
        dated = {"from": str(self._plan.first_day), **item}
        return Entry(dated, self._entry.document, (*self._entry.steps, *steps))


def active_changes(rules: Sequence[StandingRule], mask: int) -> tuple[Change, ...]:
    """The changes of the rules whose bits are set."""
    return tuple(change for bit, rule in enumerate(rules) if mask >> bit & 1 for change in rule.changes)
