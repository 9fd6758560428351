"""SIMULATED number banks and towns for a plan of Changping's size: prefixes, exchanges and towns are all made up."""

CITY, NAME, FRAME = "1101", "simulated_changping", "simulated_banks"
TOWNS = [f"110114{k:03d}" for k in range(1, 23)]
INTERVIEWS = 3_390  # a quarter, mobile : landline 3 : 1: the approved design of 2024
PREFIXES_FILE, EXCHANGES_FILE = "simulated_prefixes.csv", "simulated_exchanges.csv"
OWN = [("010", "697", "1101", "8", "SIMULATED"), ("010", "8974", "1101", "8", "SIMULATED")]
ELSEWHERE = ("0316", "52", "1310", "7", "SIMULATED")  # of another city: the file may cover a region


def prefixes() -> bytes:
    """Forty mobile prefixes of the city and one of another."""
    rows = [f"19901{k:02d},1101,010,SIMULATED" for k in range(40)] + ["1990200,1310,0316,SIMULATED"]
    return "\n".join(["segment7,city_code,area_code,note", *rows]).encode()


def exchanges(*rows: tuple[str, str, str, str, str]) -> bytes:
    """A centre's file of exchanges; by default two of the city's and one of another's."""
    lines = [",".join(row) for row in (rows or (*OWN, ELSEWHERE))]
    return "\n".join(["area_code,exchange,city_code,local_digits,note", *lines]).encode()


def programme(laibin: bytes) -> bytes:
    """The example programme of Laibin with made-up towns below one city as its areas."""
    lines = laibin.decode().splitlines()
    lines = [f'programme = "{NAME}"' if line.startswith("programme = ") else line for line in lines]
    first = lines.index("[areas]")
    last = next((k for k in range(first + 1, len(lines)) if lines[k].startswith("[")), len(lines))
    league = lines[first + 1].split('league = "')[1].split('"')[0]
    rows = [f'{t} = {{ league = "{league}", zh = "模拟镇{t[-2:]}", en = "Simulated town {t[-2:]}" }}' for t in TOWNS]
    return "\n".join([*lines[: first + 1], *rows, "", *lines[last:]]).encode()
