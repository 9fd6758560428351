"""Tables: rows under their headings, area and verdict pinned; as long as their rows up to 40, then in pages."""

import html
import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st
from pandas.io.formats.style import Styler

from estimation import Measure
from estimation.indicators.indicators import SHARE
from presentation import league_table, rules
from service.figures.league import League
from ui import address, drawn, marks
from ui.literal import literal
from words import MINUS, Speaker, visible

WIDE = 132  # pixels of columns whose words must not be cut: on a phone there is room beside both
PINNED = ("area", "verdict")  # columns that stay in sight where the table is wider than the screen
FITTED = ("consequence",)  # columns as wide as their longest text
FIRST_CHINESE = 0x2E80  # the first character that is as wide as it is high
ROW, BORDER = 35, 3  # heights in a table, in pixels: of a row, as of the headings, and of the border
HYPHEN = re.compile(r"(?<![\w.])-(?=\d)")  # that stands for a minus, not between two numbers
SIGNED = re.compile(rf"[+{MINUS}]?[\d,]+(?:\.\d+)?%?")  # a number as it is written in a table
UNKNOWN = "–"  # in place of a number or text that is not known
LONGEST = 40  # rows of one page of a table
PAPER = '<table class="printed">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
WRAPPED = '<table class="wrapped"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
CHOSEN, CLOSED = "table chosen", "tables closed"  # in the session: the table whose cell is chosen, how often closed


def show_table(
    rows: pd.DataFrame,
    columns: Iterable[str],
    formats: Mapping[str, str],
    t: Speaker,
    *,
    if_known: Collection[str] = (),
    name: str = "",
    choosing: str = "",
) -> tuple[pd.DataFrame, tuple[int, str] | None]:
    """A table of the given columns under their headings.

    formats: Streamlit's number format of a column, for those that have one.
    if_known: columns that are left out if no row has a value in them.
    name: what its page of rows is called in the address, if it may have several pages.
    choosing: the name of a table in which a cell can be chosen, another one for other content.
    Returned are the rows shown, and the row and column of the chosen cell.
    """
    shown_columns = [c for c in columns if c not in if_known or rows[c].notna().any()]
    page = _page(rows, name, t)
    place = (rows.index.get_loc(page.index[0]) if len(page) else 0), len(page)
    content = _packed(rows, tuple(shown_columns), tuple(formats.items()), *place, t=t)
    config = {}
    for c in shown_columns:
        width = WIDE if c in PINNED else _fitted(rows[c]) if c in FITTED else None
        pinned, said = c in PINNED or None, league_table.heading(c, t)
        if c in formats:
            form = None if isinstance(content, Styler) else formats[c]  # a format would go before the styler's texts
            config[c] = st.column_config.NumberColumn(said, format=form, width=width, pinned=pinned)
        else:
            config[c] = st.column_config.Column(said, width=width, pinned=pinned)
    look: dict[str, Any] = {"column_config": config, "hide_index": True, "width": "stretch", "placeholder": UNKNOWN}
    look["height"] = _height(page)
    st.html(_on_paper(rows, tuple(shown_columns), tuple(formats.items()), t=t))
    if not choosing:
        st.dataframe(content, **look)
        return page, None
    session = st.session_state
    key = f"{choosing} {t('language.code')} {session.get(CLOSED, 0)}"
    look |= {"key": key, "on_select": lambda: session.update({CHOSEN: key}), "selection_mode": "single-cell"}
    event: Any = st.dataframe(content, **look)
    return page, next(iter(event.selection.cells), None) if session.get(CHOSEN) == key else None


def _fitted(cells: pd.Series) -> int:
    """The pixels that the longest of these texts needs: 14 for a Chinese sign, 8 for a Latin one, 20 at the sides."""
    return 20 + max((sum(14 if ord(sign) >= FIRST_CHINESE else 8 for sign in str(cell)) for cell in cells), default=0)


