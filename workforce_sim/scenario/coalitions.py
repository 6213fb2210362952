"""What a what-if changes, one change after the other, and the what-if with only some of its changes.

In: a base and a what-if that extends it, both as read. Out: the `Part`s of the what-if (each use of a lever, each dated
change, each standing rule, each block of values put over the base), and scenarios put together from the base and any of
them, validated like a file.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.errors import ScenarioError, UsageError, quoted
from workforce_sim.scenario.document import Steps, written
from workforce_sim.scenario.layers import Entry, is_long_hand
from workforce_sim.scenario.reader import resolved
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.variants import shortened

_TITLES = ("name", "description", "lever_folder")
_NAMED_BLOCKS = (("packages",), ("demand", "sources"), ("workforce", "roles"), ("teams",))
"""Blocks whose items have names: what is said of one item belongs together."""


@dataclass(frozen=True)
class Part:
    """One of the changes that make up a what-if."""

    name: str
    """What it is, in words: `lever retain_bundle`, `from 2026-10-01 workforce.roles.nurse.funded 9 wte`."""
    levers: frozenset[int] = frozenset()
    """Positions among the what-if's levers."""
    changes: frozenset[int] = frozenset()
    """Positions among the what-if's dated changes."""
    rules: frozenset[str] = frozenset()
    """Names of its standing rules."""
    values: tuple[Steps, ...] = ()
    """Paths of its own values."""


@dataclass(frozen=True)
class Coalitions:
    """A base, a what-if, and the what-if's changes, any of which can be left out."""

    base: Scenario
    whatif: Scenario
    parts: tuple[Part, ...]

    def scenario(self, wanted: Collection[int]) -> Scenario:
        """The base with some of the changes, by position: none of them is the base, all of them the what-if.

        Raises `ScenarioError` where they do not make sense without the others.
        """
        chosen = [part for place, part in enumerate(self.parts) if place in wanted]
        if not chosen:
            return self.base
        if len(chosen) == len(self.parts):
            return self.whatif
        layers, base = self.whatif.layers.copied(), self.base.layers
        layers.varied, layers.evidence = True, {}
        levers, changes = (frozenset().union(*sets) for sets in zip(*((p.levers, p.changes) for p in chosen)))  # noqa: B905
        rules = frozenset[str]().union(*(part.rules for part in chosen))
        old_levers, old_changes = _shared(self.base, self.whatif)
        layers.levers = _kept(layers.levers, levers | old_levers)
        layers.changes = _kept(layers.changes, changes | old_changes)
        own_rules = layers.rules
        layers.rules = {name: own_rules[name] if name in rules else rule for name, rule in base.rules.items()}
        layers.rules |= {name: own_rules[name] for name in own_rules if name in rules}
        tree = copy.deepcopy(base.document.tree)
        for part in chosen:
            for steps in part.values:
                _copy_value(layers.document.tree, tree, steps)
        numbers = "+".join(str(place + 1) for place in sorted(wanted))
        layers.document.tree = tree | {"name": shortened(f"{self.whatif.name} with {numbers} of {len(self.parts)}")}
        return resolved(layers)


def coalitions(base: Scenario, whatif: Scenario) -> Coalitions:
    """The changes of a what-if, one by one; raises `UsageError` if it does not extend the base.

    Values that do not stand apart, such as a new role and the package that names it, count as one change.
    """
    if whatif.equal_cost:
        raise UsageError(f"{whatif.name} is scaled to the cost of another scenario; its changes cannot be told apart")
    old_levers, old_changes = _shared(base, whatif)
    blocks = _blocks(list(_differing(base.layers.document.tree, whatif.layers.document.tree, ())))
    parts = [
        *(_lever_part(whatif, i) for i in range(len(whatif.levers)) if i not in old_levers),
        *(_change_part(whatif, i) for i in range(len(whatif.layers.changes)) if i not in old_changes),
        *(Part(f"rule {name}", rules=frozenset((name,))) for name in _new_rules(base, whatif)),
    ]
    if not parts and not blocks:
        raise UsageError(f"{whatif.name} changes nothing in {base.name}")
    apart = [Part(name, values=tuple(paths)) for name, paths in blocks.items()]
    together = [Part("values: " + ", ".join(blocks), values=tuple(p for paths in blocks.values() for p in paths))]
    found = Coalitions(base, whatif, (*parts, *apart))
    if len(blocks) > 1 and not _stand_apart(found):
        found = Coalitions(base, whatif, (*parts, *together))
    return found


