"""The levers that a scenario uses: read, put into its tree, and turned into dated changes.

In: the `levers` of all layers. Out: `UsedLever` records; the tree with what they add; entries for `change_entries`; and
evidence for what they add. Whatever is wrong is told at the line where the scenario uses the lever.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from workforce_sim import units
from workforce_sim.errors import Finding, Findings, ScenarioError, nearest, quoted, shown
from workforce_sim.scenario.amounts import Amount, Span
from workforce_sim.scenario.change_entries import VALUE_KEYS
from workforce_sim.scenario.document import Document, Place, Steps, written
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.layers import Entry, Layered
from workforce_sim.scenario.lever_files import (
    OWN_KEYS,
    PLACEHOLDER,
    Costs,
    Lever,
    LeverChange,
    TimeTaken,
    read_lever,
    shipped_lever,
    shipped_levers,
)
from workforce_sim.scenario.numbers import numbers
from workforce_sim.scenario.quantities import ID_PATTERN, Quantity
from workforce_sim.scenario.schema import Plan
from workforce_sim.units import Unreadable

GREATEST_USES = 100
"""Most levers in a scenario."""
POSITIONS = {"low": -1.0, "default": 0.0, "high": 1.0}
"""Where the effects that have names lie."""
_DELAY = Quantity(units.DURATION, 0.0, 60 * units.YEAR_DAYS)
_FORM = "a lever, such as {lever: retain.bundle, from: 2026-07-01}"


@dataclass(frozen=True)
class UsedLever:
    """A lever as one scenario uses it."""

    lever: Lever
    """The lever itself, as its file says."""
    name: str
    """The name of this use, which tells two uses of one lever apart."""
    effect: str
    """The effect taken, as written; empty where the lever has none to choose."""
    from_date: date
    """First day on which it acts."""
    until: date | None
    """Day from which it is undone; None for never."""
    parameters: Mapping[str, Any]
    """Every parameter of the lever, as chosen here or by default."""
    costs: Costs
    """What it costs here."""
    position: float
    """Where the effect lies between the low one (−1), the default (0) and the high one (1)."""
    place: Place
    """Where the scenario uses it."""
    steps: Steps
    """The same as a path."""
    added: list[Steps] = field(default_factory=list, compare=False)
    """Paths of what it put into the scenario."""

    def filled(self, part: Any) -> Any:
        """A part of the lever with everything in place of its placeholders; a key whose value has none is left out."""
        if isinstance(part, Span):
            return part.at(self.position).written()
        if isinstance(part, str):
            whole = PLACEHOLDER.fullmatch(part)
            if whole:
                return self._stands_for(whole[1])
            return PLACEHOLDER.sub(lambda match: str(self._stands_for(match[1])), part)
        if isinstance(part, dict):
            filled = {str(self.filled(key)): self.filled(value) for key, value in part.items()}
            return {key: value for key, value in filled.items() if value is not None}
        return [self.filled(each) for each in part] if isinstance(part, list) else copy.deepcopy(part)

    def _stands_for(self, name: str) -> Any:
        """What a placeholder stands for; None for an end that is not given."""
        if name in self.parameters:
            return self.parameters[name]
        until = str(self.until) if self.until else None
        dates = {"from": str(self.from_date), "until": until, "lag": self.lever.lag}
        return {"name": self.name, "effect": self.effect, **dates}[name]

    def long_hand(self, value: Any) -> dict[str, Any]:
        """A value of the lever with its evidence."""
        evidence = {"value": self.filled(value), "grade": self.lever.grade, "source": self.lever.source}
        return evidence | ({"range": value.ends()} if isinstance(value, Span) else {})


# --- reading ---------------------------------------------------------------------------------------------------------


def read_uses(layered: Layered, findings: Findings) -> list[UsedLever]:
    """The levers used, the parent's first; what is wrong goes to the findings."""
    if len(layered.levers) > GREATEST_USES:
        findings.add(layered.levers[-1].finding((), f"{len(layered.levers)} levers", f"at most {GREATEST_USES}"))
        return []
    uses: list[UsedLever] = []
    for entry in layered.levers:
        use = _Use(entry, layered.own_levers, findings).used()
        if use is None:
            continue
        if use.name in {other.name for other in uses}:
            key = "name" if "name" in entry.value else "lever"
            expected = "a `name` of its own for each use of a lever"
            findings.add(entry.finding((key,), f"{quoted(use.name)} a second time", expected))
        uses.append(use)
    return uses


