"""The comparison shown on the cards of a conflict: exact, and never through the middle of a character."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.text_diff import MAX_COMPARED, RunKind, diff_text, split_characters

SAME, ADDED, GONE = RunKind.SAME, RunKind.ADDED, RunKind.GONE
FAMILY, WAVE, FLAG, KATSURAGI = "👨\u200d👩\u200d👧", "👋🏽", "🇯🇵", "葛\U000e0100"


def test_diff_text_marks_what_was_added_and_what_went_in_reading_order() -> None:
    before = "道路の傷みを区役所に伝えたが、その後どうなったか分からない。"
    after = "道路の傷みを区役所に伝えたが、三か月たってもどうなったか分からない。"
    assert diff_text(before, after) == [
        (SAME, "道路の傷みを区役所に伝えたが、"),
        (GONE, "その後"),
        (ADDED, "三か月たっても"),
        (SAME, "どうなったか分からない。"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "", []),
        ("同じ", "同じ", [(SAME, "同じ")]),
        ("", "新しい", [(ADDED, "新しい")]),
        ("古い", "", [(GONE, "古い")]),
        # One の between two rewritten words is no help to a reader.
        ("駅の前", "丘の上", [(GONE, "駅の前"), (ADDED, "丘の上")]),
        (
            f"家族{FAMILY}",
            f"家族{FAMILY[:-1]}👦",
            [(SAME, "家族"), (GONE, FAMILY), (ADDED, "👨\u200d👩\u200d👦")],
        ),
        ("かき", "がき", [(GONE, "か"), (ADDED, "が"), (SAME, "き")]),
        (KATSURAGI + "城", "葛城", [(GONE, KATSURAGI), (ADDED, "葛"), (SAME, "城")]),
    ],
)
def test_diff_text_keeps_whole_characters(before: str, after: str, runs: list[tuple[RunKind, str]]) -> None:
    assert diff_text(before, after) == runs


def test_split_characters_keeps_joined_emoji_skin_tones_flags_and_marks_together() -> None:
    characters = [FAMILY, "a", FLAG, "🇺🇸", "か\u3099", KATSURAGI, WAVE, "ﾊﾞ"]
    assert split_characters("".join(characters)) == characters


def test_diff_text_beyond_the_limit_counts_the_differing_part_as_rewritten() -> None:
    old, new = "あい" * MAX_COMPARED, "いう" * MAX_COMPARED
    assert diff_text(f"頭{old}尾", f"頭{new}尾") == [(SAME, "頭"), (GONE, old), (ADDED, new), (SAME, "尾")]


@given(*[st.text(alphabet="あいう👨👩\u200d\u3099🇯🇵\n", max_size=30) for _ in range(2)])
def test_diff_text_gives_back_both_texts(before: str, after: str) -> None:
    runs = diff_text(before, after)
    assert "".join(run.text for run in runs if run.kind != GONE) == after
    assert "".join(run.text for run in runs if run.kind != ADDED) == before
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))
