"""Where a path lies, judged from what the three systems say of their mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop_app.services.ports import Place
from workshop_app.storage import places
from workshop_app.storage.places import linux_place, mac_place, mount_of, parse_mountinfo, windows_place

MOUNTINFO = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 27 8:1 / /boot/efi rw,relatime shared:30 - vfat /dev/sda1 rw
31 27 8:3 / /media/user/Windows rw - fuseblk /dev/sda3 rw
40 27 0:45 / /mnt/bunsho rw,relatime shared:70 - cifs //server/bunsho rw,vers=3.0
41 27 0:46 / /net/docs rw - nfs4 server:/docs rw
42 27 0:50 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
43 27 8:17 / /media/user/USB\040メモリ rw - vfat /dev/sdb1 rw
44 27 8:33 / /media/user/disk rw - exfat /dev/sdc1 rw
45 27 8:34 / /srv/big rw - ext4 /dev/sdc2 rw
46 27 254:9 / /media/user/secret rw - ext4 /dev/dm-9 rw
47 40 8:2 /x /mnt/bunsho/local rw - ext4 /dev/sda2 rw
48 27 0:60 / /mnt/later rw - tmpfs tmpfs rw
49 27 0:61 / /mnt/later rw - nfs server:/later rw
50 27 0:62 / /mnt/odd rw - neverheardof thing rw
this line is not of the form
"""


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    """A sysfs with an inner disk, a stick, a USB disk that does not call itself removable, a mapping."""
    block = tmp_path / "class" / "block"
    block.mkdir(parents=True)
    for disk, parts, bus, removable in (
        ("sda", 3, "pci0000:00/ata1", "0"),
        ("sdb", 1, "pci0000:00/usb1/1-2", "1"),
        ("sdc", 2, "pci0000:00/usb2/2-1", "0"),
    ):
        home = tmp_path / "devices" / bus / "block" / disk
        home.mkdir(parents=True)
        (home / "removable").write_text(f"{removable}\n")
        for number in range(1, parts + 1):
            (home / f"{disk}{number}").mkdir()
            (block / f"{disk}{number}").symlink_to(home / f"{disk}{number}")
    mapping = tmp_path / "devices" / "virtual" / "block" / "dm-9"
    (mapping / "slaves").mkdir(parents=True)
    (mapping / "removable").write_text("0\n")
    (mapping / "slaves" / "sdb1").symlink_to(block / "sdb1")
    (block / "dm-9").symlink_to(mapping)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/data/東区.wsdb", Place.LOCAL),
        ("/boot/efi/x", Place.LOCAL),
        ("/media/user/Windows/東区.wsdb", Place.LOCAL),
        ("/mnt/bunsho/区役所/東区.wsdb", Place.NETWORK),
        ("/mnt/bunsho", Place.NETWORK),
        ("/mnt/bunsho2/東区.wsdb", Place.LOCAL),
        ("/mnt/bunsho/local/東区.wsdb", Place.LOCAL),
        ("/net/docs/a/東区.wsdb", Place.NETWORK),
        ("/run/user/1000/gvfs/smb-share:server=x/東区.wsdb", Place.NETWORK),
        ("/media/user/USB メモリ/東区.wsdb", Place.REMOVABLE),
        ("/media/user/disk/東区.wsdb", Place.REMOVABLE),
        ("/srv/big/東区.wsdb", Place.LOCAL),
        ("/media/user/secret/東区.wsdb", Place.REMOVABLE),
        ("/mnt/later/東区.wsdb", Place.NETWORK),
        ("/mnt/odd/東区.wsdb", Place.LOCAL),
    ],
)
def test_linux_place_by_longest_mount_type_and_device(sysfs: Path, path: str, wanted: Place) -> None:
    assert linux_place(path, MOUNTINFO, sysfs) is wanted


def test_linux_place_root_counts_as_local_whatever_it_is(sysfs: Path) -> None:
    for kind in ("9p host", "nfs server:/root", "vfat /dev/sdb1"):
        assert linux_place("/x", f"27 1 0:1 / / rw - {kind} rw", sysfs) is Place.LOCAL


def test_linux_place_without_any_facts_is_local(tmp_path: Path) -> None:
    assert linux_place("/x", "", tmp_path) is Place.LOCAL
    assert linux_place("/mnt/x", "43 27 8:17 / /mnt rw - vfat /dev/sdb1 rw", tmp_path) is Place.LOCAL


def test_parse_mountinfo_reads_japanese_and_blanks() -> None:
    text = "43 27 8:17 / /media/a\\040b\\011c rw shared:1 master:2 - vfat /dev/sdb1 rw"
    [mount] = parse_mountinfo(text)
    assert (mount.point, mount.type, mount.source) == ("/media/a b\tc", "vfat", "/dev/sdb1")
    assert mount_of("/media/a b\tc/x", [mount]) == mount
    assert mount_of("/media/a b", [mount]) is None


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (r"C:\Users\a\東区.wsdb", Place.LOCAL),
        (r"E:\東区.wsdb", Place.REMOVABLE),
        (r"Z:\東区.wsdb", Place.NETWORK),
        (r"\\server\share\東区.wsdb", Place.NETWORK),
        ("//server/share/東区.wsdb", Place.NETWORK),
        (r"\\?\UNC\server\share\東区.wsdb", Place.NETWORK),
        (r"\\?\C:\Users\a\東区.wsdb", Place.LOCAL),
        (r"\\?\E:\東区.wsdb", Place.REMOVABLE),
        (r"東区.wsdb", Place.LOCAL),
    ],
)
def test_windows_place_by_form_and_drive_type(path: str, wanted: Place) -> None:
    drives = {"C:\\": 3, "E:\\": 2, "Z:\\": 4}
    assert windows_place(path, drives.__getitem__) is wanted


MAC_MOUNTS = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//user@server/bunsho on /Volumes/bunsho (smbfs, nodev, nosuid, mounted by user)
/dev/disk4s1 on /Volumes/USB メモリー (msdos, local, nodev, nosuid, noowners)
"""


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/Users/a/東区.wsdb", Place.LOCAL),
        ("/System/Volumes/Data/Users/a/東区.wsdb", Place.LOCAL),
        ("/Volumes/bunsho/東区.wsdb", Place.NETWORK),
        ("/Volumes/USB メモリー/東区.wsdb", Place.REMOVABLE),
    ],
)
def test_mac_place_by_mount_listing(path: str, wanted: Place) -> None:
    assert mac_place(path, MAC_MOUNTS) is wanted


def test_place_of_the_test_folder_is_local_and_of_a_shared_folder_shared(tmp_path: Path) -> None:
    assert places.place_of(tmp_path / "まだない.wsdb") is Place.LOCAL
    generation = tmp_path / "gens" / f"00000001-{'0' * 64}.wsdb"
    assert places.place_of(tmp_path / "shared.wsdb") is Place.LOCAL
    generation.parent.mkdir()
    assert places.place_of(tmp_path / "shared.wsdb") is Place.SHARED
    assert places.place_of(generation) is Place.SHARED
    assert places.place_of(tmp_path / "東区.wsdb") is Place.LOCAL
