"""Text tables from outside: the right encoding, the right columns, every word kept, or one sentence."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workshop_app.domain import delimited
from workshop_app.domain.delimited import decode_table
from workshop_app.domain.errors import InvalidInput, RefusedFile, WorkshopError
from workshop_app.domain.source_table import MAX_COLUMNS, MAX_ROWS, known_field

OPINIONS = [
    "窓口の待ち時間を短く。",
    "①案に賛成（㈱○○の﨑田さんの話）",
    "９時～17時では行けない",
    "－反対です",
    "髙齢者",
]


def write_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def texts(data: bytes, name: str = "表.csv", encoding: str | None = None) -> list[str]:
    return [cells[0] for _, cells in decode_table(data, name, encoding).rows]


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("utf-16", "utf-16"),
        ("iso2022_jp", "iso2022_jp"),
    ],
)
def test_decode_every_encoding_same_words(codec: str, named: str) -> None:
    words = ["窓口の待ち時間を短く。", "区役所へ"] if codec == "iso2022_jp" else OPINIONS
    data = write_csv([["意見"], *[[word] for word in words]]).encode(codec)
    table = decode_table(data, "表.csv")
    assert table.encoding == named
    assert [cells[0] for _, cells in table.rows] == words
    assert table.headers == ("意見",)
    assert [row_no for row_no, _ in table.rows] == list(range(2, len(words) + 2))


def test_decode_cp932_wave_dash_and_minus_as_windows_reads_them() -> None:
    assert texts(b"\x88\xd3\x8c\xa9\r\n\x81\x60\x81\x7c\r\n") == ["\uff5e\uff0d"]


def test_decode_explicit_encoding_is_honoured_strictly() -> None:
    data = "意見\n賛成\n".encode()
    assert decode_table(data, "a.csv", "UTF8").encoding == "utf-8"
    assert decode_table("意見\n㈱①\n".encode("cp932"), "a.csv", "Shift_JIS").rows[0][1] == ("㈱①",)
    with pytest.raises(RefusedFile, match="2行目に読めない文字"):
        decode_table("意見\n".encode() + b"\xff\xfe\n", "a.csv", "utf-8")
    for wanted in ("rot13", "base64", "存在しない", "unicode_escape"):
        with pytest.raises(InvalidInput, match="使えません"):
            decode_table(data, "a.csv", wanted)


def test_decode_damaged_utf8_is_not_taken_for_cp932() -> None:
    data = ("意見\n" + "区役所の窓口をもっと使いやすくしてほしい\n" * 5).encode() + b"\xe7\xaa"
    with pytest.raises(RefusedFile, match="UTF-8 としては 7行目"):
        decode_table(data, "a.csv")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n \r\n",
        b"\xef\xbb\xbf",
        b"PK\x03\x04" + b"\0" * 50,
        b"\xd0\xcf\x11\xe0" + b"\0" * 50,
        b"SQLite format 3\0" + b"\0" * 84,
        b"%PDF-1.7",
        b"\x80\x81\xff" * 50,
        bytes(range(32)) * 100,
        "意見,テーマ\n賛成,1\n".encode("utf-16-le") * 5,
        b"\xff\xfe\x00",
    ],
)
def test_decode_what_is_no_table_gives_one_sentence(data: bytes) -> None:
    for name in ("a.csv", "a.txt"):
        with pytest.raises(RefusedFile) as caught:
            decode_table(data, name)
        assert "今のデータは変わっていません。" in caught.value.sentence
        assert name in caught.value.sentence


def test_decode_euc_taken_as_cp932_is_doubted_and_right_when_named() -> None:
    data = ("意見\n" + "くやくしょのまどぐちをもっとつかいやすくしてほしい\n" * 3).encode("euc_jp")
    table = decode_table(data, "a.csv")
    assert table.encoding == "cp932"
    assert any("半角カナ" in warning for warning in table.warnings)
    assert texts(data, "a.csv", "euc-jp") == ["くやくしょのまどぐちをもっとつかいやすくしてほしい"] * 3


def test_txt_one_note_a_line_blank_lines_stay_rows() -> None:
    table = decode_table("意見\r\n\r\n反対、です\t(笑)\r\n\u2028二段目\x0b三段目".encode(), "a.txt")
    assert table.rows == (
        (1, ("意見",)),
        (2, ("",)),
        (3, ("反対、です\t(笑)",)),
        (4, ("\u2028二段目\x0b三段目",)),
    )
    assert texts("一\r二\r".encode(), "mac.txt") == ["一", "二"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_delimiter_is_found_and_quoted_cells_stay_whole(delimiter: str) -> None:
    rows = [["番号", "意見", "テーマ"], ["1", 'a,b;c\td "引用" \n二行目', "T1"], ["2", "= 1+1", "T2"]]
    table = decode_table(write_csv(rows, delimiter).encode(), "表.csv")
    assert table.headers == ("番号", "意見", "テーマ")
    assert [list(cells) for _, cells in table.rows] == rows[1:]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_one_column_with_commas_in_the_words_is_not_cut(mark: str) -> None:
    words = [f"賛成です{mark}ただし条件があります{mark}", "反対です", f"どちらでも{mark}ない"]
    assert texts(("意見\n" + "\n".join(words) + "\n").encode()) == words


def test_csv_unclosed_quote_swallows_no_later_row() -> None:
    data = '意見,テーマ\nはじめ,1\n"閉じない,1\n次の人,2\n"二行の\n意見",3\n"また"閉じる,1\n最後,3\n'
    table = decode_table(data.encode(), "表.csv")
    assert [cells[0] for _, cells in table.rows] == [
        "はじめ",
        '"閉じない',
        "次の人",
        "二行の\n意見",
        '"また"閉じる',
        "最後",
    ]
    assert any("引用符" in warning and "3・7行目" in warning for warning in table.warnings)


def test_csv_many_unclosed_quotes_stay_fast_and_keep_every_line() -> None:
    lines = [f'"{number}番の意見' for number in range(5_000)]
    found = texts(("意見,テーマ\n" + "\n".join(lines) + "\n").encode())
    assert found == lines


def test_csv_ragged_rows_nul_and_huge_cell_are_kept() -> None:
    huge = "あ" * 300_000
    data = f'番号,意見\n1\n2,乙,余り,,\n3,丙\0丁\n4,"{huge}"\n'
    table = decode_table(data.encode(), "表.csv")
    assert [cells for _, cells in table.rows] == [
        ("1", ""),
        ("2", "乙", "余り"),
        ("3", "丙\0丁"),
        ("4", huge),
    ]


def test_csv_headings_empty_and_repeated_get_names() -> None:
    table = decode_table("意見,,意見,テーマ\n甲,a,乙,1\n".encode(), "表.csv")
    assert table.headers == ("意見", "2列目", "意見（2）", "テーマ")
    assert any("同じ見出し" in warning for warning in table.warnings)


def test_csv_without_headings_loses_no_first_opinion() -> None:
    table = decode_table("賛成です。,1\n反対です。,2\n".encode(), "表.csv")
    assert table.headers == ("1列目", "2列目")
    assert [cells[0] for _, cells in table.rows] == ["賛成です。", "反対です。"]
    assert any("最初の行から" in warning for warning in table.warnings)
    one = decode_table("窓口\n待ち時間\n意見\n".encode(), "表.csv")
    assert [cells[0] for _, cells in one.rows] == ["窓口", "待ち時間", "意見"]


def test_csv_unknown_headings_are_used_and_named() -> None:
    table = decode_table("お名前,ひとこと\n甲,窓口をもっと増やしてほしいです\n".encode(), "表.csv")
    assert table.headers == ("お名前", "ひとこと")
    assert any("お名前・ひとこと" in warning for warning in table.warnings)


def test_csv_lines_above_the_headings_are_named_not_silent() -> None:
    table = decode_table("東区ワークショップ,\n,\n番号,意見\n1,賛成\n".encode(), "表.csv")
    assert table.rows == ((4, ("1", "賛成")),)
    assert any("東区ワークショップ" in warning for warning in table.warnings)


def test_csv_header_choice_of_the_person_wins() -> None:
    data = "意見,テーマ\n賛成,1\n".encode()
    assert len(decode_table(data, "表.csv", header=False).rows) == 2
    assert decode_table("甲\n乙\n".encode(), "表.csv", header=True).headers == ("甲",)
    assert decode_table(data[:-9], "表.csv").headers[0] == "意見"


def test_csv_only_delimiters_gives_one_sentence() -> None:
    with pytest.raises(RefusedFile, match="文字がありません"):
        decode_table(b",,,\n,,\n", "a.csv")


def test_csv_headings_only_has_no_rows() -> None:
    assert decode_table("番号,意見\n".encode(), "表.csv").rows == ()


def test_limits_are_said_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedFile, match="100,000行まで"):
        decode_table(b"a\n" * (MAX_ROWS + 1), "a.txt")
    with pytest.raises(RefusedFile, match="100,000行まで"):
        decode_table("意見\n".encode() + b"a\n" * (MAX_ROWS + 1), "a.csv")
    assert len(decode_table("意見\n".encode() + b"a\n" * MAX_ROWS, "a.csv").rows) == MAX_ROWS
    with pytest.raises(RefusedFile, match="200列まで"):
        decode_table(",".join(map(str, range(MAX_COLUMNS + 1))).encode(), "a.csv")
    monkeypatch.setattr(delimited, "MAX_BYTES", 10)
    with pytest.raises(RefusedFile, match="大きすぎます"):
        decode_table(b"a" * 11, "a.csv")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *[("ご意見（自由記述）", "text"), ("【意見】", "text"), ("ＣＯＭＭＥＮＴ", "text"), ("付箋", "text")],
        *[("ﾃｰﾏ", "theme"), ("種別", "kind"), ("班", "table"), ("ラウンド", "round"), ("論点", "points")],
        *[("シール", "votes"), ("表札", "island"), ("№", "number"), ("意見番号", "number"), ("住所", None)],
    ],
)
def test_known_field_reads_headings_as_people_write_them(heading: str, field: str | None) -> None:
    found = known_field(heading)
    assert (found and found[0]) == field


@given(st.binary(max_size=400))
@example(b'"')
@example(b"\xef\xbb\xbf\xff")
@example("意見\n".encode() + b'"\0\r"x')
def test_decode_any_bytes_table_or_sentence(data: bytes) -> None:
    for name in ("a.csv", "a.txt", "a.tsv"):
        # Anything but a table or a WorkshopError would fail the test by itself.
        with suppress(WorkshopError):
            table = decode_table(data, name)
            assert all(len(cells) >= len(table.headers) for _, cells in table.rows)
            assert len({row_no for row_no, _ in table.rows}) == len(table.rows)


def test_shared_data_every_text_file_is_read(shared_data: Path) -> None:
    encodings = {}
    for path in sorted([*shared_data.rglob("*.csv"), *shared_data.rglob("*.txt")]):
        table = decode_table(path.read_bytes(), path.name)
        assert table.rows, path.name
        encodings[path.name] = table.encoding
    assert encodings["yaizu_family_farm_cp932.csv"] == "cp932"
    assert encodings["yaizu_tourism_meals_utf8bom.csv"] == "utf-8-sig"
    assert encodings["blns.txt"] == "utf-8"
