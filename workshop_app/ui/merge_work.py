"""What the merge page does, away from how it looks: one thing at a time, in a worker."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workshop_app.domain.changes import Changes
from workshop_app.domain.note import Note
from workshop_app.services.merge import MergeReport
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
    TAKING_BACK = "taking back"


class MergeWork(QObject):
    """The sources that were put on the page, the target, and what came of them. `state` is None until read."""

    changed = Signal()
    """Sources, target, `report`, `state` or `doing` are different now."""
    stopped = Signal(str)
    """The person stopped it; the sentence says that nothing was written."""
    failed = Signal(str)
    previewed = Signal(object)
    """A MergeReport; nothing was written."""
    written = Signal(object)
    """A MergeReport of what was done."""
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
        return self.doing in (Doing.WRITING, Doing.TAKING_BACK)

    @property
    def into_open_file(self) -> bool:
        """Whether the target is the file this window has open."""
        return self._open_file is not None and self._open_file.workspace.path == self.target

    @property
    def previewing(self) -> bool:
        """Whether `report` says what would be done, not what was done."""
        return self.report is not None and self.report.dry_run

    def mergeable(self) -> int:
        """How many of the sources looked at have something new."""
        if self.report is None or not self.previewing:
            return 0
        return sum(source.status == "merged" for source in self.report.sources)

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
        self.target = path
        self.state = None
        self._look()

    def _forget_sources(self) -> None:
        self.sources = []
        self._salvage = set()

    def _look(self) -> None:
        """Look at the sources; a newer question makes an older answer void."""
        if self.progress is not None:
            self.progress.cancel()
        self._looks += 1
        asked, target, sources, salvage = self._looks, self.target, list(self.sources), set(self._salvage)
        self.report = None
        if not sources:
            self._end()
            self.read_state()
            return

        def done(report: MergeReport) -> None:
            if asked == self._looks:
                self._end(report)
                self.read_state()
                self.previewed.emit(report)

        def failed(sentence: str) -> None:
            if asked == self._looks:
                stopped = self._was_stopped(sentence)
                if stopped:
                    self._forget_sources()
                self._end()
                (self.stopped if stopped else self.failed).emit(sentence)

        progress = self._begin(
            Doing.LOOKING,
            self.tr(
                "確かめるのをやめました。何も書き込んでいません。もう一度ファイルを置くと、始めからできます。"
            ),
        )
        run_job(
            self,
            lambda: self._services.merge(target, sources, dry_run=True, salvage=salvage, watch=progress),
            done,
            failed,
        )

    def read_state(self) -> None:
        """Read what is in the target, with what was looked at; never in the window's thread."""
        if self.writing:
            return
        self._reads += 1
        asked, target = self._reads, self.target
        preview = self.report if self.previewing else None

        def done(state: TargetState) -> None:
            if asked == self._reads and target == self.target:
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
        target, sources, salvage = self.target, list(self.sources), set(self._salvage)
        progress = self._begin(
            Doing.WRITING,
            self.tr(
                "統合をやめました。何も書き込んでいません。もう一度「統合する」を押すと、始めからできます。"
            ),
        )
        read_changes = self.holding

        def work() -> tuple[MergeReport, list[Note]]:
            report = self._services.merge(target, sources, dry_run=False, salvage=salvage, watch=progress)
            return report, self._changed_notes(report) if read_changes else []

        def done(result: tuple[MergeReport, list[Note]]) -> None:
            report, notes = result
            self._end(report)
            self.written.emit(report)
            self._told_views(report.changes, notes)

        run_job(self, work, done, self._on_not_written)

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

    def _changed_notes(self, report: MergeReport) -> list[Note]:
        """In the worker: what the list will want to show."""
        if not report.changes or report.changes.everything:
            return []
        workspace = self._services.open(report.target)
        try:
            return workspace.notes_by_ids(report.changes.added | report.changes.updated)
        finally:
            workspace.close()

    def _on_not_written(self, sentence: str) -> None:
        stopped = self._was_stopped(sentence)
        self._end(self.report)
        self.read_state()
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
        text = {
            Doing.NOTHING: "",
            Doing.LOOKING: self.tr("{0}ファイルを確かめています"),
            Doing.WRITING: self.tr("{0}ファイルを統合しています"),
            Doing.TAKING_BACK: self.tr("統合の前に戻しています"),
        }[self.doing]
        return text.format(len(self.sources))

    def _begin(self, doing: Doing, stopped_text: str) -> Progress:
        self.doing = doing
        self.progress = Progress(self.what(), stopped_text, stoppable=doing is not Doing.TAKING_BACK)
        # Nobody waits for the answer once the page is gone.
        self.destroyed.connect(self.progress.cancel)
        self.holding = self.writing and self.into_open_file
        if self.holding and self._open_file is not None:
            self._open_file.hold(self.progress)
        self.changed.emit()
        return self.progress

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
