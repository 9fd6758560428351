"""Text as it is: what comes from files and people is shown on a page letter by letter, never as Markdown.

Streamlit reads almost every text of a page as Markdown: `![x](http://…)` in the name of an area would fetch a picture,
`[a](…)` be a link, `:red[…]` a colour.  A backslash keeps a sign what it is; what Streamlit replaces only after that
(addresses as links, `:smile:`, `:material/…:`, `->`) is parted by an invisible character that joins words.
"""

import re
from collections.abc import Mapping
from typing import Any

from words import Sentences, Speaker, Visible, visible

JOINER = "\u2060"  # a word joiner: no width, no break
SIGNS = re.compile(
    r"[\\`*$~\[]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it is no emphasis
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|:(?=:*[A-Za-z])"
)
AT_START = re.compile(r"(?m)^(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|=+(?=\s*$)|-{2,}(?=\s*$)|\d+(?=[.)](?:\s|$)))")
LATER = re.compile(
    r"(?i)https?(?=://)|www(?=\.)"
    r"|@(?=[-\w]+\.[-\w])"
    r"|:(?=material/|[\w+-]*[a-z_+-][\w+-]*:|100:|1234:)"
    r"|(?<!\S)[<>~-](?=[->=]{1,2}(?!\S))"
)


def literal(text: str) -> Visible:
    """The text as Markdown that shows it letter by letter."""
    parted = LATER.sub(rf"\g<0>{JOINER}", visible(text))
    safe = SIGNS.sub(r"\\\g<0>", parted)
    return Visible(AT_START.sub(_kept, safe))


def said(t: Speaker, key: str, /, **values: Any) -> str:
    """The sentence of this key as Markdown, in which its values are shown letter by letter."""
    return t(key, **{name: _literal(value) for name, value in values.items()})


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Mapping):
        value = value.on_pages if isinstance(value, Sentences) else value
        return {key: _literal(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_literal(part) for part in value]
    return value


def _kept(start: re.Match) -> str:
    """The start of a line that would be a heading, a quotation or a list, with the sign that makes it one kept."""
    space, sign = start.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"
