"""Kill the program, or make a system call fail, at each call that can change a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fault import strace_log
from fault.program import SUFFIX, Box, Done, new_box, plain_sentences, run_forked, run_real
from fault.scenarios import AFTER, BEFORE, SOURCES, STICK, Scenario, claimed, look
from fault.strace_log import Call
from fault.tally import Tally, Trial, in_parallel, spread

KILL, FULL, BROKEN = "kill -9", "disk full from here on", "I/O error once"
KILLS_IN_A_ROW = 3
LEFTOVERS = "leftovers pile up"
NOT_REACHED = "not reached"
ATTEMPTS = 3
"""Messages between the program's processes depend on time, so the k-th call is not always the same one."""
_ONLY_ON_FILES = ("pwrite64", "pwritev", "pwritev2", "fallocate", "ftruncate", "mkdir", "mkdirat")
"""Calls that may all fail from some moment on: they never go to a console and never load a module."""


@dataclass(frozen=True, slots=True)
class Point:
    """The k-th call of one name in one process, and what strace is told to do there."""

    name: str
    number: int
    place: str
    options: tuple[str, ...]


def count(scenario: Scenario) -> list[tuple[Call, bool]]:
    """Every call of one undisturbed run, and whether it can change something in the box."""
    with new_box(scenario.template) as box:
        log = box.root / "log"
        done = run_real(box, scenario.arguments(box), strace_log.tracer(log))
        if done.status != 0 or look(scenario, box).label != AFTER:
            raise RuntimeError(f"{scenario.name} does not work without faults: {done.err}")
        folders = (box.work, box.tmp)
        return [(call, call.touches(folders)) for call in strace_log.read_log(log)]


def points(calls: Sequence[tuple[Call, bool]], fault: str) -> list[Point]:
    """Where to strike: each changing call once, in the order in which they come."""
    found: dict[tuple[str, int], Point] = {}
    seen: Counter[tuple[int, str]] = Counter()
    for call, matters in calls:
        if matters:
            before = {name: seen[call.process, name] for name in _ONLY_ON_FILES}
            place = f"{call.name} {call.number} on {_generic(call.paths[-1])}"
            options = _options(fault, call, before)
            found.setdefault((call.name, call.number), Point(call.name, call.number, place, options))
        seen[call.process, call.name] += 1
    return list(found.values())


def _options(fault: str, call: Call, before: dict[str, int]) -> tuple[str, ...]:
    if fault == KILL:
        return ("-e", f"inject={call.name}:signal=KILL:when={call.number}")
    if fault == BROKEN:
        return ("-e", f"inject={call.name}:error=EIO:when={call.number}")
    # A full disk stays full, but the console still takes the sentence and modules still load.
    options = [f"inject=?{name}:error=ENOSPC:when={passed + 1}+" for name, passed in before.items()]
    if call.name not in before:
        options.append(f"inject={call.name}:error=ENOSPC:when={call.number}")
    return tuple(part for option in options for part in ("-e", option))


def run(
    scenario: Scenario, calls: Sequence[tuple[Call, bool]], fault: str, *, sample: int | None, jobs: int
) -> Tally:
    """Throw one fault at a scenario's calls: all of them, or a sample spread over them."""
    everywhere = points(calls, fault)
    tally = Tally(scenario.name)
    tally.figures["calls that can change something"] = len(everywhere)
    chosen = spread(everywhere, sample)
    worst, most = None, 0
    for point, trial in zip(chosen, in_parallel(partial(strike, scenario, fault), chosen, jobs), strict=True):
        tally.add(trial)
        if len(trial.leftovers) > most:
            worst, most = point, len(trial.leftovers)
    if fault == KILL and worst is not None:
        left = kill_again_and_again(scenario, worst)
        tally.figures[f"files left by {KILLS_IN_A_ROW} kills in a row and one good run"] = len(left)
        if len(left) > most:
            found = f"{len(left)} files, one kill leaves {most}: {', '.join(map(_generic, left[:2]))} …"
            tally.violate(LEFTOVERS, worst.place, found)
    return tally


def strike(scenario: Scenario, fault: str, point: Point) -> Trial:
    """One fault: run, look, judge, and run again without it."""
    for _ in range(ATTEMPTS):
        with new_box(scenario.template) as box:
            done, hit = _faulted(scenario, box, point)
            if hit:
                trial = judge(scenario, box, done, killed=fault == KILL)
                trial.where = point.place
                return trial
    return Trial(point.place, NOT_REACHED)


