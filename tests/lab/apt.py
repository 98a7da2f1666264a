"""What this machine's own apt configuration says about its mirror.

No address stands in these files: every source list that the lab writes names the mirror that the
machine itself uses.
"""

from __future__ import annotations

import re
from pathlib import Path

from .packages import ensure, fetch_lists
from .shell import LabError, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# What must be known to reach a mirror: the way there, and how strictly to judge its dates.
REACH = re.compile(
    r"Acquire::(https?::(.*::)?(Proxy|CaInfo|Verify-Peer|Verify-Host)|Check-(Valid-Until|Date)) "
)


def release_uri() -> str:
    """The address that serves the Debian release itself, not security or updates.

    Raises:
        LabError: the machine's sources name no such address.
    """
    fetch_lists()
    columns = "$(LABEL)|$(SUITE)|$(REPO_URI)"
    for line in run("apt-get", "indextargets", "--format", columns).splitlines():
        label, suite, uri = line.split("|", 2)
        if label == "Debian" and not suite.endswith(("-updates", "-backports")):
            return uri
    raise LabError("this machine's apt sources name no mirror of the Debian release")


def source_line(suite: str) -> str:
    """A one-line source for a suite of the Debian release, signed by Debian's own keys."""
    ensure("debian-archive-keyring")
    return f"deb [signed-by={KEYRING}] {release_uri()} {suite} main"


def reach_options() -> list[str]:
    """The ``Acquire`` settings needed to reach the mirror, as lines of an apt configuration."""
    return [line for line in run("apt-config", "dump").splitlines() if REACH.match(line)]