class _Use:
    """Reads one entry of `levers`; whatever is wrong goes to the findings, and nothing comes out."""

    def __init__(self, entry: Entry, own: Mapping[str, Path], findings: Findings) -> None:
        self._entry, self._own, self._findings = entry, own, findings
        self._faults = 0

    def used(self) -> UsedLever | None:
        """The use, or None when anything is wrong with it."""
        given = self._entry.value
        if not isinstance(given, dict) or "lever" not in given:
            self._fault((), shown(given) if not isinstance(given, dict) else "no `lever`", _FORM)
            return None
        lever = self._lever(given["lever"])
        if lever is None:
            return None
        self._check_keys(given, lever)
        from_date, until = self._date("from", given), self._date("until", given)
        if from_date is None and "from" not in given:
            self._fault((), "no `from`", "the day on which the lever begins, such as `from: 2026-07-01`")
        if from_date and until and until <= from_date:
            self._fault(("until",), str(until), f"a date after {from_date}, when the lever begins")
        position, effect = self._effect(given, lever)
        name, costs, parameters = self._name(given, lever), self._costs(given, lever), self._parameters(given, lever)
        if self._faults or from_date is None:
            return None
        place = replace(self._entry.place(), within=f"lever {lever.name}")
        return UsedLever(
            lever, name, effect, from_date, until, parameters, costs, position, place, self._entry.steps
        )  # fmt: skip

    def _fault(self, below: Steps, found: str, expected: str, close: tuple[str, ...] = ()) -> None:
        self._faults += 1
        self._findings.add(self._entry.finding(below, found, expected, close))

    def _lever(self, name: Any) -> Lever | None:
        """The lever of that name, the user's own or a shipped one."""
        known = {**shipped_levers(), **self._own}
        if not isinstance(name, str) or name not in known:
            close = nearest(name, known) if isinstance(name, str) else ()
            self._fault(("lever",), shown(name), "the name of a lever; `workforce-sim levers` lists them", close)
            return None
        try:
            return read_lever(known[name], str(known[name])) if name in self._own else shipped_lever(name)
        except ScenarioError as error:
            self._findings.extend(error.findings)
            return None

    def _check_keys(self, given: Mapping[str, Any], lever: Lever) -> None:
        allowed = (*OWN_KEYS, *lever.parameters)
        for key in given:
            if key not in allowed:
                expected = f"one of {', '.join(allowed)}"
                self._fault((key,), f"the unknown key {quoted(key)}", expected, nearest(key, allowed))

    def _date(self, key: str, given: Mapping[str, Any]) -> date | None:
        if key not in given:
            return None
        try:
            return units.calendar_date(given[key])
        except Unreadable as error:
            self._fault((key,), shown(given[key]), error.expected)
            return None

    def _effect(self, given: Mapping[str, Any], lever: Lever) -> tuple[float, str]:
        """(position, effect as written)."""
        wanted = given.get("effect", "default")
        if lever.effect is None:
            if "effect" in given:
                self._fault(("effect",), shown(wanted), f"no effect: {lever.name} is a decision, not an estimate")
            return 0.0, ""
        span = lever.effect.span
        position = POSITIONS.get(wanted) if isinstance(wanted, str) else None
        if position is None:
            try:
                position = span.position(Amount.read(wanted))
            except Unreadable:
                position = None
        if position is None:
            low, high = span.ends()
            self._fault(("effect",), shown(wanted), f"low, default, high or an amount from {low} to {high}")
            return 0.0, ""
        return position, str(span.at(position).written())

    def _name(self, given: Mapping[str, Any], lever: Lever) -> str:
        name = given.get("name", lever.identifier)
        if not isinstance(name, str) or not re.fullmatch(ID_PATTERN, name):
            self._fault(("name",), shown(name), "a name of small letters, digits and _, such as second_wave")
        return str(name)

    def _costs(self, given: Mapping[str, Any], lever: Lever) -> Costs:
        """The lever's own costs, with what the scenario says put over them."""
        own = given.get("costs", {})
        read: dict[str, float] = {}
        if not isinstance(own, dict) or not set(own) <= set(Costs.model_fields):
            self._fault(("costs",), shown(own), "costs, such as {once: £5,000, per_year: £12,000 per year}")
            own = {}
        for key, value in own.items():
            try:
                read[key] = (units.MONEY if key == "once" else units.YEARLY_MONEY).read(value)
            except Unreadable as error:
                self._fault(("costs", key), shown(value), error.expected, error.nearest)
                continue
            if read[key] < 0:
                self._fault(("costs", key), shown(value), "at least £0")
        return lever.costs.model_copy(update=read)

    def _parameters(self, given: Mapping[str, Any], lever: Lever) -> dict[str, Any]:
        chosen = {key: given[key] for key in lever.parameters if key in given}
        for key, value in chosen.items():
            single = value if isinstance(value, list) else [value]
            if not single or not all(isinstance(each, str | int | float) for each in single):
                self._fault((key,), shown(value), f"a value: {lever.parameters[key].meaning}")
        return {key: parameter.default for key, parameter in lever.parameters.items()} | chosen


