"""The manual as a site: `sphinx-build -W --keep-going -c docs . build/site`; a link that leads nowhere is an error.

The sources are the whole project, so that pages may link to scenarios, notebooks and the README as they stand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")

project = "workforce-sim"
author = "workforce_sim contributors"
extensions = ["myst_parser"]
root_doc = "docs/contents"
include_patterns = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "workforce-sim"


def folders_in_words(app: Any, name: str, source: list[str]) -> None:
    """A link to a folder has no page to lead to: its words stay."""
    page = Path(app.env.doc2path(name))

    def words(link: re.Match[str]) -> str:
        return link[1] if (page.parent / link[2]).is_dir() else link[0]

    source[0] = LINK.sub(words, source[0])


def setup(app: Any) -> None:
    """Tell Sphinx."""
    app.connect("source-read", folders_in_words)
