"""The store's tables, the same for SQLite and PostgreSQL: versions of what was imported, runs, and what they computed.

A change here needs a revision in service/store/migrations/versions, which makes it in the stores that exist already.
"""

from typing import Any

import sqlalchemy as sa

import contracts

# how a column of contracts.py is stored; a weight is a float: DOUBLE PRECISION
KINDS: dict[type, Any] = {str: sa.Text, int: sa.BigInteger, float: sa.Double, bool: sa.Boolean}

metadata = sa.MetaData()

# read only by code older than the migrations, and by service.store.migration to know a store of such code
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
    sa.Index("runs_by_use_case", "use_case", "run_id"),
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
margins = sa.Table(  # known totals to calibrate to; one file for each period
    "margins",
    metadata,
    sa.Column("version_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "period", "version"),
)
run_inputs = sa.Table(
    "run_inputs",
    metadata,
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),  # "programme", "wave", "margins", "frame", "plan" or "stop"
    sa.Column("version_id", sa.Integer, primary_key=True),
    sa.Index("run_inputs_by_version", "kind", "version_id"),
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
    sa.Column("fault", sa.Text),  # a key in words/, shown in the reader's language
    sa.Column("fault_values", sa.JSON),
)
UNFINISHED = sa.text("finished IS NULL")
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.Integer, primary_key=True),
    sa.Column("use_case", sa.Text, nullable=False),
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("resource", sa.Text, nullable=False),  # what no two jobs work on at once: a programme's name
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # running, done, failed, cancelled, lost
    sa.Column("progress", sa.Double, nullable=False),  # 0..1
    sa.Column("step", sa.Text, nullable=False),  # what it is computing: a wave, a measure
    sa.Column("started", sa.DateTime(timezone=True), nullable=False),
    sa.Column("heartbeat", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished", sa.DateTime(timezone=True)),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer),
    sa.Column("cancel", sa.Boolean, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id)),  # the last run it made
    sa.Column("fault", sa.Text),  # key in words/
    sa.Column("fault_values", sa.JSON),
    # PostgreSQL's has the same condition, made by its revision: naming it here would load that dialect at every start
    sa.Index("jobs_one_a_resource", "resource", unique=True, sqlite_where=UNFINISHED),
)
rounds = sa.Table(
    "rounds",
    metadata,
    sa.Column("round_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.UniqueConstraint("programme", "wave"),
)
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("round_id", sa.ForeignKey(rounds.c.round_id), nullable=False),
    sa.Column("unit_id", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("interviewer", sa.Text, nullable=False),
    sa.Column("disposition", sa.Text, nullable=False),
    sa.Column("mode", sa.Text),  # NULL: the log does not say it
    sa.Index("calls_of_a_unit", "round_id", "unit_id", "at", "disposition"),
    sa.Index("calls_by_time", "round_id", "at", "interviewer", "disposition"),
)
responses = sa.Table(  # what people answered: never changed; a response that was broken off may be taken up again
    "responses",
    metadata,
    sa.Column("round_id", sa.ForeignKey(rounds.c.round_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, …: the last one counts
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("interviewer", sa.Text, nullable=False),  # "" where people answered by themselves
    sa.Column("mode", sa.Text, nullable=False),  # "" where the programme has no item of modes
    sa.Column("respondent_group", sa.Text, nullable=False),  # "" where the programme has no item of groups
    sa.Column("state", sa.Text, nullable=False),  # complete, partial, broken_off, ineligible
    sa.Column("disposition", sa.Text, nullable=False),  # AAPOR's code of it
    sa.Column("answers", sa.JSON, nullable=False),  # question -> code, of the questions that have an answer
    sa.Column("programme_id", sa.ForeignKey(programmes.c.version_id), nullable=False),  # by whose rule it counts so
)

# what is protected: the audit trail, people, and the vault, whose telephone numbers and names are encrypted
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),  # as it was hashed: ISO 8601, in UTC
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
    sa.Column("password", sa.Text),  # argon2id; NULL for those whom another service signs in
    sa.Column("one_time", sa.Boolean, nullable=False),
    sa.Column("identity", sa.Text, unique=True),  # their name in another sign-in service
    sa.Column("active", sa.Boolean, nullable=False),
)
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("attempt_id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column(
        "name", sa.Text, nullable=False
    ),  # "?" and six digits of a digest if nobody has that name: it may be a password
    sa.Column("succeeded", sa.Boolean, nullable=False),
)
vault = sa.Table("vault", metadata, sa.Column("fingerprint", sa.Text, primary_key=True))  # of the only key in use
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
    sa.Column(
        "phone_hash", sa.LargeBinary, nullable=False, index=True
    ),  # HMAC, to find a number without decrypting any
    sa.ForeignKeyConstraint(["programme", "wave"], ["contact_lists.programme", "contact_lists.wave"]),
)

