"""Names, notes and messages are shown letter by letter on every page: no Markdown, picture, link or hidden sign."""

import ast
import json
import re
import shutil
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from google.protobuf.message import Message
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from reference.commands import program, sub_commands
from service.figures import waves
from service.figures.publish import publish_wave
from service.protection import people
from service.store import audit
from service.store.engine import STORE_VARIABLE, Store
from service.store.permissions import ROLES, STATISTICIAN
from ui import navigation
from ui.literal import JOINER, literal
from words import Fault, visible

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "service"))
from made_up import JUNE, MAY, NAME, changed, interviews, whole_survey  # noqa: E402

SIGNS = (
    "![x](http://evil.example/x.png)",
    "[a](javascript:alert(1)) :shown:",
    "<img src=x onerror=alert(1)> &lt;b&gt;",
    "$$x$$ and $y$ \\* \\",
    ":red[z] :material/home: :smile: :streamlit:",
    "**b** __c__ _d_ *e*",
    "`code` ~~s~~ a:b{.c}",
    "\u202eevil\u202c \u200b\u00ad",
    "line\n# two\n- three\r\n\n    four\x1b[31m",
    "www.evil.example a@evil.example https://evil.example",
    "-> -- <- >= 1. one",
    "[x]: http://evil.example | a | b |",
    "=HYPERLINK(1) @x +1",
)
PLACES = (  # of the made-up survey: the name, and what it is called in its file
    *((f'en = "{town}"', town) for town in ("Cedarhaven", "Ashhaven", "Birchhaven", "Dillhaven", "Elderhaven")),
    *((f'en = "{shore}"', shore) for shore in ("North shore", "South shore", "Disturbed at night", "Upkeep score")),
    *((f'en = "{rule}"', rule) for rule in ("Not the last", "Upkeep of 50 or more", "Is it noisy at night?")),
    *((f'en = "{said}"', said) for said in ("Harbour residents' survey (made up)", "Source: test data")),
    ('en = "Made-up telephone interviews"', "Made-up telephone interviews"),
)
NAMES = {f"zq{k}q": f"zq{k}q {SIGNS[k % len(SIGNS)]}" for k in range(len(PLACES) + 6)}
OF_FILE = {mark: f"{name}.csv" for mark, name in list(NAMES.items())[len(PLACES) :]}
CONSEQUENCE, NOTE = "zqdq", "zqeq"
FOLLOWS = {mark: f"{mark} {sign}" for mark, sign in zip((CONSEQUENCE, NOTE), (SIGNS[0], SIGNS[8]), strict=True)}
PEOPLE = {"zqaq": "_zqaq_", "zqbq": "www.zqbq.example", "zqcq": "zqcq@evil.example"}
WHOLE = {**NAMES, **OF_FILE, **FOLLOWS, **PEOPLE}
MARK = re.compile(r"zq\w+?q")
SAFE = re.compile(r"[\w.-]+")
NO_TEXT = {"id", "key", "form_id", "name", "url", "url_pathname", "query_string", "form", "group_id", "element_id"}
PLAIN = {("selectbox", "options"), ("multiselect", "options"), ("code", "code_text"), ("text", "body")}
PLAIN |= {("text_area", "default")}  # what somebody edits
PLAIN |= {("selectbox", "raw_value")} | {(kind, "placeholder") for kind in ("selectbox", "multiselect", "text_input")}
PLAIN |= {(kind, "alt") for kind in ("vega_lite_chart", "arrow_vega_lite_chart")}

READS = """title header subheader markdown caption info warning error success toast button download_button metric
form_submit_button text_input text_area number_input selectbox multiselect radio checkbox toggle expander popover
progress spinner page_link date_input segmented_control"""


