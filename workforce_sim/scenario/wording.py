"""What pydantic refuses, told in a planner's words.

In: the errors of a validation and the document. Out: findings with place, what was found, what was expected and the
nearest valid names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workforce_sim.errors import Finding, either, nearest, quoted, shown
from workforce_sim.scenario.document import Document, Steps
from workforce_sim.scenario.grammar import keys_of, kinds_at, marker_of, steps_in, value_at
from workforce_sim.scenario.quantities import Quantity, Spread
from workforce_sim.scenario.schema import Plan

_MOST_KEYS = 14
"""Longest list of allowed keys that a message repeats."""

_NAME = "a name of up to 64 small letters, digits and _, beginning with a letter, such as peer_support_worker"
_EXPECTED = {
    "string_type": "text",
    "dict_type": "a mapping, that is, `key: value` pairs",
    "model_type": "a mapping, that is, `key: value` pairs",
    "model_attributes_type": "a mapping, that is, `key: value` pairs",
    "list_type": "a list, such as [nurse, social_worker]",
    "string_too_short": "a text that is not empty",
}


def findings_of(error: ValidationError, document: Document, root: type[BaseModel] = Plan) -> Iterator[Finding]:
    """The errors of a validation as findings; a key that is only misspelt is not told as missing too.

    `root` is what the whole file holds.
    """
    details = [d for d in error.errors(include_url=False) if d["type"] != "default_factory_not_called"]
    findings = [(detail["type"], _finding(detail, document, root)) for detail in details]
    misspelt = {_meant(finding) for kind, finding in findings if kind == "extra_forbidden"}
    yield from (finding for kind, finding in findings if kind != "missing" or finding.path not in misspelt)


def _meant(finding: Finding) -> str:
    """The path that a misspelt key was most likely meant to have."""
    above = finding.path.rpartition(".")[0]
    return f"{above}.{finding.nearest[0]}".removeprefix(".") if finding.nearest else ""


def _finding(detail: ErrorDetails, document: Document, root: type[BaseModel]) -> Finding:
    kind, context = detail["type"], detail.get("ctx", {})
    steps = steps_in(document.tree, detail["loc"])
    value = value_at(document.tree, steps)
    if kind == "missing":
        steps = (*steps, str(detail["loc"][-1]))
        return document.place(steps, of_key=True).finding(steps, "nothing", _required(steps, root))
    if kind == "extra_forbidden":
        return _unknown_key(steps, document, root)
    of_a_key = detail["loc"][-1:] == ("[key]",)
    if of_a_key:
        value = str(detail["input"])
    if kind == "planner":
        found = context.get("found") or shown(value)
        of_key = isinstance(value, dict)
        return document.place(steps, of_key=of_key).finding(steps, found, context["expected"], context["nearest"])
    of_key = of_a_key or isinstance(value, dict)
    close = nearest(value, _choices(context)) if kind == "literal_error" and isinstance(value, str) else ()
    return document.place(steps, of_key=of_key).finding(steps, shown(value), _expected(kind, context), close)


def _expected(kind: str, context: Mapping[str, Any]) -> str:
    """What was expected, for the errors of pydantic's own types."""
    match kind:
        case "literal_error":
            expected = either(_choices(context))
        case "string_pattern_mismatch":
            expected = _NAME if "a-z" in context["pattern"] else "one line of text that is not empty"
        case "string_too_long":
            expected = f"a text of at most {context['max_length']:,} characters"
        case "too_short":
            expected = "at least one entry"
        case "too_long":
            expected = f"at most {context['max_length']} entries"
        case _:
            expected = _EXPECTED.get(kind, "something else here")
    return expected


def _choices(context: Mapping[str, Any]) -> list[str]:
    return [part.strip("' ") for part in str(context["expected"]).replace(" or ", ", ").split(",")]


def _required(steps: Steps, root: type[BaseModel]) -> str:
    """What is missing: how to write it, where a quantity is due."""
    for annotation in kinds_at(steps, root):
        marker = marker_of(annotation)
        if isinstance(marker, Quantity):
            return marker.measure.expected()
        if isinstance(marker, Spread):
            return marker.quantity.measure.expected()
    return f"`{steps[-1]}`, which is required"


def _unknown_key(steps: Steps, document: Document, root: type[BaseModel]) -> Finding:
    allowed = sorted({name for kind in kinds_at(steps[:-1], root) for name in keys_of(kind)})
    close = nearest(str(steps[-1]), allowed)
    expected = f"one of {', '.join(allowed)}" if 0 < len(allowed) <= _MOST_KEYS else "a key that belongs here"
    found = f"the unknown key {quoted(str(steps[-1]))}"
    return document.place(steps, of_key=True).finding(steps, found, expected, close)
