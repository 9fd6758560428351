"""Who calls the numbers of a sample: interviewers, numbers dealt out among them, holds, and appointments."""

import sqlalchemy as sa
from alembic import op

revision = "calling"
down_revision = "bulletins"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables; of samples drawn before, nobody was assigned a number."""
    op.create_table(
        "interviewers",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("draw_id", "interviewer"),
    )
    op.create_table(
        "assignments",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("assignment", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("of", sa.Text(), nullable=True),
        sa.Column("interviewers", sa.JSON(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"]),
        sa.PrimaryKeyConstraint("draw_id", "assignment"),
    )
    op.create_table(
        "assigned_units",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("assignment", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("draw_id", "assignment", "unit_id"),
    )
    op.create_table(
        "holds",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("draw_id", "unit_id"),
    )
    op.create_table(
        "appointments",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.draw_id"]),
        sa.PrimaryKeyConstraint("appointment_id"),
    )
    counts = sa.text("closed IS NULL")
    op.create_index(
        "appointments_one_a_number",
        "appointments",
        ["draw_id", "unit_id"],
        unique=True,
        sqlite_where=counts,
        postgresql_where=counts,
    )
