"""Every key of the window in one table; the help page is made from it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

_CONTEXT = "actions"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark text for lupdate, which goes by this name; PySide6's own one is typed as returning object."""
    return text


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: `keys` in Qt's portable form, as shown; `text` and `group` are source text to translate."""

    action_id: str
    group: str
    text: str
    keys: tuple[str, ...]

    def label(self) -> str:
        """The text in the language of the window."""
        return QCoreApplication.translate(_CONTEXT, self.text)

    def group_label(self) -> str:
        """The group in the language of the window."""
        return QCoreApplication.translate(_CONTEXT, self.group)


_RECORD = QT_TRANSLATE_NOOP("actions", "記録")
_NOTES = QT_TRANSLATE_NOOP("actions", "付箋の一覧")
_BOARD = QT_TRANSLATE_NOOP("actions", "ボード")
_PROJECTOR = QT_TRANSLATE_NOOP("actions", "投影の窓")
_REVIEW = QT_TRANSLATE_NOOP("actions", "整理（競合）")
_ALL = QT_TRANSLATE_NOOP("actions", "どの画面でも")

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("save_note", _RECORD, QT_TRANSLATE_NOOP("actions", "付箋にする"), ("Enter",)),
    ActionSpec("new_line", _RECORD, QT_TRANSLATE_NOOP("actions", "付箋の中で行を変える"), ("Shift+Enter",)),
    ActionSpec(
        "theme",
        _RECORD,
        QT_TRANSLATE_NOOP("actions", "テーマを選ぶ（もう一度押すと未分類。付箋を直すときも同じ）"),
        ("Ctrl+1", "…", "Ctrl+0"),
    ),
    ActionSpec(
        "kind",
        _RECORD,
        QT_TRANSLATE_NOOP("actions", "種別を選ぶ（付箋を直すときも同じ）"),
        ("Ctrl+Shift+1", "…", "Ctrl+Shift+4"),
    ),
    ActionSpec("points", _RECORD, QT_TRANSLATE_NOOP("actions", "論点を選ぶ"), ("Ctrl+L",)),
    ActionSpec("table", _RECORD, QT_TRANSLATE_NOOP("actions", "テーブルを選ぶ"), ("Ctrl+T",)),
    ActionSpec("round", _RECORD, QT_TRANSLATE_NOOP("actions", "ラウンドを選ぶ"), ("Ctrl+R",)),
    ActionSpec("paste", _RECORD, QT_TRANSLATE_NOOP("actions", "まとめて貼り付け"), ("Ctrl+Shift+V",)),
    ActionSpec(
        "import",
        _RECORD,
        QT_TRANSLATE_NOOP("actions", "ファイルから読み込む（.txt .csv .xlsx）"),
        ("Ctrl+I",),
    ),
    ActionSpec("undo", _RECORD, QT_TRANSLATE_NOOP("actions", "元に戻す"), ("Ctrl+Z",)),
    ActionSpec("redo", _RECORD, QT_TRANSLATE_NOOP("actions", "やり直す"), ("Ctrl+Y",)),
    ActionSpec("search", _NOTES, QT_TRANSLATE_NOOP("actions", "探す"), ("Ctrl+F",)),
    ActionSpec("leave_search", _NOTES, QT_TRANSLATE_NOOP("actions", "探すのをやめて、枠に戻る"), ("Esc",)),
    ActionSpec("edit_note", _NOTES, QT_TRANSLATE_NOOP("actions", "選んだ付箋を直す"), ("F2", "Enter")),
    ActionSpec(
        "void_note", _NOTES, QT_TRANSLATE_NOOP("actions", "選んだ付箋を取り消す（理由つき）"), ("Delete",)
    ),
    ActionSpec(
        "restore_note", _NOTES, QT_TRANSLATE_NOOP("actions", "取り消した付箋を戻す"), ("Ctrl+Delete",)
    ),
    ActionSpec(
        "board_tools",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "道具を持つ（選択・島・矢印・票）"),
        (
            "S",
            "I",
            "A",
            "V",
        ),
    ),
    ActionSpec(
        "board_note",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "新しい付箋をここに書く（何もないところの二度押しも同じ）"),
        ("N",),
    ),
    ActionSpec(
        "board_edit",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "付箋や表札をその場で書く（二度押しも同じ）"),
        (
            "F2",
            "Enter",
        ),
    ),
    ActionSpec(
        "board_right",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "書きながら右どなりへ（あいていれば新しい付箋）"),
        ("Tab",),
    ),
    ActionSpec(
        "board_below",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "書きながら下へ（あいていれば新しい付箋）"),
        ("Ctrl+Enter",),
    ),
    ActionSpec(
        "board_push",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "選んだものを動かす（Shift を押しながらで少しずつ）"),
        (
            "Left",
            "Right",
            "Up",
            "Down",
        ),
    ),
    ActionSpec(
        "board_walk",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "となりの付箋や島に移る"),
        (
            "Ctrl+Left",
            "…",
            "Ctrl+Down",
        ),
    ),
    ActionSpec(
        "board_group",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "選んだものを島にする・島をほどく"),
        (
            "Ctrl+G",
            "Ctrl+Shift+G",
        ),
    ),
    ActionSpec("board_fold", _BOARD, QT_TRANSLATE_NOOP("actions", "島をたたむ・ひらく"), ("E",)),
    ActionSpec("board_tidy", _BOARD, QT_TRANSLATE_NOOP("actions", "重ならないように整える"), ("T",)),
    ActionSpec("board_hold", _BOARD, QT_TRANSLATE_NOOP("actions", "保留にする（投影に出さない）"), ("H",)),
    ActionSpec("board_copy", _BOARD, QT_TRANSLATE_NOOP("actions", "文を並びの順にコピーする"), ("Ctrl+C",)),
    ActionSpec(
        "board_seal",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "票を数える道具を持っているとき、1票 増やす・減らす"),
        (
            "Space",
            "Backspace",
        ),
    ),
    ActionSpec("board_full", _BOARD, QT_TRANSLATE_NOOP("actions", "全文を表示する・戻す"), ("W",)),
    ActionSpec(
        "board_zoom",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "大きくする・小さくする（Ctrl を押しながら車輪も同じ）"),
        (
            "+",
            "-",
        ),
    ),
    ActionSpec(
        "board_fit",
        _BOARD,
        QT_TRANSLATE_NOOP("actions", "全体・選んだもの・その島に合わせる"),
        (
            "F",
            "Z",
            "O",
        ),
    ),
    ActionSpec(
        "board_pan", _BOARD, QT_TRANSLATE_NOOP("actions", "紙を動かす（Space を押しながら引く）"), ("Space",)
    ),
    ActionSpec("board_legend", _BOARD, QT_TRANSLATE_NOOP("actions", "凡例を出す・しまう"), ("L",)),
    ActionSpec("board_project", _BOARD, QT_TRANSLATE_NOOP("actions", "投影する・終わる"), ("F5",)),
    ActionSpec("board_keep", _BOARD, QT_TRANSLATE_NOOP("actions", "いまのボードを残す"), ("Ctrl+M",)),
    ActionSpec("board_past", _BOARD, QT_TRANSLATE_NOOP("actions", "残した場面を見る"), ("Ctrl+Shift+M",)),
    ActionSpec("board_export", _BOARD, QT_TRANSLATE_NOOP("actions", "ボードを書き出す"), ("Ctrl+E",)),
    ActionSpec("board_stop", _BOARD, QT_TRANSLATE_NOOP("actions", "していることをやめる"), ("Esc",)),
    ActionSpec(
        "projector_island",
        _PROJECTOR,
        QT_TRANSLATE_NOOP("actions", "前の島・次の島"),
        ("Left", "Right"),
    ),
    ActionSpec(
        "projector_page",
        _PROJECTOR,
        QT_TRANSLATE_NOOP("actions", "前の6枚・次の6枚（読み上げのときは1枚ずつ）"),
        ("Up", "Down"),
    ),
    ActionSpec(
        "projector_aloud", _PROJECTOR, QT_TRANSLATE_NOOP("actions", "読み上げ（1枚を大きく）"), ("R",)
    ),
    ActionSpec("projector_contrast", _PROJECTOR, QT_TRANSLATE_NOOP("actions", "白黒反転"), ("C",)),
    ActionSpec("projector_black", _PROJECTOR, QT_TRANSLATE_NOOP("actions", "黒い画面"), ("B",)),
    ActionSpec("projector_full", _PROJECTOR, QT_TRANSLATE_NOOP("actions", "画面いっぱいに広げる"), ("F11",)),
    ActionSpec("projector_end", _PROJECTOR, QT_TRANSLATE_NOOP("actions", "投影を終わる"), ("Esc", "F5")),
    ActionSpec(
        "use_value",
        _REVIEW,
        QT_TRANSLATE_NOOP("actions", "この文を使う（左から順に）"),
        ("1", "2", "…"),
    ),
    ActionSpec("rewrite", _REVIEW, QT_TRANSLATE_NOOP("actions", "両方を見て書き直す（2つのとき）"), ("3",)),
    ActionSpec("split", _REVIEW, QT_TRANSLATE_NOOP("actions", "別々の付箋にする（2つのとき）"), ("4",)),
    ActionSpec(
        "later", _REVIEW, QT_TRANSLATE_NOOP("actions", "あとで決める（書き直すのをやめる）"), ("Esc",)
    ),
    ActionSpec(
        "next_conflict",
        _REVIEW,
        QT_TRANSLATE_NOOP("actions", "前の競合・次の競合"),
        ("Alt+Left", "Alt+Right"),
    ),
    ActionSpec(
        "next_page",
        _ALL,
        QT_TRANSLATE_NOOP("actions", "次の画面・前の画面"),
        ("Ctrl+PageDown", "Ctrl+PageUp"),
    ),
    ActionSpec("open", _ALL, QT_TRANSLATE_NOOP("actions", "ほかのファイルを開く"), ("Ctrl+O",)),
    ActionSpec("help", _ALL, QT_TRANSLATE_NOOP("actions", "使い方"), ("F1",)),
)


def action(action_id: str) -> ActionSpec:
    """One action by its id."""
    return next(spec for spec in ACTIONS if spec.action_id == action_id)
