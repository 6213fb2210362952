"""Every figure there is: what it is called, which question it answers, where it applies, and what it shows in words.

In: a study, run or read from a folder. Out: `FIGURES`, name → `Entry`; all that apply (`figures_of`); files
(`draw_all`). A report or page takes `draw` and sets title, caption and alt text itself; a file (`files`) holds title
and caption.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.figure import Figure

from workforce_sim.errors import UsageError, either, nearest, quoted
from workforce_sim.present.figures import courses, differences, flow, indicators, look, money, overview, staff, waits
from workforce_sim.present.words import joined
from workforce_sim.run import Comparison, Study
from workforce_sim.scenario.assumptions import UNSUPPORTED

KINDS = ("png", "svg")
ALT = "alt.json"
"""Name of the file of alt texts beside the figures."""


@dataclass(frozen=True)
class Entry:
    """One figure."""

    name: str
    heading: str | Callable[[Any], str]
    """What it shows, in a few words, with its unit; or what tells it from the study."""
    questions: tuple[int, ...]
    """Numbers of the questions of docs/questions.md that it helps to answer."""
    drawn: Callable[[Any], Figure]
    reading: Callable[[Any], str]
    """Definitions, and how to read it."""
    finding: Callable[[Any], str]
    applies: Callable[[Study], bool] = lambda _: True
    """Is there anything to show?"""
    saved: bool = False
    """Is it among the figures that `run` and `compare` save? `plot` draws the others."""

    def title(self, study: Study) -> str:
        """Its title."""
        return self.heading if isinstance(self.heading, str) else self.heading(study)

    def draw(self, study: Study) -> Figure:
        """The figure without title and caption, in the house's look."""
        return look.dressed(lambda: self.drawn(study))

    def caption(self, study: Study) -> str:
        """Units, definitions, how to read it, and what it rests on."""
        return f"{self.reading(study)} {assumption_mark(study)}"

    def alt(self, study: Study) -> str:
        """For those who cannot see it: what it shows, and its finding from the numbers."""
        return f"{self.title(study)}. {self.finding(study)}"

    def files(self, study: Study) -> dict[str, bytes]:
        """PNG and SVG with title and caption, by kind; the same bytes for the same study."""
        figure = look.dressed(lambda: look.framed(self.drawn(study), self.title(study), self.caption(study)))
        return look.files_of(figure, self.alt(study))


@dataclass(frozen=True)
class FigureFile:
    """One figure of one study, ready to be set."""

    name: str
    title: str
    alt: str
    caption: str
    draw: Callable[[], Figure]


def _compared(study: Study) -> bool:
    return isinstance(study, Comparison) and bool(study.others)


def _priced(study: Study) -> bool:
    return isinstance(study, Comparison) and len(study.value) > 0  # costs known of the baseline and of another


def _with_people(study: Study) -> bool:
    return bool(study.tables["flows"]["referred"].sum() > 0)


def _with_groups(study: Study) -> bool:
    return study.tables["flows"]["group"].nunique() > 1


def _shocked(study: Study) -> bool:
    return isinstance(study, Comparison) and any(study.told(name).get("passing") for name in study.others)


_QUESTIONS = {
    "waiting_list": (1, 7, 8),
    "wait_median": (1, 4),
    "within_standard": (1, 2, 14),
    "caseload_per_wte": (1, 12),
    "in_post": (4, 5),
}

