"""What people answered, beside the call log."""

import sqlalchemy as sa
from alembic import op

revision = "responses"
down_revision = "calling"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table; of waves taken in before, only their files are known."""
    op.create_table(
        "responses",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("respondent_group", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.version_id"]),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"]),
        sa.PrimaryKeyConstraint("round_id", "unit_id", "part"),
    )
