"""The page itself, which Streamlit runs from top to bottom whenever somebody does something.

In: the room that all pages share, and this browser session. Out: what is on the screen. The dials stand left, the
answer first in the centre, then charts, tables and the story. Worker processes import this module under another name,
so that nothing happens unless it is run as the page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from workforce_sim.app.look import style
from workforce_sim.app.panel import panel
from workforce_sim.app.room import the_room
from workforce_sim.app.view import view
from workforce_sim.app.visit import Visit, visit_of


def main() -> None:
    """Draw the page."""
    st.set_page_config("Workforce workshop", layout="wide", initial_sidebar_state="auto")
    room = the_room()
    if "visit" not in st.session_state:
        address = {name: st.query_params.get_all(name) for name in st.query_params}
        st.session_state["visit"] = visit_of(room.bases, address)
    visit: Visit = st.session_state["visit"]
    ticket = room.desk.ask(visit.who, visit.base.scenario, visit.asked(), _there())
    style(large=bool(st.session_state.get("large")))
    with st.sidebar:
        panel(room, visit)
    view(room, visit, ticket)
    wanted = visit.address()
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)


def _there() -> Callable[[], bool]:
    """Is the window open that this page is drawn for?"""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: False
    return partial(runtime.get_instance().is_active_session, context.session_id)


if __name__ == "__main__":
    main()
