"""What all workbooks that are written share: how they begin, how a page begins, how high a row is.

In: text. Out: xlsxwriter's workbooks and pages. Text stays text, whatever it begins with, and the same content gives
the same bytes.
"""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

TITLE_ROW, ABOUT_ROW, HEAD_ROW = 0, 1, 3
"""Rows of a page, from 0: its title, what it is about, the headings of its table."""
LINE_POINTS = 14.0
DARK = "#1F3864"
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def new_book(buffer: io.BytesIO, title: str, created: datetime) -> Workbook:
    """An empty workbook. `created`: told as its date, in place of now, so that bytes repeat."""
    book = xlsxwriter.Workbook(buffer, _SAFE)
    book.set_properties({"title": title[:200], "created": created})
    return book


def title_format(book: Workbook) -> Format:
    """How the title of a page looks."""
    return book.add_format({"bold": True, "font_size": 14, "font_color": DARK})


def new_page(book: Workbook, look: Format, name: str, title: str, about: str) -> Worksheet:
    """A page with its title, `look`ing so, and a line on what it is about."""
    page = book.add_worksheet(name)
    page.write_string(TITLE_ROW, 0, title, look)
    page.write_string(ABOUT_ROW, 0, about)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    return page


def height(*cells: tuple[str, int]) -> float:
    """Height of a row in points, from the texts in it and the widths of their columns; not every program finds it."""
    return LINE_POINTS * max([1, *(-(-len(text) // width) for text, width in cells)])
