"""Who has our names, and whose an instance is: looked at before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core import foreign
from envcheck.core.spec import Label
from envcheck.services.desired import names_needed

if TYPE_CHECKING:
    from envcheck.app.session import Session
    from envcheck.core.events import Kept
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner


def refuse_elsewhere(session: Session, owner: Owner) -> None:
    """See that an instance is the one of this folder's profile.

    Without a profile, labels alone say what belongs to an instance, and nothing is refused.

    Raises:
        UsageError: it belongs to another folder.
    """
    root = foreign.other_root(owner, session.engine().observe())
    if root is not None:
        raise foreign.elsewhere(owner.instance, root, gone=is_gone(session, root))


def is_gone(session: Session, root: str) -> bool:
    """Whether an instance's folder is no more. Of an engine elsewhere that is not known."""
    return session.endpoint().socket is not None and not Path(root).is_dir()


def refuse_taken(session: Session, profile: Profile, owner: Owner) -> None:
    """See, before any image is got, that nobody has a name that the instance needs.

    Raises:
        ObjectConflict: somebody has; it names everything that is in the way.
    """
    names = names_needed(profile, owner.instance)
    foreign.refuse_taken(owner.instance, names, session.engine().observe())


def left_alone(profile: Profile | None, instance: str, observed: Observed) -> tuple[Kept, ...]:
    """What has exactly our names and is not ours, as `clean` tells of it."""
    names = [*foreign.names_by_labels(instance, observed)]
    if profile is not None:
        names += names_needed(profile, instance)
    by_labels = (labels.get(Label.PROFILE) for labels in foreign.labels_of(instance, observed))
    named = profile.name if profile is not None else next(filter(None, by_labels), "")
    if named:
        names += foreign.foreign_builds(named, observed)
    return foreign.left_alone(instance, names, observed)
