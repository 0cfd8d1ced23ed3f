"""Agenda files that somebody wrote by hand: the good ones load, the broken ones say where and what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.strict_reader import AgendaProblem, check_digit
from workshop_app.storage.agenda_file import builtin_agendas, load_agenda, parse_agenda

KUMAMOTO = (Path(__file__).resolve().parents[2] / "resources" / "agenda" / "kumamoto-h26.yaml").read_text(
    encoding="utf-8"
)


def outcome(text: str) -> AgendaProblem | None:
    try:
        parse_agenda(text)
    except AgendaProblem as problem:
        return problem
    return None


def problem_of(text: str) -> AgendaProblem:
    problem = outcome(text)
    assert problem is not None
    return problem


def line_of(part: str) -> int:
    """The line (from 1) of the only place that has this text."""
    assert KUMAMOTO.count(part) == 1
    return KUMAMOTO[: KUMAMOTO.index(part)].count("\n") + 1


def test_builtin_agendas_load() -> None:
    loaded = [load_agenda(path) for path in builtin_agendas()]
    assert len(loaded) >= 2
    assert [ward.name for ward in loaded[0].wards] == ["中央区", "東区", "西区", "南区", "北区"]


@pytest.mark.parametrize("value", ["2014-99-15", "2014-02-30", "9" * 5000, "!!int x", "!!float y"])
def test_value_that_cannot_be_is_told_with_line_and_key(value: str) -> None:
    found = re.search(r"from: ?(\S+?),", KUMAMOTO)
    assert found is not None
    broken = KUMAMOTO.replace(found[0], f"from: {value},", 1)
    problem = problem_of(broken)
    assert problem.line == KUMAMOTO[: found.start()].count("\n") + 1
    assert problem.key.endswith(".from")
    assert f"{problem.line}行目" in problem.sentence
    assert problem.key in problem.sentence


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("[" * 100_000, 1, "[1]"),
        ("format: 1\nthemes: " + "[" * 100_000, 2, "themes"),
        ("format: 1\nthemes: " + "{a: " * 50_000, 2, "themes.a"),
        ("".join(" " * depth + "a:\n" for depth in range(500)), 13, "a.a"),
    ],
)
def test_nest_without_end_is_told_with_line_and_key(text: str, line: int, key: str) -> None:
    problem = problem_of(text)
    assert problem.line == line
    assert problem.key.startswith(key)
    assert f"{line}行目" in problem.sentence


def test_character_yaml_does_not_allow_is_told_with_its_line() -> None:
    assert problem_of("format: 1\ntitle: a\x07b\n").line == 2


def test_empty_file_is_told_with_a_line() -> None:
    assert problem_of("").line == 1


@pytest.mark.parametrize("code", ["431010", "431028", "011002", "131016", "471003", "401307"])
def test_check_digit_of_real_codes(code: str) -> None:
    assert check_digit(code[:5]) == code[5]


def test_wrong_check_digit_is_told_with_line_and_key() -> None:
    problem = problem_of(KUMAMOTO.replace('"431028"', '"431029"'))
    assert problem.line == line_of('"431028"')
    assert problem.key == "external_facts.wards[2].dantai_code"
    assert "431029" in problem.sentence


@given(st.data())
def test_any_damage_to_one_line_ends_in_one_sentence_with_a_line(data: st.DataObject) -> None:
    lines = KUMAMOTO.split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[place])))
    junk = data.draw(st.text(alphabet="[]{}:,&*!|>-#\"'\t 0\x00\u3000a", min_size=1, max_size=6))
    lines[place] = lines[place][:column] + junk + lines[place][column:]
    problem = outcome("\n".join(lines))
    if problem is not None:
        assert problem.line is not None
        assert f"{problem.line}行目" in problem.sentence or problem.key == "format"
