"""The form: a scenario as a workbook that planners fill in; its sheets, its fields, and how a value stands in a cell.

In: the schema of a scenario file. Out: `SHEETS`; the `Field`s of a sheet, each with its path, meaning and choices;
values as cells, and cells as values. `scenario.workbook` reads such a workbook, `present.form` writes one; this module
needs no library of workbooks.

Every sheet is a grid. Along one side stand paths with what they mean; along the other, items: the roles, the sources,
the changes, or a single column for blocks that are there once. A cell is the value at a path of an item.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from workforce_sim.scenario.document import Steps, written

Cell: TypeAlias = str | int | float | bool

PATH, DOCUMENTED, VALUE = "path", ("meaning", "how to write it", "default"), "value"
"""Labels of the side with the paths: the paths themselves, what is told of each, and the only item of a block."""
NAME = "<name>"
"""Stands in a path for a name of the planner's own, such as that of a training route."""
NOTES = "Notes"
"""Sheets whose names begin so are the planner's own, and are not read."""
NOT_READ = ("Read me", "Choices")
"""Sheets of the form that hold no values."""
NOTHING: Mapping[str, Any] = {"{}": {}, "[]": [], "null": None}
"""What stands in a cell for a block, a list or a value that is given, and empty."""


class Items(Enum):
    """What the items of a sheet are."""

    ONE = "a single block"
    NAMED = "blocks with names"
    LISTED = "entries of a list"


@dataclass(frozen=True)
class Sheet:
    """One sheet of the form."""

    title: str
    about: str
    root: Steps = ()
    """Where its items hang in the scenario."""
    items: Items = Items.ONE
    holds: tuple[str, ...] = ()
    """Blocks of the scenario that it holds, where it has a single column."""
    down: bool = False
    """Do the items stand one below the other, and the paths side by side?"""

    @property
    def is_list(self) -> bool:
        """Do its items stand in order, without names?"""
        return self.items is Items.LISTED


SHEETS = (
    Sheet(
        "Service", "The service, the time that is simulated, and what this file builds on.",
        holds=("extends", "equal_cost_with", "lever_folder", "name", "description", "start", "horizon", "opening_state",
               "warm_up", "calendar", "copies", "lists", "severities", "safety"),
    ),
    Sheet("Demand", "The people who are referred.", holds=("demand",)),
    Sheet("Sources", "Who refers: a column for each source.", ("demand", "sources"), Items.NAMED),
    Sheet("Groups", "Parts of the population whose waits are watched: a column each.", ("groups",), Items.NAMED),
    Sheet(
        "Waiting", "Queues, triage, the first appointment, missed appointments, crises.",
        holds=("waiting", "triage", "opt_in", "assessment", "did_not_attend", "crisis"),
    ),
    Sheet("Packages", "Packages of care: a column for each.", ("packages",), Items.NAMED),
    Sheet(
        "Treatment", "What severity does to courses, and what befalls people in treatment.",
        holds=("contacts_by_severity", "caseload_by_severity", "discharge", "in_treatment", "handover", "remote"),
    ),
    Sheet("Staff", "The posts and people of each role: a column for each.", ("workforce", "roles"), Items.NAMED),
    Sheet("Workforce", "What holds for all roles; training, cover and freezes.", holds=("workforce",)),
    Sheet("Money", "What the workforce costs; pay stands with the roles.", holds=("money",)),
    Sheet("Today", "The opening state: who is there on the first day.", holds=("today",)),
    Sheet("Teams", "Several teams, if there are: what each has of its own, a column each.", ("teams",), Items.NAMED),
    Sheet(
        "Changes", "What-if: numbers that change on a date, one to a row: set … to, factor … by, or add … by.",
        ("changes",), Items.LISTED, down=True,
    ),
    Sheet(
        "Levers", "What-if: ready-made changes, one to a row; `workforce-sim levers NAME` tells all about one.",
        ("levers",), Items.LISTED, down=True,
    ),
    Sheet("Rules", "What-if: standing rules that watch a measure; a column for each.", ("rules",), Items.NAMED),
    Sheet(
        "Trajectory", "What is to be reached by when, for the dashboard: a column a measure, a row a date.",
        ("trajectory",), Items.NAMED,
    ),
    Sheet("Workshop", "What a workshop asked, guessed, found and decided.", holds=("workshop",)),
    Sheet(
        "Evidence", "How sure the numbers are: a path to a row; `*` stands for any one step.",
        ("evidence",), Items.NAMED, down=True,
    ),
)  # fmt: skip

BY_TITLE: Mapping[str, Sheet] = {sheet.title: sheet for sheet in SHEETS}


