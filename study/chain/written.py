"""The chapter on the whole chain, as it stands at the end of docs/study.md."""

import pandas as pd

from study.chain.simulated import ADJUSTED, ALL, AREAS, LEFT_OUT, LEVEL
from study.written import markdown
from words import speaker

MARK = "<!-- chain -->"


def apart(text: str) -> tuple[str, str]:
    """A document without this chapter, and the chapter with its mark; "" if it has none."""
    before, mark, chapter = text.partition(MARK)
    return (before.rstrip() + "\n", mark + chapter) if mark else (text, "")


def with_chapter(text: str, table: pd.DataFrame, language: str, code: str) -> str:
    """A document with this chapter at its end, in the place of the one it had; code: the version that simulated."""
    return f"{apart(text)[0].rstrip()}\n\n{MARK}\n\n{chapter(table, language, code)}\n"


def chapter(table: pd.DataFrame, language: str, code: str) -> str:
    """The table of `summary` in words: bias and coverage, with the adjustment and without it."""
    t = speaker(language)
    rows = []
    for domain in (*AREAS, ALL):
        cells: list[str] = [t("study.chain_all") if domain == ALL else domain]
        cells.append(f"{100 * table.loc[(ADJUSTED, domain), 'true']:.1f}")
        for way in (ADJUSTED, LEFT_OUT):
            of = table.loc[(way, domain)]
            cells.append(f"{100 * of['bias']:+.2f} ± {100 * of['error']:.2f}")
            cells.append(f"{100 * of['coverage']:.1f} ± {100 * of['coverage_error']:.1f}")
        rows.append(cells)
    columns = ("area", "true", "bias", "coverage", "bias_left_out", "coverage_left_out")
    heads = [t(f"study.chain_{name}") for name in columns]
    text = t("study.chain_text", surveys=int(table.surveys.iloc[0]), level=LEVEL, code=f"`{code}`")
    return "\n\n".join([f"## {t('study.chain_title')}", text, markdown(heads, rows)])
