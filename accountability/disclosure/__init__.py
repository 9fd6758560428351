"""What is not shown to whoever may not see small cells, so that no small figure follows from those that are shown."""

from accountability.disclosure.cells import LEAST, WITHHOLD, Withheld, place_among, withheld_parts, withheld_rows
from accountability.disclosure.measures import withheld_mentions, withheld_of_wave
from accountability.disclosure.shown import shown_table
from accountability.disclosure.shown_league import shown_figures

__all__ = [
    "LEAST",
    "WITHHOLD",
    "Withheld",
    "place_among",
    "shown_figures",
    "shown_table",
    "withheld_mentions",
    "withheld_of_wave",
    "withheld_parts",
    "withheld_rows",
]
