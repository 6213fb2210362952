"""Staff in figures: in post against funded, caseloads against places, who comes and goes, where clinical time goes.

In: a study. Out: figures with a panel for each role or each scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from workforce_sim.analysis.roles import USES, caseload_by_role, staff_by_role, starters_and_leavers, time_use
from workforce_sim.present.figures.look import (
    COLOURS,
    MANY,
    QUIET,
    Looks,
    baseline_of,
    key,
    key_of,
    line_of,
    looks,
    number_format,
    panels,
    stacked,
    title_of,
    value_axis,
    year_axis,
)
from workforce_sim.present.words import joined, told
from workforce_sim.run import Study

# --- in post, and caseloads, by role -------------------------------------------------------------------------------


def draw_staff_by_role(study: Study) -> Figure:
    """WTE in post over time, funded posts dotted, a panel for each role."""
    return _by_role(study, staff_by_role(study.tables), "funded", {})


def draw_caseload_by_role(study: Study) -> Figure:
    """Weighted caseload per WTE over time, the room there is dotted, target and cap marked, a panel for each role."""
    return _by_role(study, caseload_by_role(study.tables), "places", caps(study))


def role_panel(axes: Axes, frame: pd.DataFrame, styles: Looks, beside: str, marks: Mapping[str, float]) -> None:
    """One role: a line for each scenario, `beside` it a dotted one, and levels marked by name."""
    for scenario, look in styles.items():
        rows = frame[frame["scenario"] == scenario]
        axes.plot(rows["at"], rows["line"], **line_of(look, len(rows)))
        if scenario == next(iter(styles)) or not marks:  # the places of several would cover each other
            axes.plot(rows["at"], rows[beside], color=look["color"], lw=1.2, ls=":")
    for name, level in marks.items():
        axes.axhline(level, color=QUIET, lw=1)
        axes.annotate(
            f"{name} {level:g}", (0.99, level), (0, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", fontsize=8.5, color="#555555",
        )  # fmt: skip
    year_axis(axes, narrow=True)
    axes.margins(y=0.12)
    value_axis(axes, "", from_zero=not marks)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def caps(study: Study) -> dict[str, dict[str, float]]:
    """Role → caseload cap and target per WTE on the first day, as the baseline's scenario says."""
    roles = study.told(baseline_of(study))["tree"]["workforce"]["roles"]
    named = {"caseload": "cap", "caseload_target": "target"}
    return {
        name: {word: float(role[key]) for key, word in named.items() if isinstance(role.get(key), int | float)}
        for name, role in roles.items()
    }


def chosen(study: Study) -> list[str]:
    """The scenarios that fit a panel: all, or the baseline and the first what-ifs."""
    return study.names if len(study.others) <= MANY else study.names[: MANY + 1]


def _by_role(study: Study, frame: pd.DataFrame, beside: str, marks: Mapping[str, Mapping[str, float]]) -> Figure:
    roles = list(frame["role"].unique())
    figure, grid = panels(len(roles), 3, 1.95, sharex=True)
    styles = looks(study, chosen(study))
    if len(study.others) > MANY:
        own = looks(study.of(chosen(study)))
        styles = {name: own[name] for name in styles}
    for axes, role in zip(grid, roles, strict=True):
        role_panel(axes, frame[frame["role"] == role], styles, beside, marks.get(role, {}))
        title_of(axes, role.replace("_", " "))
    key(figure, key_of(grid[0], styles))
    return figure


def left_out(study: Study) -> str:
    """Which scenarios are not shown."""
    missing = [name for name in study.names if name not in chosen(study)]
    return f" Not shown, for want of room: {joined(missing)}." if missing else ""


def staff_by_role_caption(study: Study) -> str:
    """How to read the panels of staff."""
    return (
        f"WTE in post at each month's end, mean of {study.manifest['replications']} replications; dotted: funded posts."
        f"{left_out(study)}"
    )


def staff_by_role_alt(study: Study) -> str:
    """In post and funded of all roles of the baseline at the end, and of the role with the widest gap."""
    frame = staff_by_role(study.tables)
    rows = frame[frame["scenario"] == baseline_of(study)].groupby("role")[["line", "funded"]].last()
    line, funded = rows["line"].to_dict(), rows["funded"].to_dict()
    widest = str(max(funded, key=lambda role: funded[role] - line[role]))
    return (
        f"{baseline_of(study)}: {sum(line.values()):.1f} of {sum(funded.values()):.1f} WTE in post at the end; the "
        f"widest gap is in {widest.replace('_', ' ')}, {line[widest]:.1f} of {funded[widest]:.1f}."
    )


def caseload_by_role_caption(study: Study) -> str:
    """How to read the panels of caseloads."""
    return (
        "People on caseloads per WTE in post, each by the weight of their package and severity, at each month's end; "
        f"mean of {study.manifest['replications']} replications with anybody in post. Dotted: room there is in the "
        "baseline, less than the cap while people settle in. Cap: the most that 1 WTE takes; target: above it, new "
        f"patients go to others first, as the baseline says on its first day.{left_out(study)}"
    )


