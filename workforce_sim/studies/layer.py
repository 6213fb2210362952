"""A layer of a scenario as YAML: numbers with their ranges, grades and sources, put over a base.

In: numbers and what is known of them; or a calibration, or a staff list. Out: text that a scenario file can be, and
files in a folder. Every number is written long-hand, so that reports tell where it comes from.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workforce_sim.errors import UsageError
from workforce_sim.results.provenance import LIBRARIES, version
from workforce_sim.results.store import csv_text
from workforce_sim.scenario.document import Steps
from workforce_sim.scenario.layers import read_one
from workforce_sim.scenario.numbers import Number, numbers
from workforce_sim.studies.calibrate import Calibration
from workforce_sim.studies.observed import Observed
from workforce_sim.studies.staff_list import MANY, StaffList
from workforce_sim.studies.unknowns import completed

CALIBRATED, RECORD = "calibrated.yaml", "calibration.json"
_WIDEST = 480
"""Longest source written; a scenario takes 500 characters."""


@dataclass(frozen=True)
class Told:
    """A number of a layer with what is known of it."""

    value: str | int | float
    range: tuple[str | int | float, str | int | float] | None = None
    grade: str = ""
    source: str = ""

    def __str__(self) -> str:
        if not self.source:
            return _scalar(self.value)
        span = f"range: [{_scalar(self.range[0])}, {_scalar(self.range[1])}], " if self.range else ""
        return f"{{value: {_scalar(self.value)}, {span}grade: {self.grade}, source: {_scalar(self.source[:_WIDEST])}}}"


def _scalar(value: str | float) -> str:
    """A value of YAML; quoted like JSON unless it is plainly a word or a number with its unit."""
    text = str(value)
    plain = text and text[0].isalnum() and all(c.isalnum() or c in " .%_/-" for c in text)
    return text if plain or not isinstance(value, str) else json.dumps(text, ensure_ascii=False)


def layer_text(heading: Iterable[str], head: Mapping[str, str], told: Mapping[Steps, Told]) -> str:
    """YAML of a layer: lines of comment, keys at the top, and the numbers at their places."""
    tree: dict[str, Any] = {}
    for steps, value in told.items():
        block = tree
        for step in steps[:-1]:
            block = block.setdefault(str(step), {})
        block[str(steps[-1])] = value
    lines = [f"# {line}" for line in heading]
    lines += [f"{key}: {_scalar(value)}" for key, value in head.items()]
    return "\n".join([*lines, "", *_lines(tree, 0)]) + "\n"


def _lines(tree: Mapping[str, Any], depth: int) -> list[str]:
    lines = []
    for key, value in tree.items():
        indent = "  " * depth
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, depth + 1)]
        else:
            lines.append(f"{indent}{key}: {value}")
    return lines


def calibrated_layer(result: Calibration, extends: str) -> str:
    """The calibrated scenario as YAML that extends the base; reads without a finding beside it."""
    base, seen = result.base, result.seen
    source = f"calibrated to {_names(seen)} on {datetime.now(UTC).date()}, {seen.weeks:.0f} weeks"
    known = {n.path: n for n in numbers(base)}
    told: dict[Steps, Told] = {}
    for number, value in result.taken.items():
        when = f"observed in {_names(seen)} in the first week, from {seen.first_day}"
        told[number.steps] = Told(_written(number, value), None, "B", when)
    values: dict[Number, float] = {}
    for row in result.numbers.to_dict("records"):
        number = known[str(row["path"])]
        values[number] = value = _rounded(row["value"])
        ends = min(_rounded(row["low"]), value), max(_rounded(row["high"]), value)
        apart = result.factors.set_index("unknown").loc[row["unknown"], "identifiable"]
        words = source if apart else f"not identifiable from these data, near the base's value; {source}"
        span = _written(number, ends[0]), _written(number, ends[1])
        told[number.steps] = Told(_written(number, value), span, "D" if apart else "U", words)
    for number, value in completed(base, values).items():
        told.setdefault(number.steps, Told(_written(number, value)))
    told |= _siblings(told, known.values())
    last = max(base.end, result.scenario().end)
    head = {
        "name": f"{base.name}, calibrated",
        "extends": extends,
        "start": str(seen.first_day),
        "horizon": f"{(last - seen.first_day).days} days",
    }
    return layer_text(_heading(result), head, told)


def _heading(result: Calibration) -> list[str]:
    return [
        f"{result.base.name}, calibrated to {_names(result.seen)}: {result.seen.first_day} to {result.seen.last_day}.",
        "It begins on the first day of the data, so that it can be held against them, and goes on to the base's end.",
        "Ranges are 95 % intervals; every other number is the base's. How it was done: calibration.json.",
    ]


def _names(seen: Observed) -> str:
    return " and ".join(Path(name).name for name in seen.files)


def _rounded(value: float) -> float:
    """Four digits: more than any calibration knows."""
    return float(f"{value:.4g}")


def _written(number: Number, value: float) -> str | int | float:
    low, high = number.quantity.low, number.quantity.high
    return number.quantity.write(min(max(value, low), high))


def _siblings(told: Mapping[Steps, Told], known: Iterable[Number]) -> dict[Steps, Told]:
    """The other parts of mappings by severity and of distributions, which are replaced as a whole."""
    known = list(known)
    wholes = {n.whole_steps for n in known if n.steps in told and n.whole_steps}
    return {
        n.steps: Told(n.quantity.write(n.value))
        for n in known
        if n.whole_steps in wholes and n.steps not in told and n.value is not None
    }


def staff_layer(staff: StaffList, extends: str | None = None) -> str:
    """Leavers by role, and early and later leaving, as YAML with ranges and sources, to extend or paste."""
    span = f"{staff.since} to {staff.until}"
    told: dict[Steps, Told] = {}
    for row in staff.leaving.to_dict("records"):
        value, ends = float(row["multiplier"]), (float(row["low"]), float(row["high"]))
        if not math.isfinite(ends[0]):
            continue  # nobody was followed for that time in post
        count = int(row["leavers"])
        ends = min(ends[0], value), min(max(ends[1], value), 100.0)
        source = f"{count} leavers {row['when']} in post, {Path(staff.file).name}, {span}"
        told["workforce", "leaving", row["when"]] = Told(
            f"x{value:.4g}", (f"x{ends[0]:.4g}", f"x{ends[1]:.4g}"), _grade(count), source
        )
    told["workforce", "leaving", "early_years"] = Told(f"{staff.early_years:g} years")
    for row in staff.roles.to_dict("records"):
        rates = [min(float(row[name]), 3.0) for name in ("rate", "low", "high")]
        rate, low, high = (f"{100 * each:.4g}% per year" for each in rates)
        source = (
            f"{int(row['leavers'])} leavers in {row['person_years']:.1f} person-years, {Path(staff.file).name}, {span}"
        )
        steps = ("workforce", "roles", str(row["role"]), "leavers")
        told[steps] = Told(rate, (low, high), _grade(int(row["leavers"])), source)
    heading = [f"Leaving as in {Path(staff.file).name}, {span}. Ranges are 95 % intervals."]
    head = {"name": "Leaving as in the staff list", "extends": extends} if extends else {}
    return layer_text(heading, head, told)


def _grade(leavers: int) -> str:
    """B, good observation, from `MANY` leavers on; else C."""
    return "B" if leavers >= MANY else "C"


# --- files -----------------------------------------------------------------------------------------------------------


def refuse_if_taken(folder: Path, force: bool) -> None:
    """Raise `UsageError` if the folder is a file, or holds a calibration and `force` is not set."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a calibration needs a folder")
    taken = [name for name in (CALIBRATED, RECORD) if (folder / name).exists()]
    if taken and not force:
        raise UsageError(f"{folder} already holds {taken[0]}; add --force to replace it")


