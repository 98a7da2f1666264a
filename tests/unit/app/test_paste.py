"""What goes into an issue holds no home folder, no names and no secrets."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.paste import blanked
from envcheck.app.session import Session

if TYPE_CHECKING:
    import pytest


def session(**environ: str) -> Session:
    return Session(emit=print, environ=environ)


def test_home_and_host_are_blanked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "annas-laptop")
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    text = blanked(f"{Path.home()}/x on annas-laptop, anna is not in it, susanna is", session())
    assert text == "~/x on HOST, USER is not in it, susanna is"


def test_secrets_of_the_environment_are_blanked() -> None:
    text = blanked("said s3cret and https://me:pw@proxy:1/", session(MY_TOKEN="s3cret"))
    assert text == "said ••• and https://me:•••@proxy:1/"