FIGURES: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        *(
            Entry(
                name, courses.heading(name), _QUESTIONS[name], partial(courses.draw_course, name=name),
                partial(courses.course_caption, name=name), partial(courses.course_alt, name=name), saved=True,
            )
            for name in courses.PANELS
        ),
        Entry(
            "differences", "Differences from the baseline at the end", (3, 4, 8, 9, 12), differences.draw_differences,
            differences.differences_caption, differences.differences_alt, _compared, saved=True,
        ),
        Entry(
            "overview", overview.overview_title, (1,), overview.draw_overview, overview.overview_caption,
            partial(courses.course_alt, name="waiting_list"), saved=True,
        ),
        Entry(
            "difference_over_time", differences.over_time_title, (4, 5, 6),
            differences.draw_difference_over_time, differences.over_time_caption, differences.differences_alt,
            _compared,
        ),
        Entry(
            "wait_curve", "Treated by each week since referral, percent", (1, 2), waits.draw_wait_curve,
            waits.wait_curve_caption, waits.wait_curve_alt,
        ),
        Entry(
            "groups", "Waits by group of people", (9, 11), waits.draw_groups, waits.groups_caption, waits.groups_alt,
            _with_groups,
        ),
        Entry(
            "caseload_by_role", "Caseload by role, places per WTE", (3, 12), staff.draw_caseload_by_role,
            staff.caseload_by_role_caption, staff.caseload_by_role_alt,
        ),
        Entry(
            "staff_by_role", "Staff in post by role, WTE", (3, 5), staff.draw_staff_by_role,
            staff.staff_by_role_caption, staff.staff_by_role_alt,
        ),
        Entry(
            "starters_and_leavers", "Starters and leavers, WTE in a year", (4, 5), staff.draw_starters_and_leavers,
            staff.starters_and_leavers_caption, staff.starters_and_leavers_alt,
        ),
        Entry(
            "time_use", "Where clinical time goes, percent", (2, 3, 5, 9), staff.draw_time_use, staff.time_use_caption,
            staff.time_use_alt,
        ),
        Entry(
            "flow", "Where people come from and go to, in a year", (8, 12), flow.draw_flow, flow.flow_caption,
            flow.flow_alt, _with_people,
        ),
        Entry(
            "frontier", "Waiting saved against cost", (4, 6), money.draw_frontier, money.frontier_caption,
            money.frontier_alt, _priced,
        ),
        Entry(
            "recovery", "After a shock: people on the list above the baseline", (10,),
            differences.draw_recovery, differences.recovery_caption, differences.recovery_alt, _shocked,
        ),
        Entry(
            "dashboard", "Dashboard against the trajectory", (14,), indicators.draw_dashboard,
            indicators.dashboard_caption, indicators.dashboard_alt,
        ),
    )
}  # fmt: skip
"""Every figure of a study, by name; those of other studies (tornado, …) are in `present.figures.studies`."""


def entry(name: str) -> Entry:
    """A figure by name; raises `UsageError` with the nearest names."""
    if name not in FIGURES:
        close = nearest(name, FIGURES)
        hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
        raise UsageError(f"no figure is called {quoted(name)}; `workforce-sim plot --list` tells them all.{hint}")
    return FIGURES[name]


def figures_of(study: Study) -> list[FigureFile]:
    """All figures that apply to a study, with their words."""
    return [
        FigureFile(it.name, it.title(study), it.alt(study), it.caption(study), partial(it.draw, study))
        for it in FIGURES.values()
        if it.applies(study)
    ]


def draw_all(study: Study, names: Iterable[str] | None = None) -> dict[str, bytes]:
    """Figures as PNG and SVG, and their alt texts: file name → content.

    `names`: if not given, those that are saved with a study.
    """
    wanted = [it for it in FIGURES.values() if it.saved] if names is None else [entry(name) for name in names]
    here = [it for it in wanted if it.applies(study)]
    files = {f"{it.name}.{kind}": content for it in here for kind, content in it.files(study).items()}
    told = {it.name: {"title": it.title(study), "alt": it.alt(study), "caption": it.caption(study)} for it in here}
    return files | {ALT: (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()}


def assumption_mark(study: Study) -> str:
    """How many numbers are assumptions, and which levers rest on no evidence."""
    counts = [(sum(known.assumed for known in study.register(name)), len(study.register(name))) for name in study.names]
    few, total = max(counts)
    most = "" if len(set(counts)) == 1 else "up to "
    unsupported = unsupported_levers(study, study.names)
    levers = f" Without evidence (grade {UNSUPPORTED}): {joined(unsupported)}." if unsupported else ""
    return f"In this model, with these assumptions ({most}{few} of {total} numbers).{levers}"


def unsupported_levers(study: Study, names: Sequence[str]) -> list[str]:
    """Levers used that no evidence supports, each once."""
    used = [lever for name in names for lever in study.told(name)["levers"]]
    return list(dict.fromkeys(f"lever {lever['lever']}" for lever in used if lever["grade"] == UNSUPPORTED))
