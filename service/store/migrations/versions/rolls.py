"""The units of a list too large for rows, as a file in parts."""

import sqlalchemy as sa
from alembic import op

revision = "rolls"
down_revision = "portions"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table; frames taken in before are in rows."""
    op.create_table(
        "frame_parts",
        sa.Column("frame_id", sa.Integer(), sa.ForeignKey("frames.version_id"), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