# --- what a lever puts into the scenario -----------------------------------------------------------------------------


def put_in(uses: Sequence[UsedLever], document: Document, findings: Findings) -> None:
    """Put what the levers add into the tree; a number that stands there already must be the same."""
    for use in uses:
        for adds in (use.lever.adds, *_spent(use)):
            _put(document.tree, adds, (), use, document, findings)


def _spent(use: UsedLever) -> Iterator[dict[str, Any]]:
    """What its costs put into the scenario: a programme that starts at nothing, and a sum spent once."""
    if use.costs.per_year:
        yield {"money": {"programmes": {use.name: "£0 per year"}}}
    if use.costs.once:
        amount = units.MONEY.write(use.costs.once)
        yield {"money": {"once": [{"what": use.lever.title, "on": str(use.from_date), "amount": amount}]}}


def _put(
    tree: dict[str, Any], adds: dict[str, Any], steps: Steps, use: UsedLever, document: Document, findings: Findings
) -> None:
    """Put a tree with placeholders into another."""
    for given, part in adds.items():
        key, value = str(use.filled(given)), use.filled(part)
        below, old = (*steps, key), tree.get(key)
        if old is None and given != "{name}" and PLACEHOLDER.fullmatch(given):
            expected = f"a name that the scenario has in {written(steps)}: {', '.join(tree)}"
            findings.add(use.place.finding(use.steps, quoted(key), expected, nearest(key, tree)))
        elif old is None and value is not None:
            tree[key] = value
            _mark(below, use, document)
        elif isinstance(old, dict) and isinstance(part, dict):
            _put(old, part, below, use, document, findings)
        elif isinstance(old, list) and isinstance(value, list):
            tree[key] = old + [item for item in value if item not in old]
            for position in range(len(old), len(tree[key])):
                _mark((*below, position), use, document)
        elif old != value:
            found = f"{written(below)}, which is {shown(old)} already,"
            findings.add(use.place.finding(use.steps, found, f"{shown(value)} or nothing there"))


def _mark(steps: Steps, use: UsedLever, document: Document) -> None:
    """What stands there was put in by a lever: faults in it are told where the lever is used."""
    document.values[steps] = use.place
    use.added.append(steps)


