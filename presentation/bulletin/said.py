"""What is said of bulletins that are kept: a line for each, and whether one of them is still what the figures say."""

from presentation.bulletin.making import Again
from presentation.times import wave_text
from service.bulletins.keeping import Kept
from service.store.runs import local_time
from words import Speaker

MOST = 20  # revised figures that are named one by one


def kept_text(kept: Kept, t: Speaker) -> str:
    """A bulletin in one line."""
    values = {"number": kept.number, "version": kept.version, "at": local_time(kept.at), "by": kept.by}
    values |= {"kind": t(f"bulletin.kind.{kept.kind}"), "wave": wave_text(kept.wave, t), "code": kept.language}
    return t("bulletin.kept", **values, digest=kept.digest[:12])


def again_texts(kept: Kept, again: Again, t: Speaker) -> list[str]:
    """Whether the bulletin is the same when it is made again; else which figures were revised since."""
    if again.same:
        return [t("bulletin.again.same", number=kept.number, digest=kept.digest)]
    sentences = [t("bulletin.again.revised" if again.revised else "bulletin.again.words", count=len(again.revised))]
    for one in again.revised[:MOST]:
        values = {"row": one.row, "column": one.column, "then": one.then or "–", "now": one.now or "–"}
        sentences.append(t("bulletin.again.figure", table=one.table, **values))
    if again.newer:
        sentences.append(t("bulletin.again.newer", runs=[str(run) for run in again.newer]))
    return sentences
