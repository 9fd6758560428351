"""Appointments with respondents: how many an interviewer has in each hour, and which of them cannot all be kept."""

from datetime import datetime, timedelta

import pandas as pd

from fieldwork.calling_rules import in_utc, local_times
from words import Fault

LONGEST = timedelta(days=7)


def check_appointment(starts: datetime, ends: datetime, now: datetime) -> None:
    """A Fault for an appointment that ends before it starts, that is over, or that lasts for more than a week.

    Times are said in the zones that they have.
    """
    if not starts < ends:
        raise Fault(key="appointment.order", starts=_written(starts), ends=_written(ends))
    if not now < ends:
        raise Fault(key="appointment.over", ends=_written(ends), found=_written(now))
    if ends - starts > LONGEST:
        raise Fault(key="appointment.long", days=(ends - starts).days, expected=LONGEST.days)


def clashing(appointments: pd.DataFrame, interviewers: int) -> pd.Series:
    """Whether each of the appointments (interviewer, starts, ends) overlaps with more than can be kept, (n,) bool.

    interviewers  how many there are
    An interviewer keeps one appointment at a time.  What is for whoever is free (no interviewer) clashes where more
    appointments are at the same time than there are interviewers.  One that starts when another ends does not overlap.
    """
    order = appointments.sort_values(["starts", "ends"], kind="stable")
    clash = pd.Series(False, index=appointments.index)
    for _, own in order[order.interviewer.notna()].groupby("interviewer"):
        clash |= _crowded(own, 1).reindex(clash.index, fill_value=False)
    return clash | _crowded(order, max(interviewers, 1)).reindex(clash.index, fill_value=False)


def _crowded(order: pd.DataFrame, most: int) -> pd.Series:
    """Whether each appointment is, at some time, one of more than `most`; order: by their start."""
    crowded, running = pd.Series(False, index=order.index), []
    for place, starts, ends in zip(order.index, order.starts, order.ends, strict=True):
        running = [(until, other) for until, other in running if until > starts] + [(ends, place)]
        if len(running) > most:
            crowded.loc[[other for _, other in running]] = True
    return crowded


def load_by_hour(appointments: pd.DataFrame, zone: str) -> pd.DataFrame:
    """day, hour, interviewer (None: whoever is free) and appointments: how many start in each hour, in this zone."""
    starts = local_times(in_utc(appointments.starts), zone)
    by_hour = pd.DataFrame(
        {"day": starts.date, "hour": starts.hour, "interviewer": appointments.interviewer.to_numpy()}
    )
    keys = ["day", "hour", "interviewer"]
    counts = by_hour.assign(appointments=1).groupby(keys, dropna=False).appointments.sum()
    return counts.reset_index()


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "minutes")
