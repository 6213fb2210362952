"""The grammar of a scenario: what may stand at a YAML path, taken from the models' own types.

In: a path. Out: the types that may stand there, their keys, and how their quantities are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.quantities import BySeverity, Quantity, Spread
from workforce_sim.scenario.schema import Plan, SeverityDrift


def steps_in(tree: Any, location: tuple[int | str, ...]) -> Steps:
    """The part of pydantic's location that stands in the file: tags of unions and spelt-out severities do not."""
    steps: list[int | str] = []
    value = tree
    for step in location:
        in_mapping = isinstance(value, dict) and step in value
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if in_mapping or in_list:
            value = value[step]
            steps.append(step)
    return tuple(steps)


def value_at(tree: Any, steps: Steps) -> Any:
    """What stands at a path of the tree."""
    for step in steps:
        tree = tree[step]
    return tree


def kinds_at(steps: Steps, root: type[BaseModel] = Plan) -> list[Any]:
    """Types that may stand at a path of a scenario, or of another file."""
    kinds: list[Any] = [root]
    for step in steps:
        kinds = [below for kind in kinds for below in _below(kind, step)]
    return kinds


def _below(kind: Any, step: int | str) -> Iterator[Any]:
    for choice in _alternatives(kind):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            for field in (field for name, field in choice.model_fields.items() if (field.alias or name) == step):
                yield Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        elif get_origin(choice) is dict:
            yield get_args(choice)[1]
        elif get_origin(choice) is list and isinstance(step, int):
            yield get_args(choice)[0]


def _alternatives(kind: Any) -> Iterator[Any]:
    """The plain types behind unions and annotations."""
    if get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for choice in get_args(kind):
            yield from _alternatives(choice)
    else:
        yield kind


def keys_of(kind: Any) -> Iterator[str]:
    """Keys that a mapping of this type may have."""
    for choice in _alternatives(kind):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            hidden = SeverityDrift.spread if choice is SeverityDrift else None
            yield from (field.alias or name for name, field in choice.model_fields.items() if name != hidden)


def marker_of(kind: Any) -> Quantity | BySeverity | Spread | None:
    """How a type is written, if it is a quantity."""
    if get_origin(kind) is Annotated:
        for item in get_args(kind)[1:]:
            if isinstance(item, Quantity | BySeverity | Spread):
                return item
    return None