@pytest.fixture(scope="module")
def hostile(empty_file, tmp_path_factory):
    """A survey in which every name and file tries to be more than a name; the URL of its store."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(empty_file, folder / "rankshift.db")
    store = Store.open(f"sqlite:///{folder / 'rankshift.db'}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        named = zip(PLACES, NAMES.values(), strict=False)
        programme = changed(*((old, f"en = {json.dumps(new)}") for (old, _), new in named))
        ladder = (
            f'[consequences.talk]\nkind = "each"\nof = "quiet"\nname = {{ en = {json.dumps(FOLLOWS[CONSEQUENCE])} }}\n'
        )
        whole_survey(store, interviews(5), interviews(6), programme + b"\n" + ladder.encode())
        publish_wave(store, NAME, MAY)
        waves.estimate_wave(store, NAME, MAY, seed="another")
        publish_wave(store, NAME, MAY, note=FOLLOWS[NOTE])  # a correction shows its reason
        for role, name in zip(ROLES, PEOPLE.values(), strict=False):
            people.add_person(store, name, role, identity=f"{role}@example.org")
        for file in OF_FILE.values():
            with pytest.raises(Fault):
                _import(store, file)
    yield str(store.engine.url)
    store.engine.dispose()


def _import(store, file: str) -> None:
    from service.intake import imports

    imports.import_wave(store, NAME, JUNE, b"id,town\r\n1,nowhere\r\n", file)


def page(url: str, name: str, role: str, monkeypatch) -> AppTest:
    monkeypatch.setenv(STORE_VARIABLE, url)
    script = f"""
from importlib import import_module
from service.store.permissions import Actor
from service.store.engine import Store, store_url
from ui.faults import explained
from words import speaker
t = speaker("en")
store = Store.open(store_url()).acting(Actor({PEOPLE["zqbq"]!r}, {role!r}))
explained(lambda: import_module({name!r}).show(store, t), t)
"""
    return AppTest.from_string(script, default_timeout=120).run()


class Markup(HTMLParser):
    """What a reader sees of markup, and the elements and attributes in it."""

    def __init__(self, markup: str):
        super().__init__()
        self.seen, self.tags, self.attributes = [], set(), []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value) for name, value in attrs if value and name != "data-name"]

    def handle_data(self, data):
        self.seen.append(data)


def rendered(markdown: str) -> str:
    """What a reader sees of Markdown, by Streamlit's steps: CommonMark, GFM, directives, then replacements in texts."""
    seen = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        assert not token.type.startswith(("table", "html", "fence", "code_block", "hr")), markdown
        for part in token.children or []:
            assert part.type not in ("image", "link_open", "html_inline", "s_open"), markdown
            seen.append(part.content if part.type in ("text", "code_inline", "text_special") else "\n")
    for later in (
        r"https?://|www(?=\.)",  # links
        r"[-.\w+]+@[-\w]+(?:\.[-\w]+)+",
        r":material/|:streamlit:|:[\w+-]*[A-Za-z_+][\w+-]*:",
        r"(?<!\S)(<->|->|<-|--|>=|<=|~=)(?!\S)",
    ):
        assert not re.search(later, "".join(seen)), (later, markdown)
    bare = re.sub(r"\\.", "", markdown)
    assert not re.search(r":[A-Za-z][\w-]*[\[{]", bare), markdown  # directives
    assert "$" not in bare, markdown  # formulas
    return "".join(seen).replace(JOINER, "")


def strings(message: Message, kind: str):
    """(kind, field, text) of every text in a message and its parts."""
    for field, value in message.ListFields():
        repeated = value if field.is_repeated else [value]
        for part in repeated:
            if isinstance(part, Message):
                yield from strings(part, kind)
            elif isinstance(part, str) and MARK.search(part):
                yield kind, field.name, part


def literally(seen: str, where) -> int:
    """How many names stand in what a reader sees; each of them must be there letter by letter."""
    marks = MARK.findall(seen)
    for mark in set(marks):
        whole = str(visible(WHOLE[mark]))
        ways = {whole, json.dumps(WHOLE[mark], ensure_ascii=False)[1:-1]}  # the second: among the details of the trail
        known = sum(seen.count(way) for way in ways)
        assert known >= marks.count(mark), (where, seen, whole)
    hidden = [c for c in seen if unicodedata.category(c) in ("Cc", "Cf") and c not in ("\n", JOINER)]
    assert hidden == [], where
    return len(marks)


