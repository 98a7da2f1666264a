"""Which instance a task is about: the one place where that is settled.

The flag wins over the variable; where neither says anything, an instance is called like its
profile.
"""

from __future__ import annotations

from os.path import realpath
from typing import TYPE_CHECKING

from envcheck.core.instances import AUTO, VARIABLE, automatic, refuse_unfit
from envcheck.host.checkout import checkout_of

if TYPE_CHECKING:
    from envcheck.app.session import Session


def instance_of(session: Session, profile: str, root: str) -> str:
    """The instance of a profile that is meant.

    Args:
        session: what was said on the command line, and the variables.
        profile: the profile's name.
        root: the absolute folder that the profile is in.

    Raises:
        UsageError: what was said can be no instance's name.
    """
    said = session.instance or session.environ.get(VARIABLE, "")
    if said == AUTO:
        real = realpath(root)
        return automatic(profile, checkout_of(real).name, real)
    if said:
        refuse_unfit(said, f"--instance {said}" if session.instance else VARIABLE)
    return said or profile


def by_name(session: Session) -> str:
    """The instance that the flag names, where no profile is needed to know it; or nothing.

    The variable names none: it says what the instance of a profile is called, and with no profile
    at hand a task is about all of them.
    """
    return "" if session.instance == AUTO else session.instance
