"""Jobs that run beside the pages, attempts to call a number, and indexes for lists that grow with every wave."""

import sqlalchemy as sa
from alembic import op

revision = "jobs"
down_revision = "stamped"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables jobs, rounds and calls, and index runs by use case and by what they read."""
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("use_case", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fault_values", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("job_id"),
    )
    unfinished = sa.text("finished IS NULL")
    op.create_index(
        "jobs_one_a_resource",
        "jobs",
        ["resource"],
        unique=True,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id"),
        sa.UniqueConstraint("programme", "wave"),
    )
    op.create_table(
        "calls",
        sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"]),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("calls_of_a_unit", "calls", ["round_id", "unit_id", "at", "disposition"])
    op.create_index("calls_by_time", "calls", ["round_id", "at", "interviewer", "disposition"])
    op.create_index("runs_by_use_case", "runs", ["use_case", "run_id"])
    op.create_index("run_inputs_by_version", "run_inputs", ["kind", "version_id"])