def paper_table(
    rows: pd.DataFrame,
    columns: Iterable[str],
    formats: Mapping[str, str],
    heading: str,
    t: Speaker,
    *,
    if_known: Collection[str] = (),
) -> None:
    """A table that only paper shows, under its heading: of what the screen shows one part at a time."""
    shown_columns = tuple(c for c in columns if c not in if_known or rows[c].notna().any())
    st.html(_on_paper(rows, shown_columns, tuple(formats.items()), heading, t=t))


def close_chosen() -> None:
    """Clear the chosen cell in every table."""
    st.session_state[CLOSED] = st.session_state.get(CLOSED, 0) + 1


def plain_table(rows: pd.DataFrame, *, words: int | None = None) -> None:
    """A small table whose headings and cells are text already.

    words: how many columns, from the left, hold words; the others hold figures and are aligned to the right.
    """
    figures = [] if words is None else list(rows.columns[words:])
    rows = rows.assign(
        **{c: [HYPHEN.sub(MINUS, cell) if isinstance(cell, str) else cell for cell in rows[c]] for c in figures}
    )
    st.html(_paper(rows, {c: str(c) for c in rows}, {}))
    texts = seen(rows)
    signed = [c for c in figures if _all_signed(rows[c])]
    right = dict.fromkeys(figures, st.column_config.Column(alignment="right"))
    st.dataframe(
        _sorted_by_number(texts, signed) if signed else texts,
        column_config=right,
        hide_index=True,
        width="stretch",
        height=_height(rows),
    )


def _all_signed(cells: pd.Series) -> bool:
    """Whether the cells are all numbers as text, and one of them is below 0: texts would be sorted sign by sign."""
    written = [cell for cell in cells if isinstance(cell, str)]
    return any(MINUS in cell for cell in written) and all(isinstance(c, str) and SIGNED.fullmatch(c) for c in cells)


def _sorted_by_number(texts: pd.DataFrame, columns: list[str]) -> Styler:
    """The rows with these columns as numbers that are shown by their texts: a click on a heading sorts by number."""
    texts = texts.reset_index(drop=True)
    numbers = {c: texts[c].str.replace(MINUS, "-").str.replace("[,%]", "", regex=True).astype(float) for c in columns}
    written = {c: dict(zip(numbers[c], texts[c], strict=True)).__getitem__ for c in columns}
    styler = texts.assign(**numbers).style
    styler.format(written)
    return styler


def wrapped_table(rows: pd.DataFrame) -> None:
    """A table of texts whose cells are as high as their sentences; on a phone each row stands below the other."""
    head = "".join(f"<th>{html.escape(visible(str(c)))}</th>" for c in rows)
    body = ""
    for cells in rows.itertuples(index=False):
        named = zip(rows.columns, cells, strict=True)
        of_row = (f'<td data-of="{html.escape(str(c))}">{html.escape(visible(str(cell)))}</td>' for c, cell in named)
        body += f"<tr>{''.join(of_row)}</tr>"
    st.html(WRAPPED.format(head=head, body=body))


