"""The dials of the page: what a planner can turn in a base, in groups and planners' words, each with its evidence.

In: a scenario, as it stands before any decision. Out: `Dial` records: numbers of the plan, levers that fit, and the
order of the queue; each reads its value from a what-if and makes another what-if with a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workforce_sim.app.lever_dials import LEVERS, Offered, offered
from workforce_sim.app.whatif import WhatIf, lever_used, value_set, with_lever, with_value
from workforce_sim.scenario.amounts import Amount
from workforce_sim.scenario.evidence import Evidence
from workforce_sim.scenario.numbers import Number, numbers
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.units import Unreadable

GROUPS = {
    "demand": "Demand",
    "staff": "Staff in post, by role",
    "recruiting": "Recruiting and cover",
    "keeping": "Keeping people",
    "roles": "New roles",
    "training": "Training places",
    "remote": "Remote care",
    "policies": "Policies and practice",
}
"""Key → heading of a group of dials, in the order shown."""
OFF, ON = "off", "on"
GRADES = {
    "A": "A, trials or official figures", "B": "B, good observation", "C": "C, weak observation",
    "D": "D, derived from data", "U": "U, an assumption", "": "none given, an assumption",
}  # fmt: skip
"""Grade of evidence → words."""
_ORDERS = {"fifo": "longest wait first", "severity": "most severe first", "target": "nearest to its standard first"}
_STEPS = tuple(map(Decimal, ("10", "5", "1", "0.5", "0.1", "0.05", "0.01")))


@dataclass(frozen=True)
class Dial:
    """Something that can be turned. Its positions are numbers, or texts to choose from."""

    key: str
    group: str
    part: str
    """The role, source or package that it belongs to; empty for the whole service."""
    label: str
    """With its unit."""
    help: str
    """Evidence, range and what is not known."""
    was: Any
    """Its position before any decision."""

    def position(self, whatif: WhatIf, day: date) -> Any:
        """Where it stands on a day."""
        raise NotImplementedError

    def turned(self, whatif: WhatIf, position: Any, day: date) -> WhatIf:
        """The what-if with this dial turned from a day on."""
        raise NotImplementedError

    def told(self, position: Any) -> str:
        """A position in words."""
        return str(position)


@dataclass(frozen=True)
class NumberDial(Dial):
    """A number of the plan, or the size of a lever; turned between two ends in steps."""

    like: Amount
    """The number as the scenario writes it."""
    low: float
    high: float
    step: float
    lever: Offered | None = None
    """The lever whose size it is, where it is one; 0 is then off."""

    def position(self, whatif: WhatIf, day: date) -> float:
        """Where it stands on a day; an outlandish value of a file counts as the nearer end."""
        if self.lever is not None:
            used = lever_used(whatif, self.lever.name, day)
            found = None if used is None else used.get(self.lever.size, self.lever.default)
        else:
            found = value_set(whatif, self.key, day)
        if found is None:
            return float(self.was)
        try:
            return min(max(float(Amount.read(found).number), self.low), self.high)
        except Unreadable:
            return float(self.was)

    def turned(self, whatif: WhatIf, position: float, day: date) -> WhatIf:
        """The what-if with this number from a day on."""
        written = self.written(position)
        if self.lever is not None:
            said = {self.lever.size: written} if position else None
            return with_lever(whatif, self.lever.name, said, day)
        return with_value(whatif, self.key, written, day, self.written(self.was))

    def written(self, position: float) -> str | int | float:
        """A position as a scenario writes it."""
        return replace(self.like, number=Decimal(f"{position:.10g}")).written()

    def told(self, position: float) -> str:
        """A position with its unit."""
        return OFF if self.lever is not None and not position else str(self.written(position))


@dataclass(frozen=True)
class ChoiceDial(Dial):
    """A lever that is off, or used in one of some ways; or a choice of the plan."""

    options: Mapping[str, Mapping[str, Any] | str | None]
    """Position → what the use of the lever says besides its name and date; or what the plan says."""
    lever: str = ""

    def position(self, whatif: WhatIf, day: date) -> str:
        """Which option holds on a day."""
        if not self.lever:
            block = whatif.layer.get("waiting", {})
            said = block.get("order") if isinstance(block, Mapping) else None
            return next((name for name, each in self.options.items() if each == said), self.was)
        used = lever_used(whatif, self.lever, day)
        if used is None:
            return OFF
        said = {"effect": used.get("effect", "default")} if len(self.options) > 2 else {}
        return next((name for name, each in self.options.items() if each == said), list(self.options)[-1])

    def turned(self, whatif: WhatIf, position: str, day: date) -> WhatIf:
        """The what-if with this option; the order of the queue holds from the first day."""
        said = self.options[position]
        if self.lever:
            assert not isinstance(said, str), "levers are told by what they say"  # noqa: S101  of the types
            return with_lever(whatif, self.lever, said, day)
        block = {key: value for key, value in dict(whatif.layer.get("waiting", {})).items() if key != "order"}
        return whatif.but(waiting=block if position == self.was else {**block, "order": said})


def dials_of(scenario: Scenario) -> list[Dial]:
    """Every dial of a scenario, group by group."""
    return _in_order([*_numbers_of(scenario), *_levers_of(scenario), _order(scenario)])


def with_numbers_of(scenario: Scenario, dials: Iterable[Dial]) -> list[Dial]:
    """The dials of a base, its numbers as they are in a scenario made of it."""
    return _in_order([*_numbers_of(scenario), *(dial for dial in dials if not _is_number(dial))])


def _in_order(dials: Iterable[Dial]) -> list[Dial]:
    return sorted(dials, key=lambda dial: (list(GROUPS).index(dial.group), not _is_number(dial)))


def _is_number(dial: Dial) -> bool:
    """Is it a number of the plan?"""
    return isinstance(dial, NumberDial) and dial.lever is None


# --- numbers of the plan ---------------------------------------------------------------------------------------------


def _numbers_of(scenario: Scenario) -> Iterator[Dial]:
    known: dict[str, list[Number]] = {}
    for number in numbers(scenario):
        known.setdefault(number.path, []).append(number)
        if number.severity:
            known.setdefault(".".join(map(str, number.whole_steps)), []).append(number)
    for group, part, path, label in _offered(scenario):
        same = known.get(path, [])
        if same and len({number.value for number in same}) == 1 and same[0].value is not None:
            dial = _number_dial(group, part, path, label, same[0], scenario.evidence.get(same[0].path))
            if dial is not None:
                yield dial


def _offered(scenario: Scenario) -> Iterator[tuple[str, str, str, str]]:
    """(group, part, path, label) of numbers that a workshop turns; those that a base has not are left out."""
    yield "demand", "", "demand.by_severity", "All new referrals, times today's"
    for source in scenario.demand.sources:
        yield "demand", source, f"demand.sources.{source}.referrals", "New referrals"
        yield "demand", source, f"demand.sources.{source}.growth", "Growth"
    for role in scenario.workforce.roles:
        for end, label in (("funded", "Funded posts"), ("hiring.round", "Time of a hiring round"),
                           ("hiring.fill", "Rounds that find somebody"), ("leavers", "Leavers"),
                           ("caseload", "Most people on a caseload"),
                           ("clinical_share", "Time for patients")):  # fmt: skip
            yield "staff", role, f"workforce.roles.{role}.{end}", label
    yield "remote", "", "remote.share", "Contacts by video or phone"
    yield "remote", "", "remote.saves", "Time saved by a remote contact"
    yield "policies", "", "assessment.takes", "Time of an assessment"
    yield "policies", "", "did_not_attend.contacts", "Appointments missed"
    for package in scenario.packages:
        lead = f"packages.{package}.lead"
        yield "policies", package, f"{lead}.contacts", "Contacts planned"
        yield "policies", package, f"{lead}.contacts.mean", "Contacts planned, mean"
        yield "policies", package, f"{lead}.every", "Time between contacts"
        yield "policies", package, f"{lead}.takes", "Time of a contact"


def _number_dial(
    group: str, part: str, path: str, label: str, number: Number, evidence: Evidence | None
) -> NumberDial | None:
    """The dial of a number; none where the number is 0 because the service has no such thing."""
    value = number.value or 0.0
    like = Amount.read(number.quantity.write(value))
    if not like.number and like.after not in ("%", "% per year", " wte"):
        return None
    low, high, step = _span(like)
    least, most = (_bound(number, end, like) for end in (number.quantity.low, number.quantity.high))
    low, high = (low if least is None else max(low, least)), (high if most is None else min(high, most))
    told, was = _evidence_told(evidence, number), float(like.number)
    return NumberDial(path, group, part, f"{label}{_unit(like)}", told, was, like, float(low), float(high), float(step))


def _span(like: Amount) -> tuple[Decimal, Decimal, Decimal]:
    """Ends and step of a dial: from nothing, or half, to about twice as much, on a grid that the value lies on."""
    was = like.number
    if like.before == "x":
        low, high = Decimal("0.5"), max(Decimal("1.5"), was * 2)
    elif like.after == "%":
        low, high = Decimal(0), Decimal(100)
    elif like.after == "% per year":
        low, high = min(Decimal(-10), was) if was < 10 else Decimal(0), max(Decimal(20), 3 * was)
    elif like.after == " wte":
        low, high = Decimal(0), max(2 * was, was + 6)
    else:
        low, high = (Decimal(0) if like.after == " per week" else was / 4), 3 * was
    fits = (step for step in _STEPS if step <= min((high - low) / 20, _coarsest(like)) and not was % step)
    fine = next(fits, _STEPS[-1])
    return (low / fine).to_integral_value() * fine, (high / fine).to_integral_value() * fine, fine


def _coarsest(like: Amount) -> Decimal:
    """Half a post matters; otherwise whole steps of the unit will do."""
    return Decimal("0.5") if like.after == " wte" else Decimal(5) if like.after == " minutes" else Decimal(1)


def _bound(number: Number, end: float, like: Amount) -> Decimal | None:
    """An end that the field allows, if it is written like the number."""
    amount = Amount.read(number.quantity.write(end))
    return amount.number if amount.is_like(like) else None


def _unit(like: Amount) -> str:
    return f", {like.after.strip()}" if like.after.strip() else ""


def _evidence_told(evidence: Evidence | None, number: Number) -> str:
    """Grade, range and source of a number."""
    if evidence is None:
        return f"Evidence: {GRADES['']}. Replace it with your own figure."
    lines = [f"Evidence: grade {GRADES[evidence.grade or '']}."]
    if evidence.range:
        low, high = (number.quantity.write(end) for end in evidence.range)
        lines.append(f"Range within the evidence: {low} to {high}.")
    lines.append(f"Source: {evidence.source}." if evidence.source else "No source is given.")
    return " ".join(lines)


def grade_of(dial: Dial) -> str:
    """The grade told in a dial's help, alone: for its label."""
    begin = "Evidence: grade "
    return dial.help.partition(begin)[2][:1] if begin in dial.help else "none"


