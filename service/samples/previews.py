"""Assumed shares, and the files from which number banks are made, as they would be read, before anything is kept."""

from collections.abc import Sequence

from service.files.choice import Choice
from service.files.preview import Preview, preview
from service.samples.bank_files import AREA_CODE, EXCHANGES, PREFIXES, ExchangeFile, read_banks
from service.samples.shares_file import COLUMNS, read_shares
from service.store.engine import Store
from service.store.permissions import permitted


@permitted
def preview_shares(store: Store, content: bytes, file: str, choice: Choice | None = None) -> Preview:
    """What a plan would make of a file of assumed shares."""

    def check() -> tuple:
        read_shares(content, file, choice)
        return ()

    return preview(content, file, {c: c for c in COLUMNS}, check, expected=COLUMNS, choice=choice)


@permitted
def preview_prefixes(store: Store, content: bytes, file: str, cities: Sequence[str]) -> Preview:
    """What `import_banks` would make of a file of mobile prefixes."""

    def check() -> tuple:
        read_banks(content, file, None, cities)
        return ()

    return preview(content, file, {c: c for c in (*PREFIXES, AREA_CODE)}, check, expected=PREFIXES)


@permitted
def preview_exchanges(
    store: Store, exchanges: ExchangeFile, prefixes: bytes, file: str, cities: Sequence[str]
) -> Preview:
    """What `import_banks` would make of a file of landline exchanges, beside these mobile prefixes."""

    def check() -> tuple:
        read_banks(prefixes, file, exchanges, cities)
        return ()

    uses = {c: c for c in EXCHANGES}
    return preview(exchanges.content, exchanges.file, uses, check, expected=EXCHANGES, choice=exchanges.choice)
