"""The store's tables, for SQLite and PostgreSQL alike: what came in (versions), what was done (runs), what followed.

A change here goes with a revision in service/migrations/versions, which makes it in the stores that exist.
"""

import sqlalchemy as sa

import tables

KINDS = {str: sa.Text, int: sa.BigInteger, float: sa.Double, bool: sa.Boolean}

metadata = sa.MetaData()

# read only by code older than the migrations, and by service.migration to know a store of such code
about = sa.Table("about", metadata, sa.Column("schema", sa.Integer, primary_key=True))

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("use_case", sa.Text, nullable=False),
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("seed", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
programmes = sa.Table(
    "programmes",
    metadata,
    sa.Column("version_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "version"),
)
waves = sa.Table(
    "waves",
    metadata,
    sa.Column("version_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("file_digest", sa.Text, nullable=False),
    sa.Column("interviews", sa.Integer, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "wave", "version"),
)
run_inputs = sa.Table(
    "run_inputs",
    metadata,
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),  # "programme" or "wave"
    sa.Column("version_id", sa.Integer, primary_key=True),
)
imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),  # "" for the programme file itself
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),  # imported, unchanged, corrected, refused
    sa.Column("version", sa.Integer),
    sa.Column("interviews", sa.Integer),
    sa.Column("fault", sa.Text),  # key in words/, rendered in the reader's language
    sa.Column("fault_values", sa.JSON),
)


def _columns(table: tables.Table) -> list[sa.Column]:
    return [
        sa.Column(name, KINDS[kind], primary_key=name in table.key, nullable=name in table.optional)
        for name, kind in table.columns.items()
    ]


def _microdata(table: tables.Table) -> sa.Table:
    version = sa.Column("version_id", sa.ForeignKey(waves.c.version_id), primary_key=True)
    return sa.Table(
        table.name.lower(), metadata, version, sa.Column("row", sa.Integer, nullable=False), *_columns(table)
    )


def _derived(table: tables.Table) -> sa.Table:
    run = sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True)
    return sa.Table(table.name.lower(), metadata, run, *_columns(table))


MICRODATA = {table.name: _microdata(table) for table in (tables.RESPONDENTS, tables.RESPONSES)}
DERIVED = {
    table.name: _derived(table)
    for table in (tables.ESTIMATES, tables.COVARIANCES, tables.RANKS, tables.VERDICTS, tables.CHANGES)
}
