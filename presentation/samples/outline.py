"""A plan's outline in words: what it comes to while it is being written, and where its response rate is from."""

from presentation.times import wave_text
from sampling.planning.foresight import Assumed
from sampling.planning.outline import POWER, Outline
from service.drawing.outlines import Beginning
from words import Speaker


def outline_lines(outline: Outline, assumed: Assumed, t: Speaker) -> list[str]:
    """Interviews and numbers, the margins, and the falls that an area's figures can show."""
    counts = {"areas": outline.areas, "interviews": outline.interviews, "fewest": outline.fewest, "most": outline.most}
    part = outline.numbers / outline.population
    equal = outline.fewest == outline.most
    counted = t("outline.counts_equal", **counts) if equal else t("outline.counts", **counts)
    lines = [counted, t("outline.numbers", numbers=outline.numbers, part=part)]
    if assumed.sd is None:
        lines.append(t("outline.margins", margin=100 * outline.margin, widest=100 * outline.widest))
        values = {"fall": 100 * assumed.fall, "power": POWER, "chance": outline.chance}
        if outline.visible > assumed.share:  # nothing falls by more than it is
            return [*lines, t("outline.no_fall", share=100 * assumed.share, **values)]
        return [*lines, t("outline.falls", visible=100 * outline.visible, **values)]
    lines.append(t("outline.margins_mean", margin=outline.margin, widest=outline.widest))
    values = {"visible": outline.visible, "power": POWER, "fall": assumed.fall, "chance": outline.chance}
    return [*lines, t("outline.falls_mean", **values)]


def beginning_text(beginning: Beginning, t: Speaker) -> str:
    """From where the response rate is that the form begins with, or that there is none yet."""
    if beginning.response_rate is None:
        return t("outline.no_rate")
    return t("outline.rate", wave=wave_text(beginning.called or "", t), rate=beginning.response_rate)
