"""The parts behind the charts: the table, what was kept beside each other, the story, the protocol, what to take away.

In: studies and this browser session. Out: what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from workforce_sim.app import answer
from workforce_sim.app.desk import Ticket, Told
from workforce_sim.app.downloads import downloads
from workforce_sim.app.figures import charts
from workforce_sim.app.look import plain
from workforce_sim.app.room import Room
from workforce_sim.app.visit import NOW, Visit
from workforce_sim.app.whatif import PROTOCOL
from workforce_sim.run import Study

_ASKED = {
    "question": "Our question",
    "guess": "Our guess, before running",
    "findings": "What we found",
    "decision": "What we decide",
}


def table_tab(study: Study, year: int) -> None:
    """The tiles as a table."""
    table = [
        {"": plain(row.label), "baseline": row.before, "what-if": row.after, "difference": plain(row.difference),
         "told apart?": row.verdict}
        for row in answer.rows(study, year)
    ]  # fmt: skip
    st.table(table, hide_index=True)


def compare_tab(room: Room, visit: Visit, ticket: Ticket, year: int, until: str | None, size: int) -> None:
    """What was kept, as columns beside the baseline, and their courses in one chart each."""
    if not visit.kept:
        st.markdown("Nothing is kept yet. Decide something, give it a name and press “Keep this what-if”.")
        return
    known = [(each, ticket.told[each.key].named(each.name)) for each in visit.kept if each.key in ticket.told]
    if known:
        table: dict[str, dict[str, str]] = {}
        for whatif, told in known:
            study = answer.until(told.study, year)
            for row in answer.rows(study, year):
                line = table.setdefault(row.label, {"": plain(row.label), "baseline": row.before})
                line[plain(whatif.name)] = f"{row.after} ({plain(row.difference)})"
        st.table(list(table.values()), hide_index=True)
        runs = {told.replications for _, told in known}
        st.caption(
            f"At the end of year {year}, from {' or '.join(map(str, sorted(runs)))} of {room.desk.steps[-1]} "
            f"replications. {plain(answer.NO_DIFFERENCE)}."
        )
    if len(known) < len(visit.kept):
        st.markdown(f"{len(visit.kept) - len(known)} more being run.")
    for whatif in visit.kept:
        left, middle, right = st.columns([6, 1, 1], vertical_alignment="center")
        left.markdown(plain(whatif.name))
        middle.button("Open", key=f"open:{whatif.name}", on_click=visit.decide, args=(whatif,), width="stretch",
                      help=f"Open {plain(whatif.name)}")  # fmt: skip
        right.button("Remove", key=f"drop:{whatif.name}", on_click=visit.drop, args=(whatif.name,), width="stretch",
                     help=f"Remove {plain(whatif.name)}")  # fmt: skip
    if known:
        names = [known[0][1].study.names[0], *(whatif.name for whatif, _ in known)]
        charts(_together([told for _, told in known], names[0]), names, until, size, most=4)


def _together(told: list[Told], base: str) -> dict[str, pd.DataFrame]:
    """The courses of several answers, the baseline once."""
    first, *others = (each.courses for each in told)
    return {
        name: pd.concat([frame, *(other[name][other[name]["scenario"] != base] for other in others)])
        for name, frame in first.items()
    }


def story_tab(study: Study) -> None:
    """What was changed, what it rests on, and what to beware of."""
    for heading, lines in answer.story(study):
        st.markdown(f"**{heading}**\n\n" + "\n".join(f"- {plain(line)}" for line in lines))


def workshop_tab(visit: Visit) -> None:
    """The protocol: a guess before the answer, and what was decided."""
    st.markdown("Write a guess before you turn a dial: what surprises you is what you learn.")
    for part in PROTOCOL:
        key = f"protocol:{part}"
        st.session_state[key] = visit.now.protocol[part]

        def written(part: str = part, key: str = key) -> None:
            visit.write(part, str(st.session_state[key]))

        st.text_area(_ASKED[part], key=key, max_chars=1000, on_change=written, height=90)
    st.caption("Kept with the what-if when you keep or save it. No result depends on it.")


def take_away_tab(visit: Visit, told: Mapping[str, Told], seed: int, replications: int) -> None:
    """Downloads, and a link that reopens the same settings."""
    for each in downloads(visit, told, seed, replications):
        st.download_button(each.label, each.data, each.name, each.kind, on_click="ignore", key=f"take:{each.name}")
    st.markdown("**A link that opens these settings again**, on this server:")
    address = (st.context.url or "").partition("?")[0]
    st.code(f"{address}?{NOW}={visit.now.packed()}", language=None, wrap_lines=True)
    st.caption(f"A saved what-if extends {plain(visit.base.file)}: put both files into one folder to run them with "
               "workforce-sim compare.")  # fmt: skip
