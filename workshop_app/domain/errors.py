"""Problems a person is told about.

Every exception that may reach a user carries one plain Japanese sentence group in the form
*what happened. what is safe. what to do.* Anything else that is raised is a defect of the program.
"""

from __future__ import annotations


class WorkshopError(Exception):
    """A problem with a sentence for the person in front of the screen.

    `on_screen` is the sentence for a window that still shows the text which was being saved.
    """

    def __init__(self, sentence: str, on_screen: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.on_screen = on_screen or sentence


class InvalidInput(WorkshopError):
    """What was typed or passed cannot be used as it is; nothing was written."""


class NotFound(WorkshopError):
    """A note, ward, theme or file that was named does not exist."""


class RefusedFile(WorkshopError):
    """A file from outside cannot be read as what it should be; nothing was written."""


class StorageUnavailable(WorkshopError):
    """The environment refuses (disk full, read only, locked); the program is not at fault.

    The text being saved stays with the caller, who must keep it on screen.
    """


class FileBusy(StorageUnavailable):
    """Another program has the file just now; the same may work a moment later."""


class Cancelled(WorkshopError):
    """The person stopped long work; everything is as it was before it began."""
