"""Pictures of a bulletin as PNG: the values of its own tables, with signs of the reader's language.

Where this machine has no font with Chinese signs, a Chinese picture is refused with the way out.
"""

import io
import re
from dataclasses import replace

from service.bulletins.document import BARS, BRIEF, INTERVALS, SLIDE, Document, Grid, Picture, cell_text
from service.bulletins.fonts import picture_font
from words import Fault

DOTS = 200  # per inch
INCH = 25.4  # mm
BLUE, GREY, INK, RED, QUIET = "#0072B2", "#8C8C8C", "#222222", "#C8102E", "#555555"
CLOSEST = 0.95  # the size of a row's name against the distance of two rows, so that no name touches the next
YEAR = re.compile(r"^(\d{4}[^\d\s])(?=.)")  # of a period in Chinese: the rest stands below it
TALLEST = 182  # mm: a page of an annex with its heading and title
AROUND = 26  # mm of a picture's height that no row has: title, axis and source


def picture_png(
    document: Document,
    picture: Picture,
    *,
    width_mm: float,
    height_mm: float = 0,
    below_mm: float = 0,
    scale: float = 1,
    titled: bool = True,
) -> tuple[bytes, float]:
    """The picture and its width in mm, its letters `scale` times as large; a Fault if no font here has its signs.

    titled: with its title above it;  below_mm: what a page of an annex keeps free below it
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    font = picture_font()
    if not font.chinese and document.language == "zh":
        raise Fault(key="bulletin.no_font")
    grid = _drawn(picture, document.grid(picture.grid))
    rows = len(grid.rows)
    usual = _height(rows) if picture.kind in (INTERVALS, BARS) else 52 if document.kind == BRIEF else 70
    height = height_mm or min(usual, TALLEST - below_mm)
    figure = Figure(figsize=(width_mm / INCH / scale, height / INCH / scale), dpi=DOTS * scale, layout="constrained")
    FigureCanvasAgg(figure)
    from matplotlib import rc_context

    with rc_context({"font.family": [font.family, "DejaVu Sans"], "axes.unicode_minus": True, "font.size": 8}):
        axes = figure.add_subplot()
        (_across if picture.kind in (INTERVALS, BARS) else _along)(axes, document, picture, grid)
        if titled:
            figure.suptitle(picture.title, fontsize=9.5, color=INK, x=0.01, ha="left")
        axes.set_title(picture.axis, loc="left", fontsize=7, color=QUIET)
        source = "" if document.kind == SLIDE else document.source  # which stands on the slide itself
        foot = "\n".join(filter(None, (source, document.words.get("mark", document.mark))))
        if foot:
            figure.supxlabel(foot, fontsize=6.5, color=QUIET, x=0.01, ha="left", multialignment="left")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue(), width_mm


def _drawn(picture: Picture, grid: Grid) -> Grid:
    """The table without the rows that have no value: what is withheld has no bar and no point."""
    if picture.kind not in (BARS, INTERVALS):
        return grid
    rows = zip(grid.rows, grid.values(picture.value), strict=True)
    return replace(grid, rows=tuple(row for row, value in rows if value is not None))


def _height(rows: int) -> float:
    return min(AROUND + rows * (2.5 if rows > 40 else 4.2 if rows > 12 else 7), TALLEST)


def _numbers(grid: Grid, name: str) -> list[float]:
    """A column as the axis shows it: shares in per cent."""
    form = next(column.form for column in grid.columns if column.name == name)
    factor = 100 if form.startswith("share") else 1
    return [float("nan") if value is None else factor * value for value in grid.values(name)]


def _across(axes, document: Document, picture: Picture, grid: Grid) -> None:
    """A row for each area or answer: a point with its interval, or a bar."""
    values, names = _numbers(grid, picture.value), grid.values(picture.label)
    places = list(range(len(values)))
    small = len(values) > 40
    if picture.lower:
        axes.hlines(places, _numbers(grid, picture.lower), _numbers(grid, picture.upper), color=GREY, linewidth=1.2)
    if picture.kind == BARS:
        axes.barh(places, values, color=BLUE, height=0.6, alpha=0.85)
    else:
        axes.plot(values, places, "o", color=BLUE, markersize=2.6 if small else 4)
    pitch = (axes.figure.get_figheight() * INCH - AROUND) / max(len(values), 1) / INCH * 72  # points from row to row
    axes.set_yticks(places, names, fontsize=min(5.4 if small else 7.5, CLOSEST * pitch))
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=7.5)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    if picture.kind == BARS:
        axes.set_xlim(left=0)
    if picture.line is not None:
        factor = 100 if _form(grid, picture.value).startswith("share") else 1
        axes.axvline(factor * picture.line, color=RED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.set_title(picture.line_text, loc="right", fontsize=7, color=RED)


def _along(axes, document: Document, picture: Picture, grid: Grid) -> None:
    """A point with its interval for each period, joined by a line, each with its value."""
    values, names = _numbers(grid, picture.value), grid.values(picture.label)
    places, form = list(range(len(values))), _form(grid, picture.value)
    axes.vlines(places, _numbers(grid, picture.lower), _numbers(grid, picture.upper), color=GREY, linewidth=1.4)
    axes.plot(places, values, "o-", color=BLUE, markersize=4, linewidth=1)
    for place, value in enumerate(grid.values(picture.value)):
        if value is not None:
            rises = place + 1 < len(values) and values[place + 1] > values[place]
            axes.annotate(
                cell_text(value, form),
                (place, values[place]),
                xytext=(4, -4 if rises else 4),  # right of the interval, and off the line to the next point
                textcoords="offset points",
                ha="left",
                va="top" if rises else "bottom",
                fontsize=7.5,
                color=INK,
            )
    axes.set_xticks(places, [YEAR.sub(r"\1\n", name) for name in names], fontsize=7.5)
    axes.set_xlim(-0.4, len(places) - 0.3)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)


def _form(grid: Grid, name: str) -> str:
    return next(column.form for column in grid.columns if column.name == name)
