"""Marks: one sign and one colour for each verdict, on every page, chart and table; never a colour alone.

The colours are those of Okabe and Ito (2008), which people with any colour vision tell apart; each has a contrast of at
least 3 : 1 against the light and against the dark page.
"""

from presentation.changes import direction
from service.figures.league import League

FALL, RISE, CHANGED, OPEN = "▼", "▲", "◆", "○"  # confirmed; confirmed without a direction; not confirmed
REACHED, MISSED, UNTOLD = "✓", "✗", "?"  # a target or rule
WEAK = "†"  # too weak to publish
COLOURS = {FALL: "#D55E00", RISE: "#0072B2", CHANGED: "#8A5A9E", OPEN: "#767676", REACHED: "#0072B2", MISSED: "#D55E00"}
SHAPES = {FALL: "triangle-down", RISE: "triangle-up", CHANGED: "diamond", OPEN: "circle"}  # in charts
INK = {"light": "#1f2a37", "dark": "#e8eaed"}  # the theme's colours, for what is drawn on a canvas
PAPER = {"light": "#ffffff", "dark": "#14181d"}
SERIES = (  # colour and shape of each of several series in one picture
    ("#0072B2", "circle"),
    ("#D55E00", "square"),
    ("#008A65", "triangle-up"),
    ("#8A5A9E", "diamond"),
    ("#A87400", "triangle-down"),
    ("#767676", "cross"),
    ("#C4528E", "triangle-right"),
)
LINE = "#8a94a0"  # of means, targets and axes

TOWARD = {"fall": FALL, "worse": FALL, "rise": RISE, "better": RISE}
OF_LINE = {  # of the lines of a tile
    **TOWARD,
    "changed": CHANGED,
    "in": MISSED,
    "listed": OPEN,
    "possible": OPEN,
    "out": REACHED,
    "reached": REACHED,
    "missed": MISSED,
    "untold": UNTOLD,
    "ahead": "↑",
    "behind": "↓",
}


def of_direction(direction: str) -> str:
    """The mark of a confirmed change with this direction."""
    return TOWARD.get(direction, CHANGED)


def of_area(league: League, area: str) -> str:
    """The mark of an area's verdict; nothing for an area that is not compared."""
    if league.against is None or area not in league.table.index or area in league.uncompared:
        return ""
    return of_direction(direction(league, area)) if area in league.movers else OPEN


def coloured(mark: str) -> str:
    """The mark in its colour, as markup."""
    return f'<span style="color:{COLOURS.get(mark, LINE)}">{mark}</span>'