def tables_of(message: Message):
    """Tables as they are sent, in a message and its parts."""
    for _, value in message.ListFields():
        for part in value if not isinstance(value, bytes | str | int | float | bool | Message) else [value]:
            if isinstance(part, Message):
                yield from tables_of(part)
            elif isinstance(part, bytes) and part[:4] == b"\xff\xff\xff\xff":
                yield pa.ipc.open_stream(part).read_all().to_pandas()


def names_shown(at: AppTest) -> int:
    """How many names a page shows, all of them letter by letter."""
    assert not at.exception
    count = 0
    for node in at._tree:
        message = getattr(node, "proto", None)
        if not isinstance(message, Message):
            continue
        for kind, field, said in strings(message, node.type):
            if field in NO_TEXT:
                continue
            if kind == "html":
                markup = Markup(said)
                assert not markup.tags & {"img", "a", "iframe", "object", "link"}, said
                count += literally("".join(markup.seen), said)
                for name, value in markup.attributes:
                    lines = json.loads(value) if name == "data-notes" else [value]
                    assert not name.startswith("on") and [literally(line, name) for line in lines]
            elif field == "srcdoc":  # the link of ui.cards.file_link; a file's name keeps no sign that means something
                markup, attributes = Markup(said), dict(Markup(said).attributes)
                assert markup.tags == {"a"} and set(attributes) == {"id", "style", "href", "download"}, said
                assert attributes["href"].startswith("data:text/csv;base64,") and SAFE.fullmatch(attributes["download"])
                count += literally("".join(markup.seen), said)
            elif kind in ("vega_lite_chart", "arrow_vega_lite_chart") and field == "spec":
                for part in _texts(json.loads(said)):
                    count += literally(part, "chart")
            else:
                seen = said if (kind, field) in PLAIN else rendered(said)
                count += literally(seen, (kind, field))
        for table in tables_of(message):
            for cell in [*table.columns, *table.select_dtypes(exclude="number").to_numpy().ravel()]:
                count += literally(cell, "table") if isinstance(cell, str) else 0
    return count


