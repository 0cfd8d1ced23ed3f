"""The receipt (受領証) as a page to print: plain HTML that a browser and Qt's text document both lay out on A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workshop_app.domain.fingerprint import fingerprint
from workshop_app.domain.wareki import format_moment_short
from workshop_app.services.merge import notes_words

_STATUS = {"merged": "統合しました", "unchanged": "前と同じです", "refused": "入れていません"}
_STYLE = (
    "body { font-family: 'BIZ UDPGothic', 'BIZ UDPゴシック', 'Yu Gothic', sans-serif; font-size: 10pt; color: #000; }"
    " h1 { font-size: 16pt; } h2 { font-size: 11pt; }"
    " table { border-collapse: collapse; width: 100%; }"
    " th, td { border: 1px solid #7f7f7f; padding: 3px 6px; text-align: left; }"
    " th { background-color: #d9dee4; } td.figure { text-align: right; }"
    " @page { size: A4; margin: 15mm; }"
)


def receipt_html(receipt: Mapping[str, Any]) -> str:
    """One receipt (`services.merge.receipt_document`) as a whole HTML page; all text from files is escaped."""
    parts = [
        "<!DOCTYPE html><html lang='ja'><head><meta charset='utf-8'>",
        f"<title>受領証 No.{receipt['number']:03d}</title><style>{_STYLE}</style></head><body>",
        f"<h1>受領証　No.{receipt['number']:03d}</h1>",
        _facts(receipt),
    ]
    parts += [_source(source) for source in receipt["sources"]]
    if receipt["warnings"]:
        parts.append("<h2>お知らせ</h2>" + _list(receipt["warnings"]))
    parts.append(
        "<p>どのファイルも、記録の数＝新しい記録＋すでにあった記録＋入れなかった記録 です。"
        "同じファイルを何度統合しても、二重にはなりません。</p></body></html>"
    )
    return "".join(parts)


def _facts(receipt: Mapping[str, Any]) -> str:
    count, _, digest = str(receipt["manifest"]).partition(":")
    # A receipt of an earlier version does not say how many are voided.
    notes = (
        f"{notes_words(receipt['notes'], receipt.get('notes_voided', 0))}、"
        f"決めること {receipt['open_conflicts']:,}件"
    )
    facts = (
        ("統合先", receipt["target"]),
        ("統合した日時", format_moment_short(int(receipt["at_ms"]))),
        ("統合のあとの付箋", notes),
        ("統合のあとの記録", f"{int(count or 0):,}件　照合番号 {fingerprint(digest)}"),
        ("統合の前の控え", receipt["backup"] or "なし（新しいファイル）"),
        ("プログラムの版", receipt["app_version"]),
    )
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts)
    return f"<table>{rows}</table>"


def _source(source: Mapping[str, Any]) -> str:
    head = f"<h2>{escape(str(source['file_name']))}　{_STATUS[source['status']]}</h2>"
    if source["status"] == "refused":
        return head + f"<p>{escape(str(source['reason']))}</p>" + _refused_figures(source)
    left_out = source["quarantined"] + source["lost"]
    figures = (
        ("ファイルの指紋", fingerprint(str(source["sha256"] or ""))),
        ("記録", f"{source['rows_in']:,}"),
        ("新しい記録", f"{source['rows_new']:,}"),
        ("すでにあった記録", f"{source['rows_known']:,}"),
        ("入れなかった記録", f"{left_out:,}"),
        ("新しい付箋", f"{source['added']:,}"),
        ("変わった付箋", f"{source['updated']:,}"),
        ("取り消された付箋", f"{source['voided']:,}"),
        ("新しい競合", f"{source['conflicts']:,}"),
    )
    return head + _figures(figures) + _tables(source["tables"]) + _list(source["warnings"])


def _refused_figures(source: Mapping[str, Any]) -> str:
    """Which file it was and how much stayed outside; nothing for a file that could not be read."""
    if not source["sha256"]:
        return ""
    rows = f"{source['rows_in']:,}"
    mark = fingerprint(str(source["sha256"]))
    return _figures((("ファイルの指紋", mark), ("記録", rows), ("入れなかった記録", rows)))


def _figures(figures: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in figures)
    return f"<table>{rows}</table>"


def _tables(lines: Sequence[Mapping[str, Any]]) -> str:
    if not lines:
        return ""
    head = "<tr><th>区</th><th>テーブル</th><th>端末の枚数</th><th>新しい</th><th>統合のあとの枚数</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(line['ward'] or '区不明')}</td><td>{line['table'] or 'なし'}</td>"
        + "".join(f"<td class='figure'>{line[name]:,}</td>" for name in ("in_file", "new", "here"))
        + "</tr>"
        for line in lines
    )
    return f"<table>{head}{rows}</table>"


def _list(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""
