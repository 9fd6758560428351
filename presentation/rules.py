"""Rules in words: whom a rule lists as printed, and for whom the figures show it."""

from collections.abc import Mapping

import pandas as pd

from accountability import MET, MISSED, UNDECIDED
from accountability.rules import Rule
from estimation import Measure
from presentation.numbers import threshold_text, value_text
from service.figures.league import League, rule_summary
from words import Speaker


def rule_sentence(league: League, rule: Rule, summary: Mapping[str, list[str]], t: Speaker) -> str:
    """How many areas the rule lists as printed, with their names, and for how many the figures show it."""
    counts = {key: len(summary[key]) for key in ("printed", MISSED, MET, UNDECIDED)}
    threshold = f"{rule.threshold:g}" if rule.of_places else threshold_text(league.measure, rule.threshold, t)
    sentence = t(rule.sentence, rule=league.programme.rule_names[rule.name], threshold=threshold, **counts)
    if not summary["printed"]:
        return sentence
    return sentence + t("leader.rules.names_printed", names=[league.name(a) for a in summary["printed"]])


def rule_notes(league: League, t: Speaker) -> list[str]:
    """A heading and the sentence of each rule of the league's measure; nothing if it has none."""
    rules = league.programme.rules[league.measure.name]
    sentences = [rule_sentence(league, rule, rule_summary(league, rule.name), t) for rule in rules]
    return [t("leader.rules"), *sentences] if sentences else []


def rule_rows(league: League, t: Speaker) -> pd.DataFrame:
    """VERDICTS in words: code, rule, area, the result as printed, what the figures show, the limits they show it by."""
    rows = league.rules
    by_name = {rule.name: rule for rule in league.programme.rules[league.measure.name]}

    def limits(column: str) -> list[str]:
        pairs = zip(rows.rule, rows[column], strict=True)
        return [rule_number(league.measure, by_name[name], value, t) for name, value in pairs]

    return pd.DataFrame(
        {
            "code": list(rows.area),
            "rule": [league.programme.rule_names[r][t("language.code")] for r in rows.rule],
            "area": [league.name(a)[t("language.code")] for a in rows.area],
            "printed": [t("rule.printed_met" if p else "rule.printed_missed") for p in rows.printed],
            "shown": [t(f"rule.{outcome}") for outcome in rows.outcome],
            "rule_lower": limits("lower"),
            "rule_upper": limits("upper"),
        }
    )


def rule_number(measure: Measure, rule: Rule, number: float, t: Speaker) -> str:
    """A number of a rule: a place of a rule about places, else a value of the measure."""
    return f"{number:g}" if rule.of_places else value_text(measure, number, t)
