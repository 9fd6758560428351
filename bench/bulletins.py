"""How many planted slips the checker of bulletins finds, and how often it is wrong about sound figures: `make bench`.

    python -m bench.bulletins [--quick] [--write]

Half of the tables and texts have one slip; the other half and everything else must be left alone.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accountability.printed.check import check
from accountability.printed.findings import Finding
from accountability.printed.tables import Grid
from bench.printed.tables import SHEETS, Sheet
from bench.printed.texts import BESIDE, PASSAGES, Passage

SEED, OF_A_KIND, QUICK = 20261127, 60, 4
DOCUMENTS = {"zh": "docs/check_bulletin.zh.md", "en": "docs/check_bulletin.md"}
MARKS = "<!-- measured: python -m bench.bulletins --write -->", "<!-- end -->"
OWN = {
    "zh": "本项目自己的文档（{sentences:,}句、{figures:,}个数字，多为公式和技术数字）中提示{found}处。",
    "en": "This project's own documents ({sentences:,} sentences and {figures:,} figures, many in formulas) "
    "have {found} findings.",
}
KINDS = {
    "rank": ("位次", "rank"),
    "change": ("升降", "change"),
    "rank_change": ("位次变化", "change of rank"),
    "score": ("得分本身", "the score itself"),
    "share": ("占比", "share"),
    "total": ("合计", "total"),
    "count": ("件数本身", "the count itself"),
    "rate": ("满意率", "satisfaction rate"),
    "half": ("“基本满意”折半", "“basically satisfied” counted half"),
    "extreme": ("最高、最低", "highest and lowest"),
    "gap": ("差距", "gap"),
    "complement": ("余数", "complement"),
}


@dataclass
class Counts:
    """Slips planted and found of a kind; those of which a finding is certain."""

    planted: int = 0
    found: int = 0
    certain: int = 0
    small: int = 0  # planted: those of one in the last digit
    small_found: int = 0


@dataclass
class Measured:
    """What a run of the generator counted.

    sound     tables or texts without a slip; false_wrong and false_asked: those with a finding, or only a question
    beside    findings in tables or texts with a slip, elsewhere than at it
    """

    kinds: dict[str, Counts]
    sound: int = 0
    false_wrong: int = 0
    false_asked: int = 0
    beside: int = 0


def slipped(figure: str, rng: np.random.Generator) -> str:
    """A typing error: one digit is another, two neighbours are exchanged, or the last one is one off."""
    places = [k for k, c in enumerate(figure) if c.isdigit()]
    while True:
        digits = list(figure)
        way = rng.integers(3)
        if way == 0:
            digits[rng.choice(places)] = str(rng.integers(10))
        elif way == 1 and len(places) > 1:
            k = rng.integers(len(places) - 1)
            digits[places[k]], digits[places[k + 1]] = digits[places[k + 1]], digits[places[k]]
        else:
            digits[places[-1]] = str((int(digits[places[-1]]) + rng.choice([1, 9])) % 10)
        other = "".join(digits)
        if float(other.strip("%").replace(",", "")) != float(figure.strip("%").replace(",", "")):
            return other


def is_small(right: str, wrong: str) -> bool:
    """Whether a figure is one off in its last digit, which rounding by itself can often explain."""
    one, two = (text.strip("%").replace(",", "") for text in (right, wrong))
    digits = len(one.partition(".")[2])
    return round(abs(float(one) - float(two)) * 10**digits) == 1


def measured(of_a_kind: int, seed: int = SEED) -> tuple[Measured, Measured]:
    """What is found in tables and in texts, in both languages."""
    rng = np.random.default_rng(seed)
    tables, texts = Measured(defaultdict(Counts)), Measured(defaultdict(Counts))
    for k in range(of_a_kind):
        for zh in (True, False):
            for make in SHEETS:
                _table(make(rng, zh), k % 2 == 1, tables, rng)
            for made in PASSAGES:
                _text(made(rng, zh), zh, k % 2 == 1, texts, rng)
    return tables, texts


def _table(sheet: Sheet, planted: bool, counts: Measured, rng: np.random.Generator) -> None:
    rows = [list(row) for row in sheet.rows]
    row = kind = None
    small = False
    if planted:
        kind = str(rng.choice(sorted(sheet.slips)))
        row, column = sheet.slips[kind][rng.integers(len(sheet.slips[kind]))]
        right = rows[row][column]
        rows[row][column] = _wrong_cell(rows, kind, row, column, rng)
        small = kind not in ("half", "rank") and is_small(right, rows[row][column])
        if kind == "half":
            _count_half(rows)
    found = check("", [Grid("", [(k, cells) for k, cells in enumerate(rows, 1)])]).findings
    row_of_it = None if row is None else {row + 1}
    _count(
        counts,
        kind,
        found,
        lambda finding: row_of_it is not None and (kind == "half" or finding.place.row in row_of_it),
        small,
    )


def _wrong_cell(rows: list[list[str]], kind: str, row: int, column: int, rng: np.random.Generator) -> str:
    """Another content of the cell; a rank is exchanged with a neighbour's half of the time."""
    if kind == "rank" and rng.random() < 0.5:
        other = row + 1 if row + 1 < len(rows) else row - 1
        rows[other][column], own = rows[row][column], rows[other][column]
        return own
    return slipped(rows[row][column], rng)


def _count_half(rows: list[list[str]]) -> None:
    """Write every rate again, with “basically satisfied” counted half."""
    for cells in rows[1:]:
        a, b, c = map(int, cells[1:4])
        cells[5] = f"{100 * (a + b / 2) / (a + b + c):.2f}"