def _texts(part):
    if isinstance(part, str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _texts(inner)


PAGES = [(p, role) for p in navigation.PAGES for role in ROLES if role in p.roles]


@pytest.mark.parametrize(("shown", "role"), PAGES, ids=[f"{p.path}-{role}" for p, role in PAGES])
def test_every_page_shows_names_letter_by_letter(hostile, monkeypatch, shown, role):
    count = names_shown(page(hostile, shown.module.__name__, role, monkeypatch))
    assert count or shown.path in ("check", "samples", "check-bulletin"), "nothing was planted on this page"


def test_a_checked_bulletin_s_areas_headings_and_file_are_shown_letter_by_letter(hostile, monkeypatch):
    """For each hostile name: of an area whose rank is wrong, and of a file in which nothing is understood."""
    at = page(hostile, "ui.pages.printed", STATISTICIAN, monkeypatch)
    for name in [n for n in list(NAMES.values())[: len(SIGNS)] if "\n" not in n]:  # line breaks are read as blanks
        rows = [("a", 90.1, 1, 7), (name, 88.2, 2, 7), ("c", 89.0, 3, 7), ("d", 8, 4, 7)]
        for headings, least in ((["Area", "Score", "Rank", name], 2), ([name, "x", "y", "z"], 1)):
            table = pd.DataFrame(rows, columns=pd.Index(headings))
            content = table.to_csv(index=False).encode()
            at.file_uploader(key="printed_file").set_value((f"{name}.csv", content, "text/csv"))
            at.button(key="printed_go").click().run()
            assert len(at.error) == 1 and names_shown(at) >= least, (name, headings)


ACTING = {"init", "serve", "backup", "refresh", "purge", "doctor", "key", "power", "estimate", "compare", "weights"}


def test_every_list_in_the_terminal_prints_names_letter_by_letter(hostile, rankshift, monkeypatch):
    """No escape code, no sign that turns the writing, no line that a name forges."""
    monkeypatch.setenv("COLUMNS", "1000")  # no name is cut for want of room
    with program("en") as group:
        lists = [
            path.split()[1:]
            for path, context in sub_commands(group)
            if not any(p.required for p in context.command.params) and not hasattr(context.command, "commands")
        ]
    shown = {}
    for command in lists:
        if command and command[0] not in ACTING:
            said = rankshift(*command, "--store", hostile)
            shown[command[0]] = sum(literally(line, command) for line in (said.out + said.err).split("\n"))
    assert {name for name, count in shown.items() if count} >= {
        "imports",
        "league",
        "definitions",
        "person",
        "consequences",
        "publish",
    }, shown


@pytest.mark.parametrize("file", OF_FILE.values())
def test_a_refusal_says_the_file_s_name_letter_by_letter(hostile, rankshift, tmp_path, file):
    path = tmp_path / file.replace("/", "_")
    path.write_bytes(b"id,town\r\n1,nowhere\r\n")
    said = rankshift("import-wave", "2024-07", path, "--store", hostile, "--programme", NAME)
    assert said.code == 1 and MARK.search(said.err)
    for line in said.err.split("\n"):
        assert line.isprintable() and (str(visible(path.name)) in line or not MARK.search(line))


@pytest.mark.parametrize(
    "sign", [*SIGNS, "# a", "1) b", "> c", "===", "---", "+ d", "  e", ":100:", "a_b_", "http://x"]
)
def test_a_text_made_literal_is_read_as_it_stands(sign):
    assert rendered(literal(sign)).strip() == str(visible(sign)).strip()


def test_what_is_ordinary_stays_as_it_is():
    ordinary = ("Shandong (2026Q1): 71.2–98.4 %", "白蜡港：不是最后一名", "at 12:30:45, unit_id, n < 10, p = .05; -0.3")
    for plain in ordinary:
        assert literal(plain) == plain


def test_a_text_of_a_page_is_literal_or_words_alone():
    """Whatever Streamlit reads as Markdown is a sentence without values, or made by `literal` or `said`."""
    reads = set(READS.split())
    faults = []
    for file in (ROOT / "ui").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            choice = [call.func.body, call.func.orelse] if isinstance(call.func, ast.IfExp) else [call.func]
            names = {n.attr for n in choice if isinstance(n, ast.Attribute)}
            if not names & reads or ast.unparse(call.func) == "weights.title":
                continue
            first = [] if names & {"progress", "page_link"} else call.args[:1]
            texts = [*first, *(k.value for k in call.keywords if k.arg in ("label", "help", "text"))]
            faults += [f"{file.name}:{call.lineno} {ast.unparse(said)}" for said in texts if not _safe(said)]
    assert faults == []


def _safe(said: ast.expr) -> bool:
    if isinstance(said, ast.Call) and isinstance(said.func, ast.Name):
        alone = said.func.id == "t" and len(said.args) == 1 and not said.keywords
        return alone or said.func.id in ("literal", "said")
    if isinstance(said, ast.JoinedStr):
        return all(isinstance(p, ast.Constant) or _safe(p.value) for p in said.values)
    if isinstance(said, ast.Call) and isinstance(said.func, ast.Attribute) and said.func.attr == "join":
        return all(_safe(part.elt) for part in said.args if isinstance(part, ast.GeneratorExp))
    return False


def test_a_column_with_numbers_below_0_is_sorted_by_number_in_a_table_of_texts():
    table = """
import pandas as pd
from ui import tables
rows = {"area": ["a", "b", "c"], "change": ["+21.7", "-3.5", "+3.9"], "open": ["14 / 45", "-1", "3"]}
tables.plain_table(pd.DataFrame(rows), words=1)
"""
    shown = AppTest.from_string(table).run().dataframe[0].value
    assert list(shown.sort_values("change").area) == ["b", "c", "a"] and list(shown.open) == ["14 / 45", "−1", "3"]
