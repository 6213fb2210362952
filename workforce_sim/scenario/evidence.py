"""Evidence for the numbers of a scenario: how sure each is, within what range, and where it comes from.

In: long-hand numbers {value, range, grade, source} and the `evidence` block of path patterns. Out: path → `Evidence`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from workforce_sim.errors import Findings, either, nearest, quoted, shown
from workforce_sim.scenario.document import Document, Steps
from workforce_sim.scenario.layers import LONG_HAND, Entry, is_long_hand
from workforce_sim.scenario.numbers import Number, matches, numbers, text_at
from workforce_sim.scenario.quantities import Quantity
from workforce_sim.scenario.schema import Plan
from workforce_sim.units import Unreadable

GRADES = ("A", "B", "C", "D", "U")
"""A: trials or a systematic review; B: good observation; C: weak observation; D: derived from data; U: unsupported."""
_GREATEST_SOURCE = 500


@dataclass(frozen=True)
class Evidence:
    """What is known about one number."""

    value: str
    """The number as written."""
    range: tuple[float, float] | None
    """Low and high end in the package's unit, if given."""
    grade: str | None
    """A, B, C, D or U (see `GRADES`), if given."""
    source: str
    """Where it comes from; empty if not given."""


def take_long_hands(document: Document) -> dict[Steps, Entry]:
    """Reduce every long-hand number of the tree to its value; the long-hands by path."""
    found: dict[Steps, Entry] = {}
    document.tree = _reduced(document.tree, (), document, found)
    return found


def _reduced(value: Any, steps: Steps, document: Document, found: dict[Steps, Entry]) -> Any:
    if is_long_hand(value):
        found[steps] = Entry(value, document, steps)
        document.values[steps] = document.values.get((*steps, "value"), document.place(steps))
        return value["value"]
    if isinstance(value, dict):
        return {key: _reduced(part, (*steps, key), document, found) for key, part in value.items()}
    if isinstance(value, list):
        return [_reduced(part, (*steps, i), document, found) for i, part in enumerate(value)]
    return value


def read_evidence(
    long_hands: Mapping[Steps, Entry],
    block: Mapping[str, Entry],
    plan: Plan,
    tree: dict[str, Any],
    findings: Findings,
    chosen: AbstractSet[Steps] = frozenset(),
) -> dict[str, Evidence]:
    """Evidence by path; a long-hand number's own goes before that of the block.

    Of numbers that are `chosen` instead of known, nothing is recorded.
    """
    known = numbers(plan)
    beneath: defaultdict[Steps, list[Number]] = defaultdict(list)
    for number in known:
        names = tuple(map(str, number.steps))
        for length in range(len(names) + 1):
            beneath[names[:length]].append(number)
    evidence: dict[str, Evidence] = {}
    for pattern, entry in block.items():
        wanted: Steps = tuple(pattern.split("."))
        plain = wanted[: wanted.index("*")] if "*" in wanted else wanted
        found = [number for number in beneath[plain] if plain == wanted or _covers(wanted, number.steps)]
        if not found:
            close = nearest(pattern, (number.path for number in known))
            findings.add(entry.finding((), quoted(pattern), "the path of a number of this scenario", close))
        _record(entry, [number for number in found if number.steps not in chosen], tree, evidence, findings)
    for steps, entry in long_hands.items():
        own = by_name(tree, steps)
        found = [number for number in known if own in (number.steps, number.whole_steps)]
        if not found:
            findings.add(entry.finding((), "a value with evidence", "evidence for numbers only"))
        _record(entry, [number for number in found if number.steps not in chosen], tree, evidence, findings)
    return evidence


def _covers(pattern: Steps, steps: Steps) -> bool:
    """Whether the pattern names the number, or a block that it stands in."""
    return matches(pattern, steps[: len(pattern)])


def by_name(tree: Any, steps: Steps) -> Steps:
    """The path with items of lists by their names."""
    own: list[str | int] = []
    for step in steps:
        tree = tree[step]
        own.append(tree.get("name", step) if isinstance(step, int) and isinstance(tree, dict) else step)
    return tuple(own)


def _record(
    entry: Entry, found: list[Number], tree: dict[str, Any], evidence: dict[str, Evidence], findings: Findings
) -> None:
    """Read one piece of evidence and keep it for every number found."""
    given = entry.value
    if not isinstance(given, dict):
        findings.add(entry.finding((), shown(given), "evidence, such as {grade: B, source: …}"))
        return
    _check_keys(entry, findings)
    for number in found:
        text = text_at(tree, number.steps)
        if text is None or isinstance(text, dict):
            text = "not given" if number.value is None else number.quantity.write(number.value)
        evidence[number.path] = _evidence(entry, number.quantity, number.value, str(text), findings)


def evidence_of(entry: Entry, quantity: Quantity, value: float, findings: Findings) -> Evidence:
    """The evidence of a long-hand value that stands in a dated change."""
    _check_keys(entry, findings)
    return _evidence(entry, quantity, value, str(entry.value["value"]), findings)


def _evidence(entry: Entry, quantity: Quantity, value: float | None, text: str, findings: Findings) -> Evidence:
    given = entry.value
    span = _range(entry, quantity, value, findings) if "range" in given else None
    return Evidence(text, span, given.get("grade"), given.get("source") or "")


def _check_keys(entry: Entry, findings: Findings) -> None:
    given = entry.value
    allowed = LONG_HAND if is_long_hand(given) else LONG_HAND - {"value"}
    for key in given:
        if key not in allowed:
            found, expected = f"the unknown key {quoted(key)}", f"one of {', '.join(sorted(allowed))}"
            findings.add(entry.finding((key,), found, expected, nearest(key, allowed)))
    if "grade" in given and given["grade"] not in GRADES:
        findings.add(entry.finding(("grade",), shown(given["grade"]), f"the grade {either(GRADES)}"))
    source = given.get("source", "")
    if not isinstance(source, str) or len(source) > _GREATEST_SOURCE:
        expected = f"a text of at most {_GREATEST_SOURCE} characters"
        findings.add(entry.finding(("source",), shown(source), expected))


def _range(entry: Entry, quantity: Quantity, value: float | None, findings: Findings) -> tuple[float, float] | None:
    """Low and high end, in the number's unit, with the number between them."""
    given = entry.value["range"]
    if not isinstance(given, list) or len(given) != 2:
        findings.add(entry.finding(("range",), shown(given), "[low, high], written like the value"))
        return None
    ends: list[float] = []
    for position, text in enumerate(given):
        try:
            ends.append(quantity.read(text))
        except Unreadable as error:
            findings.add(entry.finding(("range", position), shown(text), error.expected, error.nearest))
    if len(ends) < 2:
        return None
    low, high = ends
    if value is not None and not low <= value <= high:
        told = quantity.write(value)
        findings.add(entry.finding(("range",), f"{given[0]} to {given[1]}", f"a range that contains {told}"))
    return low, high
