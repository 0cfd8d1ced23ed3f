"""What the merge page says of publishing in a shared folder."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from workshop_app.services.share import LockOwner, ShareReport
from workshop_app.ui.merge_words import notes_text, unread_text

translate = QCoreApplication.translate


def do_text(mergeable: int) -> str:
    """The primary button; `mergeable` counts the files with something new."""
    if mergeable:
        return translate("MergePage", "{0}ファイルを統合して公開する").format(mergeable)
    return translate("MergePage", "公開する")


def share_note(share: ShareReport | None, mergeable: int, previewing: bool) -> str:
    """What stands beside the buttons."""
    if share is None:
        return ""
    if mergeable:
        return translate("MergePage", "まだ何も公開していません。")
    if share.waiting:
        return translate("MergePage", "この端末に、まだ公開していない内容があります。")
    if previewing:
        return translate("MergePage", "まだ何も公開していません。公開する新しいものはありません。")
    if share.published_ms is None:
        return ""
    return translate("MergePage", "公開されている付箋は 全部で {0}です。").format(
        notes_text(share.notes, share.notes_voided)
    )


def looked_text(share: ShareReport) -> str:
    """What was found in the shared folder; '' when there is nothing to say."""
    return came_in_text(share.unseen_merged) + "".join(share.warnings)


def came_in_text(came_in: int) -> str:
    """How often others have published something that is in the working file now."""
    if not came_in:
        return ""
    words = translate("MergePage", "ほかで公開された {0}回分の内容を、この端末に取り込みました。")
    return words.format(came_in)


def locked_text(owner: LockOwner) -> str:
    """Who is publishing, and how old their last sign of life is."""
    minutes = owner.age_s // 60
    when = translate("MergePage", "{0}分前").format(minutes) if minutes else translate("MergePage", "1分以内")
    words = translate(
        "MergePage",
        "{0}さん（{1}）が公開しているところです（最後の動きは {2}）。まだ何も変えていません。"
        "終わるのを待って、もう一度「公開する」を押してください。",
    )
    return words.format(owner.who, owner.host, when)


def shared_text(share: ShareReport, came_in: int) -> str:
    """What was published, what others had published, what is left."""
    merged = [source for source in share.sources if source.status == "merged"]
    parts = []
    if share.waiting:
        return "".join(share.warnings)
    if not share.published:
        parts.append(translate("MergePage", "新しく公開するものはありませんでした。"))
    elif merged:
        done = translate(
            "MergePage", "公開し、読み直して確かめました。新しい付箋は {0}枚、変わった付箋は {1}枚です。"
        )
        added, updated = sum(one.added for one in merged), sum(one.updated for one in merged)
        parts.append(done.format(f"{added:,}", f"{updated:,}"))
    else:
        parts.append(translate("MergePage", "この端末にあった内容を公開し、読み直して確かめました。"))
    parts.append(came_in_text(came_in))
    if share.open_conflicts:
        left = translate("MergePage", "競合が {0}件 残っています。どちらの内容も残してあります。")
        parts.append(left.format(share.open_conflicts))
    parts += [unread_text(share.refused), *share.warnings]
    return "".join(parts)