def judge(
    scenario: Scenario, box: Box, done: Done, *, killed: bool, heal: Callable[[], object] = lambda: None
) -> Trial:
    """Everything that must hold after a fault, and after the same command again once it is healed."""
    state = look(scenario, box)
    trial = Trial("", state.label or "broken", leftovers=leftovers(scenario, box))
    add = trial.violations.append
    for kind, findings in (
        ("corrupt", state.corrupt),
        ("half done", state.half),
        ("source changed", state.touched),
    ):
        trial.violations += [(kind, finding) for finding in findings]
    answer = claimed(scenario, done.out)
    if answer == AFTER and state.label != AFTER:
        add(("acknowledged but lost", f"answered {answer}, found {state.label or 'nothing whole'}"))
    elif answer not in (None, state.label) and state.label not in ("", AFTER):
        add(("acknowledged but lost", f"answered {answer}, found {state.label}"))
    if not (killed and done.status == -9):
        trial.outcome += f", exit {done.status}"
        _judge_words(done, answer, add)
    # A refused source that leaves the others in is an answer; a dead process gives none.
    if state.label not in (BEFORE, AFTER, "") and (answer is None or done.status < 0):
        add(("half done", f"found {state.label} with exit {done.status}"))
    heal()
    again = run_forked(box, *scenario.arguments(box))
    after = look(scenario, box)
    if again.status != 0 or after.label != AFTER:
        problem = again.err.strip().splitlines()[-1:] or [again.out.strip()[:200]]
        add(
            (
                "retry does not help",
                f"exit {again.status}, {after.label or after.corrupt or after.half}: {problem[0]}",
            )
        )
    trial.leftovers_after_retry = leftovers(scenario, box)
    return trial


def _judge_words(done: Done, answer: str | None, add: Callable[[tuple[str, str]], None]) -> None:
    if done.status == 0:
        if answer is None:
            add(("unclear answer", f"exit 0 and no document: {done.out[:100]}"))
    elif done.status != 1:
        add(("unclear answer", f"exit {done.status}: {_last(done.err)}"))
    elif not plain_sentences(done.err, len(SOURCES)):
        add(("no plain sentence", _last(done.err)))


def _last(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    frames = [line for line in lines if line.startswith("File ") and "workshop_app/" in line]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    if not frames:
        return _generic(" / ".join(lines))[:300] or "nothing on standard error"
    # Where in the program, without this machine's folders.
    at = re.sub(r'File ".*?(workshop_app/[^"]+)", line (\d+).*', r"\1:\2", frames[-1])
    return f"traceback of {len(lines)} lines, {at}: {_generic(errors[-1] if errors else lines[-1])[:160]}"


def leftovers(scenario: Scenario, box: Box) -> tuple[str, ...]:
    """Files nobody asked for: neither given, nor the result, nor a whole backup or package."""
    given = {path.relative_to(scenario.template).as_posix() for path in scenario.template.rglob("*")}
    wanted = {f"work/{name}" for name in (*given, scenario.result_name)}
    good = re.compile(rf"work/(?:[^/]+_控え(?:/[^/.][^/]*{SUFFIX})?|{STICK}/[^/.][^/]*{SUFFIX})")
    found = box.files()
    return tuple(
        sorted(
            name
            for name, path in found.items()
            if name not in wanted and not good.fullmatch(name) and not path.is_dir()
        )
    )


def kill_again_and_again(scenario: Scenario, point: Point) -> tuple[str, ...]:
    """What lies about after several kills at one point in one folder and then one good run."""
    with new_box(scenario.template) as box:
        for _ in range(KILLS_IN_A_ROW):
            _faulted(scenario, box, point)
        run_forked(box, *scenario.arguments(box))
        return leftovers(scenario, box)


def _faulted(scenario: Scenario, box: Box, point: Point) -> tuple[Done, bool]:
    """Run under the fault; also whether it struck a call that matters and not some other one."""
    log = box.root / "log"
    done = run_real(box, scenario.arguments(box), strace_log.tracer(log, *point.options))
    struck = [call for call in strace_log.read_log(log) if call.injected or call.result is None]
    return done, any(call.touches((box.work, box.tmp)) for call in struck)


def _generic(text: str) -> str:
    """A path or message without what is different in every run."""
    text = re.sub(r"\S*/(?:workshop-fault-\w+)/", "", text)
    text = re.sub(r"\d{8}-\d{6}", "DATE-TIME", text)
    text = re.sub(r"\.\d+\.part", ".PID.part", text)
    return re.sub(r"workshop-app-\w+", "workshop-app-*", text)
