"""A login to a registry."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Login:
    """Who asks a registry: a name and a password, or a token that stands for both.

    Neither the password nor the token is ever shown.
    """

    username: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)
