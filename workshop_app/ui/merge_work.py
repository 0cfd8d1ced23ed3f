"""What the merge page does, away from how it looks: one thing at a time, in a worker."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from workshop_app.domain.changes import Changes
from workshop_app.services.merge import MergeReport
from workshop_app.services.wall import TargetState
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.job_watch import JobWatch
from workshop_app.ui.jobs import run_job
from workshop_app.ui.open_file import OpenFile


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
    progressed = Signal(str, int, int)
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
        self._watch: JobWatch | None = None
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
        if self._watch is not None:
            self._watch.stop()
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

        watch = self._begin(
            Doing.LOOKING,
            self.tr(
                "確かめるのをやめました。何も書き込んでいません。もう一度ファイルを置くと、始めからできます。"
            ),
        )
        run_job(
            self,
            lambda: self._services.merge(target, sources, dry_run=True, salvage=salvage, watch=watch),
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
        watch = self._begin(
            Doing.WRITING,
            self.tr(
                "統合をやめました。何も書き込んでいません。もう一度「統合する」を押すと、始めからできます。"
            ),
        )

        def done(report: MergeReport) -> None:
            self._end(report)
            self.written.emit(report)
            self._told_views(report.changes)

        run_job(
            self,
            lambda: self._services.merge(target, sources, dry_run=False, salvage=salvage, watch=watch),
            done,
            self._on_not_written,
        )

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

    def stop(self) -> None:
        """Ask what is going on to stop; it says so when it has. Taking back is over before one could."""
        if self._watch is not None and self.doing in (Doing.LOOKING, Doing.WRITING):
            self._watch.stop()

    def _on_not_written(self, sentence: str) -> None:
        stopped = self._was_stopped(sentence)
        self._end(self.report)
        self.read_state()
        (self.stopped if stopped else self.failed).emit(sentence)

    def _told_views(self, changes: Changes) -> None:
        """The target was written to: whoever shows it reads it again."""
        if (
            self.into_open_file
            and self._open_file is not None
            and changes
            and self._open_file.reread(changes)
        ):
            self.agenda_changed.emit()
        self.read_state()

    # --- inside --------------------------------------------------------------------------------------------

    def _begin(self, doing: Doing, stopped_text: str) -> JobWatch:
        watch = JobWatch(stopped_text)
        watch.progressed.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        # Nobody waits for the answer once the page is gone.
        self.destroyed.connect(watch.stop)
        self._watch = watch
        self.doing = doing
        if self.writing and self.into_open_file and self._open_file is not None:
            self._open_file.hold(
                self,
                self.tr(
                    "統合の書き込みが終わるまで保存できません。書いた文はこの画面に残っています。"
                    "終わったら、もう一度 Enter を押してください。"
                ),
            )
        self.changed.emit()
        return watch

    def _end(self, report: MergeReport | None = None) -> None:
        self.doing = Doing.NOTHING
        self._watch = None
        self.report = report
        if self._open_file is not None:
            self._open_file.release(self)
        self.changed.emit()

    def _was_stopped(self, sentence: str) -> bool:
        return self._watch is not None and self._watch.stopping and sentence == self._watch.stopped_text

    def _on_progress(self, what: str, done: int, of: int) -> None:
        if self.busy:
            self.progressed.emit(what, done, of)


def _key(path: Path) -> str:
    return os.path.normcase(path.absolute())
