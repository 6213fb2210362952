"""The JSON schema of a scenario file, made from the models, for editors that complete and check YAML.

In: nothing but the models. Out: a plain mapping (draft 2020-12). Required keys are told in the text under each field
and not enforced: a file that extends another says only what differs.
"""

from __future__ import annotations

from typing import Any

from workforce_sim.scenario.change_entries import VALUE_KEYS
from workforce_sim.scenario.document import GREATEST_TEXT
from workforce_sim.scenario.evidence import GRADES
from workforce_sim.scenario.quantities import LONG_HAND_FORM
from workforce_sim.scenario.schema import Plan

_DATE = {"type": "string", "format": "date", "examples": ["2026-10-01"]}
_GRADE = {"enum": list(GRADES), "description": "Strength of the evidence, A to D, or U for unsupported."}
_SOURCE = {"type": "string", "description": "Where the number comes from."}
_RANGE = {"type": "array", "minItems": 2, "maxItems": 2, "description": "[low, high], written like the value."}
_PATH = {"type": "string", "description": "Path of a number; `*` stands for any one step."}


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file."""
    schema = Plan.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    _flatten_drift(definitions["SeverityDrift"])
    for block in (schema, *definitions.values()):
        _tell_required(block)
    _link(schema)
    definitions["LongHand"] = _long_hand()
    definitions["Change"] = _change()
    definitions["Lever"] = _lever()
    own = {"levers": _levers(), "changes": _changes(), "rules": _rules(), "evidence": _evidence()}
    files = {"extends": _extends(), "equal_cost_with": _equal_cost_with(), "lever_folder": _lever_folder()}
    schema["properties"] = {**files, **schema["properties"], **own}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Scenario"}


def _link(part: Any) -> None:
    """Put references in place of the stand-ins for long-hand numbers."""
    if part == LONG_HAND_FORM:
        part.clear()
        part["$ref"] = "#/$defs/LongHand"
    elif isinstance(part, dict | list):
        for below in part.values() if isinstance(part, dict) else part:
            _link(below)


def _tell_required(block: dict[str, Any]) -> None:
    for name in block.pop("required", ()):
        field = block["properties"][name]
        field["description"] = f"Required. {field.get('description', '')}".strip()


def _flatten_drift(block: dict[str, Any]) -> None:
    """The rising severities stand directly in the block."""
    rising = block["properties"].pop("rising")
    block["required"].remove("rising")
    block["additionalProperties"] = rising["anyOf"][-1]["additionalProperties"]


def _extends() -> dict[str, Any]:
    return {"type": "string", "description": "File that this one is put over, relative to it and beneath its folder."}


def _equal_cost_with() -> dict[str, Any]:
    description = "Scenario file, as for `extends`: the posts added are scaled so that this costs as much as that."
    return {"type": "string", "examples": ["adult_community.yaml"], "description": description}


def _long_hand() -> dict[str, Any]:
    value = {"type": ["string", "number"], "description": "The number, written as usual."}
    return {
        "type": "object",
        "description": "A number with its evidence.",
        "properties": {"value": value, "range": _RANGE, "grade": _GRADE, "source": _SOURCE},
        "required": ["value"],
        "additionalProperties": False,
    }


def _change() -> dict[str, Any]:
    scalar = {"anyOf": [{"type": ["string", "number"]}, {"$ref": "#/$defs/LongHand"}]}
    time = {"type": "string", "examples": ["52 weeks"]}
    return {
        "type": "object",
        "properties": {
            "from": {**_DATE, "description": "First day on which the change acts."},
            "until": {**_DATE, "description": "Day from which it is undone; default never."},
            "set": _PATH,
            "to": {**scalar, "description": "The new value, in the unit of the field."},
            "factor": _PATH,
            "add": _PATH,
            "by": {**scalar, "description": "The factor, such as x0.92; or what is added, such as +2 wte or -6 weeks."},
            "ramp": {**time, "description": "Time until it acts in full, in a straight line; default at once."},
            "uptake": {
                **time,
                "description": "Time until half of it is adopted, on a logistic curve; in full at twice.",
            },
            "half_life": {**time, "description": "Once in full, it halves in this time; 13 weeks at least."},
            "extent": {"type": ["string", "number"], "examples": ["10%"], "description": "Share of it that acts."},
        },
        "oneOf": [{"required": ["from", kind, key]} for kind, key in VALUE_KEYS.items()],
        "additionalProperties": False,
    }


def _changes() -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": "#/$defs/Change"}, "description": "Dated changes of numbers."}


def _lever() -> dict[str, Any]:
    """The use of a lever; each lever has parameters of its own besides."""
    money = {"type": "string", "examples": ["£5,000"]}
    effect = {"type": ["string", "number"], "examples": ["low", "default", "high", "6%"]}
    return {
        "type": "object",
        "properties": {
            "lever": {"type": "string", "description": "Name of the lever; `workforce-sim levers` lists them."},
            "from": {**_DATE, "description": "First day on which it acts."},
            "until": {**_DATE, "description": "Day from which it is undone; default never."},
            "effect": {**effect, "description": "How much it does; default what its evidence says."},
            "name": {"type": "string", "description": "Name of this use, where a lever is used twice."},
            "costs": {
                "type": "object",
                "properties": {
                    "once": {**money, "description": "Spent once, on the day on which it begins."},
                    "per_year": {**money, "examples": ["£12,000 per year"], "description": "Spent in each year."},
                },
                "additionalProperties": False,
                "description": "What it costs here.",
            },
        },
        "required": ["lever", "from"],
    }


def _levers() -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": "#/$defs/Lever"}, "description": "Ready-made sets of dated changes."}


def _rules() -> dict[str, Any]:
    level = {"type": ["string", "number"], "examples": ["15%", "12 weeks", 200]}
    condition = {
        "type": "object",
        "properties": {
            "measure": {
                "type": "string",
                "examples": ["vacancy", "wait.treatment.waiting_median"],
                "description": "The measure that is watched.",
            },
            "above": {**level, "description": "It must be above this; or below, one of the two."},
            "below": {**level, "description": "It must be below this."},
            "for": {"type": "string", "examples": ["4 weeks"], "description": "How long it must have been so."},
        },
        "required": ["measure"],
        "oneOf": [{"required": ["above"]}, {"required": ["below"]}],
        "additionalProperties": False,
    }
    value = {"type": ["string", "number"], "description": "The new value, the factor, or what is added."}
    change = {
        "type": "object",
        "properties": {"set": _PATH, "to": value, "factor": _PATH, "add": _PATH, "by": value},
        "oneOf": [{"required": [kind, key]} for kind, key in VALUE_KEYS.items()],
        "additionalProperties": False,
    }
    rule = {
        "type": "object",
        "properties": {
            "when": {**condition, "description": "When the rule begins."},
            "then": {"type": "array", "items": change, "minItems": 1, "description": "What changes while it is on."},
            "until": {**condition, "description": "When it ends; default when `when` holds no more."},
        },
        "required": ["when", "then"],
        "additionalProperties": False,
    }
    return {"type": "object", "additionalProperties": rule, "description": "Name → standing rule, judged every week."}


def _lever_folder() -> dict[str, Any]:
    description = "Folder with levers of your own, relative to this file and beneath its folder."
    return {"type": "string", "examples": ["my_levers"], "description": description}


def _evidence() -> dict[str, Any]:
    one = {
        "type": "object",
        "properties": {"range": _RANGE, "grade": _GRADE, "source": {**_SOURCE, "maxLength": GREATEST_TEXT}},
        "additionalProperties": False,
    }
    return {"type": "object", "additionalProperties": one, "description": "Path of a number → evidence for it."}
