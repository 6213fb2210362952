"""Charts on the page, each with its title, and one sentence for those who cannot see it.

In: courses and names. Out: what is drawn, two in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from workforce_sim.analysis.series import COURSES
from workforce_sim.app.charts import SHOWN, chart, spoken, title

_BARE = {"displayModeBar": False, "scrollZoom": False}


def charts(
    courses: Mapping[str, pd.DataFrame], names: Sequence[str], until: str | None, size: int, most: int = len(SHOWN)
) -> None:
    """The courses of a baseline and what-ifs, the most important first."""
    for first in range(0, most, 2):
        columns = st.columns(2)
        for column, name in zip(columns, SHOWN[first : first + 2], strict=False):
            with column:
                st.markdown(f"**{title(name)}**", help=COURSES[name].meaning)
                st.plotly_chart(chart(courses, name, names, until, size), theme=None, key=f"chart:{name}:{most}",
                                config=_BARE, alt=spoken(courses, name, names, until))  # fmt: skip
    band = "The band holds the middle 80% of replications. " if len(names) <= 2 else ""
    st.caption(f"Lines are means over replications (the wait: the middle one). {band}Funded posts are dotted.")
