"""The words: both languages complete and alike, used and asked for, and none standing outside words/."""

import ast
import csv
import json
import re
import string
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from words import COMPLETE as LANGUAGES
from words import UNSAID, Fault, _Sentence, dictionary, on_pages, speaker, text

pytestmark = pytest.mark.xdist_group("test_words")  # the code is read once, for all of them
ROOT = Path(__file__).parents[1]
ROOMS = (
    "words",
    "estimation",
    "sampling",
    "fieldwork",
    "accountability",
    "programme",
    "service",
    "presentation",
    "commands",
    "ui",
)
SOURCES = [
    ROOT / "contracts.py",
    ROOT / "app.py",
    ROOT / "pages.py",
    *(f for room in ROOMS for f in sorted((ROOT / room).rglob("*.py"))),
]
PAGES = [f for f in SOURCES if f.is_relative_to(ROOT / "ui")]
WRITERS = [f for room in ("study", "reference") for f in sorted((ROOT / room).glob("*.py"))]  # of documents
TOOLS = [f for room in ("study", "bench", "mutants", "reference") for f in sorted((ROOT / room).rglob("*.py"))]
ZH, EN = dictionary("zh"), dictionary("en")
CJK = "\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
HAN = "\u4e00-\u9fff"
FILES = (".py", ".db", ".csv", ".toml", ".json")  # names of files look like keys
SAID = [key for key in EN if not key.startswith(("study.", "year."))]  # the studies' documents are made with their own
GLOSSED = [key for key in EN if not key.startswith("study.claim")]  # the judged promises have the words of their run
MAY_BE_EMPTY = {
    "no",
    "list.between_sentences",
    "list.between_clauses",
    "bulletin.range_change",
    "screen.both.between",
}  # a table's cell where "yes" stands in the others
# functions and methods that show their text to a person, whatever they belong to
SPEAKING = (
    "print",
    "write",
    "markdown",
    "caption",
    "title",
    "header",
    "subheader",
    "info",
    "error",
    "warning",
    "success",
)


SEPARATOR = {"zh": "、", "en": ", "}


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def walked(file: Path) -> list[ast.AST]:
    """What these tests look at in a file, walked through once for all of them."""
    return [node for node in ast.walk(tree(file)) if isinstance(node, ast.Constant | ast.Call)]


def nodes(kind, files=SOURCES):
    for file in files:
        for node in walked(file):
            if isinstance(node, kind):
                yield file, node


