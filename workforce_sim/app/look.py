"""How the page looks, and how somebody's own words are shown as they are.

In: texts of scenarios, which may come from anywhere. Out: style, and text that no library takes for markup: a name in
a file must not become a link, or a picture that is fetched from elsewhere.
"""

from __future__ import annotations

import re

import streamlit as st

_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!|~<>$:&^=-])")

_STYLE = """
.block-container {padding: 1.2rem 2rem 2rem 2rem; max-width: 110rem;}
h1 {font-size: 1.7rem !important; padding: 0 !important;}
[data-testid="stHeader"] {height: 0; min-height: 0;}
@media (max-width: 768px) {  /* narrow or magnified: the way to the dials is in the header */
  [data-testid="stHeader"] {height: 2.6rem; min-height: 2.6rem;} .block-container {padding-top: 2.8rem;}
}
[data-testid="stSidebarHeader"] {height: 2.2rem; margin: 0; padding-top: 0.3rem; padding-bottom: 0;}
[data-testid="stSidebarUserContent"] {padding-bottom: 2rem;}
[data-testid="stMetric"], [data-testid="stMetric"] > div {padding: 0.3rem 0.6rem !important; gap: 0 !important;}
[data-testid="stMetricValue"] {font-size: 1.45rem;}
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] {gap: 0.6rem;}
:focus-visible {outline: 3px solid #1A1A1A !important; outline-offset: 2px;}
"""
_LARGE = "html {font-size: 125%;} [data-testid='stSidebar'] {min-width: 24rem;}"


def style(large: bool) -> None:
    """The style of the whole page; `large`: for the last row of a room."""
    st.html(f"<style>{_STYLE}{_LARGE if large else ''}</style>")


def shading(on: bool) -> str:
    """Style in which figures cannot be taken for an answer; or, for its place is never left empty, as they are."""
    return f"<style>[class*='st-key-figures'] {{opacity: {0.4 if on else 1};}}</style>"


def plain(text: str) -> str:
    """Text as it is, with nothing that markdown would obey."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def spaced(name: str) -> str:
    """A name of a scenario's part as people say it."""
    return name.replace("_", " ")
