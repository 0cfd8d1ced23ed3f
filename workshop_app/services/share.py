"""What publishing in a shared folder answers. The work itself is storage's: it is all about files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workshop_app.domain.changes import Changes
from workshop_app.services.merge import MergeReport, SourceReport


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Who holds, or last held, the courtesy lock of a shared folder."""

    who: str
    host: str
    age_s: int


@dataclass(slots=True)
class ShareReport:
    """One publishing: what was given, what others had published, and where the whole lies now."""

    folder: Path
    local: Path
    """The working file on this machine: everything taken in so far, published or not."""
    dry_run: bool = False
    generation: str | None = None
    """File name of the generation that holds everything; None while there is none."""
    sources: list[SourceReport] = field(default_factory=list)
    notes: int = 0
    notes_voided: int = 0
    open_conflicts: int = 0
    unseen_merged: int = 0
    published: bool = False
    """A new generation was written. False, too, when there was nothing new to publish."""
    waiting: bool = False
    """Something here is not in the shared folder yet; running it again publishes it."""
    locked: bool = False
    """Somebody else's lock was in the way, and nothing was done at all."""
    stopped: bool = False
    """The person stopped it after the working file was written and before anything was published."""
    lock: LockOwner | None = None
    """Somebody else's lock that was met: in the way, or taken over."""
    published_ms: int | None = None
    """When the newest generation was published, by the clock of the share; None when there is none."""
    merge: MergeReport | None = None
    """The sources and the working file: what they would bring (`dry_run`), or brought."""
    warnings: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    @property
    def refused(self) -> list[SourceReport]:
        """Sources that could not be read."""
        return [source for source in self.sources if source.status == "refused"]
