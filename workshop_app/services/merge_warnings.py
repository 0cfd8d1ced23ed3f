"""What a merge says beside its counts: wrong clocks, copied laptops, numbers given twice, much taken back.

Nothing here stops a merge: the records are all in. A warning names what a person should look at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from workshop_app.domain.wareki import jst
from workshop_app.services.ports import Absorbed, VerifiedFile

CLOCK_TOLERANCE_MS = 10 * 60 * 1000
EARLIEST_PLAUSIBLE_MS = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""No workshop was recorded with this program before; an earlier clock stands at its factory date."""
MANY_VOIDED_SHARE = 0.2
"""Of the notes that count here: who voids more of them is asked about it first."""


def of_file(file: VerifiedFile, now_ms: int) -> list[str]:
    """What can be told from the file alone."""
    said = []
    name, newest = file.file_name, file.newest_ms
    ahead = newest - min(now_ms, file.modified_ms)
    if newest > now_ms + CLOCK_TOLERANCE_MS or ahead > CLOCK_TOLERANCE_MS:
        said.append(
            f"「{name}」の端末の時計が {_span(ahead)} 進んでいたようです（端末 {_time(newest)}、"
            f"ここ {_time(min(now_ms, file.modified_ms))}）。記録はすべて入ります。"
            "終わったあとで、その端末の時計を直してください。"
        )
    elif file.rows_in and newest < EARLIEST_PLAUSIBLE_MS:
        said.append(
            f"「{name}」の端末の時計が昔の日付になっていたようです（端末 {_time(newest)}、ここ {_time(now_ms)}）。"
            "記録はすべて入ります。終わったあとで、その端末の時計を直してください。"
        )
    if file.rows_in and not file.notes:
        said.append(f"「{name}」には付箋が1枚もありません。別のファイルではないか確かめてください。")
    if file.quarantined or file.lost:
        left_out = len(file.quarantined) + file.lost
        said.append(
            f"「{name}」の {left_out}件の記録は読めないため入れていません。残りはすべて入ります。"
            "元のファイルは捨てずに取っておいてください。"
        )
    elif file.salvaged:
        said.append(
            f"「{name}」は壊れているため、読める記録だけを取り出しています。なくなった記録があるかもしれません。"
            "元のファイルは捨てずに取っておいてください。"
        )
    return said


def of_union(absorbed: Absorbed) -> list[str]:
    """What shows when the file meets what is here."""
    return [
        f"「{station}」の端末は、動いているまま複製されたようです。どちらの記録もすべて入っています。"
        "複製した端末は、本アプリを開き直してから使ってください。"
        for station in absorbed.forked_stations
    ]


def of_voided(voided: int, counted: int, file_names: Sequence[str]) -> list[str]:
    """Many of the notes that count here are voided by these files."""
    if not voided:
        return []
    names = "".join(f"「{name}」" for name in file_names[:3]) + ("など" if len(file_names) > 3 else "")
    return [
        f"{names}は、統合先の付箋 {counted:,}枚のうち {voided:,}枚を取り消します。"
        "取り消した付箋は消えず、戻せます。このファイルでよいか確かめてください。"
    ]


def of_machines(stations: Collection[str]) -> list[str]:
    """Laptops that wrote on several machines; a copy that was started anew can be told by nothing else."""
    return [
        f"「{station}」の付箋が、2台以上のパソコンで書かれています。端末を複製したか、同じ記号の端末があったようです。"
        "どの記録もすべて入っています。次からは、端末ごとに別の記号で用意してください。"
        for station in sorted(stations)
    ]


def of_numbers(clashing: Sequence[str]) -> list[str]:
    """Two notes with one number: two laptops with one mark, or a copied laptop."""
    if not clashing:
        return []
    examples = "、".join(clashing[:3]) + (" など" if len(clashing) > 3 else "")
    return [
        f"同じ番号の付箋が {len(clashing)}組あります（{examples}）。同じ記号の端末が2台あったようです。"
        "どの付箋も残っていて、番号のあとの印（例 東1A-001〔k7d〕）で区別できます。"
    ]


def _span(ms: int) -> str:
    minutes = ms // 60_000
    if minutes < 60:
        return f"{minutes}分"
    if minutes < 48 * 60:
        return f"{minutes // 60}時間"
    days = minutes // (24 * 60)
    return f"{days}日" if days < 730 else f"{days // 365}年"


def _time(ms: int) -> str:
    try:
        when = jst(ms)
    except (OverflowError, ValueError, OSError):
        return "遠い未来"
    return f"{when:%Y-%m-%d %H:%M}"
