"""The outcome that a number has in the end, of all the outcomes of the calls to it, and how many numbers have each."""

from collections.abc import Sequence

import pandas as pd

from fieldwork.dispositions import CLASSES, OUTCOMES

NEVER_CALLED = "3.11"
# what was learnt of a number, from that which nothing later undoes to that which says least
PRECEDENCE = ("I", "P", "R", "O", "NC", "NE", "UR", "UO", "UH")
NOT_FINAL = len(PRECEDENCE)  # a filled quota, a line out of order for a time: not eligible if nothing else was found


def final_outcomes(outcomes: pd.DataFrame, released: Sequence[str]) -> pd.Series:
    """The code each released number ends with, by unit_id in the order of `released`; 3.11 if it was never called.

    outcomes  unit_id, disposition, attempts: how often each number had each outcome

    The outcome that says most of a number stands, whatever came before or after it: an interview before a refusal, a
    refusal before "not reached", what shows that somebody is eligible before what shows that nobody is, and that before
    what leaves it open.  Within a class it is the outcome that was had most often, then the larger code.
    """
    order = {
        code: NOT_FINAL if outcome.group == "NE" and not outcome.final else PRECEDENCE.index(outcome.group)
        for code, outcome in OUTCOMES.items()
    }
    said = outcomes[["unit_id", "disposition", "attempts"]].assign(order=outcomes.disposition.map(order))
    said = said.sort_values(["order", "attempts", "disposition"], ascending=[True, False, False], kind="stable")
    first = said.drop_duplicates("unit_id").set_index("unit_id").disposition
    return first.reindex(pd.Index(released, name="unit_id")).fillna(NEVER_CALLED).rename("disposition")


def counts_by_class(final: pd.Series, by: pd.Series, weights: pd.Series | None = None) -> pd.DataFrame:
    """How many numbers of each domain ended in each class (or Σ w of them): a row for each domain, columns CLASSES.

    final    a code for each number (n,)
    by       the domain of each number (n,), in the same order
    weights  w of each number (n,); its square gives what `outcome_rates` calls squares
    """
    groups = final.map({code: outcome.group for code, outcome in OUTCOMES.items()}).to_numpy()
    numbers = 1.0 if weights is None else weights.to_numpy(float)
    table = pd.DataFrame({"by": by.to_numpy(), "group": groups, "numbers": numbers})
    sums = table.pivot_table(
        index="by", columns="group", values="numbers", aggfunc="sum", fill_value=0.0, observed=True
    )
    return sums.reindex(columns=list(CLASSES), fill_value=0.0).rename_axis(index=by.name, columns=None)
