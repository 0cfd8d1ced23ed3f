"""Where a path lies: on this machine, on a network, or on something that can be pulled out.

SQLite's locks and syncs are not to be trusted on a network share, and a stick may be gone in the middle of a
transaction; so the program writes its files on LOCAL places only. Whatever cannot be told counts as local:
refusing a good disk would keep people from working at all.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from workshop_app.domain.errors import RefusedFile
from workshop_app.services.ports import Place

POINTER = "shared.wsdb"
GENERATIONS = "gens"
GENERATION_NAME = re.compile(r"(\d{8})-([0-9a-f]{64})\.wsdb")
"""Number and SHA-256 of a generation, as its file name says them."""

_NETWORK_TYPES = frozenset(
    [
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "nfs",
        "nfs4",
        "9p",
        "afs",
        "afpfs",
        "ncpfs",
        "coda",
        "ceph",
        "lustre",
        "gfs2",
        "ocfs2",
        "davfs",
        "webdav",
        "vboxsf",
        "prl_fs",
        "fuse.sshfs",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.gvfsd-fuse",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.smbnetfs",
        "fuse.curlftpfs",
        "fuse.vmhgfs-fuse",
    ]
)
_STICK_TYPES = frozenset({"vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk"})
"""What sticks are formatted with; alone it says nothing, for the disk of a Windows next door is NTFS too."""
_WINDOWS_TYPES = {2: Place.REMOVABLE, 4: Place.NETWORK}
"""GetDriveTypeW: DRIVE_REMOVABLE and DRIVE_REMOTE."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    point: str
    type: str
    source: str


def place_of(path: Path) -> Place:
    """Where a path lies; it need not exist yet."""
    return Place.SHARED if shared_root(path) else system_place(path)


def refuse_unsafe(path: Path) -> None:
    """Raise RefusedFile, with the way out, when SQLite must not write at this path."""
    place = place_of(path)
    if place is Place.REMOVABLE:
        raise RefusedFile(
            f"「{path.name}」は USB メモリーの中にあります。ファイルはそのままです。"
            "この端末に写してから、写した方を使ってください。"
        )
    if place is Place.NETWORK:
        raise RefusedFile(
            f"「{path.name}」はネットワークの共有フォルダーの中にあります。ファイルはそのままです。"
            "この端末に写してから使うか、みんなで使うときは share で公開してください。"
        )
    if place is Place.SHARED:
        raise RefusedFile(
            f"「{path.name}」は公開用の共有フォルダーの中にあり、じかには書き換えません。ファイルはそのままです。"
            "手元のファイルに書いてから、share で公開してください。"
        )


def shared_root(path: Path) -> Path | None:
    """The shared folder whose pointer or generation this is; None for any other path."""
    folder = path.absolute().parent
    if path.name == POINTER and os.path.isdir(folder / GENERATIONS):
        return folder
    if folder.name == GENERATIONS and GENERATION_NAME.fullmatch(path.name):
        return folder.parent
    return None


def system_place(path: Path) -> Place:
    """Ask the operating system; the one function tests replace."""
    real = os.path.realpath(path)
    try:
        if sys.platform == "win32":
            import ctypes

            return windows_place(real, ctypes.windll.kernel32.GetDriveTypeW)
        if sys.platform == "darwin":
            listing = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=True).stdout
            return mac_place(real, listing.decode(errors="replace"))
        mounts = Path("/proc/self/mountinfo").read_bytes()
        return linux_place(real, os.fsdecode(mounts), Path("/sys"))
    except (OSError, subprocess.SubprocessError):
        return Place.LOCAL


# --- Linux -----------------------------------------------------------------------------------------------


def linux_place(path: str, mountinfo: str, sysfs: Path) -> Place:
    """Judge a real path by /proc/self/mountinfo and what sysfs says of the device."""
    mount = mount_of(path, parse_mountinfo(mountinfo))
    # A machine that runs from a stick or a server has no better place than its root.
    if mount is None or mount.point == "/":
        return Place.LOCAL
    if mount.type in _NETWORK_TYPES:
        return Place.NETWORK
    removable, usb = _device_facts(mount.source, sysfs)
    # USB disks do not call themselves removable; formatted like a stick they are carried about like one.
    return Place.REMOVABLE if removable or (usb and mount.type in _STICK_TYPES) else Place.LOCAL


def parse_mountinfo(text: str) -> list[Mount]:
    """The mounts of a mountinfo text, in its order (proc(5)); lines of another form are passed over."""
    mounts = []
    for line in text.splitlines():
        left, dash, right = line.partition(" - ")
        fields, kind = left.split(" "), right.split(" ")
        if dash and len(fields) >= 5 and len(kind) >= 2:
            mounts.append(Mount(_unescaped(fields[4]), kind[0], _unescaped(kind[1])))
    return mounts


def mount_of(path: str, mounts: Iterable[Mount]) -> Mount | None:
    """The mount a path lies on: the longest mount point, of equal ones the one mounted last."""
    found = None
    for mount in mounts:
        holds = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if holds and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def _unescaped(field: str) -> str:
    """Blanks and the like stand as \\040 in mountinfo."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def _device_facts(source: str, sysfs: Path) -> tuple[bool, bool]:
    """Whether the device of a mount, or one it is built on, is removable, and whether it hangs on USB."""
    if not source.startswith("/dev/"):
        return False, False
    nodes = [sysfs / "class" / "block" / os.path.basename(os.path.realpath(source))]
    removable = usb = False
    while nodes:
        node = nodes.pop().resolve()
        # The flag is the whole disk's; a partition lies one folder below its disk.
        removable = removable or any(_is_one(folder / "removable") for folder in (node, node.parent))
        usb = usb or any(part.startswith("usb") for part in node.parts)
        # An encrypted stick is a mapping on top of its partition.
        nodes += list((node / "slaves").iterdir()) if (node / "slaves").is_dir() else []
    return removable, usb


def _is_one(flag: Path) -> bool:
    try:
        return flag.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False


# --- Windows and macOS -----------------------------------------------------------------------------------


def windows_place(path: str, drive_type: Callable[[str], int]) -> Place:
    """Judge a path by its form and by GetDriveTypeW of its drive."""
    plain = path.replace("/", "\\")
    if plain.upper().startswith("\\\\?\\UNC\\"):
        return Place.NETWORK
    plain = plain.removeprefix("\\\\?\\")
    if plain.startswith("\\\\"):
        return Place.NETWORK
    drive = PureWindowsPath(plain).drive
    return _WINDOWS_TYPES.get(drive_type(drive + "\\"), Place.LOCAL) if drive else Place.LOCAL


_MAC_LINE = re.compile(r"(.+?) on (.+) \(([\w.]+)(?:, .*)?\)")


def mac_place(path: str, listing: str) -> Place:
    """Judge a path by what `mount` prints; a stick is told by its format, best effort."""
    lines = (_MAC_LINE.fullmatch(line) for line in listing.splitlines())
    mount = mount_of(path, [Mount(line[2], line[3], line[1]) for line in lines if line])
    if mount is None or mount.point == "/":
        return Place.LOCAL
    if mount.type in _NETWORK_TYPES:
        return Place.NETWORK
    stick = mount.type in _STICK_TYPES and mount.point.startswith("/Volumes/")
    return Place.REMOVABLE if stick else Place.LOCAL
