"""Whether the figures of kept bulletins may have changed: the runs that came after theirs, and corrections since.

Nothing is computed again for it, so that a list of many bulletins shows it at once; which figures are others only the
bulletin made again says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from service.bulletins.keeping import Kept
from service.figures.publications import runs_shown
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import outdated_runs

NAMES = ("programme", "wave", "before", "after", "year")  # arguments that say what a run is of; others say how


@dataclass(frozen=True)
class Since:
    """Since a bulletin was made.

    newer     runs of the same waves and comparisons as its own, of which the reader may see the figures
    outdated  whether its data or programme were corrected, and nothing was computed from them yet
    """

    newer: tuple[int, ...]
    outdated: bool


@permitted
def changes_since(store: Store, programme_name: str, bulletins: Sequence[Kept]) -> dict[int, Since]:
    """What came after each bulletin, by its number; bulletins of which nothing came are left out."""
    runs = schema.runs
    of_programme = runs.c.arguments["programme"].as_string() == programme_name
    select = sa.select(runs.c.run_id, runs.c.use_case, runs.c.arguments).where(of_programme)
    with store.read() as connection:
        rows = connection.execute(select).all()
    shown = runs_shown(store, programme_name)
    subject = {row.run_id: _subject(row.use_case, row.arguments) for row in rows}
    newest: dict[tuple, int] = {}
    for run, what in subject.items():
        if shown is None or run in shown:
            newest[what] = max(run, newest.get(what, run))
    cited = {one.number: one.runs & subject.keys() for one in bulletins}  # runs of another programme tell nothing of it
    outdated = outdated_runs(store, among={newest.get(subject[run], run) for ones in cited.values() for run in ones})
    since = {}
    for one in bulletins:
        latest = {newest.get(subject[run], run) for run in cited[one.number]}
        newer = tuple(
            sorted(run for run in latest if run > max(r for r in cited[one.number] if subject[r] == subject[run]))
        )
        if newer or latest & outdated:
            since[one.number] = Since(newer, bool(latest & outdated))
    return since


def _subject(use_case: str, arguments: Mapping) -> tuple:
    """What a run is of: its use case, and the waves, windows or year that it names."""
    return (use_case, *(str(arguments[name]) if name in arguments else "" for name in NAMES))
