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

# what is protected: the audit trail, people, and the vault of phone numbers and names (encrypted before they come here)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),  # as it was hashed: ISO 8601, UTC
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),  # JSON, as it was hashed
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
access = sa.Table("access", metadata, sa.Column("mode", sa.Text, primary_key=True))  # "demo", or no row: people sign in
people = sa.Table(
    "people",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password", sa.Text),  # argon2id; none for those whom another service signs in
    sa.Column("one_time", sa.Boolean, nullable=False),
    sa.Column("identity", sa.Text, unique=True),  # how another service calls them
    sa.Column("active", sa.Boolean, nullable=False),
)
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("attempt_id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),  # "" where nobody is called so: it may be a password typed too early
    sa.Column("succeeded", sa.Boolean, nullable=False),
)
vault = sa.Table("vault", metadata, sa.Column("fingerprint", sa.Text, primary_key=True))  # of the one key in use
contact_lists = sa.Table(
    "contact_lists",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("wave", sa.Text, primary_key=True),
    sa.Column("numbers", sa.Integer, nullable=False),
    sa.Column("delete_on", sa.Date, nullable=False),
    sa.Column("purged", sa.DateTime(timezone=True)),
)
contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("wave", sa.Text, primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("phone", sa.LargeBinary, nullable=False),  # AES-SIV
    sa.Column("name", sa.LargeBinary),  # AES-SIV
    sa.Column("phone_hash", sa.LargeBinary, nullable=False, index=True),  # HMAC: to find a number without reading any
    sa.ForeignKeyConstraint(["programme", "wave"], ["contact_lists.programme", "contact_lists.wave"]),
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