def save_calibration(result: Calibration, folder: Path, force: bool = False) -> Path:
    """Save the calibrated scenario, its record and the tables; returns the scenario's path.

    A scenario may extend files of its own folder and beneath only; unless the base is there, it is copied beside, with
    all that it extends.
    """
    refuse_if_taken(folder, force)
    base = Path(result.base.file)
    extends, copies = _within(base, folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {target: source.read_bytes() for target, source in copies.items()}
    texts[folder / CALIBRATED] = calibrated_layer(result, extends).encode()
    texts[folder / RECORD] = json.dumps(record(result), indent=2, ensure_ascii=False).encode()
    for name in ("factors", "numbers", "measures", "blocks"):
        texts[folder / f"{name}.csv"] = csv_text(getattr(result, name)).encode()
    for target, data in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        beside.write_bytes(data)
        os.replace(beside, target)
    return folder / CALIBRATED


def _within(base: Path, folder: Path) -> tuple[str, dict[Path, Path]]:
    """(what to extend, target → source of files to copy); none are copied if the base lies in the folder or beneath."""
    true, home = Path(os.path.realpath(base)), Path(os.path.realpath(folder))
    if true.is_relative_to(home):
        return true.relative_to(home).as_posix(), {}
    copies, source = {}, true
    for _ in range(20):
        tree = read_one(source, str(source)).tree
        if "lever_folder" in tree:
            raise UsageError(f"{base} has levers of its own; write beside it: --out {base.parent}")
        copies[folder / source.relative_to(true.parent)] = source
        if "extends" not in tree:
            break
        source = Path(os.path.realpath(source.parent / tree["extends"]))
    return true.name, copies


def record(result: Calibration) -> dict[str, Any]:
    """Where a calibration came from and what came of it, fit for JSON: enough to repeat it."""
    seen, options = result.seen, result.options
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "base": {"file": result.base.file, "name": result.base.name, "sha256": _hash(Path(result.base.file))},
        "data": [{"file": name, "sha256": _hash(Path(name))} for name in seen.files],
        "from": str(seen.first_day),
        "to": str(seen.last_day),
        "notes": list(seen.notes),
        "cells": {state: int((seen.rows["state"] == state).sum()) for state in ("known", "empty", "suppressed")},
        "replications": options.replications,
        "seed": options.seed,
        "misfit": result.fit.misfit,
        "freedom": result.fit.freedom,
        "chance": result.chance,
        "factors": json.loads(result.factors.to_json(orient="records")),
        "covariance_of_logarithms": result.fit.covariance.tolist(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
    }


def _hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
