"""What the merge page does, away from how it looks: one thing at a time, in a worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workshop_app.domain.changes import Changes
from workshop_app.domain.note import Note
from workshop_app.services.merge import MergeReport
from workshop_app.services.share import ShareReport
from workshop_app.services.wall import TargetState
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.jobs import run_job
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.progress import Progress


class Doing(StrEnum):
    """What is going on just now."""

    NOTHING = "nothing"
    LOOKING = "looking"
    WRITING = "writing"
    PUBLISHING = "publishing"
    TAKING_BACK = "taking back"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a worker brings: the merge, the publishing around it, and what was written to the file that is shown."""

    merge: MergeReport | None
    share: ShareReport | None = None
    changes: Changes = field(default_factory=Changes)
    notes: Sequence[Note] = ()


class MergeWork(QObject):
    """The sources that were put on the page, the target, and what came of them. `state` is None until read.

    The target is a file, or a shared folder: then the sources go into this machine's working file of it, and from
    there everything is published. Looking, too, takes in what others have published.
    """

    changed = Signal()
    """Sources, target, `report`, `state` or `doing` are different now."""
    stopped = Signal(str)
    """The person stopped it; the sentence says that nothing was written."""
    failed = Signal(str)
    previewed = Signal(object)
    """A MergeReport; nothing was written."""
    written = Signal(object)
    """A MergeReport of what was done."""
    looked = Signal(object)
    """A ShareReport: the shared folder was looked at, and what was published there is in the working file."""
    published = Signal(object)
    """A ShareReport of what was done, or of why it has to wait."""
    taken_back = Signal(Path)
    """Where the state with the merge is kept."""
    agenda_changed = Signal()
    """The open file has another agenda than its pages were made for."""

    def __init__(
        self, services: AppServices, open_file: OpenFile | None, target: Path, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._open_file = open_file
        self.target = target
        self.folder: Path | None = None
        """The shared folder that is published in; `target` does not count then."""
        self.share: ShareReport | None = None
        """How the shared folder was when it was last looked at or published in."""
        self.published_ms: int | None = None
        """When anything was last published there, as far as it could be seen."""
        self.came_in = 0
        """How many generations of others have come in since it was last published here."""
        self.sources: list[Path] = []
        self.report: MergeReport | None = None
        self.state: TargetState | None = None
        self.doing = Doing.NOTHING
        self._salvage: set[Path] = set()
        self.progress: Progress | None = None
        self.holding = False
        """Whether the open file is held, so that nothing else on its pages can be changed."""
        self._looks = 0
        self._reads = 0

    @property
    def busy(self) -> bool:
        """True while anything is going on."""
        return self.doing is not Doing.NOTHING

    @property
    def writing(self) -> bool:
        """True while the target is being changed."""
        return self.doing in (Doing.WRITING, Doing.PUBLISHING, Doing.TAKING_BACK)

    @property
    def file(self) -> Path | None:
        """The file that takes others in; None while it is not known which one is the shared folder's here."""
        if self.folder is None:
            return self.target
        return self.share.local if self.share else None

    @property
    def into_open_file(self) -> bool:
        """Whether that is the file this window has open."""
        return self._open_file is not None and self._open_file.workspace.path == self.file

    @property
    def previewing(self) -> bool:
        """Whether `report` says what would be done, not what was done."""
        return self.report is not None and self.report.dry_run

    def mergeable(self) -> int:
        """How many of the sources looked at have something new."""
        if self.report is None or not self.previewing:
            return 0
        return sum(source.status == "merged" for source in self.report.sources)

    def doable(self) -> bool:
        """Whether there is anything to merge, or to publish."""
        return bool(self.mergeable()) or (self.share is not None and self.share.waiting)

    # --- what is looked at -------------------------------------------------------------------------------

    def add(self, paths: Sequence[Path]) -> None:
        """Take files up; one given twice is taken once. After a merge a new list begins."""
        if self.writing or not paths:
            return
        if self.report is not None and not self.previewing:
            self._forget_sources()
        known = {_key(path) for path in self.sources}
        for path in paths:
            if _key(path) not in known:
                known.add(_key(path))
                self.sources.append(path)
        self._look()

    def remove(self, paths: Iterable[Path]) -> None:
        """Take files out again."""
        gone = set(paths)
        self.sources = [path for path in self.sources if path not in gone]
        self._salvage -= gone
        self._look()

    def clear(self) -> None:
        """Take all files out."""
        self._forget_sources()
        self._look()

    def salvage(self, path: Path) -> None:
        """Look again, taking what is whole out of this damaged file."""
        self._salvage.add(path)
        self._look()

    def set_target(self, path: Path) -> None:
        """Merge into another file; it is made when missing."""
        self.target, self.folder = path, None
        self._retarget()

    def set_folder(self, folder: Path) -> None:
        """Merge for a shared folder, and publish there."""
        self.folder = folder
        self._retarget()

    def look_again(self) -> None:
        """Look once more: the shared folder may be there again."""
        if not self.busy:
            self._look()

    def _retarget(self) -> None:
        self.share, self.state = None, None
        self.published_ms, self.came_in = None, 0
        self._look()

    def _take_up(self, share: ShareReport) -> None:
        self.share = share
        self.published_ms = share.published_ms or self.published_ms
        self.came_in += share.unseen_merged

    def _forget_sources(self) -> None:
        self.sources = []
        self._salvage = set()

    def _look(self) -> None:
        """Look at the sources; a newer question makes an older answer void."""
        if self.progress is not None:
            self.progress.cancel()
        self._looks += 1
        asked = self._looks
        self.report = None
        if not self.sources and self.folder is None:
            self._end()
            self.read_state()
            return

        def done(answer: _Answer) -> None:
            if asked != self._looks:
                return
            if answer.share is not None:
                self._take_up(answer.share)
            self._end(answer.merge)
            self._told_views(answer.changes, answer.notes)
            if answer.share is not None:
                self.looked.emit(answer.share)
            if answer.merge is not None:
                self.previewed.emit(answer.merge)

        def failed(sentence: str) -> None:
            if asked == self._looks:
                stopped, held = self._was_stopped(sentence), self.holding
                if stopped:
                    self._forget_sources()
                self._end()
                if held:
                    # Some of it may be in the working file already.
                    self._told_views(Changes(everything=True))
                (self.stopped if stopped else self.failed).emit(sentence)

        if self.folder is None:
            text = self.tr(
                "確かめるのをやめました。何も書き込んでいません。もう一度ファイルを置くと、始めからできます。"
            )
        else:
            text = self.tr(
                "確かめるのをやめました。何も公開していません。もう一度ファイルを置くと、始めからできます。"
            )
        progress = self._begin(Doing.LOOKING, text)
        run_job(self, self._task(progress, self.sources, dry_run=True), done, failed)

    def _task(
        self, progress: Progress, sources: Sequence[Path], *, dry_run: bool, force: bool = False
    ) -> Callable[[], _Answer]:
        """The merge or the publishing as it is asked for now, to be run by a worker."""
        target, folder, sources, salvage = self.target, self.folder, list(sources), set(self._salvage)
        services, shown = self._services, self.holding

        def work() -> _Answer:
            if folder is None:
                merge = services.merge(target, sources, dry_run=dry_run, salvage=salvage, watch=progress)
                changes = Changes() if dry_run else merge.changes
                notes = self._changed_notes(target, changes) if shown else []
                return _Answer(merge, None, changes, notes)
            share = services.share_merge(
                folder, sources, force=force, dry_run=dry_run, salvage=salvage, watch=progress
            )
            notes = self._changed_notes(share.local, share.changes) if shown else []
            return _Answer(share.merge, share, share.changes, notes)

        return work

    def read_state(self) -> None:
        """Read what is in the target, with what was looked at; never in the window's thread."""
        target = self.file
        if self.writing or target is None:
            return
        self._reads += 1
        asked = self._reads
        preview = self.report if self.previewing else None

        def done(state: TargetState) -> None:
            if asked == self._reads and target == self.file:
                self.state = state
                self.changed.emit()

        def failed(sentence: str) -> None:
            if asked == self._reads:
                self.failed.emit(sentence)

        run_job(self, lambda: self._services.target_state(target, preview), done, failed)

    # --- what is written -----------------------------------------------------------------------------------

    def write(self) -> None:
        """Merge what was looked at."""
        if self.report is None or self.busy or not self.mergeable():
            return
        progress = self._begin(
            Doing.WRITING,
            self.tr(
                "統合をやめました。何も書き込んでいません。もう一度「統合する」を押すと、始めからできます。"
            ),
        )

        def done(answer: _Answer) -> None:
            assert answer.merge is not None
            self._end(answer.merge)
            self.written.emit(answer.merge)
            self._told_views(answer.changes, answer.notes)

        run_job(self, self._task(progress, self.sources, dry_run=False), done, self._on_not_written)

    def publish(self, *, force: bool = False) -> None:
        """Merge what was looked at and publish all there is; `force` does not wait for somebody else's lock."""
        if self.folder is None or self.busy or not self.doable():
            return
        progress = self._begin(
            Doing.PUBLISHING,
            self.tr(
                "公開をやめました。何も変わっていません。もう一度「公開する」を押すと、始めからできます。"
            ),
        )

        def done(answer: _Answer) -> None:
            share = answer.share
            assert share is not None
            if not share.locked:
                self._take_up(share)
            # With nothing done the preview stays; a second try leaves in sight what the first one merged.
            self._end(answer.merge or self.report)
            self.published.emit(share)
            if share.generation is not None:
                self.came_in = 0
            self._told_views(answer.changes, answer.notes)

        # What a publishing that waits has merged is in the working file already.
        sources = self.sources if self.previewing else []
        task = self._task(progress, sources, dry_run=False, force=force)
        run_job(self, task, done, self._on_not_written)

    def take_back(self) -> None:
        """Undo the last merge into the target."""
        if self.busy:
            return
        target = self.target
        self._begin(Doing.TAKING_BACK, "")

        def done(kept: Path) -> None:
            self._forget_sources()
            self._end()
            self.taken_back.emit(kept)
            self._told_views(Changes(everything=True))

        run_job(self, lambda: self._services.take_back_merge(target), done, self._on_not_written)

    def _changed_notes(self, path: Path, changes: Changes) -> list[Note]:
        """In the worker: what the list will want to show."""
        if not changes or changes.everything:
            return []
        workspace = self._services.open(path)
        try:
            return workspace.notes_by_ids(changes.added | changes.updated)
        finally:
            workspace.close()

    def _on_not_written(self, sentence: str) -> None:
        stopped, share = self._was_stopped(sentence), self.folder is not None
        self._end(self.report)
        # Of a publishing some may be in the working file already.
        self._told_views(Changes(everything=share))
        (self.stopped if stopped else self.failed).emit(sentence)

    def _told_views(self, changes: Changes, notes: Sequence[Note] = ()) -> None:
        """The target was written to: whoever shows it reads it again."""
        open_file = self._open_file if self.into_open_file else None
        if open_file is not None and changes and open_file.reread(changes, notes):
            self.agenda_changed.emit()
        self.read_state()

    # --- inside --------------------------------------------------------------------------------------------

    def what(self) -> str:
        """What is going on, in words; '' for nothing."""
        if self.doing is Doing.LOOKING and not self.sources:
            return self.tr("共有フォルダーを確かめています")
        text = {
            Doing.NOTHING: "",
            Doing.LOOKING: self.tr("{0}ファイルを確かめています"),
            Doing.WRITING: self.tr("{0}ファイルを統合しています"),
            Doing.PUBLISHING: self.tr("共有フォルダーに公開しています"),
            Doing.TAKING_BACK: self.tr("統合の前に戻しています"),
        }[self.doing]
        return text.format(len(self.sources))

    def _begin(self, doing: Doing, stopped_text: str) -> Progress:
        self.doing = doing
        promise = "" if self.folder is None else self.tr("終わるまで何も公開しません")
        stoppable = doing is not Doing.TAKING_BACK
        self.progress = Progress(self.what(), stopped_text, promise, stoppable=stoppable)
        # Nobody waits for the answer once the page is gone.
        self.destroyed.connect(self.progress.cancel)
        self.holding = self._writes_to_open_file()
        if self.holding and self._open_file is not None:
            self._open_file.hold(self.progress)
        self.changed.emit()
        return self.progress

    def _writes_to_open_file(self) -> bool:
        if self._open_file is None:
            return False
        if self.folder is None:
            return self.writing and self.into_open_file
        # Looking takes in what others have published; before the first look any working file may be the one.
        path = self._open_file.workspace.path
        return self._services.is_working_file(path) if self.share is None else self.into_open_file

    def _end(self, report: MergeReport | None = None) -> None:
        self.doing = Doing.NOTHING
        self.progress = None
        self.report = report
        if self.holding and self._open_file is not None:
            self.holding = False
            self._open_file.release()
        self.changed.emit()

    def _was_stopped(self, sentence: str) -> bool:
        return self.progress is not None and sentence == self.progress.stopped_text


def _key(path: Path) -> str:
    return os.path.normcase(path.absolute())
