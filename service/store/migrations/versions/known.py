"""What a list says of its people besides: columns by which samples are sorted or balanced."""

import sqlalchemy as sa
from alembic import op

revision = "known"
down_revision = "screened"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the column; of frames imported before, nothing was kept."""
    op.add_column("frame_units", sa.Column("known", sa.JSON(), nullable=True))
