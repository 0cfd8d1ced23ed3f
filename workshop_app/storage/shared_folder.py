"""Publishing in a folder that several machines share, without trusting its locks, renames or syncs.

Everything is worked out on this machine. What is published is an immutable generation, verified before and
after it is written; renaming it is the commit point. `shared.wsdb` is only a copy of the newest generation,
for people and other programs. Two clerks at once are no danger: both generations stay, and the next reader
takes the union. Nothing in `gens` is ever deleted or overwritten.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from workshop_app.domain.errors import Cancelled, InvalidInput, RefusedFile, StorageUnavailable
from workshop_app.services.merge import MergeReport, Unwatched
from workshop_app.services.ports import Watch
from workshop_app.services.share import LockOwner, ShareReport
from workshop_app.storage.database import SUFFIX, Database, wall_clock_ms
from workshop_app.storage.handover import DISK_FULL, make_package
from workshop_app.storage.places import GENERATION_NAME, GENERATIONS, POINTER, refuse_unsafe
from workshop_app.storage.share_files import ShareFiles
from workshop_app.storage.share_lock import ShareLock
from workshop_app.storage.share_state import ShareState
from workshop_app.storage.space import require_room, share_needs
from workshop_app.storage.verified_copy import Step, sha256_of
from workshop_app.storage.verify_union import lost_edits, manifest_of, stale_projections

README_NAME = "読んでください.txt"
README = """このフォルダーは「市民ワークショップ意見集約」の共有フォルダーです。

shared.wsdb          いちばん新しい内容の写し。見るときは、これを自分の端末に写して開いてください。
gens                 公開された内容（世代）。名前は 番号-指紋（SHA-256） です。書き換えも削除もしないでください。
shared.lock          だれかが公開している間だけある印。3分より古ければ、残りものです。
読んでください.txt   この説明。

