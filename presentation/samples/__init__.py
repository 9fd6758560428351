"""A sample as pages and the command line show it: its plan, what to publish, its releases, and its verification."""

from presentation.samples.drawn import draw_lines, release_rows, short_rows, strata_rows, verification_lines
from presentation.samples.plan import (
    constraint_rows,
    design_text,
    fall_text,
    mode_rows,
    needed_text,
    plan_title,
    power_curve,
    power_rows,
    precision_rows,
    status,
)
from presentation.samples.plan_notes import plan_notes, power_note, staged_notes

__all__ = [
    "constraint_rows",
    "design_text",
    "draw_lines",
    "fall_text",
    "mode_rows",
    "needed_text",
    "plan_notes",
    "plan_title",
    "power_curve",
    "power_note",
    "power_rows",
    "precision_rows",
    "release_rows",
    "short_rows",
    "staged_notes",
    "status",
    "strata_rows",
    "verification_lines",
]
