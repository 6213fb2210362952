"""The centre of the page: the answer first, then charts, the table, what was kept, the story, and what to take away.

In: the room, this browser session and its ticket. Out: what is drawn. While a new answer is made, the last one stays,
dimmed and labelled with the settings that it belongs to; figures beside other settings are never shown as theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import streamlit as st

from workforce_sim.app import answer
from workforce_sim.app.desk import Desk, Ticket, Told
from workforce_sim.app.figures import charts
from workforce_sim.app.look import plain, shading
from workforce_sim.app.room import Room
from workforce_sim.app.tabs import compare_tab, story_tab, table_tab, take_away_tab, workshop_tab
from workforce_sim.app.visit import Visit
from workforce_sim.errors import WorkforceSimError
from workforce_sim.run import Study

PATIENCE = 3.0
"""Seconds that the page waits for a first answer in place, before it draws the last one dimmed."""
LOOKS, LOOKS_EACH = 0.7, 0.05
"""Seconds between two looks at what is running: at least, and for each who waits, as looks take time as well."""


def view(room: Room, visit: Visit, ticket: Ticket) -> None:
    """Everything in the centre."""
    st.title("What if…?", anchor=False)
    if visit.said:
        st.info(plain(visit.said))
        visit.said = ""
    _game(visit)
    status, shade = st.empty(), st.empty()
    if not _known(visit, ticket):
        shade.html(shading(True))
        _wait(room.desk, visit, ticket, status)
    shade.html(shading(visit.now.key not in ticket.told))
    with status.container():
        every = max(LOOKS, LOOKS_EACH * room.desk.busy()) if ticket.running else None
        st.fragment(_status, run_every=every)(room.desk, visit, ticket, _sign(ticket))
    _figures(room, visit, ticket)


def _sign(ticket: Ticket) -> list[int]:
    """What is known by now: it differs as soon as there is something new to draw."""
    return [len(ticket.faults), int(ticket.running), *(told.replications for told in ticket.told.values())]


def _wait(desk: Desk, visit: Visit, ticket: Ticket, status: st.delta_generator.DeltaGenerator) -> None:
    """Wait a little for a first answer; whoever does something else meanwhile ends the wait."""
    began, said = time.monotonic(), ""
    while not _known(visit, ticket) and time.monotonic() - began < PATIENCE:
        words = _working(desk, visit, ticket)
        if words != said:  # each drawing costs the browser time that the workers need
            status.markdown(words)
            said = words
        ticket.look()
        ticket.changed.wait(0.15)
        ticket.changed.clear()


def _known(visit: Visit, ticket: Ticket) -> bool:
    return visit.now.key in ticket.told or visit.now.key in ticket.faults


def _status(desk: Desk, visit: Visit, ticket: Ticket, drawn: list[int]) -> None:
    """How far the answer is; looks again while there will be more, and has the page drawn anew when there is."""
    ticket.look()
    if _sign(ticket) != drawn:
        st.rerun()
    told, fault = ticket.told.get(visit.now.key), ticket.faults.get(visit.now.key)
    if fault is not None:
        st.error("These decisions do not fit together:")
        st.code(fault, language=None, wrap_lines=True)
    elif told is None:
        st.markdown(_working(desk, visit, ticket))
    elif told.final:
        st.markdown(f"Answer from {told.replications} paired replications.")
    else:
        more = "being refined" if ticket.running else "not refined further"
        st.markdown(f"First answer, from {told.replications} of {desk.steps[-1]} paired replications; {more}.")


def _figures(room: Room, visit: Visit, ticket: Ticket) -> None:
    """The answer as far as it is known, or the one before, which the status has labelled and dimmed."""
    told = ticket.told.get(visit.now.key)
    if told is not None:
        visit.answered = (visit.now, told.named(visit.now.title(visit.base.scenario)))
    if visit.answered is None:
        st.markdown("The first answer takes a moment: the baseline is being run.")
        return
    with room.drawing, st.container(key="figures"):
        _answer(room, visit, ticket, visit.answered[1])


def _working(desk: Desk, visit: Visit, ticket: Ticket) -> str:
    """What is going on, and to which settings the dimmed figures belong."""
    ahead = desk.ahead(ticket)
    words = f"{ahead} ahead of you. " if ahead else ""
    old = ""
    if visit.answered is not None:
        decided = visit.answered[0]
        what = "the baseline alone" if not decided.decides else f"“{plain(decided.name)}” as it was before"
        old = f" **The figures below still belong to {what}.**"
    return f"{words}Working on these decisions…{old}"


# --- the answer ------------------------------------------------------------------------------------------------------


def _answer(room: Room, visit: Visit, ticket: Ticket, told: Told) -> None:
    reached = visit.years if visit.game is None else visit.game
    if not reached:
        st.markdown("The first year is still to come. Write down a guess, decide, and step on.")
        return
    years = [year for year in sorted(set(told.study.summary["year"])) if year <= reached]
    year = _year(visit, years)
    study = answer.until(told.study, year)
    tiles(study, year)
    first, rest = answer.sentences(study)
    st.markdown(f"**{plain(first)}**")
    with st.expander("What else changes, what it costs, and safety"):
        st.markdown(plain(rest))
        st.markdown(plain(answer.safety_of(study)))
    names = ["Charts", "Table", f"Compare ({len(visit.kept)})", "Story", "Workshop", "Save and share"]
    until = next(each["to"] for each in told.study.told(study.names[0])["years"] if each["year"] == years[-1])
    parts = st.tabs(names, key="tabs", on_change="rerun")
    draw: tuple[Callable[[], None], ...] = (
        lambda: charts(told.courses, study.names, None if visit.game is None else until, _size()),
        lambda: table_tab(study, year),
        lambda: compare_tab(room, visit, ticket, year, None if visit.game is None else until, _size()),
        lambda: story_tab(study),
        lambda: workshop_tab(visit),
        lambda: take_away_tab(visit, ticket.told, room.desk.seed, room.desk.steps[-1]),
    )
    for part, drawing in zip(parts, draw, strict=True):
        if part.open:
            with part:
                drawing()
    st.caption(plain(answer.how_to_read(told.replications, room.desk.seed)))


def _size() -> int:
    return 17 if st.session_state.get("large") else 13


def _year(visit: Visit, years: list[int]) -> int:
    """The year told, and the button that keeps a what-if."""
    left, middle, right = st.columns([1, 3, 1.4], vertical_alignment="bottom")
    if st.session_state.get("told_year") not in years:
        st.session_state["told_year"] = years[-1]
    year = left.selectbox("At the end of year", years, key="told_year")
    name = middle.text_input("Name of this what-if", visit.now.name, max_chars=120, key=f"name:{visit.now.key}",
                             disabled=not visit.now.decides)  # fmt: skip

    def keep() -> None:
        try:
            visit.keep(str(st.session_state.get(f"name:{visit.now.key}", name)))
        except WorkforceSimError as error:
            visit.said = str(error)
        else:
            visit.said = f"Kept: {visit.now.name}."

    right.button("Keep this what-if", on_click=keep, disabled=not visit.now.decides, type="primary", width="stretch")
    return int(year or years[-1])


def tiles(study: Study, year: int) -> None:
    """The headline measures, three in a row."""
    found = answer.rows(study, year)
    for first in range(0, len(found), 3):
        columns = st.columns(3)
        for column, row in zip(columns, found[first : first + 3], strict=False):
            with column:
                _tile(row)


def _tile(row: answer.Row) -> None:
    if not row.difference:
        st.metric(plain(row.label), row.after, border=True)
        return
    good = row.verdict == "better"
    colour: Literal["off", "normal", "inverse"]
    colour = "off" if row.rises is None or row.verdict == "differs" else "normal" if good == row.rises else "inverse"
    st.metric(plain(row.label), f"{row.before} → {row.after}", row.said, delta_color=colour,
              delta_arrow="off" if row.rises is None else "auto", border=True)  # fmt: skip


def _game(visit: Visit) -> None:
    """How far a game is, and the step to the next year."""
    if visit.game is None:
        return
    if visit.game >= visit.years:
        st.success(f"All {visit.years} years have passed. End the game to change earlier decisions.")
        return
    passed = f"Year {visit.game} of {visit.years} has ended." if visit.game else "The game begins."
    st.info(f"{passed} Decide for year {visit.game + 1}, guess what will come of it, then step on.")
    st.button(f"Step through year {visit.game + 1}", on_click=visit.step, type="primary")
