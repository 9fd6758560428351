"""Which percentage of a sentence is the share of which count in which other: 110 of 173 townships, 57.8 %."""

import re
import unicodedata
from collections.abc import Iterator

from accountability.printed.findings import share
from accountability.printed.sentences import COUNT, PERCENT, Figure, Sentence, says
from accountability.printed.vocabulary import pattern, pattern_at_end

OF = re.compile(r"\b(?:of|out of)\s+(?:the\s+|all\s+|these\s+|our\s+|its\s+)*$", re.IGNORECASE)
AMONG = re.compile(r"(?:^|[,;:(]\s*)(?:of|among|in)\s+(?:the\s+|all\s+|these\s+)*$", re.IGNORECASE)
LIST_SIGNS = ("(", ",", "=", ":")  # before a list of shares, in either width
SIGNS = ("(", "=")  # between a count and its share
OF_PERCENT = re.compile(r"^\s*(?:%|per cent|percent)\s*", re.IGNORECASE)
BESIDE = 24  # characters between a count and its share
OF_OTHERS = re.compile(r"\u7684|of\s+(?!the\b|all\b|these\b|them\b)", re.IGNORECASE)  # 57.8 % of residents
ENDED = re.compile(r"\s*(?:[^\w\s(+-]|$)")  # nothing more is said of a percentage
CLAUSE = re.compile(r"[^\w\s%-]")  # any mark ends a clause, in either language
Claim = tuple[Figure, Figure, Figure, bool]


def claimed_shares(sentence: Sentence) -> Iterator[Claim]:
    """(part, whole, percentage, whether no other reading is likely) of each share that a sentence claims.

    A share that fits another count of the sentence is not among them: the whole may be that one.
    """
    claims = [*_by_lists(sentence.figures), *_one_by_one(sentence.figures)]
    seen = set()
    for part, whole, figure, certain in claims:
        if figure.place in seen or part.number.value > whole.number.value:
            continue
        seen.add(figure.place)
        others = [f for f in sentence.figures if f.kind == COUNT and f is not part and f.number.value > 0]
        fitting = [f for f in others if _fits(part, f, figure)]
        if not fitting:
            yield part, whole, figure, certain


def narrow(words: str) -> str:
    """The words with full-width signs as narrow ones, without blanks at the end."""
    return unicodedata.normalize("NFKC", words).rstrip()


def _fits(part: Figure, whole: Figure, figure: Figure) -> bool:
    reading = share("printed.share", part.number.bounds(), whole.number, {})
    return figure.number.bounds().meets(reading.own)


def _one_by_one(figures: tuple[Figure, ...]) -> Iterator[Claim]:
    for figure in figures:
        if figure.kind != PERCENT or figure.number.value < 0 or _is_threshold(figure):
            continue
        before = [f for f in figures[: figure.place] if not _is_threshold(f)]
        if len(before) < 2:
            continue
        second, last = before[-2:]
        between = narrow(figure.before)
        if between.endswith(",") and OF_OTHERS.match(OF_PERCENT.sub("", figure.after)):
            continue
        if last.kind == COUNT and second.kind == COUNT and _is_alone(figure) and second.place == last.place - 1:
            alike = second.unit == last.unit
            announced = bool(AMONG.search(second.before)) or (says("within", second.after) and alike)
            made_of = alike and pattern("made_of").search(between) is not None
            if announced or (made_of and len(before) == 2):
                yield last, second, figure, announced
                continue
        if last.kind != COUNT or len(between) > BESIDE or pattern_at_end("change_word", 4).search(between):
            continue
        said = says("share_word", between) or between.endswith(SIGNS)
        of_it = second.kind == COUNT and _is_whole_after(second, last)  # M of N; M, a share of N's P %
        if of_it and (said or between.endswith(",")):
            yield second, last, figure, True
            continue
        of_this = _is_rate_of(between, last, figures)
        if says("rate_word", between) and not of_this:  # that of all answers, not of the count before it
            continue
        if not said and not of_this and (not last.unit or re.search(r"\w", between.removeprefix(last.unit))):
            continue
        wholes = [f for f in figures[: last.place] if f.kind == COUNT and _is_whole(f, figures)]
        if wholes:
            whole = wholes[-1]
            steps = [f.before for f in figures[whole.place + 2 : last.place + 1]]
            yield last, whole, figure, not any(says("of_which", words) for words in steps)


