"""What is said of bulletins that are kept: a line for each, and whether one of them is still what the figures say."""

from collections.abc import Mapping

from presentation.bulletin.making import Again
from presentation.times import wave_text
from service.bulletins.keeping import Kept
from service.bulletins.since import Since
from service.store.runs import local_time
from words import Speaker

MOST = 20  # revised figures that are named one by one


def kept_text(kept: Kept, t: Speaker) -> str:
    """A bulletin in one line."""
    values = {"number": kept.number, "version": kept.version, "at": local_time(kept.at), "by": kept.by}
    values |= {"kind": t(f"bulletin.kind.{kept.kind}"), "wave": wave_text(kept.wave, t)}
    return t("bulletin.kept", **values, code=t(f"bulletin.language.{kept.language}"), digest=kept.digest[:12])


def listed_text(kept: Kept, since: Mapping[int, Since], t: Speaker) -> str:
    """A bulletin in one line, marked where its figures may have changed since it was made."""
    known, marks = since.get(kept.number), []
    if known is not None and known.newer:
        marks.append(t("bulletin.mark.newer", runs=[str(run) for run in known.newer], count=len(known.newer)))
    if known is not None and known.outdated:
        marks.append(t("bulletin.mark.outdated"))
    return t("list.between_sentences").join([*marks, kept_text(kept, t)])


def again_texts(kept: Kept, again: Again, t: Speaker) -> list[str]:
    """Whether the bulletin is the same when it is made again; else which figures were revised since."""
    sentences = _compared(kept, again, t)
    return [*sentences, t("bulletin.again.outdated")] if again.outdated else sentences


def _compared(kept: Kept, again: Again, t: Speaker) -> list[str]:
    if again.same:
        return [t("bulletin.again.same", number=kept.number, digest=kept.digest)]
    runs = [str(run) for run in again.newer]
    sentences = [t("bulletin.again.text", then=then, now=now) for then, now in again.texts[:MOST]]
    if again.revised:
        sentences.append(t("bulletin.again.revised", count=len(again.revised)))
        for one in again.revised[:MOST]:
            values = {"row": one.row, "column": one.column, "then": one.then or "–", "now": one.now or "–"}
            sentences.append(t("bulletin.again.figure", table=one.table, **values))
        return [*sentences, t("bulletin.again.newer", runs=runs)] if runs else sentences
    unchanged = t("bulletin.again.equal", runs=runs, count=len(runs)) if runs else t("bulletin.again.words")
    return [*sentences, unchanged]