# --- what a lever changes --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeverEntry(Entry):
    """A change of a lever, with its date; what is wrong with it is told at the line that uses the lever."""

    def finding(self, below: Steps, found: str, expected: str, close: tuple[str, ...] = ()) -> Finding:
        """A finding about the change: it names the lever, and the path if a value is not right."""
        kind = next((kind for kind in VALUE_KEYS if kind in self.value), "")
        of_path = f" for {self.value[kind]}" if kind and below and below != (kind,) else ""
        return self.place().finding(self.steps, f"{found}{of_path}", expected, close)


def entries_of(uses: Sequence[UsedLever], plan: Plan, findings: Findings) -> list[Entry]:
    """The changes of all levers as entries of `changes`; what would begin after the run is left out."""
    entries: list[Entry] = []
    for use in uses:
        if not plan.first_day <= use.from_date < plan.end:
            expected = f"a date within the run, from {plan.first_day} to {plan.end - timedelta(days=1)}"
            findings.add(use.place.finding((*use.steps, "from"), str(use.from_date), expected))
            continue
        try:
            entries += [_entry(use, value) for value in _dated(use, plan.end)]
        except Unreadable as error:
            findings.add(use.place.finding(use.steps, "a time that cannot be read", error.expected, error.nearest))
    return entries


def _entry(use: UsedLever, value: dict[str, Any]) -> LeverEntry:
    here = Document(use.place.file, {}, {}, {(): use.place})
    nothing = use.lever.effect is not None and use.lever.effect.span.at(use.position).is_nothing
    return LeverEntry(value, here, use.steps, use.lever.name, use.name, may_be_idle=nothing or bool(use.added))


def _dated(use: UsedLever, end: date) -> Iterator[dict[str, Any]]:
    """The changes of a lever as a scenario would write them, its time and costs included."""
    for change in use.lever.changes:
        yield from _between(use, change.after, change.lasts, end, _changed(use, change))
    for time in use.lever.time:
        yield from _between(use, time.after, time.lasts, end, _timed(use, time))
    if use.costs.per_year:
        spent = {"add": f"money.programmes.{use.name}", "by": units.YEARLY_MONEY.write(use.costs.per_year)}
        yield from _between(use, "0 weeks", None, end, spent)


def _between(
    use: UsedLever, after: str, lasts: str | None, end: date, change: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The change with its dates, if any day of the run lies between them."""
    begins = use.from_date + _days(use.filled(after))
    ends = [use.until] if use.until else []
    ends += [begins + _days(use.filled(lasts))] if lasts else []
    until = min(ends, default=end)
    if begins < min(until, end):
        yield {"from": str(begins), **({"until": str(until)} if until < end else {}), **change}


def _days(duration: Any) -> timedelta:
    return timedelta(days=round(_DELAY.read(duration)))


def _changed(use: UsedLever, change: LeverChange) -> dict[str, Any]:
    kind = change.kind
    value = {kind: use.filled(change.path), VALUE_KEYS[kind]: use.long_hand(change.value)}
    if change.uptake is not None:
        value["uptake"] = use.filled(change.uptake)
    else:
        value["ramp"] = use.filled(change.ramp or use.lever.lag)
    half_life = change.half_life or use.lever.half_life
    if half_life is not None:
        value["half_life"] = use.filled(half_life)
    if change.extent is not None:
        value["extent"] = use.filled(change.extent)
    return value


def _timed(use: UsedLever, time: TimeTaken) -> dict[str, Any]:
    share = f"+{units.POINTS.write(time.share)}"
    evidence = {"grade": use.lever.grade, "source": time.what}
    return {"add": "workforce.programme_time", "by": {"value": share, **evidence}}


def evidence_of_added(uses: Sequence[UsedLever], plan: Plan) -> dict[str, Evidence]:
    """Evidence for the numbers that levers have put in: theirs."""
    found: dict[str, Evidence] = {}
    for use in uses:
        for number in numbers(plan):
            if any(number.steps[: len(steps)] == steps for steps in use.added):
                value = "not given" if number.value is None else str(number.quantity.write(number.value))
                found[number.path] = Evidence(value, None, use.lever.grade, use.lever.source)
    return found
