"""What a measure is, in sentences: whom it is over, what each answer is worth, and what no answer does."""

from collections.abc import Iterable, Mapping

from estimation.indicators.indicators import INDEX, MENTIONS, SCORE, Item, Measure, Part
from programme.survey import Programme


def definition(plan: Programme, measure: Measure, t) -> list[str]:
    """The measure's definition, sentence by sentence."""
    if measure.kind == INDEX:
        return _index(plan, measure, t)
    items = [plan.items[name] for name in measure.items]
    found = [_what(plan, measure, items, t)]
    if len(items) > 1:
        if measure.weights:
            weights = [f"{plan.item_texts[i][t('language.code')]} {a:.4g}" for i, a in _weighted(measure)]
            found.append(t("definition.weights", weights=_list(weights, t)))
        found.append(t(f"definition.missing.{measure.missing}"))
    found += _no_answer(measure, items, t) + _where(plan, measure, t)
    return [*found, _best(measure, t)]


def definition_text(plan: Programme, measure: Measure, t) -> str:
    """The sentences of `definition` as one text."""
    return t("list.between_sentences").join(definition(plan, measure, t))


def _what(plan: Programme, measure: Measure, items: list[Item], t) -> str:
    texts = _list((t("definition.quoted", text=plan.item_texts[name]) for name in measure.items), t)
    if measure.kind == SCORE:
        labels = {code: label for item in items for code, label in item.answers.items()}
        points = (f"{_label(labels[c], t)} {p:.4g}" for c, p in measure.points.items() if c in labels)
        key = "definition.score" if len(items) == 1 else "definition.score_items"
        return t(key, items=texts, points=_list(points, t))
    counted = _labels(items[0], measure.counts, t)
    if measure.of == MENTIONS:
        return t("definition.mentions", items=texts, counts=counted)
    if len(items) > 1:
        return t("definition.share_items", items=texts, counts=counted)
    return t("definition.named" if items[0].separator else "definition.share", items=texts, counts=counted)


def _no_answer(measure: Measure, items: list[Item], t) -> list[str]:
    """Which codes that are no answer leave the measure, and which count, and as what."""
    counting = measure.against | set(measure.points)
    found = []
    for key in ("not_answered", "not_asked"):
        codes = sorted({code for item in items for code in getattr(item, key)} - counting)
        if codes:
            found.append(t(f"definition.leaves.{key}", codes=_list(map(_shown, codes), t)))
    if measure.against:
        found.append(t("definition.against", codes=_list(map(_shown, sorted(measure.against)), t)))
    none = {code for item in items for code in item.no_answer}
    points = [f"{_shown(code)} {p:.4g}" for code, p in measure.points.items() if code in none]
    return [*found, t("definition.points_no_answer", points=_list(points, t))] if points else found


def _where(plan: Programme, measure: Measure, t) -> list[str]:
    if not measure.where:
        return []
    each = [
        t("definition.condition", text=plan.item_texts[name], answers=_labels(plan.items[name], codes, t))
        for name, codes in measure.where.items()
    ]
    return [t("definition.where", conditions=_list(each, t))]


def _index(plan: Programme, measure: Measure, t) -> list[str]:
    parts = _list((_part(plan, part, t) for part in measure.parts), t)
    found = [t("definition.index", parts=parts)]
    if measure.records:
        names = [_label(plan.records[name].name, t) for name in measure.records]
        found.append(t("definition.records", names=_list(names, t)))
    return [*found, _best(measure, t)]


def _part(plan: Programme, part: Part, t) -> str:
    name = plan.records[part.name].name if part.record else plan.measure_names[part.name]
    how = t("definition.as_given")
    if part.onto != part.bounds:
        ends = {"low": part.bounds[0], "high": part.bounds[1], "to_low": part.onto[0], "to_high": part.onto[1]}
        how = t("definition.min_max", **ends)
    return t("definition.part", weight=part.weight, name=name, how=how)


def _best(measure: Measure, t) -> str:
    return t("definition.largest" if measure.largest_is_best else "definition.smallest")


def _weighted(measure: Measure):
    return zip(measure.items, measure.weights, strict=True)


def _labels(item: Item, codes: Iterable[str], t) -> str:
    """The codes' labels in the questionnaire's order; a code that is no answer as it stands."""
    own = [_label(label, t) for code, label in item.answers.items() if code in codes]
    return _list(own + [_shown(code) for code in sorted(set(codes) - set(item.answers))], t)


def _label(names: Mapping[str, str], t) -> str:
    return names[t("language.code")]


def _shown(code: str) -> str:
    return code or '""'


def _list(texts: Iterable[str], t) -> str:
    """All of them: a definition is not to be shortened."""
    return t("list.all", names=list(texts))
