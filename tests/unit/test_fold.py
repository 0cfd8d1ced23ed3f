"""The merge algebra on bare ops: laws that hold whatever storage does."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.op import Op, make_op

NOTE = EntityId(bytes(16))


def op(kind: str, fields: dict, parents: tuple = (), hlc: int = 1, session: int = 1) -> Op:
    return make_op(NOTE, kind, {"type": "note"} | fields, parents, hlc, SessionId(bytes([session]) * 16), hlc)


def test_fold_two_fields_edited_apart_no_conflict() -> None:
    birth = op("set", {"text": "a", "theme": "T1"})
    first = op("set", {"text": "b"}, (birth.op_id,), 2, 1)
    second = op("set", {"theme": "T2"}, (birth.op_id,), 2, 2)
    state = fold([birth, first, second])
    assert (state.get("text"), state.get("theme"), state.conflicts) == ("b", "T2", ())


def test_fold_same_field_edited_apart_both_kept() -> None:
    birth = op("set", {"text": "a"})
    first = op("set", {"text": "b"}, (birth.op_id,), 5, 1)
    second = op("set", {"text": "c"}, (birth.op_id,), 2, 2)
    state = fold([birth, first, second])
    assert state.conflicts == ("text",)
    assert {head.value for head in state.fields["text"].heads} == {"b", "c"}
    assert state.get("text") == "b"
    settled = op("set", {"text": "c"}, (first.op_id, second.op_id), 3, 3)
    assert fold([birth, first, second, settled]).conflicts == ()


def test_fold_equal_values_no_conflict() -> None:
    birth = op("set", {"text": "a"})
    ops = [birth, *(op("set", {"text": "b"}, (birth.op_id,), 2, n) for n in (1, 2))]
    assert fold(ops).conflicts == ()


def test_fold_void_and_unseen_edit_stays_visible_and_flagged() -> None:
    birth = op("set", {"text": "a"})
    void = op("void", {"reason": "重複"}, (birth.op_id,), 99, 1)
    assert fold([birth, void]).void_reason == "重複"
    edit = op("set", {"text": "b"}, (birth.op_id,), 2, 2)
    state = fold([birth, void, edit])
    assert not state.voided
    assert state.conflicts == ("void",)
    restore = op("restore", {}, (void.op_id,), 100, 3)
    assert fold([birth, void, edit, restore]).conflicts == ()


def test_fold_descendant_beats_ancestor_whatever_the_clock() -> None:
    birth = op("set", {"text": "a"}, (), 10_000)
    later = op("set", {"text": "b"}, (birth.op_id,), 3)
    assert fold([birth, later]).get("text") == "b"


def test_fold_redaction_wins_in_any_order() -> None:
    birth = op("set", {"text": "secret"})
    redact = op("redact", {"fields": ["text"]}, (birth.op_id,), 2)
    for ops in ([birth, redact], [redact, birth]):
        assert fold(ops).fields["text"].redacted
        assert fold(ops).get("text") is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["text", "theme"]), st.sampled_from("xyz"), st.integers(0, 9)), max_size=8
    ),
    st.randoms(),
)
def test_fold_any_order_same_result(edits: list[tuple[str, str, int]], rng: random.Random) -> None:
    ops = [op("set", {"text": "a", "theme": "T1"})]
    for number, (name, value, pick) in enumerate(edits, start=2):
        ops.append(op("set", {name: value}, (ops[pick % len(ops)].op_id,), number % 4 + 1, number))
    shuffled = ops[:]
    rng.shuffle(shuffled)
    assert fold(shuffled) == fold(ops)


def test_fold_board_positions_clash_silently_and_the_greatest_is_shown() -> None:
    birth = op("set", {"text": "a", "pos": [0, 0]})
    moves = [op("set", {"pos": [n, n]}, (birth.op_id,), 10 - n, n) for n in (1, 2)]
    for ops in ([birth, *moves], [*reversed(moves), birth]):
        assert fold(ops).conflicts == ()
        assert fold(ops).get("pos") == [1, 1]


def test_fold_a_mere_move_on_the_board_says_nothing_against_a_void() -> None:
    birth = op("set", {"text": "a"})
    void = op("void", {"reason": "重複"}, (birth.op_id,), 2, 1)
    moved = op("set", {"pos": [5, 5]}, (), 3, 2)
    state = fold([birth, void, moved])
    assert (state.voided, state.conflicts, state.get("pos")) == (True, (), [5, 5])
    put = op("set", {"pos": [5, 5], "island": "ab"}, (), 3, 2)
    assert fold([birth, void, put]).conflicts == ("void",)
