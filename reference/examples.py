"""Example files of every format and kind, made up, as offices have them: data/examples.

    python -m reference.examples

The same wave is saved in every way; beside it stand a list, known totals, a call log, assumed shares, records of the
areas, and a city's mobile prefixes and landline exchanges.
"""

import io
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

FOLDER = Path(__file__).parents[1] / "data" / "examples"
TOWNS = {"01": "磨坊镇", "02": "渡口镇", "03": "堰镇", "04": "桥头镇"}
SAFE = {"1": "安全", "2": "比较安全", "3": "不太安全", "4": "不安全", "9": "9"}
WHY = {"1": "盗窃", "2": "赌博", "3": "噪声"}
CITY = "9901"
TITLE = "2026年一季度群众安全感调查（虚构）"
SAV_DATE = slice(92, 109)  # of the header: the day and the time when the file was made
DTA_DATE = re.compile(rb"(<timestamp>.)[^<]{17}(</timestamp>)", re.DOTALL)


def wave() -> pd.DataFrame:
    """Sixty interviews, every cell as text, as the plainest file has them; who interviewed is in Chinese."""
    rng = np.random.default_rng(2026)
    town = np.repeat(list(TOWNS), 15)
    safe = rng.choice(["1", "2", "3", "4", "9"], 60, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    several = [";".join(code for code in WHY if rng.random() < 0.5) or "1" for _ in range(60)]
    rating = [f"{value:g}" for value in rng.integers(0, 21, 60) / 2]
    return pd.DataFrame(
        {
            "id": [str(k) for k in range(1, 61)],
            "town": town,
            "weight": [f"{value:g}" for value in rng.integers(40, 200, 60) / 80],
            "safe": safe,
            "why": np.where(np.isin(safe, ["3", "4"]), several, ""),
            "trust": np.where(rng.random(60) < 0.05, "99", rating),
            "interviewer": [f"访员{1 + k % 3}" for k in range(60)],  # no programme asks for it
        }
    )


def units() -> pd.DataFrame:
    """A list of people to be drawn from: numbers are of a range that nobody has."""
    towns = np.tile(list(TOWNS), 10)
    phones = [f"1990100{k:04}" for k in range(40)]
    return pd.DataFrame({"unit_id": [f"u{k:03}" for k in range(40)], "area": towns, "phone": phones, "name": "某某"})


def totals() -> pd.DataFrame:
    """Known totals of the towns."""
    people = [1200, 900, 640, 1510]
    return pd.DataFrame({"margin": "town", "category": list(TOWNS), "total": people, "period": "2026Q1"}).astype(str)


def calls() -> pd.DataFrame:
    """A call log with a centre's own words for outcomes."""
    words = ["完成", "拒访", "无人接听", "占线", "空号"]
    rows = [(f"u{k:03}", f"2026/3/{1 + k % 5} 18:{k:02}:00", f"访员{k % 3 + 1}", words[k % 5]) for k in range(20)]
    return pd.DataFrame(rows, columns=["unit_id", "at", "interviewer", "disposition"])


def shares() -> pd.DataFrame:
    """Shares that a plan assumes."""
    return pd.DataFrame({"area": list(TOWNS), "share": ["0.9", "0.92", "0.85", "0.95"]})


def records() -> pd.DataFrame:
    """An administrative record of the towns."""
    return pd.DataFrame({"record": "crimes", "area": list(TOWNS), "value": ["1.5", "2.25", "12", "3"]})


def prefixes() -> pd.DataFrame:
    """Mobile prefixes of a city that there is not, and of another."""
    rows = [(f"19901{k:02}", CITY, "0399") for k in range(5)] + [("1990200", "9902", "0398")]
    return pd.DataFrame(rows, columns=["segment7", "city_code", "area_code"])


def exchanges() -> pd.DataFrame:
    """Landline exchanges of the same city, one of them shared with the other."""
    rows = [("0399", "28", CITY, "7"), ("0399", "2901", f"{CITY}+9902", "7"), ("0398", "52", "9902", "7")]
    return pd.DataFrame(rows, columns=["area_code", "exchange", "city_code", "local_digits"])


KINDS: Mapping[str, Callable[[], pd.DataFrame]] = {
    "wave": wave,
    "list": units,
    "margins": totals,
    "calls": calls,
    "shares": shares,
    "records": records,
    "prefixes": prefixes,
    "exchanges": exchanges,
}


def csv(table: pd.DataFrame, encoding: str, separator: str = ",", comma: str = ".") -> bytes:
    """A table as CSV; comma: what stands between whole and part, in weights and ratings."""
    cells = table.map(lambda cell: re.sub(r"^(-?[0-9]+)\.([0-9]+)$", rf"\1{comma}\2", cell))
    return cells.to_csv(index=False, sep=separator, lineterminator="\r\n").encode(encoding)


def workbook(table: pd.DataFrame, numbers: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> bytes:
    """A workbook with a cover sheet, a title above the header and a blank row; codes show their zeros by a format."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": pd.Timestamp("2026-04-01").to_pydatetime()})
        book.add_worksheet("说明").write(0, 0, "请勿修改列名")
        sheet, zeros = book.add_worksheet("数据"), book.add_format({"num_format": "00"})
        sheet.merge_range(0, 0, 0, max(len(table.columns) - 1, 1), TITLE)
        for k, name in enumerate(table):
            sheet.write_string(2, k, name)
            for row, cell in enumerate(table[name], 3):
                if name in codes:
                    sheet.write_number(row, k, int(cell), zeros)
                elif name in numbers and cell:
                    sheet.write_number(row, k, float(cell))
                else:
                    sheet.write_string(row, k, cell)
    return buffer.getvalue()


def statistical(table: pd.DataFrame, form: str, **options: Any) -> bytes:
    """A .sav or .dta file, always with the same date in its header."""
    write = pyreadstat.write_sav if form == "sav" else pyreadstat.write_dta
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, f"table.{form}")
        write(table, str(place), **options)
        content = place.read_bytes()
    if form == "dta":
        return DTA_DATE.sub(rb"\g<1>01 Apr 2026 00:00\2", content)
    return content[: SAV_DATE.start] + b"01 Apr 2600:00:00" + content[SAV_DATE.stop :]


def parquet(table: pd.DataFrame) -> bytes:
    """A Parquet file."""
    table.to_parquet(buffer := io.BytesIO(), index=False)
    return buffer.getvalue()


FORMS: Mapping[str, Callable[[pd.DataFrame], bytes]] = {
    "utf8.csv": lambda table: csv(table, "utf-8"),
    "gbk.csv": lambda table: csv(table, "gb18030"),
    "semicolon.csv": lambda table: csv(table, "utf-8-sig", ";", ","),
    "tab.txt": lambda table: csv(table, "utf-16", "\t"),
    "title.xlsx": workbook,
    "plain.parquet": parquet,
    "text.sav": lambda table: statistical(table, "sav"),
    "text.dta": lambda table: statistical(table, "dta"),
}


def boxes(table: pd.DataFrame, ticked: str, other: str, name: str) -> pd.DataFrame:
    """A column for each answer of the question with several, in place of the one: named by its code."""
    columns = {
        name.format(code): [ticked if code in cell.split(";") else other for cell in table["why"]] for code in WHY
    }
    names = list(table)
    before, after = names[: names.index("why")], names[names.index("why") + 1 :]
    return pd.concat([table[before], pd.DataFrame(columns), table[after]], axis="columns")


def lime_codes() -> bytes:
    """As LimeSurvey exports codes: every cell in quotes, its own columns first."""
    table = boxes(wave(), "Y", "", "why[{}]")
    table.insert(1, "submitdate", "2026-03-05 19:20:11")
    table.insert(2, "lastpage", "4")
    table.insert(3, "startlanguage", "zh-Hans")
    return table.to_csv(index=False, quoting=1).encode()


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The wave with the names of towns and the texts of answers in place of their codes."""
    return table.assign(safe=table.safe.map(SAFE), town=table.town.map(TOWNS))


def lime_texts() -> bytes:
    """As LimeSurvey exports full answers, with the code and the text of each question above them."""
    table = in_words(boxes(wave(), "是", "否", "why[{}]. 为什么觉得不安全？"))
    table.insert(1, "submitdate", "2026-03-05 19:20:11")
    headings = {"town": "town. 您住在哪个镇？", "safe": "safe. 您觉得安全吗？", "trust": "trust. 您打几分？"}
    return table.rename(columns=headings).to_csv(index=False, quoting=1).encode("utf-8-sig")


def _numbered() -> tuple[pd.DataFrame, dict[str, dict]]:
    """The wave as survey programs keep it: numbers for answers, and their labels."""
    table = wave()
    numbers = table.assign(**{name: table[name].astype(float) for name in ("id", "weight", "safe", "trust", "town")})
    labels = {"safe": {float(code): text for code, text in SAFE.items()}}
    return numbers, labels | {"town": {float(code): text for code, text in TOWNS.items()}}


def lime_sav() -> bytes:
    """As LimeSurvey exports for SPSS: a variable of zeros and ones for each answer of the question with several."""
    numbers, labels = _numbered()
    table = boxes(numbers, "1", "0", "why_{}")
    ticks = {f"why_{code}": table[f"why_{code}"].astype(float) for code in WHY}
    labels |= {name: {0.0: "Not selected", 1.0: "Yes"} for name in ticks}
    table = table.assign(submitdate=pd.Timestamp("2026-03-05 19:20:11"), **ticks)
    return statistical(table, "sav", variable_value_labels=labels)


def labelled(form: str) -> bytes:
    """A .sav or .dta file with numbers and labels."""
    numbers, labels = _numbered()
    if form == "dta":  # Stata labels whole numbers only
        numbers = numbers.astype({"safe": int, "town": int})
        labels = {name: {int(code): text for code, text in of.items()} for name, of in labels.items()}
    return statistical(numbers, form, variable_value_labels=labels)


WAVES: Mapping[str, Callable[[], bytes]] = {
    "wave_utf8.csv": lambda: FORMS["utf8.csv"](wave()),
    "wave_gbk.csv": lambda: FORMS["gbk.csv"](in_words(wave())),
    "wave_semicolon.csv": lambda: FORMS["semicolon.csv"](wave()),
    "wave_title.xlsx": lambda: workbook(wave(), ("id", "weight", "safe", "trust"), ("town",)),
    "wave.parquet": lambda: parquet(wave()),
    "wave_labels.sav": lambda: labelled("sav"),
    "wave_labels.dta": lambda: labelled("dta"),
    "limesurvey_codes.csv": lime_codes,
    "limesurvey_texts.csv": lime_texts,
    "limesurvey.sav": lime_sav,
}
OTHERS: Mapping[str, Callable[[], bytes]] = {
    "list.xlsx": lambda: workbook(units(), codes=("area",)),
    "margins.xlsx": lambda: workbook(totals(), ("total",), ("category",)),
    "calls_gbk.csv": lambda: FORMS["gbk.csv"](calls()),
    "shares_semicolon.csv": lambda: FORMS["semicolon.csv"](shares()),
    "records_tab.txt": lambda: FORMS["tab.txt"](records()),
    "prefixes_utf8.csv": lambda: FORMS["utf8.csv"](prefixes()),
    "exchanges.xlsx": lambda: workbook(exchanges(), ("local_digits",)),
}


def main() -> None:
    """Write all example files."""
    for name, content in {**WAVES, **OTHERS}.items():
        (FOLDER / name).write_bytes(content())


if __name__ == "__main__":
    main()
