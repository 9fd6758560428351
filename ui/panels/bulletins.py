"""Panels of bulletins: a form that makes and keeps one, the list of those kept, and their files to be saved."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from presentation.bulletin.making import made_again, made_bulletin
from presentation.bulletin.said import again_sentences, kept_rows, kept_text, revised_rows
from presentation.bulletin.wording import Asked
from presentation.times import wave_text
from programme.declared import Programme
from service.bulletins.document import KINDS
from service.bulletins.files import BOOK, DECK, ENDINGS, PDF, WORD, file_bytes, template_bytes
from service.bulletins.keeping import Kept, bulletin_list
from service.bulletins.pdf import has_office
from service.bulletins.since import Since, changes_since
from service.figures.league import waves_with_estimates
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme
from service.store.engine import Store
from ui import faults, uploads
from ui.cards import file_link
from ui.literal import literal, said
from ui.tables import LONGEST, plain_table
from words import Speaker, visible

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    WORD: f"{OFFICE}.wordprocessingml.document",
    DECK: f"{OFFICE}.presentationml.presentation",
    BOOK: f"{OFFICE}.spreadsheetml.sheet",
    PDF: "application/pdf",
}
HEAD = ("title", "issuer", "number", "addressee", "signature", "copies", "printer")
TEMPLATES = ["docx", "pptx"]
COMPARED = "bulletins compared"  # in the session: kept bulletins with those made of the figures of today
MADE = "bulletin made"  # in the session: the bulletin just made, until the page said so
NEWEST = 8  # of those kept, in the list that is always open
FIRST_DAY = date(1990, 1, 1)  # of the dates that the form offers


def show(store: Store, programme_name: str, t: Speaker) -> None:
    """The form, and those that are kept; nothing before a wave is estimated."""
    waves = waves_with_estimates(store, programme_name)
    if not waves:
        return
    st.subheader(t("bulletin.panel.heading"), anchor=False)
    st.caption(t("bulletin.panel.what"))
    kept = bulletin_list(store, programme_name)
    with st.form(f"bulletin {len(kept)}"):
        choose = t("app.choose")
        kind = st.selectbox(
            t("bulletin.panel.kind"),
            KINDS,
            format_func=lambda k: t(f"bulletin.kind.{k}"),
            filter_mode=None,
            placeholder=choose,
        )
        wave = st.selectbox(
            t("column.wave"), waves, format_func=lambda wave: wave_text(wave, t), filter_mode=None, placeholder=choose
        )
        of = _measure_and_league(current_programme(store, programme_name)[1], t)
        places = [place for _ in HEAD[::2] for place in st.columns(2)]
        head = {
            name: places[k].text_input(t(f"bulletin.panel.{name}"), key=f"bulletin_{name}")
            for k, name in enumerate(HEAD)
        }
        day = st.date_input(
            t("bulletin.panel.day"), date.today(), min_value=FIRST_DAY, format="YYYY-MM-DD", key="bulletin_day"
        )
        asked = st.form_submit_button(t("bulletin.panel.go"), key="bulletin_go")
    if asked:
        said = Asked(day, **{name: text.strip() or None for name, text in head.items()})
        faults.act(lambda: _make(lambda: made_bulletin(store, programme_name, kind, said, t, wave=wave, **of)), t)
    made = st.session_state.pop(MADE, None)
    if made is not None:
        st.success(literal(t("bulletin.panel.made", text=kept_text(made, t))))
    offered(store, programme_name, t, kept, templates=True)


def _make(make: Callable[[], Kept]) -> None:
    """Make a bulletin; the page says so when it is drawn next."""
    st.session_state[MADE] = make()


def _measure_and_league(programme: Programme, t: Speaker) -> dict[str, str | None]:
    """The measure and the league, each where there are several to choose from."""
    code, chosen = t("language.code"), {}
    for name, names in (("measure", programme.measure_names), ("league", programme.leagues)):
        if len(names) > 1:
            say = lambda option, names=names: visible(names[option][code])  # noqa: E731
            chosen[name] = st.selectbox(
                t(f"bulletin.panel.{name}"),
                list(names),
                format_func=say,
                filter_mode=None,
                placeholder=t("app.choose"),
                key=f"bulletin_{name} {code}",
            )
    return chosen


def offered(
    store: Store, programme_name: str, t: Speaker, kept: list[Kept] | None = None, *, templates: bool = False
) -> None:
    """One of the kept bulletins is chosen, saved as a file, or compared with the figures of today.

    templates: whether an office's own template may be sent for its files
    """
    kept = bulletin_list(store, programme_name) if kept is None else kept
    if not kept:
        return
    choose = t("app.choose")
    since = changes_since(store, programme_name, kept)
    st.subheader(t("bulletin.panel.kept"), anchor=False)
    _listed(kept, since, t)
    say = lambda one: kept_text(one, t)  # noqa: E731
    one = st.selectbox(
        t("bulletin.panel.one"),
        kept,
        format_func=say,
        key=f"bulletin_kept {kept[0].number}",
        filter_mode=None,
        placeholder=choose,
    )
    office, name_of_office = _template(one, t) if templates else (None, "")
    endings = [ending for ending in ENDINGS[one.kind] if ending != PDF or has_office()]
    places = st.columns(len(endings) + 1)
    for place, ending in zip(places, endings, strict=False):
        name = file_name(one.programme, one.wave, one.kind, one.language, f"v{one.version}", suffix=ending)
        with place:
            content = lambda ending=ending: file_bytes(one.document, ending, office, file=name_of_office)  # noqa: E731
            st.download_button(
                t(f"bulletin.save.{ending[1:]}"),
                content,
                name,
                MEDIA[ending],
                on_click="ignore",
                key=f"bulletin_{one.number}{ending}",
            )
    with places[-1]:
        compare = st.button(t("bulletin.panel.again"), key=f"bulletin_again {one.number}")
    if compare or one.number in since:
        _revised(store, one, since.get(one.number), t)


def _listed(kept: list[Kept], since: dict[int, Since], t: Speaker) -> None:
    """The newest of those kept; the others can be opened below them, with how many of these are marked."""
    plain_table(kept_rows(kept[:NEWEST], since, t))
    others = kept[NEWEST:]
    if others:
        marked = sum(one.number in since for one in others)
        key = "bulletin.panel.older_marked" if marked else "bulletin.panel.older"
        with st.expander(said(t, key, count=len(others), marked=marked)):
            plain_table(kept_rows(others, since, t))


def _revised(store: Store, one: Kept, known: Since | None, t: Speaker) -> None:
    """Whether a bulletin's figures are still those of today; compared once while nothing new is computed."""
    compared = st.session_state.setdefault(COMPARED, {})
    key = (one.programme, one.number, known)
    if key not in compared:
        compared[key] = faults.explained(lambda: made_again(store, one), t)
    again = compared[key]
    if again is None:
        del compared[key]
        return
    say = st.success if again.same and not again.outdated else st.warning
    for sentence in again_sentences(one, again, t):
        say(literal(sentence))
    if again.revised:
        rows = revised_rows(again, t)
        plain_table(rows.head(LONGEST))
        name = file_name(
            one.programme, one.wave, one.kind, f"v{one.version}", t("bulletin.panel.revised"), suffix=".csv"
        )
        file_link(t("bulletin.panel.save_revised", count=len(rows)), csv_bytes(rows), name, "text/csv")


def _template(one: Kept, t: Speaker) -> tuple[bytes | None, str]:
    """An office's own template for the files below, and its name; nothing, and why, where it cannot be used."""
    with st.expander(t("bulletin.panel.template")):
        ending = ENDINGS[one.kind][0]
        shipped, language = template_bytes(one.kind, one.language)[0], one.language
        name = file_name(one.kind, language, suffix=ending)
        st.download_button(
            t("bulletin.panel.shipped"), shipped, name, MEDIA[ending], on_click="ignore", key="bulletin_shipped"
        )
        sent = uploads.field(st, t("bulletin.panel.template"), TEMPLATES, key=f"bulletin_template {one.kind}")
        if sent is None:
            return None, ""
        content = sent.getvalue()
        made = faults.explained(lambda: file_bytes(one.document, ending, content, file=sent.name), t)
    return (None, "") if made is None else (content, sent.name)
