"""What a league's comparisons can detect, as tables and in a sentence."""

import pandas as pd

from estimation.changes.needed import RANK, SCORE, STANDING
from presentation.numbers import change_text
from service.figures.detection import Detection
from service.figures.league import League
from words import Speaker


def detection_rows(league: League, detectable: Detection, t: Speaker) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables under their headings: the chances of each comparison, and the interviews that each move needs."""
    moves = [change_text(league.measure, move, t) for move in detectable.moves]
    powers = detectable.designs[list(detectable.moves)].to_numpy()
    values = {"correlation": detectable.correlation, "watched": detectable.watched}
    designs = pd.DataFrame({t("detection.design"): [t(f"detection.{d}", **values) for d in detectable.designs.design]})
    for k, move in enumerate(moves):
        designs[t("detection.power", move=move)] = [t("number.power", value=p) for p in powers[:, k]]
    smallest = [change_text(league.measure, d, t) for d in detectable.designs.detectable]
    designs[t("detection.detectable")] = smallest
    needed = pd.DataFrame({t("detection.move"): moves})
    for level in (SCORE, STANDING, RANK):
        needed[t(f"detection.{level}")] = [t("number.count", value=n) for n in detectable.needed[level]]
    return designs, needed


def detection_note(detectable: Detection, t: Speaker) -> str:
    """What the figures of both tables assume."""
    return t("detection.note", n=detectable.interviews, deff=detectable.design_effect)