# samples: versions of frames, sample plans and their approvals, draws and their releases
frames = sa.Table(
    "frames",
    metadata,
    sa.Column("version_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("frame", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("file_digest", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),  # of unit_id and stratum
    sa.Column("numbers", sa.Text, nullable=False),  # of unit_id and permanent random number
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),  # of the key that made the random numbers
    sa.Column("findings", sa.JSON, nullable=False),  # keys in words/ and their values, accepted at the import
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "frame", "version"),
)
frame_units = sa.Table(
    "frame_units",
    metadata,
    sa.Column("frame_id", sa.ForeignKey(frames.c.version_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("stratum", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("mode", sa.Text),  # mobile or landline, where the list has numbers
    sa.Column("prn", sa.Double, nullable=False),
    sa.Column("first_phase", sa.Double, nullable=False),  # probability of being in the frame: below 1 from number banks
    sa.Column("psu", sa.Text),  # village, block, where the list has them
    sa.Column("known", sa.JSON(none_as_null=True)),  # column -> cell: what was kept of the list to sort or balance by
)
frame_parts = sa.Table(  # of a list too large for rows: the Parquet file of its units, in parts
    "frame_parts",
    metadata,
    sa.Column("frame_id", sa.ForeignKey(frames.c.version_id), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("plan_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("frame_id", sa.ForeignKey(frames.c.version_id), nullable=False),
    sa.Column("wanted", sa.JSON, nullable=False),
    sa.Column("allocation", sa.JSON, nullable=False),  # one row for each stratum
    sa.Column("expected", sa.JSON, nullable=False),  # precision, power and cost as shown before the approval
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "wave", "version"),
)
approvals = sa.Table(  # a sample plan without a row here is a draft
    "approvals",
    metadata,
    sa.Column("plan_id", sa.ForeignKey(plans.c.plan_id), primary_key=True),
    sa.Column("commitment", sa.Text, nullable=False),
    sa.Column("seed", sa.LargeBinary, nullable=False),  # AES-SIV under the frame key; the draw publishes it
    sa.Column("digest", sa.Text, nullable=False),  # these two: the frame's at the approval
    sa.Column("numbers", sa.Text, nullable=False),
    sa.Column("psus", sa.Text),  # of a two-stage plan: digest of the PSUs
    sa.Column("earlier", sa.JSON(none_as_null=True)),  # the wave continued: its name and line, what was released of it
    sa.Column("answered", sa.JSON(none_as_null=True)),  # the unit_ids that had answered in it, if only these are kept
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
)
draws = sa.Table(
    "draws",
    metadata,
    sa.Column("draw_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("plan_id", sa.ForeignKey(plans.c.plan_id), nullable=False),
    sa.Column("earlier_id", sa.Integer),  # the draw this one continues
    sa.Column("earlier_releases", sa.Integer),  # how many releases it had by then
    sa.Column("record", sa.JSON, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("programme", "wave"),
)
sample_units = sa.Table(
    "sample_units",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("stratum", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("prn", sa.Double, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("first_phase", sa.Double, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),  # in the whole draw; in what is released so far it is smaller
    sa.Column("base_weight", sa.Double, nullable=False),
    sa.Column("psu", sa.Text),
    sa.Column("first_probability", sa.Double),  # in a two-stage draw: the PSU's
    sa.Column("kish", sa.Text),  # the selection table of a household
    sa.Column("rest", sa.Integer),  # the waves since the unit was last released; one more than the plan's for longer
    sa.Column("age", sa.Integer),  # in rotation groups: the waves since the first one of the unit's group
)
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("strata", sa.JSON(none_as_null=True)),  # those of which a portion was released; NULL: of all
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
)
screenings = sa.Table(  # what the operator said of numbers that were drawn and not released yet
    "screenings",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("screening", sa.Integer, primary_key=True),  # 1, 2, …
    sa.Column("digest", sa.Text, nullable=False),  # of unit_id and status
    sa.Column("line", sa.Text, nullable=False),  # binds the wave's line, the number and the digest
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
)
screened_units = sa.Table(
    "screened_units",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("screening", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # alive, dead, unknown
    sa.Column("called", sa.Boolean, nullable=False),  # False: dead, and not in the part that is called all the same
)
stops = sa.Table(  # fieldwork stopped while numbers were open: the wave may then be weighted, and its figures say so
    "stops",
    metadata,
    sa.Column("stop_id", sa.Integer, primary_key=True),
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), nullable=False),
    sa.Column("releases", sa.Integer, nullable=False),  # made by then: a further release is not covered
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("open", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
    sa.UniqueConstraint("draw_id", "releases"),
)
interviewers = sa.Table(  # who calls the numbers of a sample
    "interviewers",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("interviewer", sa.Text, primary_key=True),  # as the call log has it
    sa.Column("active", sa.Boolean, nullable=False),  # False: gets no more numbers
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
assignments = sa.Table(  # numbers of a release dealt out among interviewers by lot
    "assignments",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("assignment", sa.Integer, primary_key=True),  # 1, 2, …; the newest of a number counts
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("of", sa.Text),  # whose open numbers were dealt out again; NULL: those that nobody had
    sa.Column("interviewers", sa.JSON, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), nullable=False),
)
assigned_units = sa.Table(
    "assigned_units",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("assignment", sa.Integer, primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("interviewer", sa.Text, nullable=False),
)
holds = sa.Table(  # numbers that an interviewer has on the screen: nobody else gets them until then
    "holds",
    metadata,
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("interviewer", sa.Text, nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False),
)
appointments = sa.Table(
    "appointments",
    metadata,
    sa.Column("appointment_id", sa.Integer, primary_key=True),
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), nullable=False),
    sa.Column("unit_id", sa.Text, nullable=False),
    sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
    sa.Column("interviewer", sa.Text),  # NULL: whoever is free
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("closed", sa.DateTime(timezone=True)),  # NULL: it counts
    sa.Column("closed_by", sa.Text),
    sa.Column("how", sa.Text),  # kept, moved, cancelled, over (the number is finished)
    # as of jobs, PostgreSQL's has the same condition, made by its revision
    sa.Index(
        "appointments_one_a_number",
        "draw_id",
        "unit_id",
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
    ),
)
origins = sa.Table(  # how a wave's version belongs to the sample drawn for it; no row: the wave was not drawn here
    "origins",
    metadata,
    sa.Column("version_id", sa.ForeignKey(waves.c.version_id), primary_key=True),
    sa.Column("draw_id", sa.ForeignKey(draws.c.draw_id), nullable=False),
    sa.Column("releases", sa.Integer, nullable=False),  # made when the file was compared with the sample
    sa.Column("released", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),  # of the released units, those that have a row in the file
    sa.Column("calls", sa.Boolean, nullable=False),  # whether there was a call log to compare with
    sa.Column("differences", sa.JSON, nullable=False),  # a key in words/ -> rows
    sa.Column("reason", sa.Text),  # why the differences were accepted
)

left_out = sa.Table(  # interviews that a version of a wave lacks because somebody left them out, with the reason
    "left_out",
    metadata,
    sa.Column("version_id", sa.ForeignKey(waves.c.version_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("from_id", sa.ForeignKey(waves.c.version_id), nullable=False),  # the version with all interviews
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
relistenings = sa.Table(  # samples of interviews to listen to again
    "relistenings",
    metadata,
    sa.Column("relistening_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("version_id", sa.ForeignKey(waves.c.version_id), nullable=False),
    sa.Column("part", sa.Double, nullable=False),
    sa.Column("seed", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
relistened = sa.Table(
    "relistened",
    metadata,
    sa.Column("relistening_id", sa.ForeignKey(relistenings.c.relistening_id), primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("interviewer", sa.Text),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("result", sa.Text),  # genuine, doubtful, invalid, no_recording; NULL: nobody listened yet
    sa.Column("note", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("by", sa.Text),
)


publications = sa.Table(  # a wave's figures released to leaders; a correction is a publication of its own
    "publications",
    metadata,
    sa.Column("publication_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),  # of a correction: why
    sa.Column("changed", sa.JSON, nullable=False),  # since the publication before: figure -> measure -> areas
)
publication_runs = sa.Table(
    "publication_runs",
    metadata,
    sa.Column("publication_id", sa.ForeignKey(publications.c.publication_id), primary_key=True),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True),
)

bulletins = sa.Table(  # bulletins as they were made
    "bulletins",
    metadata,
    sa.Column("bulletin_id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("asked", sa.JSON, nullable=False),  # what was said of its head when it was made
    sa.Column("digest", sa.Text, nullable=False),  # SHA-256 of the content
    sa.Column("content", sa.LargeBinary, nullable=False),  # JSON of service.bulletins.document
)
bulletin_runs = sa.Table(
    "bulletin_runs",
    metadata,
    sa.Column("bulletin_id", sa.ForeignKey(bulletins.c.bulletin_id), primary_key=True),
    sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True),
)

boards = sa.Table(  # what followed from the verdicts of a league's waves, kept under the digest of what it follows from
    "boards",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("wave", sa.Text, nullable=False),
    sa.Column("league", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),  # SHA-256 of the content
    sa.Column("content", sa.LargeBinary, nullable=False),  # JSON, compressed by zlib
)

objects = sa.Table(  # the tables of a wave's version: who answered, the answers, the released numbers, the records
    "objects",
    metadata,
    sa.Column("version_id", sa.ForeignKey(waves.c.version_id), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),  # SHA-256 of all parts together
    sa.Column("content", sa.LargeBinary, nullable=False),  # Parquet
)
outside_objects = sa.Table(  # objects too large for the store: the rows that have them are one row without content
    "outside_objects",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),  # SHA-256, and the name of the file in its place
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes
)


def _columns(table: contracts.Table) -> list[sa.Column]:
    return [
        sa.Column(name, KINDS[kind], primary_key=name in table.key, nullable=name in table.optional)
        for name, kind in table.columns.items()
    ]


def _derived(table: contracts.Table) -> sa.Table:
    run = sa.Column("run_id", sa.ForeignKey(runs.c.run_id), primary_key=True)
    return sa.Table(table.name.lower(), metadata, run, *_columns(table))


DERIVED = {
    table.name: _derived(table)
    for table in (
        contracts.ESTIMATES,
        contracts.COVARIANCES,
        contracts.CONTRASTS,
        contracts.RANKS,
        contracts.VERDICTS,
        contracts.CHANGES,
        contracts.WEIGHTS,
    )
}
