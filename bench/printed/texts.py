"""Made-up sentences of bulletins whose figures agree, each of which may be given one slip in its last figure."""

from dataclasses import dataclass

import numpy as np

BESIDE = {  # sentences about which nothing can be computed, to be left alone
    True: (
        "2016年第三季度，全市在5个县、70个乡镇共访问3,512人，电话接通率为31.4%。",
        "根据第12号文件，调查于7月1日至9月20日进行，误差范围为正负1.8个百分点。",
        "有群众反映路灯不亮，其中城东派出所辖区12起、城南8起。",
        "安全感为94.2%，执法满意度为88.7%，较上季度上升1.3个百分点。",
    ),
    False: (
        "In the third quarter of 2016, 3,512 people in 5 counties and 70 townships were interviewed.",
        "The survey ran from 1 July to 20 September; the margin of error is 1.8 percentage points.",
        "Street lights were named by 12 people in the east and by 8 in the south.",
        "Safety stands at 94.2 %, satisfaction at 88.7 %, up 1.3 points since last quarter.",
    ),
}


@dataclass(frozen=True)
class Passage:
    """A sentence with a blank for each of its figures, and the figures; slip: which of them may be wrong."""

    kind: str
    words: str
    figures: tuple[str, ...]
    slip: int

    def text(self, figures: tuple[str, ...] | None = None) -> str:
        """The sentence with these figures, else with its own."""
        return self.words.format(*(figures or self.figures))


def gap(rng: np.random.Generator, zh: bool) -> Passage:
    """The highest, the lowest and their difference."""
    digits = int(rng.integers(1, 3))
    high, low = rng.uniform(90, 99), rng.uniform(70, 89)
    figures = tuple(f"{v:.{digits}f}" for v in (high, low, high - low))
    words = (
        ("最高{0}，最低{1}，相差{2}个百分点。", "得分最高的为{0}分，最低的为{1}分，两者相差{2}分。")
        if zh
        else (
            "The highest is {0}, the lowest {1}, a gap of {2} points.",
            "The best has {0} %, the worst {1} %, a difference of {2} points.",
        )
    )
    return Passage("gap", words[rng.integers(2)], figures, 2)


def one_share(rng: np.random.Generator, zh: bool) -> Passage:
    """A part of a whole with its share."""
    whole = int(rng.integers(30, 900))
    part = int(rng.integers(whole // 5, whole))
    share = f"{100 * part / whole:.{int(rng.integers(1, 3))}f}"
    words = (
        (
            "{0}个乡镇中有{1}个达到目标，占{2}%。",
            "在{0}个乡镇中，{1}个高于全市平均，占比为{2}%。",
            "全市{0}个乡镇，{1}个达标，占{2}%。",
        )
        if zh
        else (
            "Of {0} townships, {1} ({2} %) reached the target.",
            "{1} of {0} townships ({2} %) reached the target.",
            "Of {0} townships, {1} reached the target, {2} %.",
        )
    )
    return Passage("share", words[rng.integers(3)], (str(whole), str(part), share), 2)


def several_shares(rng: np.random.Generator, zh: bool) -> Passage:
    """Three counts of one whole, which may overlap, with their shares."""
    whole = int(rng.integers(40, 200))
    parts = rng.integers(5, whole, 3)
    shares = tuple(f"{100 * n / whole:.1f}" for n in parts)
    words = (
        "检查的{0}个乡镇中，台账齐全{1}个、人员到位{2}个、制度上墙{3}个，分别占{4}%、{5}%、{6}%。"
        if zh
        else "{1}, {2} and {3} of {0} townships ({4}, {5} and {6} %) had records, staff and rules."
    )
    return Passage("share", words, (str(whole), *map(str, parts), *shares), int(rng.integers(4, 7)))


def total(rng: np.random.Generator, zh: bool) -> Passage:
    """Two or three counts and their sum."""
    parts = rng.integers(100, 4000, int(rng.integers(2, 4)))
    figures = tuple(f"{n:,}" for n in (*parts, parts.sum()))
    if zh:
        names = ("刑事{0}件", "治安{1}件", "纠纷{2}件")[: len(parts)]
        words = "、".join(names) + f"，合计{{{len(parts)}}}件。"
    else:
        names = ("{0} criminal cases", "{1} public-order cases", "{2} disputes")[: len(parts)]
        words = "There were " + " and ".join(names) + f", {{{len(parts)}}} in all."
    return Passage("total", words, figures, len(parts))


def parts_after(rng: np.random.Generator, zh: bool) -> Passage:
    """A whole and, after a colon or as those that did and did not, all of its parts."""
    parts = rng.integers(100, 4000, 2)
    words = (
        ("全年受理{2}件：刑事{0}件、治安{1}件。", "全市{2}个网格，达标{0}个，未达标{1}个。")
        if zh
        else ("There were {2} calls: {0} criminal and {1} public order.", "Of {2} people {0} agreed and {1} did not.")
    )
    return Passage("total", words[rng.integers(2)], tuple(f"{n:,}" for n in (*parts, parts.sum())), 2)


def change(rng: np.random.Generator, zh: bool) -> Passage:
    """From one figure to another, and the difference."""
    digits = int(rng.integers(1, 3))
    before, now = rng.uniform(70, 98, 2)
    up = now > before
    figures = tuple(f"{v:.{digits}f}" for v in (before, now, abs(now - before)))
    if zh:
        way = ("上升", "提高") if up else ("下降", "降低")
        words = f"满意率由{{0}}%{way[0]}到{{1}}%，{way[1]}{{2}}个百分点。"
    else:
        words = f"The share went from {{0}} % to {{1}} %, {'up' if up else 'down'} {{2}} points."
    return Passage("change", words, figures, 2)


def change_of_rank(rng: np.random.Generator, zh: bool) -> Passage:
    """From one rank to another, and how many places."""
    before, now = (int(n) for n in rng.choice(np.arange(4, 60), 2, replace=False))
    up = now < before
    if zh:
        words = f"排名由第{{0}}位{'上升' if up else '下降'}至第{{1}}位，{'前进' if up else '后退'}{{2}}位。"
    else:
        words = f"It went from {{0}}th to {{1}}th, {'up' if up else 'down'} {{2}} places."
    return Passage("rank_change", words, (str(before), str(now), str(abs(before - now))), 2)


def complement(rng: np.random.Generator, zh: bool) -> Passage:
    """A share and the rest."""
    share = rng.uniform(60, 97)
    words = "表示满意的占{0}%，其余{1}%表示不满意。" if zh else "{0} % were satisfied, the remaining {1} % were not."
    return Passage("complement", words, (f"{share:.1f}", f"{100 - share:.1f}"), 1)


def counted(rng: np.random.Generator, zh: bool) -> Passage:
    """The answers and the satisfaction rate of the satisfied and the basically satisfied together."""
    a, b, c = (int(n) for n in rng.integers((300, 30, 10), (9000, 900, 400)))
    rate = f"{100 * (a + b) / (a + b + c):.2f}"
    words = (
        "在{0}个有效回复中，满意{1}个，基本满意{2}个，不满意{3}个，满意率为{4}%。"
        if zh
        else "{0} replies: {1} satisfied, {2} basically satisfied, {3} dissatisfied; the satisfaction rate is {4} %."
    )
    return Passage("rate", words, (f"{a + b + c:,}", f"{a:,}", f"{b:,}", f"{c:,}", rate), 4)


PASSAGES = (gap, one_share, several_shares, total, parts_after, change, change_of_rank, complement, counted)