def range_of(dial: Dial) -> str:
    """The range told in a dial's help; empty if there is none."""
    return dial.help.partition("Range within the evidence: ")[2].partition(". ")[0].rstrip(".")


# --- levers and the queue --------------------------------------------------------------------------------------------


def _levers_of(scenario: Scenario) -> Iterator[Dial]:
    for name, group in LEVERS.items():
        lever = offered(scenario, name)
        if lever is None:
            continue
        key, help_text = f"lever:{name}", _lever_told(lever)
        if lever.size:
            like = Amount.read(lever.default)
            least = 1 if isinstance(lever.default, int) else Decimal("0.5")
            unit = " wte" if "wte" in like.after else _unit(like).removeprefix(",") or " people"
            label = f"{lever.label},{unit}"
            yield NumberDial(key, group, "", label, help_text, 0.0, like, 0.0, 8.0, float(least), lever)
        else:
            yield ChoiceDial(key, group, "", lever.label, help_text, OFF, _ways(lever), name)


def _ways(lever: Offered) -> Mapping[str, Mapping[str, Any] | str | None]:
    """Off, and the effects that the evidence gives."""
    if len(lever.effects) < 2:
        return {OFF: None, ON: {}}
    return {OFF: None} | {f"{way} ({told})": {"effect": said} for way, said, told in lever.effects}


def _lever_told(lever: Offered) -> str:
    lines = [lever.mechanism, f"Evidence: grade {GRADES[lever.grade]}."]
    if lever.span:
        lines.append(f"Range within the evidence: {lever.span}.")
    return " ".join([*lines, f"What we don't know: {lever.unknown}"])


def _order(scenario: Scenario) -> ChoiceDial:
    words = "Who is seen next, for the whole run. A rule of the service, not an estimate."
    now = _ORDERS[scenario.waiting.order]
    options = {name: order for order, name in _ORDERS.items()}
    return ChoiceDial("waiting.order", "policies", "", "Who is seen next", words, now, options)


def by_group(dials: Iterable[Dial]) -> dict[str, list[Dial]]:
    """Key of a group → its dials."""
    found: dict[str, list[Dial]] = {group: [] for group in GROUPS}
    for dial in dials:
        found[dial.group].append(dial)
    return {group: own for group, own in found.items() if own}


def moved(dials: Sequence[Dial], whatif: WhatIf, day: date) -> list[Dial]:
    """The dials that stand elsewhere than before any decision."""
    return [dial for dial in dials if dial.position(whatif, day) != dial.was]