def _text(passage: Passage, zh: bool, planted: bool, counts: Measured, rng: np.random.Generator) -> None:
    figures = list(passage.figures)
    kind = passage.kind if planted else None
    if planted and kind == "rate" and rng.random() < 0.5:
        kind = "half"
        a, b, c = (int(n.replace(",", "")) for n in figures[1:4])
        figures[4] = f"{100 * (a + b / 2) / (a + b + c):.2f}"
    elif planted:
        figures[passage.slip] = slipped(figures[passage.slip], rng)
    small = kind not in (None, "half") and is_small(passage.figures[passage.slip], figures[passage.slip])
    beside = BESIDE[zh][rng.integers(len(BESIDE[zh]))]
    wrong = passage.text(tuple(figures))
    found = check(f"{beside}\n{wrong}", []).findings
    _count(counts, kind, found, lambda finding: planted and finding.place.row == 2, small)


def _count(counts: Measured, kind: str | None, found: tuple[Finding, ...], is_it, small: bool) -> None:
    at_it = [finding for finding in found if is_it(finding)]
    if kind is None:
        counts.sound += 1
        certain = any(finding.certain for finding in found)
        counts.false_wrong += certain
        counts.false_asked += bool(found) and not certain
        return
    of_kind = counts.kinds[kind]
    of_kind.planted += 1
    of_kind.found += bool(at_it)
    of_kind.small += small
    of_kind.small_found += small and bool(at_it)
    of_kind.certain += any(finding.certain for finding in at_it)
    counts.beside += len(found) - len(at_it)


def table_of(tables: Measured, texts: Measured, language: str) -> str:
    """The measured rates as a Markdown table and a sentence, in a language."""
    zh = language == "zh"
    header = (
        "| 差错 | 表格：植入 | 发现 | 其中判为有误 | 文字：植入 | 发现 | 其中判为有误 |"
        if zh
        else ("| slip | tables: planted | found | of them “wrong” | texts: planted | found | of them “wrong” |")
    )
    lines = [header, "|---|---|---|---|---|---|---|"]
    for kind, names in KINDS.items():
        cells = [str(n) for m in (tables, texts) for n in _cells(m.kinds.get(kind))]
        lines.append(f"| {names[not zh]} | {' | '.join(cells)} |")
    sums = []
    for m in (tables, texts):
        planted, found, certain = (
            sum(getattr(c, f) for c in m.kinds.values()) for f in ("planted", "found", "certain")
        )
        sums += [str(planted), f"{found} ({100 * found / planted:.1f} %)", str(certain)]
    lines.append(f"| {'合计' if zh else 'all'} | {' | '.join(sums)} |")
    said = (
        "没有差错的{sound}{what}中，{wrong}{unit}被误判为有误，{asked}{unit}被列为请核实；有差错的{plain}里，差错以外另有{beside}处提示。"
        if zh
        else "Of {sound} {what} without a slip, {wrong} had a finding “wrong” and {asked} only a question; in {what} "
        "with a slip there were {beside} findings elsewhere."
    )
    small = (
        "相差超过末位1的差错：{n}处中发现{f}处；只差末位1的（常可由各自四舍五入解释）：{m}处中发现{g}处。"
        if zh
        else "Of {n} slips of more than one in the last digit {f} were found; of {m} of one in the last digit, which "
        "rounding can often explain, {g}."
    )
    of_all = [c for m in (tables, texts) for c in m.kinds.values()]
    planted, found, few, few_found = (
        sum(getattr(c, f) for c in of_all) for f in ("planted", "found", "small", "small_found")
    )
    lines += ["", small.format(n=planted - few, f=found - few_found, m=few, g=few_found)]
    names = (("个", "表格"), ("段", "文字")) if zh else (("", "tables"), ("", "texts"))
    for m, (unit, plain) in zip((tables, texts), names, strict=True):
        values = {"unit": unit, "plain": plain, "what": unit + plain, "sound": m.sound}
        values |= {"wrong": m.false_wrong, "asked": m.false_asked, "beside": m.beside}
        lines += ["", said.format(**values)]
    return "\n".join(lines)


def _cells(counts: Counts | None) -> tuple[object, object, object]:
    return ("–", "–", "–") if counts is None else (counts.planted, counts.found, counts.certain)


def own_documents() -> tuple[int, int, int]:
    """(sentences, figures, findings) of this project's documents but the one with slips as examples."""
    places = sorted([*Path("docs").glob("*.md"), *Path(".").glob("README*.md")])
    texts = [place.read_text("utf-8") for place in places if not place.name.startswith("check_bulletin")]
    checked = [check(text, []) for text in texts]
    return sum(c.sentences for c in checked), sum(c.figures for c in checked), sum(len(c.findings) for c in checked)


def main() -> None:
    """Print the rates, and write them into the documents where `--write` is given."""
    tables, texts = measured(QUICK if "--quick" in sys.argv else OF_A_KIND)
    sentences, figures, found = own_documents()
    for language, document in DOCUMENTS.items():
        said = table_of(tables, texts, language)
        said += f"\n\n{OWN[language].format(sentences=sentences, figures=figures, found=found)}"
        print(said, end="\n\n")
        if "--write" in sys.argv:
            start, end = MARKS
            old = Path(document).read_text("utf-8")
            before, _, rest = old.partition(start)
            new = f"{before}{start}\n{said}\n{end}{rest.partition(end)[2]}"
            Path(document).write_text(new, "utf-8")


if __name__ == "__main__":
    main()
