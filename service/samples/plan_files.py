"""Files that a sample plan reads besides assumed shares: costs of interviews, and precision constraints."""

from collections.abc import Collection

import pandas as pd

from sampling import Constraint
from service.files.choice import Choice
from service.files.decimals import with_points
from service.files.faults import FaultList
from service.files.read import read_file
from service.files.zeros import refuse_lost_zeros, restored
from words import Fault

STRATUM, COST = COSTS = ("stratum", "cost")
DOMAIN, SHARE, MARGIN = CONSTRAINTS = ("domain", "share", "margin")
INDICATOR = "indicator"


def read_costs(
    content: bytes, file: str, choice: Choice | None = None, areas: Collection[str] = ()
) -> dict[str, float]:
    """stratum or area -> cost of an interview; a Fault names every row that occurs twice or whose cost is not > 0.

    areas: the codes that are known, by which one that lost its zeros (1 for 01) is recognised
    """
    read = read_file(content, file, COSTS, choice=choice)
    faults = FaultList(file, list(read.faults))
    faults.lacking(read.table, COSTS)
    faults.settle()
    table, _ = with_points(read.table, [COST])
    table, _ = restored(table, STRATUM, areas, choice)
    refuse_lost_zeros(faults, STRATUM, table, areas)
    blank = faults.refuse(table[STRATUM] == "", "wave.blank", STRATUM, table)
    faults.refuse(~blank & table[STRATUM].duplicated(), "shares.twice", STRATUM, table)
    cost = pd.to_numeric(table[COST], errors="coerce")
    faults.refuse(~((cost > 0) & (cost < 1e12)), "shares.cost", COST, table)
    faults.settle()
    return dict(zip(table[STRATUM], cost.astype(float), strict=True))


def read_constraints(
    content: bytes, file: str, choice: Choice | None = None, areas: Collection[str] = ()
) -> tuple[Constraint, ...]:
    """The constraints of a file: domain, share, margin and perhaps indicator, one a row; a Fault names wrong rows.

    areas: as of the other files of a plan; a domain is an expression, whose codes the plan itself looks up
    """
    read = read_file(content, file, CONSTRAINTS, (INDICATOR,), choice=choice)
    faults = FaultList(file, list(read.faults))
    faults.lacking(read.table, CONSTRAINTS)
    faults.settle()
    table, _ = with_points(read.table, [SHARE, MARGIN])
    faults.refuse(table[DOMAIN] == "", "wave.blank", DOMAIN, table)
    numbers = {column: pd.to_numeric(table[column], errors="coerce") for column in (SHARE, MARGIN)}
    for column, number in numbers.items():
        faults.refuse(~((number > 0) & (number < 1)), "shares.share", column, table)
    faults.settle()
    indicator = table.get(INDICATOR, pd.Series("", index=table.index))
    rows = zip(table[DOMAIN].str.replace(" ", ""), numbers[SHARE], numbers[MARGIN], indicator, strict=True)
    constraints = tuple(Constraint(d, float(p), float(m), str(i)) for d, p, m, i in rows)
    if not constraints:
        raise Fault(key="sample.no_constraints", file=file)
    return constraints
