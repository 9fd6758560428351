"""Which wave an approved plan continues, as its line binds it, and how long each drawn unit had rested."""

import sqlalchemy as sa
from alembic import op

revision = "chains"
down_revision = "panels"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the columns; plans approved and units drawn before have nothing in them."""
    op.add_column("approvals", sa.Column("earlier", sa.JSON(), nullable=True))
    op.add_column("sample_units", sa.Column("rest", sa.Integer(), nullable=True))
