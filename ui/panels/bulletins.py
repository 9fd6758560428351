"""Panels of bulletins: a form that makes and keeps one, the list of those kept, and their files to be saved."""

from datetime import date

import streamlit as st

from presentation.bulletin.making import made_again, made_bulletin
from presentation.bulletin.said import again_texts, kept_text
from presentation.bulletin.wording import Asked
from presentation.times import wave_text
from service.bulletins.document import KINDS
from service.bulletins.files import BOOK, DECK, ENDINGS, PDF, WORD, file_bytes
from service.bulletins.keeping import Kept, bulletin_list
from service.bulletins.pdf import has_office
from service.figures.league import waves_with_estimates
from service.files.write import file_name
from service.store.engine import Store
from ui import faults
from ui.literal import literal
from words import Speaker

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    WORD: f"{OFFICE}.wordprocessingml.document",
    DECK: f"{OFFICE}.presentationml.presentation",
    BOOK: f"{OFFICE}.spreadsheetml.sheet",
    PDF: "application/pdf",
}
HEAD = ("number", "addressee", "issuer", "copies")


def show(store: Store, programme_name: str, t: Speaker) -> None:
    """The form, and those that are kept; nothing before a wave is estimated."""
    waves = waves_with_estimates(store, programme_name)
    if not waves:
        return
    st.subheader(t("bulletin.panel.title"), anchor=False)
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
        head = {name: st.text_input(t(f"bulletin.panel.{name}"), key=f"bulletin_{name}") for name in HEAD}
        asked = st.form_submit_button(t("bulletin.panel.go"), key="bulletin_go")
    if asked:
        said = Asked(date.today(), **{name: text.strip() or None for name, text in head.items()})
        faults.act(lambda: made_bulletin(store, programme_name, kind, said, t, wave=wave), t)
    offered(store, programme_name, t, kept)


def offered(store: Store, programme_name: str, t: Speaker, kept: list[Kept] | None = None) -> None:
    """One of the kept bulletins is chosen, saved as a file, or compared with the figures of today."""
    kept = bulletin_list(store, programme_name) if kept is None else kept
    if not kept:
        return
    choose = t("app.choose")
    say = lambda one: kept_text(one, t)  # noqa: E731
    one = st.selectbox(
        t("bulletin.panel.kept"),
        kept,
        format_func=say,
        key=f"bulletin_kept {kept[0].number}",
        filter_mode=None,
        placeholder=choose,
    )
    endings = [ending for ending in ENDINGS[one.kind] if ending != PDF or has_office()]
    places = st.columns(len(endings) + 1)
    for place, ending in zip(places, endings, strict=False):
        name = file_name(one.programme, one.wave, one.kind, one.language, f"v{one.version}", suffix=ending)
        with place:
            content = lambda ending=ending: file_bytes(one.document, ending)  # noqa: E731
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
    if compare:
        for sentence in faults.explained(lambda: again_texts(one, made_again(store, one), t), t) or []:
            st.markdown(literal(sentence))
