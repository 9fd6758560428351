"""The page on mutants: how many were tried and killed, and every survivor with the reason why it may live."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mutants.places import ROOMS, Mutant
from mutants.trial import KILLED, STOPPED, SURVIVED

REASONS = Path(__file__).with_name("reasons.toml")
EQUIVALENT, UNEXPLAINED = "Equivalent", "no reason yet · 尚无理由"
OPENING = """# Mutants: tests that can fail · 变异检验

`make mutants` puts one small fault at a time, chosen by chance, into a copy of the pure rooms (cosmic-ray's operators,
and an argument left out of a call) and runs the tests that reach the function. A fault that no test notices has
survived.
`make mutants` 每次在纯计算代码的副本里随机放入一处小错误，再运行涉及该函数的检验；没有检验发现的错误记为“存活”。
"""


@dataclass(frozen=True)
class Tried:
    """A mutant, what became of it, and how many tests were run."""

    mutant: Mutant
    outcome: str
    tests: int


def accepted() -> dict[tuple[str, str, str], str]:
    """(file, original line, mutant's line) -> the reason why no test need notice."""
    known = tomllib.loads(REASONS.read_text("utf-8")).get("survivor", [])
    return {(s["file"], s["before"], s["after"]): s["reason"] for s in known}


def document(tried: list[Tried], *, places: int, seed: int, reasons: dict) -> str:
    """The page's text."""
    outcomes, lines = Counter(t.outcome for t in tried), [OPENING]
    killed = outcomes[KILLED] + outcomes[STOPPED]
    alive = sorted((t.mutant for t in tried if t.outcome == SURVIVED), key=lambda m: (m.place.file, m.place.line))
    same = sum(reasons.get(m.key, "").startswith(EQUIVALENT) for m in alive)
    share = f"{killed / (len(tried) - same):.1%}" if len(tried) > same else "-"
    lines.append(
        f"Seed {seed}: {len(tried):,} of {places:,} places tried, {killed:,} killed (of them {outcomes[STOPPED]} ran "
        f"too long and were stopped), {len(alive)} survived, {same} of which compute the same: **{share}** of those "
        f"that can be noticed were killed. 种子 {seed}：试 {len(tried):,} 处，发现 {killed:,} 处，存活 {len(alive)}"
        f" 处，其中 {same} 处结果相同（等价）；可发现者中发现 **{share}**。\n"
    )
    lines += ["| room · 部分 | tried · 试 | killed · 发现 |", "|---|---|---|"]
    for room in ROOMS:
        tried_in_room = [t for t in tried if t.mutant.place.file.split("/")[0] == room]
        lines.append(f"| {room} | {len(tried_in_room)} | {sum(t.outcome != SURVIVED for t in tried_in_room)} |")
    if alive:
        lines += [
            "\n## Survivors · 存活\n",
            "| place · 位置 | line · 原文 | mutant · 变异 | reason · 理由 |",
            "|---|---|---|---|",
        ]
    for m in alive:
        place = f"{m.place.file}:{m.place.line}"
        lines.append(f"| {place} | {_code(m.before)} | {_code(m.after)} | {reasons.get(m.key, UNEXPLAINED)} |")
    return "\n".join(lines) + "\n"


def _code(line: str) -> str:
    return f"`{line.replace('|', chr(92) + '|')}`"
