"""What the guarantees rest on: who called, the interviewers' part of the errors, and the people a figure is of."""

import sqlalchemy as sa
from alembic import op

revision = "claims"
down_revision = "calls"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the columns; rows stored before have nothing in them."""
    op.add_column("respondents", sa.Column("interviewer", sa.Text(), nullable=True))
    for name in ("interviewers", "se_interviewer", "rho_interviewer", "rho_lower", "rho_upper", "rho_df"):
        op.add_column("estimates", sa.Column(name, sa.Double(), nullable=True))
    for name in ("population", "fpc"):
        op.add_column("estimates", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("changes", sa.Column("se_interviewer", sa.Double(), nullable=True))
    op.add_column("changes", sa.Column("p_worse_standing", sa.Double(), nullable=True))
    op.add_column("changes", sa.Column("side", sa.Text(), nullable=True))
    for name in ("one_margins", "verdict_one_margins"):
        op.add_column("changes", sa.Column(name, sa.Text(), nullable=True))
    for name in ("change_one_margins", "places_one_margins"):
        op.add_column("changes", sa.Column(name, sa.Double(), nullable=True))
