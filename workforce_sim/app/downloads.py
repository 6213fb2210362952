"""What can be taken away from the page: the what-if as YAML, its figures, everything kept; and report and workbook.

In: this browser session and the answers to it. Out: `Download` records. Report and workbook are made when asked for.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from workforce_sim.app.desk import Told
from workforce_sim.app.visit import Visit
from workforce_sim.app.whatif import PROTOCOL, WhatIf
from workforce_sim.results.store import csv_text
from workforce_sim.run import Comparison, Study, compare, run
from workforce_sim.scenario.scenario import Scenario

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Download:
    """A file to take away."""

    label: str
    name: str
    data: bytes | Callable[[], bytes]
    """The content, or what makes it, which takes seconds."""
    kind: str
    """Its media type."""


def downloads(visit: Visit, told: Mapping[str, Told], seed: int, replications: int) -> Iterator[Download]:
    """The files that there are now. `told`: key of a what-if → its answer; the others are those of full answers."""
    base = visit.base
    name = file_name(visit.now)
    yield Download("This what-if (YAML)", name, visit.now.text(base.file).encode(), "application/yaml")
    own = told.get(visit.now.key)
    if own is not None:
        own = own.named(visit.now.title(base.scenario))
        sheet = own.study.comparison if isinstance(own.study, Comparison) else own.study.summary
        figures = csv_text(sheet).encode()
        yield Download("Its figures (CSV)", f"{name.removesuffix('.yaml')}.csv", figures, "text/csv")
    if visit.game is None:  # which is not to tell the years to come
        study = partial(_study, visit, seed, replications)
        yield Download("Report (HTML)", "report.html", lambda: _report(study()), "text/html")
        yield Download("Workbook (Excel)", "results.xlsx", lambda: _workbook(study()), EXCEL)
    if visit.kept:
        yield Download("All kept (ZIP)", "workshop.zip", _archive(visit, told), "application/zip")


def _study(visit: Visit, seed: int, replications: int) -> Study:
    """Everything kept, and what is on the screen, beside the base: the numbers that the page shows, with all tables."""
    base, named = visit.base.scenario, dict[str, Scenario]()
    for whatif in (*visit.kept, visit.now):
        if whatif.decides and whatif.title(base) not in named:
            named[whatif.title(base)] = whatif.but(name=whatif.title(base)).scenario(base)
    if not named:
        return run(base, replications, seed, workers=1)
    return compare(base, list(named.values()), replications, seed, workers=1)


def _report(study: Study) -> bytes:
    from workforce_sim.present.report.page import report  # draws figures: heavy, and seldom asked for

    return report(study).encode()


def _workbook(study: Study) -> bytes:
    from workforce_sim.present.workbook import workbook  # the same

    return workbook(study)


def file_name(whatif: WhatIf) -> str:
    """A name for the file of a what-if."""
    return f"{_ODD.sub('_', whatif.name.lower()).strip('_')[:60] or 'what_if'}.yaml"


def _archive(visit: Visit, told: Mapping[str, Told]) -> bytes:
    """The base, every kept what-if beside it, their figures and what was written down: a folder to go on from."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in visit.base.files.items():
            archive.writestr(file, content)
        for place, whatif in enumerate(visit.kept, 1):
            archive.writestr(f"{place}_{file_name(whatif)}", whatif.text(visit.base.file))
        sheets = [told[each.key].named(each.name).study for each in visit.kept if each.key in told]
        compared = [study.comparison for study in sheets if isinstance(study, Comparison)]
        if compared:
            archive.writestr("comparison.csv", csv_text(pd.concat(compared, ignore_index=True)))
        archive.writestr("protocol.md", protocol(visit))
    return buffer.getvalue()


def protocol(visit: Visit) -> str:
    """What was asked, guessed, found and decided, what-if by what-if."""
    lines = [f"# Workshop on {visit.base.scenario.name}", ""]
    for whatif in visit.kept:
        lines += [f"## {whatif.name}", ""]
        for part in PROTOCOL:
            lines += [f"**{part.capitalize()}**", "", whatif.protocol[part] or "not written down", ""]
    return "\n".join(lines)