def seen(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every character of their texts to be seen, whatever stands in the name of a file."""
    texts = rows.select_dtypes(exclude="number")
    return rows.assign(**{c: [visible(cell) if isinstance(cell, str) else cell for cell in texts[c]] for c in texts})


def explained(lines: Iterable[tuple[str, str]]) -> None:
    """A list of names, each with what it is."""
    st.markdown("\n".join(f"- **{literal(name)}**  {literal(what)}" for name, what in lines))


@drawn.once
def league_rows(league: League, *, t: Speaker) -> pd.DataFrame:
    """`league_table.league_rows`."""
    return league_table.league_rows(league, t)


@drawn.once
def shown_rows(league: League, *, t: Speaker) -> pd.DataFrame:
    """`league_table.shown_rows` of them."""
    return league_table.shown_rows(league, league_rows(league, t=t), t)


@drawn.once
def marked_rows(league: League, *, t: Speaker) -> pd.DataFrame:
    """The same with the mark of each verdict."""
    return marked(league, shown_rows(league, t=t))


@drawn.once
def whole_rows(league: League, *, t: Speaker) -> pd.DataFrame:
    """The same with the withheld areas below."""
    return marked(league, league_table.with_withheld(league, shown_rows(league, t=t), t))


@drawn.once
def rule_rows(league: League, *, t: Speaker) -> pd.DataFrame:
    """`rules.rule_rows`."""
    return rules.rule_rows(league, t)


def marked(league: League, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a league with the mark of each verdict before its words, and that of a figure too weak to publish."""
    weak = rows.unfit.fillna("") != ""
    area = [f"{a} {marks.WEAK}" if w else a for a, w in zip(rows.area, weak, strict=True)]
    if "verdict" not in rows:
        return rows.assign(area=area)
    verdicts = zip(rows.code, rows.verdict, strict=True)
    return rows.assign(area=area, verdict=[f"{marks.of_area(league, code)} {words}" for code, words in verdicts])


def value_formats(measure: Measure) -> dict[str, str]:
    """Streamlit's number formats of an estimate and of a change, in the measure's unit."""
    decimals = measure.decimals
    return {"estimate": f"%.{decimals}f" + "%%" * (measure.unit == SHARE), "change": f"%+.{decimals}f"}


@drawn.once
def _packed(
    rows: pd.DataFrame,
    columns: tuple[str, ...],
    formats: tuple[tuple[str, str], ...],
    first: int,
    count: int,
    *,
    t: Speaker,
) -> pa.Table | Styler:
    """Some of the rows as they are sent; where a number is below 0, each number with its text, which has a minus.

    Streamlit's own formats write a hyphen; a styler's text stands beside its number, by which the column is sorted.
    """
    part = seen(rows[list(columns)].iloc[first : first + count])
    texts = {c: partial(figure, form) for c, form in formats if c in part}
    if not any((part[c] < 0).any() for c in texts):
        return pa.Table.from_pandas(part, preserve_index=False)
    return part.reset_index(drop=True).style.format(texts)


@drawn.once
def _on_paper(
    rows: pd.DataFrame,
    columns: tuple[str, ...],
    formats: tuple[tuple[str, str], ...],
    heading: str = "",
    *,
    t: Speaker,
) -> str:
    return _paper(rows[list(columns)], {c: league_table.heading(c, t) for c in columns}, dict(formats), heading)


def _paper(rows: pd.DataFrame, headings: Mapping[str, str], formats: Mapping[str, str], heading: str = "") -> str:
    """The whole table as markup that only paper shows: the grid is a canvas, of which paper has what the screen has."""
    columns = {c: [_cell(value, formats.get(c)) for value in rows[c]] for c in rows}
    head = "".join(f"<th>{html.escape(visible(headings[c]))}</th>" for c in columns)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns.values(), strict=True))
    caption = f"<caption>{html.escape(heading)}</caption>" if heading else ""
    return PAPER.format(caption=caption, head=head, body=body)


def figure(form: str, value: Any) -> str:
    """A number in its format, with a minus that is no hyphen, and none before a zero; a dash where it is not known."""
    if pd.isna(value):
        return UNKNOWN
    written = form % value
    return written.replace("-", MINUS if re.search("[1-9]", written) else "+" if "+" in form else "")


def _cell(value: Any, form: str | None) -> str:
    written = figure(form, value) if form else UNKNOWN if pd.isna(value) else str(value)
    return f'<td class="figure">{written}</td>' if form else f"<td>{html.escape(visible(written))}</td>"


def _page(rows: pd.DataFrame, name: str, t: Speaker) -> pd.DataFrame:
    """The rows of the page that is chosen above the table; all of them if they are few."""
    if len(rows) <= LONGEST or not name:
        return rows
    firsts = [str(first) for first in range(0, len(rows), LONGEST)]
    last = lambda first: min(int(first) + LONGEST, len(rows))  # noqa: E731
    key = f"{name} {t('language.code')}"
    first = st.session_state[key] = address.value(name, firsts) or firsts[0]
    st.segmented_control(
        t("rows.label"),
        firsts,
        format_func=lambda first: t("rows.from", first=int(first) + 1, last=last(first)),
        key=key,
        required=True,
        on_change=lambda: address.put(name, st.session_state[key]),
    )
    return rows.iloc[int(first) : last(first)]


def _height(rows: pd.DataFrame) -> int:
    return ROW * (min(len(rows), LONGEST) + 1) + BORDER