def _is_elsewhere(steps: Steps) -> bool:
    """Is it in a block that has a sheet of its own?"""
    return any(sheet.root and steps[: len(sheet.root)] == sheet.root for sheet in SHEETS)


@dataclass(frozen=True)
class Field:
    """One path of a sheet, with what a planner must know to fill it in."""

    steps: Steps
    meaning: str
    how: str
    """An example, or what there is to choose from."""
    default: str
    choices: tuple[str, ...]
    is_bare: bool
    """Is it always a number without words?"""
    is_date: bool
    forms: tuple[Mapping[str, Any], ...]
    """What the schema says of it."""

    @property
    def path(self) -> str:
        """The path as it stands in the sheet."""
        return written(self.steps)


# --- paths -----------------------------------------------------------------------------------------------------------

_STEP = re.compile(r"\[(\d{1,5})\]|\.?([^.\[\]]+)")


def steps_of(path: str) -> Steps | None:
    """The steps of a path such as `lead.roles[1]`; None if it is none."""
    found, end = [], 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            return None
        found.append(int(match[1]) if match[1] else match[2].strip())
        end = match.end()
    return tuple(found) if found and end == len(path) and isinstance(found[0], str) else None


def leaves(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Everything in a tree that stands in a cell of its own: plain values, lists of such, and what is empty."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from leaves(part, (*steps, key))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for position, part in enumerate(value):
            yield from leaves(part, (*steps, position))
    else:
        yield steps, value


# --- what the schema says of a path ----------------------------------------------------------------------------------


class Grammar:
    """The schema of a scenario file, looked up by path."""

    def __init__(self) -> None:
        from workforce_sim.scenario.json_schema import json_schema  # which knows layers, which know workbooks

        self._schema = json_schema()

    def at(self, steps: Steps) -> list[dict[str, Any]]:
        """The forms that may stand at a path; none if the schema does not know it."""
        return self._forms_below(self._forms(self._schema), steps)

    def fields(self, sheet: Sheet, given: Sequence[Steps]) -> list[Field]:
        """The fields of a sheet in the order of the schema, those `given` among them."""
        if sheet.items is Items.ONE:
            given = [steps for steps in given if not _is_elsewhere(steps)]
            found = [
                field
                for key in sheet.holds
                for field in self._fields(self._schema["properties"][key], (key,), given)
                if not _is_elsewhere(field.steps)
            ]
        else:
            node = self._item_of(sheet)
            found = list(self._inside(self._forms(node), (), given))
        listed = {field.steps for field in found}
        return found + [_field(steps, {}, []) for steps in given if steps not in listed]

    def _item_of(self, sheet: Sheet) -> dict[str, Any]:
        """The schema of one item of a sheet."""
        (node,) = [node for form in self.at(sheet.root) for node in self._below(form, 0 if sheet.is_list else NAME)]
        return node

    def _forms(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """The plain forms behind references and choices."""
        if "$ref" in node:
            return self._forms(self._schema["$defs"][node["$ref"].rpartition("/")[2]])
        choices = node.get("anyOf") or (node.get("oneOf") if "properties" not in node else None)
        return [form for choice in choices for form in self._forms(choice)] if choices else [node]

    @staticmethod
    def _below(form: dict[str, Any], step: int | str) -> Iterator[dict[str, Any]]:
        inner = form.get("items") if isinstance(step, int) else form.get("properties", {}).get(step) or _named(form)
        if isinstance(inner, dict):
            yield inner

    def _fields(self, node: dict[str, Any], steps: Steps, given: Sequence[Steps]) -> Iterator[Field]:
        """The fields at a node of the schema and beneath it."""
        forms = self._forms(node)
        deeper = [other for other in given if len(other) > len(steps) and other[: len(steps)] == steps]
        if any(_is_leaf(form) for form in forms):
            if not deeper or steps in given:
                yield _field(steps, node, forms)
            yield from (_field(other, node, self._forms_below(forms, other[len(steps) :])) for other in deeper)
            return
        if steps in given:  # such as {}, or a bare switch
            yield _field(steps, node, forms)
        yield from self._inside(forms, steps, given, node.get("description", ""))

    def _forms_below(self, forms: list[dict[str, Any]], steps: Steps) -> list[dict[str, Any]]:
        for step in steps:
            forms = [form for above in forms for node in self._below(above, step) for form in self._forms(node)]
        return forms

    def _inside(
        self, forms: list[dict[str, Any]], steps: Steps, given: Sequence[Steps], meaning: str = ""
    ) -> Iterator[Field]:
        """The fields of a block, of blocks with names, or of a list of blocks; one more than given.

        `meaning`: of all of them, told of those that say nothing themselves.
        """
        forms = [form for form in forms if form is not self._schema["$defs"]["LongHand"]]  # evidence has a sheet
        here = [other[len(steps)] for other in given if len(other) > len(steps) and other[: len(steps)] == steps]
        seen: set[str] = set()
        for form in forms:
            for name, inner in form.get("properties", {}).items():
                if name not in seen:
                    yield from self._fields(inner, (*steps, name), given)
                seen.add(name)
        for form in forms:
            if (inner := _named(form)) is not None:
                for name in (*dict.fromkeys(step for step in here if step not in seen), NAME):
                    yield from self._fields({"description": meaning} | inner, (*steps, name), given)
            if isinstance(form.get("items"), dict):
                for position in range(1 + max((step for step in here if isinstance(step, int)), default=-1) + 1):
                    yield from self._fields(form["items"], (*steps, position), given)


def _named(form: dict[str, Any]) -> dict[str, Any] | None:
    """What stands under names of the planner's own, if there may be such."""
    named = form.get("additionalProperties") or next(iter(form.get("patternProperties", {}).values()), None)
    return named if isinstance(named, dict) else None


def _is_leaf(form: dict[str, Any]) -> bool:
    """Does such a value stand in one cell?"""
    kind = form.get("type")
    of_blocks = kind == "array" and ("$ref" in (items := form.get("items") or {}) or "oneOf" in items or
                                     items.get("type") == "object")  # fmt: skip
    return "enum" in form or (kind not in ("object", "null") and not of_blocks and "properties" not in form)


def _field(steps: Steps, node: dict[str, Any], forms: list[dict[str, Any]]) -> Field:
    """What is told of a path."""
    named = [each for form in forms for each in form.get("enum", ()) if not isinstance(each, bool)]
    choices = tuple(dict.fromkeys(map(str, named)))
    kinds = {kind for form in forms for kind in _kinds(form)}
    examples = [str(example) for form in forms for example in form.get("examples", ())]
    if "array" in kinds:
        examples.append("several, with commas between")
    elif "integer" in kinds:
        examples.append("a whole number")
    elif "number" in kinds and not examples:
        examples.append("a number")
    default = node.get("default")
    told = as_cell(default, forms) if default not in (None, {}, []) and not isinstance(default, dict) else ""
    return Field(
        steps, " ".join(str(node.get("description", "")).split()),
        ", ".join(choices[:-1]) + f" or {choices[-1]}" if len(choices) > 1 else "; ".join(dict.fromkeys(examples)),
        str(told), choices, bool(kinds) and kinds <= {"integer", "number", "null"},
        any(form.get("format") == "date" for form in forms), tuple(forms),
    )  # fmt: skip


def _kinds(form: Mapping[str, Any]) -> list[str]:
    kind = form.get("type", ())
    return [kind] if isinstance(kind, str) else list(kind)


# --- values and cells ------------------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"\s*[;,](?!\d{3}\b)\s*|(?<!\bup)\s+to\s+")
"""Between the entries of a list: not the comma between thousands, nor in `up to 25%`."""
_WHOLE = re.compile(r"[-+]?\d{1,15}", re.ASCII)
_FRACTION = re.compile(r"[-+]?\d{0,15}\.\d{1,15}", re.ASCII)


def as_cell(value: Any, forms: Sequence[Mapping[str, Any]]) -> Cell:
    """A value as it stands in a cell. `forms`: what the schema says of its path."""
    for text, nothing in NOTHING.items():
        if value == nothing and type(value) is type(nothing):
            return text
    if isinstance(value, list):
        in_list = [form for form in forms if "array" in _kinds(form)]
        of_names = not in_list or any("items" in form for form in in_list)
        listed = (", " if of_names else " to ").join(map(str, value))
        return listed if in_list else f"[{listed}]"
    return value  # type: ignore[no-any-return]


def as_value(cell: Cell, forms: Sequence[Mapping[str, Any]]) -> Any:
    """The value that stands in a cell; the other way round, exactly."""
    if not isinstance(cell, str):
        return cell
    text, kinds = cell.strip(), {kind for form in forms for kind in _kinds(form)}
    if text in NOTHING and kinds != {"string"}:
        return copy.copy(NOTHING[text])
    if "array" in kinds or (not forms and text.startswith("[") and text.endswith("]")):
        parts = _BETWEEN.split(text.removeprefix("[").removesuffix("]").strip())
        of_names = any("items" in form for form in forms)
        return parts if of_names else [_bare(part) for part in parts]
    return int(text) if "integer" in kinds and _WHOLE.fullmatch(text) else text


def _bare(text: str) -> str | int | float:
    """A number, if it is one without words."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