@cache
def docstrings_of_the_code() -> list[str]:
    """Docstrings of modules, classes and functions."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    of_all = [node for file in (*SOURCES, *TOOLS) for node in ast.walk(tree(file)) if isinstance(node, documented)]
    return [ast.get_docstring(node) or "" for node in of_all]


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def constant(node) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def placeholders(template: str) -> set[str]:
    return {
        name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name is not None
    }


def fields(template: str) -> list[tuple[str, str]]:
    """The names and forms of a sentence's blanks, as often as they stand there."""
    return [(name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name is not None]


def formats(template: str) -> dict[str, str]:
    """The form each value is printed in, without the words that go with a number."""
    return {name: spec for name, spec in fields(template) if "|" not in spec and spec != UNSAID}


def keys_by_file(language: str) -> dict[str, list[str]]:
    """The keys of each file of a language, a key as often as it stands there."""
    return {
        file.name: [key for key, _ in json.loads(file.read_text("utf-8"), object_pairs_hook=list)]
        for file in sorted((ROOT / "words" / language).glob("*.json"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_in_one_file_only_and_once(language):
    keys = [key for some in keys_by_file(language).values() for key in some]
    assert len(keys) > 1000 and [key for key, times in Counter(keys).items() if times > 1] == []


def test_a_key_stands_in_the_same_file_in_both_languages_in_the_same_order():
    assert keys_by_file("zh") == keys_by_file("en")


def test_keys_of_one_first_word_stand_in_one_file():
    files = defaultdict(set)
    for name, keys in keys_by_file("en").items():
        for key in keys:
            files[key.split(".")[0]].add(name)
    assert {word: names for word, names in files.items() if len(names) > 1} == {}


def test_what_only_the_studies_say_stands_in_a_file_of_its_own():
    only_there = {"study"}
    assert {key.split(".")[0] for key in keys_by_file("en")["study.json"]} == only_there
    assert not any(key.startswith(("study.", "year.")) and key in EN for key in literal_keys())


def test_both_languages_have_the_same_keys():
    assert set(ZH) == set(EN)


def test_both_languages_fill_in_the_same_values_in_the_same_form():
    own_form = {"wave.month", "list.shortened"}  # 2015-03, 2015年3月; "等9个", "and 3 more"
    for key in set(EN) - own_form:
        zh, en = formats(ZH[key]), formats(EN[key])
        unsaid = {name for template in (ZH[key], EN[key]) for name, spec in fields(template) if spec == UNSAID}
        assert {k: v for k, v in zh.items() if k not in unsaid} == {k: v for k, v in en.items() if k not in unsaid}, key
    assert placeholders(ZH["wave.month"]) == placeholders(EN["wave.month"])


def test_no_sentence_is_empty_or_begins_with_a_blank():
    for key in EN:
        for value in (ZH[key], EN[key]):
            assert value.strip() or key in MAY_BE_EMPTY, key
            assert value == value.lstrip() or key in MAY_BE_EMPTY, key
        assert ZH[key] == ZH[key].strip(), key  # English sentences that others follow end with a blank


def test_every_sentence_can_be_filled_in():
    for language in LANGUAGES:
        for key, template in dictionary(language).items():
            values = {name: 1 for name in placeholders(template)}
            assert "{" not in text(key, language, **values).replace("{ league", ""), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_shortened_and_names_come_in_the_readers_language(language):
    several = text("notes.missing", language, names=[{"zh": f"甲{k}", "en": f"A{k}"} for k in range(9)])
    assert ("甲5等9个" if language == "zh" else "A5 and 3 more") in several
    assert text("list.all", language, names=list("abcdefghi")).endswith("h" + SEPARATOR[language] + "i")
    assert ("A0" if language == "zh" else "甲0") not in several
    assert speaker(language)("language.code") == language


def test_a_fault_says_itself_in_english_and_carries_what_others_need():
    fault = Fault(key="file.empty", file="一.csv")
    assert str(fault) == text("file.empty", "en", file="一.csv")
    assert (fault.key, fault.values) == ("file.empty", {"file": "一.csv"})
    assert "一.csv" in text(fault.key, "zh", **fault.values)


# ---------------------------------------------------------------- what the code asks for, and what is there


def literal_keys() -> dict[str, str]:
    """Texts in the code that are written like a key of ours -> the file they stand in."""
    first = {key.split(".")[0] for key in EN if "." in key}
    found = {}
    for file, node in nodes(ast.Constant):
        value = constant(node)
        written = (
            value
            and re.fullmatch(r"[a-z]+(\.[a-z_0-9]+)+", value)
            and not value.endswith(FILES)
            and "migrations" not in file.parts  # they name columns: "waves.version_id"
        )
        if written and value.split(".")[0] in first:
            found[value] = file.name
    return found


def patterns() -> list[re.Pattern]:
    """The f-strings that make keys, f"verdict.{code}" or f"{page}.title", as patterns."""
    found = []
    for _, node in nodes(ast.Call, SOURCES + WRITERS):
        key = node.args[0] if node.args and name_of(node) in ("t", "text", "sentences") else None
        if isinstance(key, ast.JoinedStr):
            parts = [re.escape(v.value) if isinstance(v, ast.Constant) else r"\w+" for v in key.values]
            found.append(re.compile("".join(parts)))
    return found


def test_every_key_the_code_names_exists():
    absent = {key: file for key, file in literal_keys().items() if key not in EN}
    assert not absent


def test_every_pattern_of_keys_finds_some():
    for pattern in patterns():
        assert any(pattern.fullmatch(key) for key in EN), pattern.pattern


def test_every_sentence_is_used_somewhere():
    asked = {value for _, node in nodes(ast.Constant, SOURCES + WRITERS) if (value := constant(node))}
    made = patterns()
    unused = [key for key in EN if key not in asked and not any(p.fullmatch(key) for p in made)]
    assert not unused


def test_every_fault_has_a_sentence_in_both_languages_and_gives_it_its_values():
    faults = [(file, call) for file, call in nodes(ast.Call) if name_of(call) == "Fault"]
    assert len(faults) > 40
    for file, call in faults:
        given = {k.arg: k.value for k in call.keywords}
        assert not call.args and "key" in given, f"{file.name}:{call.lineno}"
        key = constant(given["key"])
        if key is None:  # passed on by a function whose callers name it: covered by the scan of literal keys
            continue
        assert key in ZH and key in EN, f"{file.name}:{call.lineno} {key}"
        if None not in given:  # **values are known only when it happens
            assert placeholders(EN[key]) <= set(given) - {"key"}, f"{file.name}:{call.lineno} {key}"


def test_every_sentence_asked_for_by_name_is_given_its_values():
    for file, call in nodes(ast.Call):
        key = constant(call.args[0]) if call.args else None
        if name_of(call) in ("t", "text") and key in EN:
            given = {k.arg for k in call.keywords}
            assert None in given or placeholders(EN[key]) <= given, f"{file.name}:{call.lineno} {key}"
            assert None in given or given <= placeholders(EN[key]) | placeholders(ZH[key]), f"{file.name}: {key}"


# ---------------------------------------------------------------- no sentence outside words/


def docstrings(tree: ast.AST) -> set[int]:
    """The identities of the constants that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    return {id(first.value) for first in bodies if isinstance(first, ast.Expr)}


def test_no_chinese_stands_in_the_code():
    found = []
    for file, node in nodes(ast.Constant):
        value = None if file.parent.name == "words" else constant(node)
        if value and re.search(f"[{CJK}]", value) and id(node) not in docstrings(tree(file)):
            found.append(f"{file.name}:{node.lineno} {value}")
    assert not found


def test_no_english_sentence_is_shown_by_the_code():
    found = []
    for file, call in nodes(ast.Call):
        owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        shows = owner.split(".")[0] in ("st", "typer", "out", "err", "alt") or name_of(call) in SPEAKING
        for argument in [*call.args, *(k.value for k in call.keywords)] if shows else []:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            found += [f"{file.name}:{call.lineno} {v}" for part in parts if (v := constant(part)) and sentence(v)]
    assert not found


def sentence(value: str) -> bool:
    """Two words with a blank between them, or one word with a capital and a mark: what a person would read."""
    return bool(
        re.search(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}", value) or re.fullmatch(r"[A-Z][a-z]+[.!?:]", value.strip())
    )


def test_the_scan_for_sentences_would_see_one():
    assert sentence("Nothing was taken in yet.") and sentence("Done.")
    assert not any(
        sentence(value) for value in ("%.1f", "utf-8", ":material/leaderboard:", "zh|en", "quantitative", "  ")
    )


# ---------------------------------------------------------------- how it is written


def plain(value: str) -> str:
    """A sentence without its placeholders, code spans and tags."""
    for pattern in (r"\{[^}]*\}", r"`[^`]*`", r"<[^>]*>", r"&\w+;"):
        value = re.sub(pattern, "\x00", value)
    return value


def test_chinese_sentences_use_full_width_marks():
    half = rf"[{HAN}][,:;?!()]|[,:;?!()][{HAN}]|[{HAN}]\.(?!\w)"
    assert not {key: value for key, value in ZH.items() if re.search(half, plain(value))}


def test_chinese_quotes_with_its_own_marks():
    assert not {key: value for key, value in ZH.items() if re.search("[「」『』]", value)}


def test_chinese_has_no_blank_beside_its_own_signs():
    """None between Chinese and digits, Latin or placeholders; commands stand in `…`, and a mark may lead a sentence."""
    chinese = f"[{HAN}，。；：！？、（）“”《》～…]"
    blank = re.compile(rf"{chinese} +\S|\S +{chinese}")
    leads = re.compile(r"(^|\n)(- |⚠ |\d+\. )| &nbsp; | / | · | − ")
    bare = {
        key: re.sub(r"\{[^}]*\}", "0", re.sub("`[^`]*`|<[^>]*>", "", leads.sub("", value))) for key, value in ZH.items()
    }
    assert not {key: value for key, value in bare.items() if blank.search(value)}


def test_nothing_stands_between_a_number_and_its_per_cent():
    for words in (ZH, EN):
        assert not {key: value for key, value in words.items() if re.search(r"[\d}] %(?![A-Za-z])", value)}


def test_ranges_are_written_in_words_or_with_their_own_sign():
    """第4至第25位 and 83.1%～85.0%; 4 to 25: no dash and no hyphen between two values."""
    dash = re.compile(r"\}%?\s?[-–—]\s?\{")
    for words in (ZH, EN):
        assert not {
            key: value
            for key, value in words.items()
            if dash.search(value)
            and not key.startswith(("study.", "year.", "wave.month"))
            and key != "margin_file.note_total"
        }


def test_chinese_ellipses_and_brackets_are_whole():
    assert not {key: value for key, value in ZH.items() if re.search(f"[{HAN}]…(?!…)", plain(value))}
    assert not {key: value for key, value in ZH.items() if re.search("（[^）]*（", value)}


@pytest.mark.parametrize(
    "calque",
    [
        r"stands? (there )?twice",
        r"\bstood\b",
        r"\b(take|takes|taken|took) in\b",
        r"\banew\b",
        r"rows? (is|are|do) like this",
        r"\b(rung|rang)\b",
        r"sign of life",
        r"h[eo]ld against",
        r"what came of",
        r"\bmust lie\b",
        r"\bone (row|line) an? ",
        r"interviews an area",
        r"sample of two stages",
        r"\(from 0\)",
    ],
)
def test_english_is_not_a_calque(calque):
    assert not {key: EN[key] for key in SAID if re.search(calque, EN[key], re.IGNORECASE)}


@pytest.mark.parametrize(
    "calque",
    [
        r"\bone (row|line|file|page|column) an? [a-z]",
        r"\banew\b",
        r"\b(rung|rang)\b",
        r"\bany more\b",
        r"\bhangs? on\b",
        r"\bstood\b",
        r"stands? (there )?twice",
        r"\btakes? in\b",
        r"what came of",
        r"h[eo]ld against",
        r"interviews an area",
    ],
)
def test_the_english_of_the_code_is_no_calque_either(calque):
    found = [text for text in docstrings_of_the_code() if re.search(calque, text, re.IGNORECASE)]
    assert not found


def test_what_is_not_confirmed_is_not_called_chance_and_what_is_confirmed_not_real():
    """“Confirmed” and “not confirmed” are the only words for it; no move is real, proven or chance."""
    over = (
        r"\b(is|are|was|were|called|shown) (real|proven|unreal)\b|told from chance|\breal (move|change|shift|movement)"
    )
    assert not {key: EN[key] for key in SAID if re.search(over, EN[key])}
    assert not {key: ZH[key] for key in SAID if re.search("是真实的|真实的(移动|变动|升降)|确证|判为真", ZH[key])}


PLURAL = (
    "areas bytes calls cells characters columns counties days degrees digits draws files findings groups interviews "
    "items lines lists measures minutes numbers pages parts people persons places prefixes PSUs releases replicates "
    "respondents rows shares strata tables townships trials units values waves weights years"
)


def test_one_is_not_many():
    """“1 area”, “2 areas”: a number's noun has both forms, {count:area|areas}."""
    assert len(texts := [key for key in SAID if "{" in EN[key]]) > 1000
    assert not {key: faults for key in texts if (faults := wrong_plurals(key))}


def wrong_plurals(key: str) -> list[str]:
    """What is wrong with the nouns after the numbers of an English text."""
    numbers = {name for name, spec in fields(EN[key]) if "|" in spec}
    many = rf"(?<![\w.,])1(\.0+)?( of( the)? 1)?( [a-z]+)? ({'|'.join(PLURAL.split())})\b"
    others = dict.fromkeys(placeholders(EN[key]) - numbers, "x")
    try:
        one = text(key, "en", **{name: 1 for name in numbers}, **others)
    except ValueError:  # a value with a format is a number too
        one = text(key, "en", **dict.fromkeys(placeholders(EN[key]), 1))
    bare = rf"\{{(\w+)(:[,.\w]*)?\}} ({'|'.join(PLURAL.split())})\b"
    faults = [m[0] for m in [re.search(many, one)] if m]
    faults += [m[0] for m in re.finditer(bare, EN[key]) if m[1] not in NEVER_ONE]
    if numbers:
        two = text(key, "en", **dict.fromkeys(placeholders(EN[key]), 2))
        same = two == text(key, "en", **dict.fromkeys(placeholders(EN[key]), 1)).replace("1", "2")
        faults += [f"one form for 1 and 2: {two}"] if same else []
    return faults


NEVER_ONE = {
    "limit",
    "mode",
    "column",
    "columns",
}  # the fewest respondents shown is 2 at least; the others are no numbers


# ---------------------------------------------------------------- one word a term


def glossary() -> list[dict[str, str]]:
    with (ROOT / "words" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def never(language: str) -> list[str]:
    return [word for row in glossary() for word in row[f"never_{language}"].split(";") if word]


def right(language: str) -> list[str]:
    """Words of the glossary inside which a word that is not to be used may stand, the longest first."""
    terms = {
        part for row in glossary() for part in re.split(r"[（）()；;／/、]", row[f"term_{language}"]) if len(part) > 1
    }
    return sorted(terms | RIGHT[language], key=len, reverse=True)


# right words that are no term of the glossary: with them the word inside them is no fault
RIGHT = {"zh": {"计量单位", "占提及次数", "再次访问", "百分数", "中位数", "分位数"}, "en": set()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_not_to_be_used_are_not_used(language):
    found, chinese, terms = [], language == "zh", right(language)
    forbidden = {
        word: re.compile(re.escape(word) if chinese else rf"\b{re.escape(word)}\b", re.IGNORECASE)
        for word in never(language)
    }
    for key in GLOSSED:
        sentence = plain(dictionary(language)[key])
        for term in terms if chinese else ():
            sentence = sentence.replace(term, "\x00")
        found += [f"{key}: {word}" for word, pattern in forbidden.items() if pattern.search(sentence)]
    assert not found


def test_the_glossary_has_one_word_for_a_term_and_forbids_no_word_of_its_own():
    rows = glossary()
    assert len(rows) > 200 and all(row["term_en"] and row["term_zh"] for row in rows)
    for language in LANGUAGES:
        assert len(never(language)) > 30
        assert not set(never(language)) & {row[f"term_{language}"] for row in rows}
    assert [term for term, times in Counter(row["term_en"] for row in rows).items() if times > 1] == []


def test_what_is_opened_is_closed():
    pairs = ("()", "（）", "【】", "“”", "[]")
    for words in (ZH, EN):
        assert not {k: v for k, v in words.items() if any(v.count(a) != v.count(b) for a, b in pairs)}


def test_english_sentences_use_no_full_width_marks():
    both = {
        "app.title",
        "app.language",
        "study.other_language",
        "year.other_language",
        "reference.other_language",
    }  # read before a language is chosen
    assert not {key: value for key, value in EN.items() if re.search(f"[{CJK}]", value) and key not in both}


def test_chinese_is_chinese_and_not_left_in_english():
    same = {key for key in ZH if ZH[key] == EN[key] and re.search("[A-Za-z]{4,}", plain(ZH[key]))}
    assert same <= {key for key in ZH if key.startswith(("method.", "language.", "format.", "number.", "study."))}


# ---------------------------------------------------------------- the command line


def commands() -> list[str]:
    from commands import cli

    return list(cli.SINGLE)


def test_every_command_speaks_both_languages(rankshift):
    for command in commands():
        zh, en = (rankshift(command, "--help", language=language) for language in LANGUAGES)
        assert (zh.code, en.code) == (0, 0)
        key = f"cli.{command.replace('-', '_')}.help"
        assert ZH[key].split("，")[0][:12] in zh.out and EN[key][:12] in en.out
        assert not re.search(f"[{HAN}]", en.out)
        assert "cli." not in zh.out + en.out


def test_a_fault_inside_another_sentence_is_said_in_that_ones_language():
    inner = Fault(key="sampling.no_rows")
    for language in LANGUAGES:
        assert text("sampling.no_rows", language) in text("proof.cannot_draw", language, reason=inner.sentences)


@pytest.mark.parametrize("key", ["wave.column", "margin_file.columns", "margin_file.census", "contacts.column"])
def test_one_missing_column_is_said_in_the_singular(key):
    values = {"file": "q1.csv", "found": ["id"], "expected": ["id"]}
    assert "safe_q is missing" in text(key, "en", columns=["safe_q"], **values)
    assert "safe_q, w are missing" in text(key, "en", columns=["safe_q", "w"], **values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_is_said_and_leaves_no_gap_in_any_sentence(language):
    """“Programme panel has only ; a comparison …”: wherever a list may stand, an empty one is a word."""
    none = dictionary(language)["list.none"]
    assert none.strip()
    for key, template in dictionary(language).items():
        for name in {name for name, spec in fields(template) if spec in ("", "all")}:
            others = {other: "1" for other, _ in fields(template)} | {name: []}
            plain = re.sub(r"\{(\w+)[^{}]*\}", r"{\1}", template)
            assert f"{none}" in text_of(plain, language, others), key


def text_of(template: str, language: str, values: dict) -> str:
    """The template with these values, written as `text` writes a sentence."""
    return _Sentence(language).vformat(template, (), values)


OF_COMMANDS = ("cli.", "reference.", "study.", "doctor.", "restore.", "lake.", "large_wave.")  # no page says them
NO_STORE = ("store.absent", "store.old", "store.damaged", "objects.absent", "objects.damaged")  # there is no page then
READ_ME = re.compile(r"read_me(_|$)")  # travels with a proof


def test_no_page_says_a_command_or_an_option():
    of_pages = {node.value for _, node in nodes(ast.Constant, PAGES) if node.value in EN}  # some are a command's too
    for language in LANGUAGES:
        said = lambda key, language=language: on_pages(key, language)  # noqa: E731
        may_be_shown = {key for key in EN if not key.startswith(OF_COMMANDS) and key not in NO_STORE} | of_pages
        typed = {k for k in may_be_shown if not READ_ME.search(k) and re.search("--[a-z]|rankshift ", said(k))}
        assert not typed, (language, typed)
    accept = speaker("en", on_page=True)(
        "frame.refused", file="f", count=1, findings=Fault(key="frame.accept").sentences
    )
    assert "accept" in accept and "--" not in accept and "--accept" in text("frame.accept", "en")
