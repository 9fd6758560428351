"""A plan's outline in words: what it comes to while it is being written, and where its response rate is from."""

from sampling.planning.foresight import Assumed
from sampling.planning.outline import POWER, Outline
from service.drawing.outlines import Beginning
from words import Speaker


def outline_lines(outline: Outline, assumed: Assumed, t: Speaker) -> list[str]:
    """Interviews and numbers, the margins, and the falls that an area's figures can show."""
    counts = {"areas": outline.areas, "interviews": outline.interviews, "fewest": outline.fewest, "most": outline.most}
    part = outline.numbers / outline.population
    lines = [t("outline.counts", **counts), t("outline.numbers", numbers=outline.numbers, part=part)]
    if assumed.sd is None:
        lines.append(t("outline.margins", margin=outline.margin, widest=outline.widest))
        return [
            *lines,
            t("outline.falls", visible=outline.visible, power=POWER, fall=assumed.fall, chance=outline.chance),
        ]
    lines.append(t("outline.margins_mean", margin=outline.margin, widest=outline.widest))
    values = {"visible": outline.visible, "power": POWER, "fall": assumed.fall, "chance": outline.chance}
    return [*lines, t("outline.falls_mean", **values)]


def beginning_text(beginning: Beginning, t: Speaker) -> str:
    """From where the response rate is that the form begins with, or that there is none yet."""
    if beginning.response_rate is None:
        return t("outline.no_rate")
    return t("outline.rate", wave=beginning.called, rate=beginning.response_rate)
