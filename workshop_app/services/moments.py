"""Moments: naming a state of the board, to look at it again and to compare."""

from __future__ import annotations

from workshop_app.domain.board import MAX_MOMENT_CHARS, MomentField, Scope
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.note import EntityType
from workshop_app.domain.op import OpKind
from workshop_app.domain.text import clean_text
from workshop_app.services.arrange import id_text
from workshop_app.services.ports import Workspace

USUAL_NAMES = ("発散終了", "島完成", "投票後")


def keep_moment(workspace: Workspace, name: str, scope: Scope) -> Changes:
    """Keep the board of this scope as it is now under a name; the moment is the one added entity.

    To undo: `connections.take_away`. Several moments may have one name. Raises InvalidInput, StorageUnavailable.
    """
    clean = " ".join(clean_text(name).text.split("\n"))
    if not clean or len(clean) > MAX_MOMENT_CHARS:
        raise InvalidInput(
            f"場面の名前を {MAX_MOMENT_CHARS}文字までで書いてください。まだ残していません。ボードはそのままです。"
        )
    with workspace.transaction() as uow:
        fields = {
            TYPE_KEY: str(EntityType.MOMENT),
            MomentField.NAME: clean,
            MomentField.WORKSHOP: id_text(scope.workshop_id),
            MomentField.TABLE: scope.table,
            MomentField.SEEN: uow.seen(),
        }
        uow.append(uow.new_id(), OpKind.SET, fields, ())
        return uow.changes
