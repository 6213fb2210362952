"""Every number of a scenario by its path: where it stands, its quantity and value, and how to put another there.

In: a validated `Plan` and its tree. Out: `Number` records, or a changed copy of the tree. Changes, evidence and reports
all find numbers here, so that a path means the same everywhere. Items of `also` go by their names, ways onward
by where they lead, not by positions.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from workforce_sim.scenario.care import PooledSeries, Step, Support
from workforce_sim.scenario.document import Steps, written
from workforce_sim.scenario.quantities import Block, BySeverity, Distribution, Quantity, Spread
from workforce_sim.scenario.schema import Plan, SeverityDrift


@dataclass(frozen=True)
class Number:
    """One number of a plan."""

    steps: Steps
    quantity: Quantity
    value: float | None
    """In the package's unit; None where the plan leaves the choice to another field."""
    whole_steps: Steps = ()
    """Path of the mapping by severity or of the distribution that it is a part of; empty when it stands alone."""
    severity: bool = False
    """Is it a part of a mapping by severity?"""

    @property
    def path(self) -> str:
        """The path as people write it."""
        return written(self.steps)


def numbers(plan: Plan) -> tuple[Number, ...]:
    """All numbers of a plan, in the order of the schema."""
    return tuple(_in_block(plan, ()))


def _in_block(block: Block, steps: Steps) -> Iterator[Number]:
    for name, annotation, marker in _fields(type(block)):
        hidden = isinstance(block, SeverityDrift) and name == SeverityDrift.spread
        yield from _in_value(getattr(block, name), annotation, marker, steps if hidden else (*steps, name))


@cache
def _fields(kind: type[Block]) -> tuple[tuple[str, Any, Quantity | BySeverity | Spread | None], ...]:
    """Name, plain type and marker of each field of a block."""
    return tuple((name, *_unwrap(field.annotation, field.metadata)) for name, field in kind.model_fields.items())


def _in_value(
    value: Any, annotation: Any, marker: Quantity | BySeverity | Spread | None, steps: Steps
) -> Iterator[Number]:
    if isinstance(marker, Quantity):
        if not isinstance(value, dict):
            yield Number(steps, marker, value)
        else:  # a number in all, or by name
            yield from (Number((*steps, name), marker, part) for name, part in value.items())
    elif isinstance(marker, BySeverity):
        for name, part in value.items():
            yield Number((*steps, name), marker.quantity, part, steps, severity=True)
    elif isinstance(marker, Spread):
        yield from _in_distribution(value, marker, steps)
    elif isinstance(value, Block):
        yield from _in_block(value, steps)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _in_value(part, *_unwrap(get_args(annotation)[1], []), (*steps, name))
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, Support | PooledSeries | Step):
                yield from _in_block(part, (*steps, part.to if isinstance(part, Step) else part.name))


def _unwrap(annotation: Any, metadata: list[Any]) -> tuple[Any, Quantity | BySeverity | Spread | None]:
    """The plain type of a field, and the marker that says how it is written."""
    marker = next((item for item in metadata if isinstance(item, Quantity | BySeverity | Spread)), None)
    if marker is not None:
        return annotation, marker
    if get_origin(annotation) is Annotated:
        plain, *extra = get_args(annotation)
        return _unwrap(plain, extra)
    if get_origin(annotation) in (Union, UnionType):
        for choice in get_args(annotation):
            plain, marker = _unwrap(choice, [])
            if marker is not None:
                return plain, marker
    return annotation, None


def _in_distribution(value: Distribution, marker: Spread, steps: Steps) -> Iterator[Number]:
    if value.kind == "fixed":
        yield Number(steps, marker.quantity, value.a)
        return
    first, second = value.kind.split("_")
    yield Number((*steps, first), marker.part(first), value.a, steps)
    yield Number((*steps, second), marker.part(second), value.b, steps)


def _name_of(item: Mapping[str, Any]) -> Any:
    """What an item of a list goes by in a path: its name, or where it leads."""
    return item.get("name", item.get("to"))


def matches(pattern: Steps, steps: Steps) -> bool:
    """Whether a pattern, in which `*` stands for any one step, names exactly this path."""
    if len(pattern) != len(steps):
        return False
    return all(want in ("*", str(step)) for want, step in zip(pattern, steps, strict=True))


def text_at(tree: Mapping[str, Any], steps: Steps) -> Any:
    """What the tree says at a path; None where it is silent."""
    value: Any = tree
    for step in steps:
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, dict) and _name_of(item) == step), None)
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def with_numbers(tree: dict[str, Any], plan: Plan, changed: Mapping[Number, float]) -> dict[str, Any]:
    """A copy of the tree in which the given numbers have new values, written in words."""
    tree = copy.deepcopy(tree)
    for number, value in changed.items():
        if number.severity:
            _spell_out(tree, plan, number.whole_steps)
        *above, last = number.steps
        _mapping_at(tree, tuple(above))[last] = number.quantity.write(value)
    return tree


def _spell_out(tree: dict[str, Any], plan: Plan, steps: Steps) -> None:
    """Write a value given once for all severities as a mapping by severity."""
    if isinstance(text_at(tree, steps), dict):
        return
    parts = {n.steps[-1]: n for n in numbers(plan) if n.whole_steps == steps}
    *above, last = steps
    _mapping_at(tree, tuple(above))[last] = {name: n.quantity.write(n.value or 0.0) for name, n in parts.items()}


def _mapping_at(tree: dict[str, Any], steps: Steps) -> dict[str | int, Any]:
    """The mapping at a path, made where the tree is silent; a bare switch becomes a mapping that holds it."""
    value: Any = tree
    for step in steps:
        if isinstance(value, list):
            value = next(item for item in value if _name_of(item) == step)
            continue
        if not isinstance(value.get(step), dict | list):
            value[step] = {} if value.get(step) is None else {"switch": value[step]}
        value = value[step]
    return value  # type: ignore[no-any-return]
