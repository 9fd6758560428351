"""What pages and the command line show of a wave's fieldwork: each release's numbers, and what is still to do."""

import pandas as pd

from presentation.figures import Speaker
from service.fieldwork.calls import Fieldwork, TakenIn
from service.store.runs import local_time

COLUMNS = ("release", "units", "tried", "finished", "open")


def release_rows(found: Fieldwork, t: Speaker) -> pd.DataFrame:
    """One row a release begun: its numbers, and how many are tried, finished and open."""
    return pd.DataFrame({t(f"calls.column.{c}"): [f"{n:,}" for n in found.releases[c]] for c in COLUMNS})


def lines(found: Fieldwork, t: Speaker) -> list[str]:
    """When a number is finished, and whether the wave may be weighted."""
    if found.releases.empty:
        return []
    said = [t("calls.rule", required=found.required)]
    if not found.open:
        return [*said, t("calls.all_finished")]
    if found.stopped is not None:
        who = {c: found.stopped[c] for c in ("open", "by", "reason")}
        return [*said, t("calls.stopped_by", at=local_time(found.stopped["at"]), **who)]
    return [*said, open_text(found, t)]


def open_text(found: Fieldwork, t: Speaker) -> str:
    """How many numbers of the releases begun are open, and what that means."""
    return t("calls.still_open", wave=found.wave, open=found.open, units=int(found.releases.units.sum()))


def taken_in(done: TakenIn, t: Speaker) -> str:
    """What a call log brought."""
    return t("calls.taken_in" if done.new else "calls.unchanged", new=done.new, known=done.known)
