"""A simulated list of people in Laibin's seventy townships: nobody in it exists."""

from pathlib import Path

import pandas as pd

from sampling import city_frame

ROOT = Path(__file__).parents[2]
DIVISIONS = pd.read_csv(ROOT / "data" / "guangxi" / "divisions.csv", dtype=str, keep_default_na=False)
NAME, FRAME = "s02_laibin", "simulated_residents"
FILE = "simulated_residents.csv"


def townships() -> pd.DataFrame:
    return city_frame(DIVISIONS.assign(parent=DIVISIONS.parent.replace("", None)), "4513").townships


def programme() -> bytes:
    """The example programme of Laibin with all seventy townships as its areas, marked as simulated."""
    lines = (ROOT / "data" / "programmes" / "s02_laibin.toml").read_text("utf-8").splitlines()
    first = lines.index("[areas]")
    last = next((k for k in range(first + 1, len(lines)) if lines[k].startswith("[")), len(lines))
    league = lines[first + 1].split('league = "')[1].split('"')[0]
    rows = [
        f'{t.township} = {{ league = "{league}", zh = "{t.name}", en = "{t.township}" }}'
        for t in townships().itertuples()
    ]
    return "\n".join([*lines[: first + 1], *rows, "", *lines[last:]]).encode()


def residents(each: int = 40, *, seed: int = 0) -> pd.DataFrame:
    """`each` made-up people a township and more in some: unit_id, area, phone, name, source; one landline in four."""
    people = []
    for j, township in enumerate(townships().township):
        for i in range(each + (j * 7 + seed) % 11):
            k = len(people)
            phone = f"0772{2000000 + k}" if k % 4 == 0 else f"139{10000000 + k}"
            people.append((f"sim-{township}-{i:04d}", township, phone, "", "simulated"))
    return pd.DataFrame(people, columns=["unit_id", "area", "phone", "name", "source"])


def as_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()
