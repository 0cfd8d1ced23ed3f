"""Asking a process of its own to read something from outside; its death is an answer, never a crash of ours.

The answer is JSON, never pickle: what read a hostile file is not trusted to send objects. The function that
runs over there is found by a fresh interpreter (spawn, frozen build), so its module must be light to import.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

Answer = dict[str, Any]
Step = Callable[[int, int], None]
"""Told how much is done, of how much."""

_ANSWER_BYTES = 1 << 30


def ask(
    target: Callable[..., None],
    arguments: tuple[Any, ...],
    *,
    time_limit_s: float,
    cancelled: threading.Event | None = None,
    step: Step | None = None,
) -> Answer:
    """Run `target(*arguments, sender)` in a fresh process and return the one document it sends.

    Documents with the key 'step' ([done, of]) go to `step` on the way. Where no answer comes, the document is
    {'refused': code}: 'time' (killed when its time was up), 'cancelled', 'damaged' (it died), 'start' (it
    could not be started). Callable from any thread.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*arguments, sender), daemon=True)
    deadline = time.monotonic() + time_limit_s
    watchdog = threading.Timer(time_limit_s, process.kill)
    try:
        process.start()
        sender.close()
        # The watchdog covers a worker that stops in the middle of its answer.
        watchdog.start()
        while True:
            while not receiver.poll(0.1):
                if cancelled is not None and cancelled.is_set():
                    return {"refused": "cancelled"}
                if time.monotonic() > deadline:
                    return {"refused": "time"}
            document = dict(json.loads(receiver.recv_bytes(_ANSWER_BYTES)))
            if "step" not in document:
                return document
            if step is not None:
                done, of = document["step"]
                step(int(done), int(of))
    except (EOFError, OSError, ValueError):
        if time.monotonic() >= deadline:
            return {"refused": "time"}
        process.join(1.0)
        # The worker itself always answers: killed from outside is the file's doing, exit 1 is not.
        return {"refused": "start" if process.exitcode == 1 else "damaged"}
    finally:
        watchdog.cancel()
        receiver.close()
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()


def send(answer: Connection, document: Answer) -> None:
    """Over there: send a document; nobody listening any more is no problem of ours."""
    with suppress(OSError):
        answer.send_bytes(json.dumps(document).encode("ascii"))


def limit_resources(memory_bytes: int, cpu_s: int = 90) -> None:
    """Over there: cap memory and processor time of this process, where the system can."""
    if sys.platform == "win32":
        return  # No such limits there; the limits of the libraries and the clock of the parent remain.
    import resource

    for name, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),  # In case the parent is gone and nobody kills us.
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(name)[1]
            resource.setrlimit(name, (value if hard < 0 else min(value, hard), hard))
