"""The tables of the first stores that are still in use: schema 2 of the code before there were migrations."""

import sqlalchemy as sa
from alembic import op

revision = "schema2"
down_revision = branch_labels = depends_on = None
SCHEMA = 2  # how those stores say what they are


def upgrade() -> None:
    """Make every table of schema 2."""
    op.create_table("about", sa.Column("schema", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("schema"))
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("interviews", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fault_values", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("use_case", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "changes",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("from_wave", sa.Text(), nullable=False),
        sa.Column("to_wave", sa.Text(), nullable=False),
        sa.Column("change", sa.Double(), nullable=False),
        sa.Column("se", sa.Double(), nullable=False),
        sa.Column("se_design", sa.Double(), nullable=False),
        sa.Column("df", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("p_holm", sa.Double(), nullable=False),
        sa.Column("q_screening", sa.Double(), nullable=False),
        sa.Column("relative", sa.Double(), nullable=False),
        sa.Column("relative_se", sa.Double(), nullable=False),
        sa.Column("relative_lower", sa.Double(), nullable=False),
        sa.Column("relative_upper", sa.Double(), nullable=False),
        sa.Column("p_standing", sa.Double(), nullable=False),
        sa.Column("rank_before", sa.BigInteger(), nullable=False),
        sa.Column("before_lower", sa.BigInteger(), nullable=False),
        sa.Column("before_upper", sa.BigInteger(), nullable=False),
        sa.Column("rank_after", sa.BigInteger(), nullable=False),
        sa.Column("after_lower", sa.BigInteger(), nullable=False),
        sa.Column("after_upper", sa.BigInteger(), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("places_lower", sa.BigInteger(), nullable=False),
        sa.Column("places_upper", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.Double(), nullable=False),
        sa.Column("others", sa.Double(), nullable=False),
        sa.Column("noise", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("alpha_standing", sa.Double(), nullable=False),
        sa.Column("alpha_rank", sa.Double(), nullable=False),
        sa.Column("family", sa.BigInteger(), nullable=False),
        sa.Column("watched", sa.BigInteger(), nullable=False),
        sa.Column("p_worse", sa.Double(), nullable=True),
        sa.Column("p_rank_worse", sa.Double(), nullable=True),
        sa.Column("p_rank_better", sa.Double(), nullable=True),
        sa.Column("p_last", sa.Double(), nullable=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("fits", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "measure", "area"),
    )
    op.create_table(
        "covariances",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("covariance", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "measure", "domain", "other"),
    )
    op.create_table(
        "estimates",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("estimate", sa.Double(), nullable=False),
        sa.Column("se", sa.Double(), nullable=False),
        sa.Column("df", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("deff", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("n_effective", sa.Double(), nullable=False),
        sa.Column("unfit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "measure", "domain"),
    )
    op.create_table(
        "programmes",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("version_id"),
        sa.UniqueConstraint("programme", "version"),
    )
    op.create_table(
        "ranks",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("lower", sa.BigInteger(), nullable=False),
        sa.Column("upper", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "measure", "family", "area"),
    )
    op.create_table(
        "run_inputs",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "kind", "version_id"),
    )
    op.create_table(
        "verdicts",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("printed", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("estimate", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "measure", "rule", "area"),
    )
    op.create_table(
        "waves",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("interviews", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
        ),
        sa.PrimaryKeyConstraint("version_id"),
        sa.UniqueConstraint("programme", "wave", "version"),
    )
    op.create_table(
        "respondents",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("psu", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["waves.version_id"],
        ),
        sa.PrimaryKeyConstraint("version_id", "unit_id"),
    )
    op.create_table(
        "responses",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["waves.version_id"],
        ),
        sa.PrimaryKeyConstraint("version_id", "unit_id", "item"),
    )
    op.execute(sa.text("INSERT INTO about (schema) VALUES (:schema)").bindparams(schema=SCHEMA))
