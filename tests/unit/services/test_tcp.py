"""A TCP connection as a probe: it must be accepted, and stay open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from envcheck.services import verify
from envcheck.services.kind import NotReady
from envcheck.services.verify import verify_tcp
from tests.unit.services.throwaway import access, babble, hang_up, nobody, say_nothing, server

if TYPE_CHECKING:
    from tests.unit.services.throwaway import Serve


@pytest.mark.parametrize("serve", [say_nothing, babble])
def test_a_server_that_stays_on_the_line_is_ready(serve: Serve) -> None:
    """Whether it speaks first, or waits for its client to."""
    with server(serve) as port:
        verify_tcp(access(port))


def test_a_server_that_hangs_up_at_once_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the engine's proxy does while nobody listens in the container."""
    monkeypatch.setattr(verify, "_LISTEN", 5.0)  # however slow this machine is just now
    with server(hang_up) as port:
        heard = re.escape(f"127.0.0.1:{port} accepted the connection and closed it")
        with pytest.raises(NotReady, match=heard):
            verify_tcp(access(port))


def test_where_nobody_listens_is_not_ready() -> None:
    port = nobody()
    with pytest.raises(NotReady, match=f"^127.0.0.1:{port}: Connection refused$"):
        verify_tcp(access(port))
