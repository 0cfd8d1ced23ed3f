"""What a person is shown of a conflict, on bare edits."""

from __future__ import annotations

from workshop_app.domain.conflict import open_conflict, settled_conflicts, text_edits
from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.note import Conflict
from workshop_app.domain.op import Op, make_op

NOTE = EntityId(bytes(16))
STATIONS = {bytes([1]) * 16: "東区 端末A", bytes([2]) * 16: "事務局"}


def op(kind: str, fields: dict, parents: tuple[Op, ...] = (), ms: int = 1, session: int = 1) -> Op:
    ids = [parent.op_id for parent in parents]
    owner = SessionId(bytes([session]) * 16)
    return make_op(NOTE, kind, {"type": "note"} | fields, ids, ms << 16, owner, ms)


def conflict(ops: list[Op], name: str = "text") -> Conflict:
    return open_conflict(ops, fold(ops), name, STATIONS)


def test_open_conflict_has_station_time_and_the_value_before() -> None:
    birth = op("set", {"text": "a", "theme": "T1"}, ms=1)
    seen = op("set", {"text": "b"}, (birth,), ms=2)
    one = op("set", {"text": "c"}, (seen,), ms=5)
    other = op("set", {"text": "d"}, (seen,), ms=4, session=2)
    found = conflict([birth, seen, one, other])
    assert [(v.value, v.at_ms, v.station) for v in found.values] == [
        ("d", 4, "事務局"),
        ("c", 5, "東区 端末A"),
    ]
    assert (found.before, found.before_ms) == ("b", 2)
    assert found.is_note_text


def test_open_conflict_before_is_common_to_all_three() -> None:
    birth = op("set", {"text": "a"}, ms=1)
    later = op("set", {"text": "b"}, (birth,), ms=2)
    ops = [birth, later]
    ops += [op("set", {"text": text}, (later,), ms=ms) for text, ms in (("c", 3), ("d", 4))]
    assert conflict(ops).before == "b"
    ops.append(op("set", {"text": "e"}, (birth,), ms=5))
    assert conflict(ops).before == "a"


def test_open_conflict_of_crossing_histories_starts_from_the_nearest_of_greatest_rank() -> None:
    birth = op("set", {"text": "a"}, ms=1)
    left, right = (
        op("set", {"text": "b"}, (birth,), ms=2),
        op("set", {"text": "c"}, (birth,), ms=3, session=2),
    )
    ops = [birth, left, right]
    ops += [op("set", {"text": text}, (left, right), ms=ms) for text, ms in (("d", 4), ("e", 5))]
    assert conflict(ops).before == "c"


def test_open_conflict_without_a_common_edit_has_nothing_before() -> None:
    ops = [op("set", {"date": day}, ms=ms, session=ms) for ms, day in ((1, "2014-10-05"), (2, "2014-10-12"))]
    found = conflict(ops, "date")
    assert (found.before, found.before_ms) == (None, None)


def test_open_conflict_never_shows_a_text_that_was_removed_on_request() -> None:
    birth = op("set", {"text": "090-1234-5678 に電話して"}, ms=1)
    ops = [birth, *(op("set", {"text": text}, (birth,), ms=ms) for text, ms in (("b", 2), ("c", 3)))]
    ops.append(op("redact", {"fields": ["text"]}, (birth,), ms=4))
    assert (conflict(ops).before, conflict(ops).before_ms) == (None, None)


def test_open_conflict_of_void_names_reason_and_the_unseen_edit_only() -> None:
    birth = op("set", {"text": "a", "theme": "T1"}, ms=1)
    void = op("void", {"reason": "重複"}, (birth,), ms=9)
    edit = op("set", {"text": "b", "votes": 2}, (birth,), ms=5, session=2)
    found = conflict([birth, void, edit], "void")
    assert [(v.value, v.station, v.fields) for v in found.values] == [
        ({"void": "重複"}, "東区 端末A", ()),
        ("b", "事務局", ("text", "votes")),
    ]
    assert found.before == "a"


def test_open_conflict_of_void_and_another_field_shows_the_text_as_it_is() -> None:
    birth = op("set", {"text": "a", "theme": "T1"}, ms=1)
    void = op("void", {"reason": "重複"}, (birth,), ms=9)
    edit = op("set", {"theme": "T2"}, (birth,), ms=5, session=2)
    found = conflict([birth, void, edit], "void")
    assert [(v.value, v.station, v.fields) for v in found.values][1] == ("a", "事務局", ("theme",))


def test_settled_conflicts_lists_both_values_and_which_is_used() -> None:
    birth = op("set", {"text": "a"}, ms=1)
    one, other = op("set", {"text": "b"}, (birth,), ms=2), op("set", {"text": "c"}, (birth,), ms=3, session=2)
    assert settled_conflicts([birth, one, other], STATIONS) == []
    ops = [birth, one, other, op("set", {"text": "b"}, (one, other), ms=4)]
    [found] = settled_conflicts(ops, STATIONS)
    assert [(v.value, v.station) for v in found.values] == [("b", "東区 端末A"), ("c", "事務局")]
    assert (found.before, found.current) == ("a", "b")
    # Choosing again is an ordinary edit; the two values are still there to choose from.
    ops.append(op("set", {"text": "c"}, (ops[-1],), ms=5))
    [found] = settled_conflicts(ops, STATIONS)
    assert ({v.value for v in found.values}, found.current) == ({"b", "c"}, "c")


def test_settled_conflicts_leaves_out_an_edit_of_two_fields_and_the_board() -> None:
    birth = op("set", {"text": "a"}, ms=1)
    theme = op("set", {"theme": "T1"}, (birth,), ms=2)
    both = op("set", {"text": "b", "theme": "T2"}, (birth, theme), ms=3)
    places = [op("set", {"pos": [n, n]}, (birth,), ms=3 + n) for n in (1, 2)]
    moved = op("set", {"pos": [3, 3]}, tuple(places), ms=9)
    assert settled_conflicts([birth, theme, both, *places, moved], STATIONS) == []


def test_text_edits_names_every_edit_that_has_a_text() -> None:
    birth = op("set", {"text": "a"}, ms=1)
    theme = op("set", {"theme": "T1"}, (birth,), ms=2)
    later = op("set", {"text": "b"}, (birth,), ms=3)
    assert text_edits([birth, theme, later]) == sorted([birth.op_id, later.op_id])