def _is_alone(figure: Figure) -> bool:
    """Whether a percentage, with no more than “that is” or “a share of” before it, stands between two marks."""
    clauses = narrow(figure.before).rpartition(",")
    said = pattern("bare_share").fullmatch(clauses[2].strip()) is not None or not clauses[2]
    in_one = CLAUSE.search(clauses[0]) is None and len(clauses[0]) <= 2 * BESIDE
    return bool(clauses[1]) and said and in_one and ENDED.match(OF_PERCENT.sub("", figure.after)) is not None


def _is_threshold(figure: Figure) -> bool:
    """Whether a percentage is a mark that something reaches: above 90 %, 90 % or more."""
    if figure.kind != PERCENT:
        return False
    or_more = pattern("or_more").match(OF_PERCENT.sub("", figure.after))
    return or_more is not None or pattern_at_end("beyond", 1).search(figure.before) is not None


def _is_rate_of(between: str, count: Figure, figures: tuple[Figure, ...]) -> bool:
    """Whether a rate is named as the count before it: 110 reached it (达标110个), the rate of reaching (达标率).

    Which answers a rate of the satisfied counts where some are basically satisfied is for `halves`.
    """
    named = CLAUSE.split(count.before)[-1].strip()
    if len(named) < 2 or any(pattern("basically").search(f.before) for f in figures):
        return False
    rate = CLAUSE.split(between)[-1].strip()
    return rate.startswith(named) and pattern("rate_word").match(rate[len(named) :]) is not None


def _by_lists(figures: tuple[Figure, ...]) -> Iterator[Claim]:
    """22, 20 and 29 of 44 townships, 50, 45.5 and 65.9 %: the lists of counts and of shares, as long as one another."""
    end = 0
    while end < len(figures):
        start = end
        while end < len(figures) and figures[end].kind == PERCENT:
            end += 1
        size = end - start
        end = max(end, start + 1)
        if size < 2 or start < size + 1:
            continue
        first, last = figures[start], figures[start + size - 1]
        announced = says("respectively", first.before) or says("respectively", last.after)
        of_counts = figures[start - size]
        announced |= says("respectively", of_counts.before) and says("share_word", first.before)
        if not announced and not narrow(first.before).endswith(LIST_SIGNS):
            continue
        counts = [f for f in figures[:start] if f.kind == COUNT]
        after = len(counts) >= size + 1 and _is_whole_after(counts[-2], counts[-1])
        whole = counts[-1] if after else next((f for f in counts[::-1] if _is_whole(f, figures)), None)
        if whole is None and len(counts) == size + 1:  # the one count that is no part
            whole = counts[0]
        parts = [f for f in counts if f is not whole][-size:]
        if whole is not None and len(parts) == size:
            yield from ((part, whole, figures[start + k], True) for k, part in enumerate(parts))


def _is_whole_after(part: Figure, whole: Figure) -> bool:
    """Whether the second count is the whole of the first: M of N, or M, a share of N."""
    return bool(OF.search(whole.before)) or (says("share_word", whole.before) and says("whose", whole.after[:12]))


def _is_whole(figure: Figure, figures: tuple[Figure, ...]) -> bool:
    """Whether a count is announced as a whole: of 173 townships …; N in all, of which …"""
    if says("within", figure.after) or AMONG.search(figure.before) or OF.search(figure.before):
        return True
    return bool(pattern("total_word").search(figure.before)) and figure.place < len(figures) - 1
