"""A measure's definition in sentences: over whom it is, what each answer counts, and what a missing answer does."""

from collections.abc import Iterable, Mapping

from estimation.indicators.indicators import INDEX, MEAN, MENTIONS, SCORE, Item, Measure, Part
from presentation.numbers import counted_text
from programme.declared import Programme
from words import Speaker


def definition(programme: Programme, measure: Measure, t: Speaker) -> list[str]:
    """The measure's definition, sentence by sentence."""
    if measure.kind == INDEX:
        return _index(programme, measure, t)
    items = [programme.items[name] for name in measure.items]
    sentences = [_what(programme, measure, items, t)]
    if len(items) > 1:
        if measure.weights:
            weights = [f"{programme.item_texts[i][t('language.code')]} {a:.4g}" for i, a in _weighted(measure)]
            sentences.append(t("definition.weights", weights=_list(weights, t)))
        sentences.append(t(f"definition.missing.{measure.missing}"))
    sentences += _no_answer(measure, items, t) + _where(programme, measure, t)
    return [*sentences, _best(measure, t)]


def definition_text(programme: Programme, measure: Measure, t: Speaker) -> str:
    """The sentences of `definition` as one text."""
    return t("list.between_sentences").join(definition(programme, measure, t))


def _what(programme: Programme, measure: Measure, items: list[Item], t: Speaker) -> str:
    texts = _list((t("definition.quoted", text=programme.item_texts[name]) for name in measure.items), t)
    if measure.kind == SCORE:
        labels = {code: label for item in items for code, label in item.answers.items()}
        points = (f"{_label(labels[c], t)} {p:.4g}" for c, p in measure.points.items() if c in labels)
        key = "definition.score" if len(items) == 1 else "definition.score_items"
        return t(key, items=texts, points=_list(points, t))
    if measure.kind == MEAN:
        key = "definition.mean" if len(items) == 1 else "definition.mean_items"
        return t(key, items=texts, low=measure.low, high=counted_text(measure, f"{measure.high:g}", t))
    counted = _labels(items[0], measure.counts, t)
    if measure.of == MENTIONS:
        return t("definition.mentions", items=texts, counts=counted)
    if len(items) > 1:
        return t("definition.share_items", items=texts, counts=counted)
    return t("definition.named" if items[0].separator else "definition.share", items=texts, counts=counted)


def _no_answer(measure: Measure, items: list[Item], t: Speaker) -> list[str]:
    """Which codes that are no answer leave the measure, and which of them count, and how much."""
    counting = measure.against | set(measure.points)
    sentences = []
    for key in ("not_answered", "not_asked"):
        codes = sorted({code for item in items for code in getattr(item, key)} - counting)
        if codes:
            sentences.append(t(f"definition.leaves.{key}", codes=_list(map(_shown, codes), t)))
    if measure.against:
        sentences.append(t("definition.against", codes=_list(map(_shown, sorted(measure.against)), t)))
    no_answer = {code for item in items for code in item.no_answer}
    counted = {_shown(code): f"{p:.4g}" for code, p in measure.points.items() if code in no_answer}
    points = [t("definition.code_points", code=code, points=value) for code, value in counted.items()]
    return [*sentences, t("definition.points_no_answer", points=_list(points, t))] if points else sentences


def _where(programme: Programme, measure: Measure, t: Speaker) -> list[str]:
    if not measure.where:
        return []
    conditions = [
        t("definition.condition", text=programme.item_texts[name], answers=_labels(programme.items[name], codes, t))
        for name, codes in measure.where.items()
    ]
    return [t("definition.where", conditions=_list(conditions, t))]


def _index(programme: Programme, measure: Measure, t: Speaker) -> list[str]:
    parts = _list((_part(programme, part, t) for part in measure.parts), t)
    sentences = [t("definition.index", parts=parts)]
    if measure.records:
        names = [_label(programme.records[name].name, t) for name in measure.records]
        sentences.append(t("definition.records", names=_list(names, t)))
    return [*sentences, _best(measure, t)]


def _part(programme: Programme, part: Part, t: Speaker) -> str:
    name = programme.records[part.name].name if part.record else programme.measure_names[part.name]
    rescaled = t("definition.as_given")
    if part.onto != part.bounds:
        ends = {"low": part.bounds[0], "high": part.bounds[1], "to_low": part.onto[0], "to_high": part.onto[1]}
        rescaled = t("definition.min_max", **ends)
    return t("definition.part", weight=part.weight, name=name, how=rescaled)


def _best(measure: Measure, t: Speaker) -> str:
    return t("definition.largest" if measure.largest_is_best else "definition.smallest")


def _weighted(measure: Measure) -> Iterable[tuple[str, float]]:
    return zip(measure.items, measure.weights, strict=True)


def _labels(item: Item, codes: Iterable[str], t: Speaker) -> str:
    """The codes' labels in the questionnaire's order; a code without a label is shown itself."""
    labels = [_label(label, t) for code, label in item.answers.items() if code in codes]
    *others, last = labels + [_shown(code) for code in sorted(set(codes) - set(item.answers))]
    return t("list.or", others=_list(others, t), last=last) if others else last


def _label(names: Mapping[str, str], t: Speaker) -> str:
    return names[t("language.code")]


def _shown(code: str) -> str:
    return code or '""'


def _list(texts: Iterable[str], t: Speaker) -> str:
    """The texts as a list that is not cut, since a definition must be complete."""
    return t("list.all", names=list(texts))
