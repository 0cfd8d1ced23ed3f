"""The menu of what is chosen: right button, menu key, or a finger that stays. Every line is a target of 40 px."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.geometry import Edge
from workshop_app.ui.board.acts import Acts
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.theme import look


def board_menu(parent: QWidget, desk: Desk, acts: Acts, agenda: Agenda, edit: Callable[[], None]) -> QMenu:
    """Only what fits what is chosen."""
    menu = _menu(parent)
    menu.setObjectName("boardMenu")
    notes, islands, items, arrows = acts.notes(), acts.islands(), acts.items(), acts.arrows()
    if arrows and not items:
        _add(menu, QCoreApplication.translate("board", "言葉を変える"), "F2", acts.change_arrow)
        _add(menu, QCoreApplication.translate("board", "向きを変える"), "", acts.turn_arrow)
        _add(menu, QCoreApplication.translate("board", "外す"), "Del", acts.remove)
        return menu
    if not items:
        _add(menu, QCoreApplication.translate("board", "全体を整える"), "T", acts.tidy)
        _add(
            menu,
            QCoreApplication.translate("board", "島に入っていない付箋をテーマごとに分ける"),
            "",
            acts.sort_into_themes,
        )
        _add(menu, QCoreApplication.translate("board", "すべて選ぶ"), "Ctrl+A", acts.choose_all)
        return menu
    if len(items) == 1:
        _add(
            menu,
            QCoreApplication.translate("board", "直す")
            if notes
            else QCoreApplication.translate("board", "表札を書く"),
            "F2",
            edit,
        )
    if len(notes) == len(items) == 1:
        _add(menu, QCoreApplication.translate("board", "2枚に分ける…"), "", acts.split)
    _add(menu, QCoreApplication.translate("board", "島にする"), "Ctrl+G", acts.group)
    if any(desk.content.parent_of(item) is not None for item in items):
        _add(menu, QCoreApplication.translate("board", "島から出す"), "", acts.leave_island)
    if islands:
        folded = all(desk.content.islands[one].folded for one in islands)
        _add(
            menu,
            QCoreApplication.translate("board", "ひらく")
            if folded
            else QCoreApplication.translate("board", "たたむ"),
            "E",
            acts.fold,
        )
        _add(menu, QCoreApplication.translate("board", "島をほどく"), "Ctrl+Shift+G", acts.dissolve)
    if len(items) > 1:
        _add_arranging(menu, acts)
    if len(items) == 2:
        _add(menu, QCoreApplication.translate("board", "矢印でつなぐ"), "A", acts.connect_chosen)
    if notes:
        menu.addSeparator()
        _add_codes(menu, acts, agenda)
        held = all(desk.content.notes[one].held for one in notes)
        _add(
            menu,
            QCoreApplication.translate("board", "保留をやめる")
            if held
            else QCoreApplication.translate("board", "保留にする（投影に出さない）"),
            "H",
            acts.hold,
        )
        if len(notes) > 1:
            linked = any({link.first_id, link.second_id} <= set(notes) for link in desk.content.board.links)
            if linked:
                _add(menu, QCoreApplication.translate("board", "同じ意味の結びを外す"), "", acts.untie)
            else:
                _add(menu, QCoreApplication.translate("board", "同じ意味として結ぶ"), "", acts.link_same)
    menu.addSeparator()
    _add(menu, QCoreApplication.translate("board", "文をコピー"), "Ctrl+C", acts.copy_text)
    if notes and not islands:
        _add(menu, QCoreApplication.translate("board", "取り消す（理由つき）"), "Del", acts.remove)
    return menu


def _add_arranging(menu: QMenu, acts: Acts) -> None:
    lines = _sub(menu, QCoreApplication.translate("board", "そろえる"))
    for edge, words in (
        (Edge.LEFT, QCoreApplication.translate("board", "左")),
        (Edge.CENTRE, QCoreApplication.translate("board", "左右の中央")),
        (Edge.RIGHT, QCoreApplication.translate("board", "右")),
        (Edge.TOP, QCoreApplication.translate("board", "上")),
        (Edge.MIDDLE, QCoreApplication.translate("board", "上下の中央")),
        (Edge.BOTTOM, QCoreApplication.translate("board", "下")),
    ):
        _add(lines, words, "", partial(acts.align, edge))
    _add(lines, QCoreApplication.translate("board", "横に等間隔"), "", lambda: acts.distribute(down=False))
    _add(lines, QCoreApplication.translate("board", "縦に等間隔"), "", lambda: acts.distribute(down=True))
    _add(menu, QCoreApplication.translate("board", "整える"), "T", acts.tidy)


def _add_codes(menu: QMenu, acts: Acts, agenda: Agenda) -> None:
    themes = _sub(menu, QCoreApplication.translate("board", "テーマ"))
    for theme in agenda.all_themes:
        _add(themes, theme.short_title, "", partial(acts.set_field, "theme", theme.id))
    _add(themes, QCoreApplication.translate("board", "未分類"), "", lambda: acts.set_field("theme", None))
    kinds = _sub(menu, QCoreApplication.translate("board", "種別"))
    for kind in agenda.kinds:
        _add(kinds, kind.name, "", partial(acts.set_field, "kind", kind.id))


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    _dress(menu)
    return menu


def _sub(menu: QMenu, words: str) -> QMenu:
    sub = menu.addMenu(words)
    _dress(sub)
    return sub


def _dress(menu: QMenu) -> None:
    pad = look().px(13)
    menu.setStyleSheet(f"QMenu::item {{ padding: {pad}px {look().px(24)}px; }}")


def _add(menu: QMenu, words: str, keys: str, slot: Callable[[], None]) -> None:
    action = menu.addAction(f"{words}\t{keys}" if keys else words)
    action.triggered.connect(lambda _checked=False: slot())
