"""The left side of the page: the base, the way back, uploads, and the dials in groups that fold away.

In: the room and this browser session. Out: widgets; turning one makes another what-if.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workforce_sim.app.bases import read_upload
from workforce_sim.app.dials import GRADES, GROUPS, ChoiceDial, Dial, NumberDial, by_group, grade_of, moved
from workforce_sim.app.look import plain, spaced
from workforce_sim.app.room import Room
from workforce_sim.app.visit import Visit
from workforce_sim.errors import UsageError

FILES = ("yaml", "yml", "xlsx")
OPEN_FIRST = "staff"
"""The group that is unfolded at first."""


def panel(room: Room, visit: Visit) -> None:
    """Everything on the left."""
    _heading(visit)
    _way_back(visit)
    _dials(visit)
    with st.expander("Load a scenario"):
        _loading(room, visit)
    with st.expander("How the page works"):
        _settings(visit)


def _heading(visit: Visit) -> None:
    st.subheader("Decisions", anchor=False)
    if len(visit.bases) > 1:
        keys = list(visit.bases)
        st.session_state["base"] = visit.now.base
        st.selectbox("Baseline", keys, format_func=lambda key: visit.bases[key].scenario.name, key="base",
                     on_change=lambda: visit.reset(st.session_state["base"]))  # fmt: skip
    else:
        st.markdown(f"Baseline: {plain(visit.base.scenario.name)}")
    if visit.game is not None:
        st.markdown(
            f"Decisions hold from {visit.day:%d %B %Y}, when year {min(visit.game, visit.years - 1) + 1} begins."
        )
        return
    st.session_state["begins"] = visit.day
    words = "The day from which what you turn now holds. What you turned before stays as it is."
    st.selectbox("Decisions hold from", visit.days(), format_func="{:%d %B %Y}".format, key="begins",
                 on_change=lambda: visit.begin(st.session_state["begins"]), help=words)  # fmt: skip


def _way_back(visit: Visit) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", on_click=visit.undo, disabled=not visit.past)
        st.button("Redo", on_click=visit.redo, disabled=not visit.future)
        st.button("Reset", on_click=visit.reset, disabled=not visit.now.decides, help="Back to the baseline.")


# --- dials -----------------------------------------------------------------------------------------------------------


def _dials(visit: Visit) -> None:
    """The groups; only those unfolded are drawn."""
    for group, dials in by_group(visit.dials()).items():
        changed = moved(dials, visit.now, visit.day)
        folder = st.expander(GROUPS[group], expanded=group == OPEN_FIRST, key=f"group:{group}", on_change="rerun")
        if folder.open:
            with folder:
                _group(visit, group, dials, changed)


def _group(visit: Visit, group: str, dials: Sequence[Dial], changed: Sequence[Dial]) -> None:
    """The dials of the whole service, then those of the part chosen."""
    for dial in dials:
        if not dial.part:
            _dial(visit, dial)
    parts = list(dict.fromkeys(dial.part for dial in dials if dial.part))
    if not parts:
        return
    marked = {dial.part for dial in changed}
    what = {"staff": "Role", "demand": "Source of referrals", "policies": "Package of care"}[group]
    first = "nurse" if "nurse" in parts else parts[0]
    told = {part: f"{spaced(part)}{' (changed)' if part in marked else ''}" for part in parts}
    key = f"part:{visit.now.base}:{group}"
    chosen = st.selectbox(what, parts, index=parts.index(first), key=key, format_func=told.__getitem__)
    for dial in dials:
        if dial.part == chosen:
            _dial(visit, dial)


def _dial(visit: Visit, dial: Dial) -> None:
    """One dial: a slider, or a box to type a number into."""
    key = f"dial:{visit.now.base}:{dial.key}"
    here = dial.position(visit.now, visit.day)
    label = f"{dial.label} · {_graded(dial)}"

    def turned() -> None:
        position: Any = st.session_state[key]
        if position is not None:
            visit.decide(dial.turned(visit.now, position, visit.day))

    if isinstance(dial, NumberDial):
        st.session_state[key] = float(here)
        draw = st.number_input if st.session_state.get("exact") else st.slider
        decimals = max(0, -int(f"{dial.step:e}".partition("e")[2]) if dial.step < 1 else 0)
        draw(label, dial.low, dial.high, step=dial.step, key=key, on_change=turned, help=plain(dial.help),
             format=f"%.{decimals}f")  # fmt: skip
    elif isinstance(dial, ChoiceDial):
        st.session_state[key] = here
        st.select_slider(label, list(dial.options), key=key, on_change=turned, help=plain(dial.help))
    if here != dial.was:
        st.caption(f"was {plain(dial.told(dial.was))}")


def _graded(dial: Dial) -> str:
    grade = grade_of(dial)
    return f"evidence {grade}" if grade != "none" else "no evidence"


# --- loading and settings --------------------------------------------------------------------------------------------


def _loading(room: Room, visit: Visit) -> None:
    own = [whatif for whatif in room.prepared if whatif.base == visit.now.base]
    if own:
        names = [whatif.name for whatif in own]
        chosen = st.selectbox("A what-if that came with the page", names, index=None, placeholder="choose one")
        st.button("Open it", disabled=chosen is None, on_click=lambda: visit.decide(own[names.index(str(chosen))]))
    place = f"upload:{st.session_state.get('uploads', 0)}"
    file = st.file_uploader("Your own: YAML or a workbook, at most 2 MB", type=FILES, key=place)
    if file is not None:
        try:
            visit.take(read_upload(file.name, file.getvalue(), visit.bases.values()))
        except UsageError as error:
            st.error("This file cannot be used:")
            st.code(str(error), language=None, wrap_lines=True)
        else:
            st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
            st.rerun()


def _settings(visit: Visit) -> None:
    st.toggle("Type exact numbers", key="exact", help="Boxes in place of sliders.")
    st.toggle("Large text, for a projector", key="large")
    playing = visit.game is not None
    st.session_state["game"] = playing
    words = "You see the results only up to the year reached, and decide for the next with that news."
    st.toggle("Game: a year at a time", key="game", on_change=lambda: visit.play(not playing), help=words)
    grades = "; ".join(words for grade, words in GRADES.items() if grade)
    st.markdown(f"Evidence: {grades}. The question mark beside a dial tells its range and what is not known.")
