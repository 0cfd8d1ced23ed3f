"""Cleaning of typed and imported text: what goes is named, what stays is untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.text import clean_text, is_storable


@pytest.mark.parametrize(
    ("raw", "text", "removed"),
    [
        (" 　ふつうの空白\t\r\n", "ふつうの空白", ()),
        ("\u00a0端の特別な空白\u2029", "端の特別な空白", ("U+00A0", "U+2029")),
        ("中の\u00a0特別な\u2029空白", "中の\u00a0特別な\n空白", ()),
        ("\ufeff控え\x00め\u200b", "控えめ", ("U+FEFF", "U+0000", "U+200B")),
        ("\u2028\u2028", "", ("U+2028",)),
        ("二行\r\n三行\v四行", "二行\n三行\n四行", ()),
    ],
)
def test_clean_text_names_what_it_takes_away(raw: str, text: str, removed: tuple[str, ...]) -> None:
    cleaned = clean_text(raw)
    assert (cleaned.text, cleaned.removed) == (text, removed)


@given(st.text())
def test_clean_text_changes_nothing_it_does_not_name(raw: str) -> None:
    cleaned = clean_text(raw)
    assert clean_text(cleaned.text).text == cleaned.text
    assert all(map(is_storable, cleaned.text))
    if not cleaned.removed:
        unified = raw.replace("\r\n", "\n")
        for line_break in "\r\v\f\x85\u2028\u2029":
            unified = unified.replace(line_break, "\n")
        assert cleaned.text == unified.strip(" \t\n\u3000")
