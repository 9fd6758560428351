"""A wave's file, its records and known totals as they would be imported, before anything is kept."""

from contracts import RECORDS
from service.files.choice import Choice
from service.files.preview import Preview, preview
from service.intake.drawn_wave import drawn_wave
from service.intake.imports import current_programme, interviewers_of
from service.intake.margin_file import COLUMNS, codes_of, read_margins
from service.intake.records_file import RecordsFile, read_records
from service.intake.said_answers import as_codes
from service.intake.wave_file import column_uses, read_wave
from service.store.engine import Store
from service.store.permissions import permitted


@permitted
def preview_wave(
    store: Store,
    programme_name: str,
    wave: str,
    content: bytes,
    file: str,
    *,
    records: RecordsFile | None = None,
    choice: Choice | None = None,
    reason: str | None = None,
) -> Preview:
    """What `import_wave` would make of these arguments; the wave's name is not looked at."""
    _, programme = current_programme(store, programme_name)
    uses = column_uses(programme)

    def check() -> tuple:
        drawn = drawn_wave(store, programme_name, wave)
        interviewers = interviewers_of(store, programme, wave)
        data = read_wave(content, file, programme, records, interviewers, choice, wave, drawn, reason)
        return data.of_sample

    return preview(
        content,
        file,
        uses,
        check,
        expected=list(uses),
        choice=choice,
        usual=programme.encoding,
        recognise=lambda read: as_codes(read.table, read.labels, programme, choice),
    )


@permitted
def preview_margins(
    store: Store, programme_name: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What `import_margins` would make of a file of known totals."""
    _, programme = current_programme(store, programme_name)

    def check() -> tuple:
        return read_margins(content, file, choice, codes_of(programme)).notes

    return preview(content, file, {c: c for c in COLUMNS}, check, expected=COLUMNS, choice=choice)


@permitted
def preview_records(store: Store, programme_name: str, wave: str, records: RecordsFile) -> Preview:
    """What `import_wave` would make of a wave's records; whether an area's record is missing, the wave itself says."""
    _, programme = current_programme(store, programme_name)
    columns = list(RECORDS.columns)

    def check() -> tuple:
        read_records(records, programme, (), wave)
        return ()

    return preview(
        records.content,
        records.file,
        {c: c for c in columns},
        check,
        expected=columns,
        choice=records.choice,
        usual=programme.encoding,
    )