def _stand_apart(found: Coalitions) -> bool:
    """Is the what-if sound with each change alone, and without each?"""
    everything = frozenset(range(len(found.parts)))
    try:
        for place in everything:
            found.scenario({place})
            found.scenario(everything - {place})
    except ScenarioError:
        return False
    return True


def _kept(entries: Sequence[Entry], places: Collection[int]) -> list[Entry]:
    return [entry for place, entry in enumerate(entries) if place in places]


def _shared(base: Scenario, whatif: Scenario) -> tuple[frozenset[int], frozenset[int]]:
    """Positions of the what-if's levers and dated changes that are the base's own; raises `UsageError`."""
    found = []
    for what, old, new in (
        ("lever", base.layers.levers, whatif.layers.levers),
        ("dated change", base.layers.changes, whatif.layers.changes),
    ):
        known = [json.dumps(entry.value, sort_keys=True, default=str) for entry in new]
        places: set[int] = set()
        for entry in old:
            text = json.dumps(entry.value, sort_keys=True, default=str)
            place = next((i for i, other in enumerate(known) if other == text and i not in places), None)
            if place is None:
                raise UsageError(f"{whatif.name} does not extend {base.name}: a {what} of the base is not in it")
            places.add(place)
        found.append(frozenset(places))
    return found[0], found[1]


def _lever_part(whatif: Scenario, place: int) -> Part:
    use = whatif.levers[place]
    effect = f", effect {use.effect}" if use.effect else ""
    return Part(f"lever {use.name}{effect}", levers=frozenset((place,)))


def _change_part(whatif: Scenario, place: int) -> Part:
    change = whatif.changes[place]
    name = f"from {change.from_date} {change.path} {change.text}"
    return Part(name, changes=frozenset((place,)))


def _new_rules(base: Scenario, whatif: Scenario) -> Iterator[str]:
    old = base.layers.rules
    for name, entry in whatif.layers.rules.items():
        if name not in old or old[name].value != entry.value:
            yield name


def _differing(old: Any, new: Any, steps: Steps) -> Iterator[Steps]:
    """Paths of the what-if's tree that differ from the base's, as deep as both are mappings."""
    old, new = _plain(old), _plain(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            if not steps and key in _TITLES:
                continue
            if key not in old:
                yield (*steps, key)
            else:
                yield from _differing(old[key], value, (*steps, key))
    elif old != new:
        yield steps


def _plain(value: Any) -> Any:
    return value["value"] if is_long_hand(value) else value


def _blocks(paths: Sequence[Steps]) -> Mapping[str, list[Steps]]:
    """Paths by the block that they stand in: one named item, or two steps of other blocks."""
    found: dict[str, list[Steps]] = {}
    for steps in paths:
        named = next((len(block) + 1 for block in _NAMED_BLOCKS if steps[: len(block)] == block), 2)
        found.setdefault(written(steps[:named]), []).append(steps)
    return {written(paths[0]) if len(paths) == 1 else name: paths for name, paths in found.items()}


def _copy_value(source: dict[str, Any], target: dict[str, Any], steps: Steps) -> None:
    """Copy what stands at a path of mappings from one tree to another."""
    *above, last = map(str, steps)
    for step in above:
        source = source[step]
        if is_long_hand(target.get(step)):
            raise UsageError(f"{quoted(written(steps))} stands beneath a number")
        target = target.setdefault(step, {})
    target[last] = copy.deepcopy(source[last])
