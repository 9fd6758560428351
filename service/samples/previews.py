"""The files of a plan, and those from which number banks are made, as they would be read, before anything is kept."""

from collections.abc import Sequence

from service.files.choice import Choice
from service.files.preview import Preview, preview
from service.files.zeros import restored
from service.intake.imports import current_programme
from service.samples.bank_files import AREA_CODE, EXCHANGES, PREFIXES, ExchangeFile, read_banks
from service.samples.plan_files import CONSTRAINTS, COSTS, INDICATOR, STRATUM, read_constraints, read_costs
from service.samples.shares_file import AREA, COLUMNS, read_shares
from service.store.engine import Store
from service.store.permissions import permitted

CONSTRAINT_USES = {c: c for c in (*CONSTRAINTS, INDICATOR)} | {"margin": "margin_of_error"}


@permitted
def preview_plan_file(
    store: Store, programme_name: str, kind: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What a plan would make of one of its files. kind: "shares", "costs" or "constraints"."""
    areas = current_programme(store, programme_name)[1].areas
    column, expected, uses, read = {
        "shares": (AREA, COLUMNS, {c: c for c in COLUMNS}, read_shares),
        "costs": (STRATUM, COSTS, {c: c for c in COSTS}, read_costs),
        "constraints": ("", CONSTRAINTS, CONSTRAINT_USES, read_constraints),
    }[kind]

    def check() -> tuple:
        read(content, file, choice, areas)
        return ()

    recognise = lambda read_table: restored(read_table.table, column, areas, choice)  # noqa: E731
    return preview(content, file, uses, check, expected=expected, choice=choice, recognise=recognise)


@permitted
def preview_prefixes(
    store: Store, content: bytes, file: str, cities: Sequence[str], choice: Choice | None = None
) -> Preview:
    """What `import_banks` would make of a file of mobile prefixes."""

    def check() -> tuple:
        read_banks(content, file, None, cities, choice)
        return ()

    return preview(content, file, {c: c for c in (*PREFIXES, AREA_CODE)}, check, expected=PREFIXES, choice=choice)


@permitted
def preview_exchanges(
    store: Store,
    exchanges: ExchangeFile,
    prefixes: bytes,
    file: str,
    cities: Sequence[str],
    choice: Choice | None = None,
) -> Preview:
    """What `import_banks` would make of a file of landline exchanges, beside mobile prefixes (of which `choice` is)."""

    def check() -> tuple:
        read_banks(prefixes, file, exchanges, cities, choice)
        return ()

    uses = {c: c for c in EXCHANGES}
    return preview(exchanges.content, exchanges.file, uses, check, expected=EXCHANGES, choice=exchanges.choice)