def caseload_by_role_alt(study: Study) -> str:
    """Caseload and room in the fullest and the emptiest role of the baseline at the end."""
    frame = caseload_by_role(study.tables)
    rows = frame[frame["scenario"] == baseline_of(study)].groupby("role")[["line", "places"]].last()
    by_share = (rows["line"] / rows["places"]).dropna().sort_values().index
    texts = [
        f"{role.replace('_', ' ')} {rows.loc[role, 'line']:.0f} on {rows.loc[role, 'places']:.0f}"
        for role in dict.fromkeys((by_share[-1], by_share[0]))
    ]
    what = "weighted caseload on places per WTE at the end, fullest and emptiest role"
    return f"{baseline_of(study)}, {what}: {joined(texts)}."


# --- who comes and goes --------------------------------------------------------------------------------------------


def draw_starters_and_leavers(study: Study) -> Figure:
    """WTE that start and leave in each year, a panel for each scenario."""
    frame = starters_and_leavers(study.tables)
    figure, grid = panels(len(study.names), 2, 2.1, sharex=True, sharey=True)
    for axes, name in zip(grid, study.names, strict=True):
        turnover_panel(axes, frame[frame["scenario"] == name])
        title_of(axes, name, 40)
    key(figure, grid[0].get_legend_handles_labels()[0], 2)
    return figure


def turnover_panel(axes: Axes, frame: pd.DataFrame) -> None:
    """One scenario from a frame of `analysis.roles.starters_and_leavers`: starters up, leavers down."""
    axes.bar(frame["year"], frame["starters"], 0.7, color=COLOURS[2], edgecolor="white", label="starters")
    axes.bar(frame["year"], -frame["leavers"], 0.7, color=COLOURS[1], edgecolor="white", hatch="///", label="leavers")
    net = frame["starters"] - frame["leavers"]
    axes.plot(frame["year"], net, "D", ms=6, color="black", mec="white", label="net")
    axes.axhline(0, color=QUIET, lw=1)
    axes.set_xticks(frame["year"], [f"year {year}" for year in frame["year"]], fontsize=9)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(number_format(signed=True))


def starters_and_leavers_caption(study: Study) -> str:
    """How to read the bars."""
    return (
        "WTE that started (up) and left (down, hatched) in each year; black: one less the other. Mean of "
        f"{study.manifest['replications']} replications, all roles. People who move between roles are not counted."
    )


def starters_and_leavers_alt(study: Study) -> str:
    """Totals over the run, of the baseline and of the first what-ifs."""
    sums = starters_and_leavers(study.tables).groupby("scenario")[["starters", "leavers"]].sum()
    came, went = sums["starters"].to_dict(), sums["leavers"].to_dict()
    texts = [f"{name} {came[name]:.1f} in, {went[name]:.1f} out" for name in chosen(study)]
    return f"WTE that start and leave over the run: {'; '.join(texts)}."


# --- where clinical time goes --------------------------------------------------------------------------------------

_COLOURS = ("#0072B2", "#56B4E9", "#D55E00", "#CC79A7", "#7A7A7A", "#A8A8A8", "#DDDDDD")


def draw_time_use(study: Study) -> Figure:
    """Shares of clinical time by role in the last year, a panel for each scenario."""
    frame = time_use(study.tables)
    high = 0.75 + 0.26 * frame["role"].nunique()
    figure, grid = panels(len(study.names), 2, high, sharex=True, sharey=True)
    for axes, name in zip(grid, study.names, strict=True):
        time_panel(axes, frame[frame["scenario"] == name])
        title_of(axes, name, 32)
    key(figure, grid[0].get_legend_handles_labels()[0], 2)
    return figure


def time_panel(axes: Axes, frame: pd.DataFrame) -> None:
    """One scenario from a frame of `analysis.roles.time_use`: a stacked bar for each role."""
    # a role with nobody in it has no shares, and keeps its empty bar
    wide: Any = frame.pivot_table(index="role", columns="use", values="share", sort=False, dropna=False)
    uses = [use for use in USES if (frame.loc[frame["use"] == use, "hours"] > 0).any() or use in ("attended", "unused")]
    parts = ((USES[use], wide[use].fillna(0.0).to_list()) for use in uses)
    stacked(axes, parts, [role.replace("_", " ") for role in wide.index], _COLOURS)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def time_use_caption(study: Study) -> str:
    """How to read the bars of time."""
    return (
        "Share of clinical hours (time at work for patients, overtime included) by what they went to, in the last "
        f"year; mean of {study.manifest['replications']} replications. Missed: time lost to appointments that "
        "patients did not attend. Left over: a role may have time and no place, or nobody who is due."
    )


def time_use_alt(study: Study) -> str:
    """How much of all roles' time goes to contacts and is left over, in the baseline."""
    frame = time_use(study.tables)
    own = frame[frame["scenario"] == baseline_of(study)].groupby("use")["hours"].sum()
    if not own.sum() > 0:
        return f"{baseline_of(study)} has no clinical hours in the last year."
    texts = [f"{USES[use]} {told(own[use] / own.sum(), 'share')}" for use in USES if own[use] > 0]
    return f"{baseline_of(study)}, of {own.sum():,.0f} clinical hours a week in the last year: {joined(texts)}."
