import re

import pytest

from cnnviz.ui.shared.text import plain


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("*a* **b** _c_ ~~d~~", r"\*a\* \*\*b\*\* \_c\_ \~\~d\~\~"),
        ("[a](b) ![c](d)", r"\[a\]\(b\) \!\[c\]\(d\)"),
        ("$x^2$ `y` | # + 1.", r"\$x^2\$ \`y\` \| \# \+ 1\."),
        ("<b>R&amp;D</b>", r"\<b\>R\&amp;D\</b\>"),
        (":red[x] :smile:", r"\:red\[x\] \:smile\:"),
        ("תפוח 苹果 گربه\u200cها", "\u2068תפוח 苹果 گربه\u200cها\u2069"),
    ],
)
def test_what_markdown_would_draw_is_escaped(text, escaped):
    assert plain(text) == escaped


@pytest.mark.parametrize(
    "text",
    [
        ":material/check:", ":streamlit:", "a -- b", "a->b", "a <- b", "a <= b", "a >= b", "a ~= b",
        "http://example.org", "www.example.org", "me@example.org",
    ],
)  # fmt: skip
def test_what_no_escape_helps_against_is_parted_by_a_character_without_a_width(text):
    parted = re.sub(r"\\(.)", r"\1", plain(text))
    assert parted != text
    assert parted.replace("\u2060", "") == text
