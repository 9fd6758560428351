"""Tables and sentences about the last five areas, and about which comparison detects a move."""

import pandas as pd

from study import comparisons, lists, moves
from study.move_tables import head, league, measured, summary
from study.written import bullets, clear, decimals, markdown, percent


def last_five(results: pd.DataFrame, replicates: int, t) -> list[str]:
    """The K-split and the test against the field's average."""
    table, rates = summary(results, lists.REPEATS), ("in_false", "below_false")

    def columns(row):
        return [measured(row, name, percent if name in rates else decimals) for name in lists.MEASURES]

    lines = [
        [k + 1, *league(lists.CELLS[int(str(i))], t)[:-1], *columns(row)] for k, (i, row) in enumerate(table.iterrows())
    ]
    sentences = []
    for name in rates:
        rate, error = table[name], table[f"{name}_error"]
        off = int((rate - clear(error) > moves.ALPHA).sum())
        value = percent(rate.max(), error[rate.idxmax()])
        row = int(rate.argmax()) + 1
        sentences.append(t(f"study.{name}_sentence", value=value, row=row, off=off, cells=len(rate)))
    return [
        f"## {t('study.lists')}",
        t("study.lists_text", replicates=replicates, k=moves.LAST),
        markdown([*head(t)[:-1], *(t(f"study.{name}") for name in lists.MEASURES)], lines),
        t("study.follows"),
        bullets(sentences),
    ]


# ---- designs of comparison


def of_comparisons(results: pd.DataFrame, replicates: int, t) -> list[str]:
    """Simulated power of one township's move beside normal theory's."""
    table = summary(results, comparisons.REPEATS)
    lines, differences = [], {}
    for number, row in table.iterrows():
        name = comparisons.CELLS[int(str(number))]
        theory = comparisons.expected(name)
        differences[name] = row.power - theory.power
        simulated = [measured(row, "power"), f"{100 * theory.power:.1f}", measured(row, "false")]
        lines.append([t(f"study.with_{name}"), *simulated, f"{100 * theory.detectable:.1f}"])
    largest = max(differences, key=lambda name: abs(differences[name]))
    columns = ("comparison_design", "power_simulated", "power_expected", "false_others", "detectable")
    text = t(
        "study.comparisons_text",
        replicates=replicates,
        areas=comparisons.AREAS,
        n=comparisons.INTERVIEWS,
        share=f"{comparisons.SHARE:g}",
        points=f"{100 * comparisons.MOVE:g}",
        watch=comparisons.WATCH,
        rho=f"{comparisons.CORRELATION:g}",
        answers=" : ".join(f"{100 * a:g}" for a in comparisons.ANSWERS),
        information=f"{comparisons.designs()['years_score'].information:.2f}",
    )
    sentence = t(
        "study.comparisons_sentence",
        design=t(f"study.with_{largest}"),
        difference=f"{100 * differences[largest]:+.1f}".replace("-", "−"),
    )
    return [
        f"## {t('study.comparisons')}",
        text,
        markdown([t(f"study.{name}") for name in columns], lines),
        t("study.follows"),
        bullets([sentence]),
    ]
