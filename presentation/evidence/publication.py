"""Releases to leaders in words: when and by whom, what a correction changed, and what leaders do not see yet."""

from collections.abc import Iterable

import pandas as pd

from presentation.times import wave_text
from programme.declared import Programme
from service.figures.league import League
from service.figures.publications import Publication
from service.figures.use_cases import COMPARE, ESTIMATE
from service.store.runs import local_time, person_text
from words import Speaker

CHANGED = {"estimates": "publish.changed_estimates", "ranks": "publish.changed_ranks"}


def published_note(league: League, t: Speaker) -> list[str]:
    """What must be said under a league's figures of their release; nothing where no release is asked for or made."""
    publication = league.published
    if publication is None:
        return [t("publish.not_yet")] if league.programme.release else []
    runs = {run["run_id"] for use_case, run in league.runs.items() if use_case in (ESTIMATE, COMPARE)}
    sentences = [publication_text(publication, league.programme, t)]
    if not runs <= publication.runs and league.programme.release:
        sentences.append(t("publish.newer"))
    return sentences


def publication_text(publication: Publication, programme: Programme, t: Speaker) -> str:
    """A release in a sentence; of a correction, why it was made and what it changed."""
    values = {
        "at": local_time(publication.at),
        "by": person_text(publication.by, t),
        "wave": wave_text(publication.wave, t),
    }
    if publication.number == 1:
        return t("publish.first", **values)
    sentences = [t("publish.again", **values, number=publication.number)]
    if publication.note:
        sentences.append(t("publish.why", note=publication.note))
    sentences += change_texts(publication, programme, t) or [t("publish.unchanged")]
    return t("list.between_sentences").join(sentences)


def change_texts(publication: Publication, programme: Programme, t: Speaker) -> list[str]:
    """What a correction changed: for each measure, whose figures and whose ranks."""
    sentences = []
    for figure, by_measure in publication.changed.items():
        for measure, areas in by_measure.items():
            if measure in programme.measures:
                names = [programme.ranked[area].name for area in areas if area in programme.ranked]
                values = {"measure": programme.measure_names[measure], "names": names, "count": len(areas)}
                sentences.append(t(CHANGED[figure], **values))
    return sentences


def publication_rows(publications: Iterable[Publication], programme: Programme, t: Speaker) -> pd.DataFrame:
    """One row for each release, under its headings."""
    rows = [
        {
            t("column.wave"): wave_text(publication.wave, t),
            t("column.publication"): str(publication.number),
            t("column.at"): local_time(publication.at),
            t("column.by"): person_text(publication.by, t),
            t("column.note"): publication.note,
            t("column.changed"): t("list.between_sentences").join(change_texts(publication, programme, t)),
        }
        for publication in publications
    ]
    headings = ("wave", "publication", "at", "by", "note", "changed")
    return pd.DataFrame(rows, columns=[t(f"column.{heading}") for heading in headings])
