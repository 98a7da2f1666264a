"""What an archive of a volume may hold. Pure.

The engine unpacks it in a container, so nothing can get out of that; and out of the volume, into
the container's own layer, gets nothing that would be missed. Looked at all the same: what is not as
an engine makes it comes from somebody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.engine.volume_data import ROOT

if TYPE_CHECKING:
    import tarfile


class Members:
    """Looks at one member after the other. ``any`` says whether there was one."""

    def __init__(self) -> None:
        self._links: set[str] = set()
        self.any = False

    def fault_of(self, member: tarfile.TarInfo) -> str:
        """What is wrong with a member; nothing where it may be there."""
        if not self.any:
            self.any = True
            return (
                "" if member.name.rstrip("/") == ROOT and member.isdir() else "it is not its root"
            )
        if fault := self._fault_of_name(member.name):
            return fault
        if member.ischr() or member.isblk():
            return "it is a device"
        if not (
            member.isreg() or member.isdir() or member.issym() or member.islnk() or member.isfifo()
        ):
            return "it is of no known kind"
        if member.islnk() and (fault := self._fault_of_name(member.linkname)):
            return f"a link to {ascii(member.linkname)[1:-1][:80]}: {fault}"
        if member.issym():
            self._links.add(member.name)
        else:
            self._links.discard(member.name)
        return ""

    def _fault_of_name(self, name: str) -> str:
        parts = name.rstrip("/").split("/")
        if parts[0] != ROOT or not {"", ".", ".."}.isdisjoint(parts):
            return "it is not in the volume"
        above = ("/".join(parts[:end]) for end in range(1, len(parts)))
        return "it lies behind a link" if any(name in self._links for name in above) else ""
