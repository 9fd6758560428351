"""Panels of people: who had answered when a later wave was approved, and the age of each unit's rotation group."""

import sqlalchemy as sa
from alembic import op

revision = "groups"
down_revision = "origins"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the columns; plans and draws made before have neither."""
    op.add_column("approvals", sa.Column("answered", sa.JSON(), nullable=True))
    op.add_column("sample_units", sa.Column("age", sa.Integer(), nullable=True))
