"""Interviews left out of a wave with a reason, samples of interviews to listen to again, and what was heard."""

import sqlalchemy as sa
from alembic import op

revision = "listened"
down_revision = "contrasts"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables; nothing of the kind was recorded before."""
    op.create_table(
        "left_out",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.ForeignKeyConstraint(["from_id"], ["waves.version_id"]),
        sa.PrimaryKeyConstraint("version_id", "unit_id"),
    )
    op.create_table(
        "relistenings",
        sa.Column("relistening_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Double(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.PrimaryKeyConstraint("relistening_id"),
    )
    op.create_table(
        "relistened",
        sa.Column("relistening_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["relistening_id"], ["relistenings.relistening_id"]),
        sa.PrimaryKeyConstraint("relistening_id", "unit_id"),
    )
