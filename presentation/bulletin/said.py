"""What is said of bulletins that are kept: a line for each, and whether one of them is still what the figures say."""

from collections.abc import Iterable, Mapping

import pandas as pd

from presentation.bulletin.making import Again, Revised
from presentation.times import wave_text
from service.bulletins.keeping import Kept
from service.bulletins.since import Since
from service.store.runs import local_time, person_text
from words import Speaker

MOST = 20  # revised figures that are named one by one


def kept_text(kept: Kept, t: Speaker) -> str:
    """A bulletin in one line."""
    values = {"number": kept.number, "version": kept.version, "at": local_time(kept.at), "by": person_text(kept.by, t)}
    values |= {"kind": t(f"bulletin.kind.{kept.kind}"), "wave": wave_text(kept.wave, t)}
    return t("bulletin.kept", **values, code=t(f"bulletin.language.{kept.language}"), digest=kept.digest[:12])


def listed_text(kept: Kept, since: Mapping[int, Since], t: Speaker) -> str:
    """A bulletin in one line, marked where its figures may have changed since it was made."""
    marks = [t("bulletin.mark.around", mark=mark) for mark in _marks(kept, since, t)]
    return t("list.between_sentences").join([*marks, kept_text(kept, t)])


def kept_rows(kept: Iterable[Kept], since: Mapping[int, Since], t: Speaker) -> pd.DataFrame:
    """A row for each bulletin that is kept, with what was computed or corrected since, under headings."""
    rows = [
        (
            str(one.number),
            t("list.between_sentences").join(_marks(one, since, t)) or "–",
            t(f"bulletin.kind.{one.kind}"),
            wave_text(one.wave, t),
            t(f"bulletin.language.{one.language}"),
            str(one.version),
            local_time(one.at),
            person_text(one.by, t),
        )
        for one in kept
    ]
    names = ("number", "since", "kind", "wave", "language", "version", "at", "by")
    return pd.DataFrame(rows, columns=pd.Index([t(f"bulletin.listed.{name}") for name in names]), dtype=str)


def revised_rows(again: Again, t: Speaker) -> pd.DataFrame:
    """The figures that are others now: the table, the row, the column, then and now, under headings."""
    rows = [(one.table, one.row, one.column, one.then or "–", one.now or "–") for one in again.revised]
    names = ("table", "row", "heading", "then", "now")
    return pd.DataFrame(rows, columns=pd.Index([t(f"bulletin.listed.{name}") for name in names]), dtype=str)


def _marks(kept: Kept, since: Mapping[int, Since], t: Speaker) -> list[str]:
    known, marks = since.get(kept.number), []
    if known is not None and known.newer:
        marks.append(t("bulletin.mark.newer", runs=[str(run) for run in known.newer], count=len(known.newer)))
    if known is not None and known.outdated:
        marks.append(t("bulletin.mark.outdated"))
    return marks


def again_texts(kept: Kept, again: Again, t: Speaker) -> list[str]:
    """Whether the bulletin is the same when it is made again; else which figures were revised since."""
    named = [_figure(one, t) for one in again.revised[:MOST]]
    if len(again.revised) > MOST:
        named.append(t("bulletin.again.more", shown=MOST, count=len(again.revised)))
    return [*again_sentences(kept, again, t), *named]


def again_sentences(kept: Kept, again: Again, t: Speaker) -> list[str]:
    """The same without the list of the revised figures, which is announced in the last sentence.

    While a correction waits to be computed or released, nothing says that the figures are the same: readers would take
    it for the result of the correction.
    """
    waits = [t("bulletin.again.outdated")] if again.outdated else []
    if again.unreleased:
        runs = [str(run) for run in again.unreleased]
        waits = [t("bulletin.again.unreleased", runs=runs, count=len(runs))]
    if again.same:
        return waits or [t("bulletin.again.same", number=kept.number, digest=kept.digest)]
    return [*waits, *_compared(again, t)]


def _compared(again: Again, t: Speaker) -> list[str]:
    runs = [str(run) for run in again.newer]
    sentences = [t("bulletin.again.text", then=then, now=now) for then, now in again.texts[:MOST]]
    if again.revised:
        newer = [t("bulletin.again.newer", runs=runs)] if runs else []
        return [*newer, *sentences, t("bulletin.again.revised", count=len(again.revised))]
    unchanged = t("bulletin.again.equal", runs=runs, count=len(runs)) if runs else t("bulletin.again.words")
    return [*sentences, unchanged]


def _figure(one: Revised, t: Speaker) -> str:
    values = {"row": one.row, "column": one.column, "then": one.then or "–", "now": one.now or "–"}
    return t("bulletin.again.figure", table=one.table, **values)