・公開するとき: アプリの「統合」の画面か、 workshop-app share このフォルダー 端末のファイル…
・2人が同時に公開しても、どちらの世代も gens に残り、次に公開した人の端末で合わさります。
・shared.wsdb が壊れたり消えたりしても、gens があれば、次の公開で作り直されます。
・gens の中の1つが壊れても、ほかの世代は使われます。壊れた世代を公開した端末で、もう一度公開してください。
・ここにあるファイルを、じかに開いて書き換えないでください。
"""
_POINTER_TRIES = 10
_POINTER_PAUSE_S = 0.2
_MEGABYTE = 1_000_000
_STOPPED = (
    "公開をやめました。共有フォルダーは変わっていません。入れた内容はこの端末に残っています。"
    "もう一度公開すると、続きから公開します。"
)


class Merge(Protocol):
    """Merges sources into a target that is made when missing."""

    def __call__(
        self, target: Path, sources: Sequence[Path], *, dry_run: bool, watch: Watch
    ) -> MergeReport: ...


class _ShareGone(Exception):
    """The shared folder cannot be read or written just now."""


@contextmanager
def _on_share() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _ShareGone from problem


@dataclass(slots=True)
class _Found:
    """What lay in the shared folder and was brought to this machine."""

    sizes: dict[str, int] = field(default_factory=dict)
    """The generations there that can be used."""
    number: int = 0
    """The greatest number a generation there has, usable or not."""
    explained: bool = False
    """The explanation for people is there."""
    copies: dict[str, Path] = field(default_factory=dict)
    """Verified copies of those that were not seen before."""
    pointer: str | None = None
    """SHA-256 of shared.wsdb."""
    strange: Path | None = None
    """A copy of shared.wsdb when it is none of the generations."""


class SharedFolder:
    """One shared folder, worked on from this machine."""

    def __init__(
        self,
        folder: Path,
        root: Path,
        merge: Merge,
        *,
        files: ShareFiles | None = None,
        wall_ms: Callable[[], int] = wall_clock_ms,
        pause: Callable[[float], object] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._folder = folder
        self._gens = folder / GENERATIONS
        self._root = root
        self._merge = merge
        self._files = files or ShareFiles()
        self._wall_ms = wall_ms
        self._pause = pause or threading.Event().wait
        self._watch = watch or Unwatched()

    def share(self, sources: Sequence[Path], *, force: bool = False, lock: bool = True) -> ShareReport:
        """Take in what others published, merge the sources, and publish the whole.

        With a live lock of somebody else nothing is done unless `force`; the report names the owner. When
        the folder vanishes on the way, or the person stops it after the working file was written, the result
        stays there and the report is `waiting`. Raises InvalidInput when the folder is missing,
        StorageUnavailable when this machine refuses or there is no room, Cancelled when nothing was written.
        """
        with self._state() as state:
            report = ShareReport(self._folder, state.local)
            holder = ShareLock(self._folder, self._files, self._wall_ms, state.token())
            try:
                if lock and not self._lock(holder, report, force):
                    return report
                self._take_in_and_publish(state, sources, report)
            finally:
                holder.release()
            return report

    def look(self, sources: Sequence[Path] = ()) -> ShareReport:
        """Take in what others published and say what the sources would bring; publishes nothing.

        The report is `waiting` when the working file holds something that no generation has. Raises as `share`.
        """
        with self._state() as state, self._private(state) as private:
            report = ShareReport(self._folder, state.local, dry_run=True)
            found = _Found()
            try:
                self._fetch(state, private, (), report, found)
            except _ShareGone as problem:
                report.warnings.append(_gone_sentence(problem))
            self._union(state, found, (), report)
            if sources:
                merged = self._merge(state.local, sources, dry_run=True, watch=self._watch)
                report.merge, report.sources = merged, merged.sources
                report.notes, report.notes_voided = merged.notes, merged.notes_voided
                report.open_conflicts = merged.open_conflicts
            if state.local.exists():
                edits = manifest_of(state.local)
                report.waiting = all(known != edits for _, known in state.seen().values())
            return report

    # --- steps -------------------------------------------------------------------------------------------

    @contextmanager
    def _state(self) -> Iterator[ShareState]:
        if not self._files.is_folder(self._folder):
            raise InvalidInput(
                f"共有フォルダー「{self._folder}」がありません。今のデータはそのままです。"
                "つながっているか、場所が合っているかを確かめてください。"
            )
        self._refuse_inside()

        def waiting() -> None:
            self._watch.step("この端末の別の窓が公開し終わるのを待っています")

        with ShareState.opened(self._root, self._folder, waiting) as state:
            refuse_unsafe(state.local)
            yield state

    def _refuse_inside(self) -> None:
        """Choosing the folder inside instead of the shared one would make a second one in there."""
        if self._folder.name == GENERATIONS and any(map(GENERATION_NAME.fullmatch, self._listed())):
            raise InvalidInput(
                f"「{self._folder}」は、共有フォルダーの中の世代の置き場所です。何も変えていません。"
                "1つ上のフォルダーを選んでください。"
            )

    def _listed(self) -> Iterable[str]:
        try:
            return self._files.sizes(self._folder)
        except OSError:
            # Whether it can be read is seen, and said, when it is published in.
            return ()

    @contextmanager
    def _private(self, state: ShareState) -> Iterator[Path]:
        with TemporaryDirectory(dir=state.home, ignore_cleanup_errors=True) as private:
            yield Path(private)

    def _lock(self, holder: ShareLock, report: ShareReport, force: bool) -> bool:
        try:
            held = holder.take(force=force)
        except OSError:
            # A lock is courtesy: whether anything can be written here is seen when publishing.
            return True
        report.lock = holder.other
        if not held and holder.other is not None:
            report.waiting = report.locked = True
            report.warnings.append(_locked_sentence(holder.other))
        return held

    def _take_in_and_publish(self, state: ShareState, sources: Sequence[Path], report: ShareReport) -> None:
        with self._private(state) as private:
            found = _Found()
            gone: _ShareGone | None = None
            try:
                self._fetch(state, private, sources, report, found)
            except _ShareGone as problem:
                gone = problem
            olds = self._union(state, found, sources, report)
            if gone is None:
                try:
                    self._publish(state, private, found, olds, report)
                except _ShareGone as problem:
                    gone = problem
                except Cancelled:
                    report.waiting = report.stopped = True
                    report.warnings.append(_STOPPED)
            if gone is not None:
                report.waiting = report.generation is None
                report.warnings.append(_gone_sentence(gone))

    def _fetch(
        self, state: ShareState, private: Path, sources: Sequence[Path], report: ShareReport, found: _Found
    ) -> None:
        """Bring the generations that are new here, and shared.wsdb when it is none of them.

        Before anything is written it is seen whether there is room for it and for what comes after it.
        """
        self._watch.step("共有フォルダーを見ています")
        seen = state.seen()
        with _on_share():
            there = self._files.sizes(self._folder)
            gens = self._files.sizes(self._gens) if self._files.is_folder(self._gens) else {}
        found.sizes = {name: size for name, size in gens.items() if GENERATION_NAME.fullmatch(name)}
        found.number = max((int(name[:8]) for name in found.sizes), default=0)
        found.explained = README_NAME in there
        if seen and not seen.keys() & found.sizes.keys():
            raise _ShareGone("the generations published before are not here")
        if found.sizes:
            with _on_share():
                report.published_ms = self._files.modified_ms(self._gens / max(found.sizes))
        unseen = [name for name, size in sorted(found.sizes.items()) if seen.get(name, (None,))[0] != size]
        fetched = [*map(found.sizes.__getitem__, unseen), there.get(POINTER, 0)]
        require_room(share_needs(state.local, sources, fetched, state.home, self._folder))
        self._clean_up(state, there, gens)
        for name in unseen:
            state.forget(name)
            copy = self._fetch_generation(private, name)
            if copy is None:
                del found.sizes[name]
                report.warnings.append(_broken_sentence(name))
            else:
                found.copies[name] = copy
        if POINTER in there:
            copy = private / POINTER
            found.pointer = self._fetch_file(self._folder / POINTER, copy)
            if found.pointer not in map(_sha256_in, found.sizes):
                found.strange = copy

    def _clean_up(self, state: ShareState, there: dict[str, int], gens: dict[str, int]) -> None:
        """Take away what a killed run of this very machine left half-written."""
        for folder, names in ((self._folder, there), (self._gens, gens)):
            for name in names:
                if name.startswith(".") and name.endswith(f".{state.token()}.part"):
                    with _on_share():
                        self._files.remove(folder / name)

    def _fetch_generation(self, private: Path, name: str) -> Path | None:
        """A copy whose content is what its name says; None when it is something else."""
        # The copy's name stands in receipts, where 64 more characters would tell nobody anything.
        copy = private / f"{name[:17]}{SUFFIX}"
        return copy if self._fetch_file(self._gens / name, copy) == _sha256_in(name) else None

    def _fetch_file(self, path: Path, copy: Path) -> str:
        with _on_share():
            try:
                return self._files.fetch(path, copy, self._telling("共有フォルダーから写しています"))
            except OSError as problem:
                if problem.errno in DISK_FULL:
                    # Reading needs no room over there: it is this machine that is full.
                    raise StorageUnavailable(
                        "この端末の空き容量が足りません。共有フォルダーは変わっていません。"
                        "不要なファイルを片づけて、もう一度実行してください。"
                    ) from problem
                raise

    def _union(
        self, state: ShareState, found: _Found, sources: Sequence[Path], report: ShareReport
    ) -> list[Path]:
        """Merge into the working file; returns the local files whose edits must all be in it now."""
        others = [*found.copies.values(), *([found.strange] if found.strange else [])]
        if not (others or sources or state.local.exists()):
            return []
        try:
            merged = self._merge(state.local, [*others, *sources], dry_run=False, watch=self._watch)
        except RefusedFile as problem:
            if not state.local.exists():
                raise
            raise self._set_aside(state) from problem
        taken = [source.status != "refused" for source in merged.sources]
        for (name, copy), source in zip(found.copies.items(), merged.sources, strict=False):
            if source.status == "refused":
                found.sizes.pop(name)
                report.warnings.append(source.reason or "")
            else:
                report.unseen_merged += 1
                state.remember(name, found.sizes[name], manifest_of(copy))
        report.warnings += [
            f"shared.wsdb は使わず、gens の世代から作り直します。{source.reason}"
            for source in merged.sources[len(found.copies) : len(others)]
            if source.reason
        ]
        state.hold_all()
        report.sources = merged.sources[len(others) :]
        report.merge = replace(merged, sources=report.sources) if sources else None
        report.warnings += merged.warnings
        report.notes, report.notes_voided = merged.notes, merged.notes_voided
        report.open_conflicts = merged.open_conflicts
        report.changes = merged.changes
        kept = [copy for copy, good in zip(others, taken, strict=False) if good]
        return [*kept, *([merged.backup] if merged.backup else [])]

    def _publish(
        self, state: ShareState, private: Path, found: _Found, olds: Sequence[Path], report: ShareReport
    ) -> None:
        """See to it that one generation holds everything, and that shared.wsdb is a copy of it."""
        if not state.local.exists():
            return
        edits = manifest_of(state.local)
        seen = state.seen()
        full = [name for name in sorted(found.sizes, reverse=True) if seen.get(name, (0, ""))[1] == edits]
        report.generation = next((name for name in full if found.pointer == _sha256_in(name)), None)
        if report.generation is not None:
            return
        self._watch.step("公開する内容を確かめています")
        for name in full:
            copy = found.copies.get(name) or self._fetch_generation(private, name)
            if copy is not None:
                report.generation = name
                self._point_to(state, name, copy, report)
                return
            state.forget(name)
            report.warnings.append(_broken_sentence(name))
        package = private / "package.wsdb"
        self._make_generation(state, package, olds)
        edits = manifest_of(package)
        name = f"{found.number + 1:08d}-{sha256_of(package)}.wsdb"
        part = self._gens / f".{name}.{state.token()}.part"
        with _on_share():
            self._files.make_folder(self._gens)
            if not found.explained:
                with suppress(FileExistsError):
                    self._files.write_new(self._folder / README_NAME, README.encode("utf-8-sig"))
            try:
                self._files.bring(package, part, _sha256_in(name), self._telling("公開しています"))
                self._watch.check()
                self._files.replace(part, self._gens / name)
            except (OSError, Cancelled):
                self._remove_quietly(part)
                raise
            self._files.sync(self._gens)
        state.remember(name, package.stat().st_size, edits)
        report.generation, report.published = name, True
        report.published_ms = self._wall_ms()
        self._point_to(state, name, package, report)

    def _make_generation(self, state: ShareState, package: Path, olds: Sequence[Path]) -> None:
        database = Database.open(state.local)
        try:
            make_package(database, package)
        finally:
            database.close()
        if lost_edits(package, olds) or stale_projections(package):
            raise self._set_aside(state)

    def _point_to(self, state: ShareState, name: str, copy: Path, report: ShareReport) -> None:
        """Bring shared.wsdb up to date; when somebody holds it open, that is said and harmless."""
        part = self._folder / f".{POINTER}.{state.token()}.part"
        try:
            self._files.bring(copy, part, _sha256_in(name), _finishing)
            for left in reversed(range(_POINTER_TRIES)):
                try:
                    self._files.replace(part, self._folder / POINTER)
                    break
                except PermissionError:
                    # Windows refuses while a virus scanner or a reader has the old one open.
                    if left == 0:
                        raise
                    self._pause(_POINTER_PAUSE_S)
            self._files.sync(self._folder)
        except OSError:
            self._remove_quietly(part)
            report.warnings.append(
                "shared.wsdb は、ほかで開かれているなどして新しくできませんでした。公開した内容は gens に入っています。"
                "次に公開したときに新しくなります。"
            )

    def _telling(self, what: str) -> Step:
        """Say how many megabytes are copied; raises Cancelled when the person wants to stop."""
        return lambda done, of: self._watch.step(what, done // _MEGABYTE, of // _MEGABYTE)

    def _remove_quietly(self, part: Path) -> None:
        try:
            self._files.remove(part)
        except OSError:
            # The share is gone; the next run of this machine takes it away.
            return

    def _set_aside(self, state: ShareState) -> StorageUnavailable:
        aside = state.set_aside()
        return StorageUnavailable(
            f"手元の作業用のファイルが元の記録と合わないため、使うのをやめました。共有フォルダーは変わっていません。"
            f"もう一度実行すると、世代から作り直します（元の作業用のファイルは「{aside}」に残しました）。"
        )


def _finishing(done: int, of: int) -> None:
    """What is published is published: this cannot be stopped any more."""


def _sha256_in(name: str) -> str:
    return name[9:73]


def _locked_sentence(owner: LockOwner) -> str:
    minutes = owner.age_s // 60 + 1
    return (
        f"{owner.who}さん（{owner.host}）が公開しているところです（{minutes}分以内に動いています）。"
        "まだ何も変えていません。終わるのを待って、もう一度実行してください（待てないときは --force）。"
    )


def _broken_sentence(name: str) -> str:
    return (
        f"共有フォルダーの世代「{name[:17]}…」は中身が名前の指紋と合わないため、使っていません。"
        "ほかの世代は入っています。この世代を公開した端末で、もう一度公開してください。"
    )


def _gone_sentence(problem: _ShareGone) -> str:
    cause = problem.__cause__
    if isinstance(cause, OSError) and cause.errno in DISK_FULL:
        return (
            "共有フォルダーの空き容量が足りないため、まだ公開していません。結果はこの端末に残っています。"
            "空きを作ってから、もう一度実行してください。続きから公開します。"
        )
    if cause is None:
        return (
            "前に公開した世代が共有フォルダーに見当たらないため、まだ公開していません。結果はこの端末に残っています。"
            "つながっているか、場所が合っているかを確かめて、もう一度実行してください。"
        )
    return (
        "共有フォルダーを読み書きできなくなったため、まだ公開していません。結果はこの端末に残っています。"
        "つながりを確かめて、もう一度実行してください。続きから公開します。"
    )
