"""Waves and the import log as pages and the command line show them."""

import pandas as pd

from presentation.times import wave_text
from programme.wave_names import WAVE
from service.intake.import_log import FROM_RESPONSES, REFUSED, frame_label
from service.store.runs import local_time, person_text
from words import Speaker


def wave_rows(versions: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The versions of waves (`wave_versions`) in the reader's language."""
    return versions.assign(
        wave=[wave_text(w, t) for w in versions.wave],
        file=[file_text(file, t) for file in versions.file],
        current=[t("yes" if c else "no") for c in versions.current],
    )


def import_rows(log: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The import log (`import_log`) with outcomes and reasons in the reader's language.

    overtaken: what was refused was accepted later, when it was sent again
    """
    reasons = [t(fault, **v) if fault else "" for fault, v in zip(log.fault, log.fault_values, strict=True)]
    accepted = log.outcome != REFUSED
    later = accepted.groupby([log.programme, log.wave]).cumsum() > 0  # newest first
    return log.assign(
        by=[person_text(name, t) for name in log.by],
        at=[local_time(at) for at in log["at"]],
        wave=[wave_label(w, t) if w else p for w, p in zip(log.wave, log.programme, strict=True)],
        file=[file_text(file, t) for file in log.file],
        outcome=[t(f"outcome.{o}") for o in log.outcome],
        reason=reasons,
        overtaken=~accepted & later,
        version=log.version.astype("Int64"),
        interviews=log.interviews.astype("Int64"),
    )


def refusals(rows: pd.DataFrame, *, overtaken: bool) -> list[dict[str, str]]:
    """at, wave and reason of the files not accepted (`import_rows`): of those accepted later, or of the others."""
    chosen = rows.loc[(rows.reason != "") & (rows.overtaken == overtaken), ["at", "wave", "reason"]]
    return [{str(name): cell for name, cell in row.items()} for row in chosen.to_dict("records")]


def file_text(file: str, t: Speaker) -> str:
    """The name of an imported file; in words where the wave was made here, of the answers received."""
    kind, _, wave = file.partition(" ")
    return t("response.file", wave=wave_text(wave, t)) if kind == FROM_RESPONSES and WAVE.fullmatch(wave) else file


def wave_label(wave: str, t: Speaker) -> str:
    """The name of a wave or of a frame in words; anything else that somebody typed is shown as it was typed."""
    if wave.startswith(frame_label("")):
        return t("centre.frame", name=wave.removeprefix(frame_label("")))
    return wave_text(wave, t) if WAVE.fullmatch(wave) else wave
