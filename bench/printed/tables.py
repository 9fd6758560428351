"""Made-up printed tables whose figures agree, each of which may be given one slip: the places of it are known.

Every figure is rounded by itself from values of more digits, as an office does it, so that printed differences need
not be those of the printed figures; spreadsheets drop zeros at the end of some.
"""

from dataclasses import dataclass

import numpy as np

AREAS = ("Ashby", "Barton", "Corby", "Denton", "Epworth", "Felton", "Garton", "Hatton", "Ilford", "Jarrow", "Kelso")
PLACES = ("甲乡", "乙镇", "丙镇", "丁乡", "戊镇", "己乡", "庚镇", "辛乡", "壬镇", "癸乡", "子镇")
CASES = (
    ("theft", "盗窃"),
    ("noise", "噪声"),
    ("traffic", "交通"),
    ("fraud", "诈骗"),
    ("water", "供水"),
    ("other", "其他"),
)


@dataclass(frozen=True)
class Sheet:
    """A printed table: its rows with the header first, and the kinds of slips that it may be given.

    slips   kind -> (row, column) of a cell with that kind of figure, from 0
    """

    rows: list[list[str]]
    slips: dict[str, list[tuple[int, int]]]


def shown(value: float, digits: int, rng: np.random.Generator, *, dropped: bool) -> str:
    """The value rounded; where zeros are dropped, 78.50 is printed 78.5."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if dropped and "." in text else text


def league(rng: np.random.Generator, zh: bool) -> Sheet:
    """Scores and ranks of two waves with their changes; a part of them the last places of a longer list."""
    size, digits, dropped = int(rng.integers(5, 12)), int(rng.integers(1, 3)), rng.random() < 0.5
    first = 1 if rng.random() < 0.8 else int(rng.integers(20, 60))
    now, before = rng.uniform(70, 98, size), rng.uniform(70, 98, size)
    rank, rank_before = ((-v).argsort().argsort() + first for v in (now, before))
    header = (
        ["地区", "样本量", "得分", "排名", "上期得分", "上期排名", "升降", "位次变化"]
        if zh
        else ["Area", "n", "Score", "Rank", "Last score", "Last rank", "Change", "Change of rank"]
    )
    rows = [header]
    for k in np.argsort(rank):
        number = lambda v: shown(v, digits, rng, dropped=dropped)  # noqa: E731
        row = [(PLACES if zh else AREAS)[k], str(int(rng.integers(80, 400))), number(now[k]), str(rank[k])]
        row += [number(before[k]), str(rank_before[k]), number(now[k] - before[k]), str(rank_before[k] - rank[k])]
        rows.append(row)
    at = {"rank": 3, "change": 6, "rank_change": 7, "score": 2}
    return Sheet(rows, {kind: [(r, c) for r in range(1, size + 1)] for kind, c in at.items()})


def kinds_of_cases(rng: np.random.Generator, zh: bool) -> Sheet:
    """Counts with their shares and the total."""
    counts, digits = rng.integers(20, 900, len(CASES)), int(rng.integers(1, 3))
    total = counts.sum()
    sign = "%" if rng.random() < 0.5 else ""
    rows = [["类别", "件数", "占比（%）"] if zh else ["Category", "Count", "Share (%)"]]
    rows += [
        [names[zh], f"{n:,}", f"{100 * n / total:.{digits}f}{sign}"] for names, n in zip(CASES, counts, strict=True)
    ]
    rows.append(["合计" if zh else "Total", f"{total:,}", f"100{sign}"])
    cells = range(1, len(CASES) + 1)
    return Sheet(
        rows, {"share": [(r, 2) for r in cells], "total": [(len(CASES) + 1, 1)], "count": [(r, 1) for r in cells]}
    )


def answers(rng: np.random.Generator, zh: bool) -> Sheet:
    """How many were satisfied, basically satisfied and not, and the satisfaction rate of both or of the first alone."""
    size, both = int(rng.integers(1, 9)), rng.random() < 0.7
    header = (
        ["单位", "满意", "基本满意", "不满意", "合计", "满意率（%）"]
        if zh
        else ["Unit", "Satisfied", "Basically satisfied", "Dissatisfied", "Total", "Satisfaction rate (%)"]
    )
    rows = [header]
    for k in range(size):
        a, b, c = (int(n) for n in rng.integers((300, 30, 10), (900, 200, 90)))
        rate = 100 * (a + b * both) / (a + b + c)
        rows.append([(PLACES if zh else AREAS)[k], str(a), str(b), str(c), str(a + b + c), f"{rate:.2f}"])
    cells = range(1, size + 1)
    return Sheet(rows, {"total": [(r, 4) for r in cells], "rate": [(r, 5) for r in cells], "half": [(1, 5)]})


def extremes(rng: np.random.Generator, zh: bool) -> Sheet:
    """Rows of areas, and below them the highest, the lowest and the gap."""
    size, digits = int(rng.integers(4, 10)), int(rng.integers(1, 3))
    values, dropped = rng.uniform(75, 99, size), rng.random() < 0.5
    rows = [["地区", "满意率（%）"] if zh else ["Area", "Share satisfied (%)"]]
    number = lambda v: shown(v, digits, rng, dropped=dropped)  # noqa: E731
    rows += [[(PLACES if zh else AREAS)[k], number(v)] for k, v in enumerate(values)]
    names = ("最高", "最低", "差距") if zh else ("Highest", "Lowest", "Gap")
    figures = (values.max(), values.min(), values.max() - values.min())
    rows += [[name, number(v)] for name, v in zip(names, figures, strict=True)]
    return Sheet(rows, {"extreme": [(size + 1, 1), (size + 2, 1)], "gap": [(size + 3, 1)]})


def two_shares(rng: np.random.Generator, zh: bool) -> Sheet:
    """The shares of satisfied and dissatisfied, 100 together."""
    size = int(rng.integers(4, 10))
    rows = [["县区", "满意率", "不满意率"] if zh else ["County", "Satisfied (%)", "Dissatisfied (%)"]]
    for k, v in enumerate(rng.uniform(60, 99, size)):
        rows.append([(PLACES if zh else AREAS)[k], f"{v:.1f}%", f"{100 - v:.1f}%"])
    return Sheet(rows, {"complement": [(r, c) for r in range(1, size + 1) for c in (1, 2)]})


def planned(rng: np.random.Generator, zh: bool) -> Sheet:
    """How many interviews were planned and achieved, and the rate."""
    size = int(rng.integers(1, 10))
    names = (
        (["乡镇", "应访", "实访", "完成率"], ["乡镇", "计划", "完成", "完成率（%）"])
        if zh
        else (["Town", "Planned", "Achieved", "Rate (%)"], ["Town", "Issued", "Completed", "Rate of completion"])
    )
    rows = [names[rng.integers(2)]]
    for k in range(size):
        whole = int(rng.integers(80, 400))
        part = int(rng.integers(whole // 2, whole))
        rows.append([(PLACES if zh else AREAS)[k], str(whole), str(part), f"{100 * part / whole:.1f}%"])
    return Sheet(rows, {"share": [(r, 3) for r in range(1, size + 1)]})


SHEETS = (league, kinds_of_cases, answers, extremes, two_shares, planned)
