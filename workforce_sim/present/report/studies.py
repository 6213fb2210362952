"""Saved studies as parts of a report: what each change adds, which numbers drive the answer, which plan meets a target.

In: what `sensitivity`, `contributions` or `seek` has saved, and the results that the report is about. Out: what the
page prints. Only studies of the scenarios of the report, with the same numbers, are taken.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from workforce_sim.analysis.declared import declaration
from workforce_sim.errors import UsageError, quoted
from workforce_sim.present.words import UNDEFINED
from workforce_sim.run import Study
from workforce_sim.studies.found import SavedFound

TITLES = {
    "contributions": "What each change adds", "tornado": "Which numbers drive the answer, one at a time",
    "break-even": "Where it stops being better", "morris": "Which numbers drive the answer, screening",
    "sobol": "Which numbers drive the answer, shares of variance",
    "probabilistic": "How sure, with all that is uncertain at once", "seek": "The cheapest plan that meets a target",
}  # fmt: skip

_HEADS = {
    "shapley": "adds", "last": "after all others", "mu_star": "mu*",
}  # fmt: skip

_IN_UNIT = {"contributions": ("shapley", "low", "high", "alone", "last"), "tornado": ("change", "low", "high"),
            "morris": ("mu_star", "low", "high", "mu", "sigma")}  # fmt: skip
"""Kind → columns that are differences of the measure: shares are printed in percentage points."""


def of_study(study: Study, found: SavedFound) -> dict[str, Any]:
    """One study as the page prints it; raises `UsageError` if it is about other scenarios, or other numbers of them."""
    kind, measure = found.manifest["study"], found.manifest["measure"]
    digests = {told["name"]: told["sha256"] for told in study.manifest["scenarios"]}
    for told in found.manifest["scenarios"]:
        if digests.get(told["name"]) != told["sha256"]:
            what = "other numbers of" if told["name"] in digests else "a scenario that the report is not about,"
            raise UsageError(f"the study {kind} is about {what} {quoted(told['name'])}; run it again, or leave it out")
    unit = declaration(measure).unit
    points = unit == "share" and kind in _IN_UNIT
    names = [told["name"] for told in found.manifest["scenarios"]]
    about = names[0] if len(names) == 1 else f"{names[1]} minus {names[0]}"
    return {
        "title": TITLES[kind],
        "subject": f"{about}, year {found.manifest['year']}: {declaration(measure).meaning} "
        f"({'percentage points' if points else unit}).",
        "how": f"{found.manifest['replications']} replications, seed {found.manifest['seed']}.",
        "heads": [_HEADS.get(name, name.replace("_", " ")) for name in found.answer.columns],
        "columns": list(found.answer.columns),
        "rows": _rows(found.answer, _IN_UNIT.get(kind, ()), 100.0 if points else 1.0),
        "notes": found.manifest["notes"],
        "figures": [
            (f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}", found.alts[name])
            for name, svg in found.figures.items()
        ],
    }


def _rows(frame: pd.DataFrame, in_unit: Sequence[str], scale: float) -> list[list[str]]:
    """Cells as text; columns in the measure's unit with the same digits, others with three that count."""
    greatest = float((scale * frame[list(in_unit)]).abs().max().max()) if in_unit else 0.0
    digits = 0 if greatest >= 100 else 1 if greatest >= 1 else 3

    def cell(value: Any, column: str) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if not isinstance(value, float):
            return str(value)
        if math.isnan(value):
            return UNDEFINED
        if column in in_unit:
            return f"{scale * value:,.{digits}f}"
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

    return [[cell(value, str(name)) for name, value in row.items()] for row in frame.to_dict("records")]
