"""Getting in: what a registry demands (RFC 6750 tokens or a name and password), and giving it.

How tokens are got: https://distribution.github.io/distribution/spec/auth/token/.
"""

from __future__ import annotations

import re
from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING

from envcheck.images.registry.addresses import base_url, may_be_told_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from envcheck.core.login import Login

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_CLIENT = "envcheck"


class Gate:
    """Asks, and where a registry wants to know who asks, asks again with that."""

    def __init__(
        self,
        http: requests.Session,
        login: Callable[[str], Login | None],
        timeout: tuple[float, float],
    ) -> None:
        self._http = http
        self._login = login
        self._timeout = timeout
        self._passes: dict[tuple[str, str], str] = {}

    def ask(
        self, verb: str, host: str, path: str, repository: str, headers: Mapping[str, str]
    ) -> requests.Response:
        """The answer to a question, unread.

        Args:
            verb: GET or HEAD.
            host: the registry, as it stands before an image's name.
            path: what is asked, from the root of its API.
            repository: what the right to read is needed for.
            headers: more of them.

        Raises:
            requests.RequestException: there was none.
        """
        key, url = (host, repository), f"{base_url(host)}/v2/{path}"
        answer = self._send(verb, url, headers, self._passes.get(key, ""))
        if answer.status_code != HTTPStatus.UNAUTHORIZED:
            return answer
        demand = answer.headers.get("WWW-Authenticate", "")
        if shown := self._pass_for(host, repository, demand):
            answer.close()
            self._passes[key] = shown
            return self._send(verb, url, headers, shown)
        return answer

    def _send(
        self, verb: str, url: str, headers: Mapping[str, str], shown: str
    ) -> requests.Response:
        more = {"Authorization": shown} if shown else {}
        return self._http.request(
            verb,
            url,
            headers={**headers, **more},
            timeout=self._timeout,
            stream=True,
            auth=_as_it_is,
        )

    def _pass_for(self, host: str, repository: str, demand: str) -> str:
        """The value of the Authorization header that fits what is demanded, or nothing."""
        scheme, _, rest = demand.partition(" ")
        login = self._login(host)
        if scheme.lower() == "basic" and login is not None:
            pair = f"{login.username}:{login.password}".encode()
            return f"Basic {b64encode(pair).decode()}"
        if scheme.lower() == "bearer":
            token = self._token(dict(_PARAMETER.findall(rest)), repository, login)
            return f"Bearer {token}" if token else ""
        return ""

    def _token(self, demand: Mapping[str, str], repository: str, login: Login | None) -> str:
        asked = {
            "service": demand.get("service", ""),
            "scope": demand.get("scope") or f"repository:{repository}:pull",
            "client_id": _CLIENT,
        }
        realm = demand.get("realm", "")
        if not may_be_told_secrets(realm):
            return ""
        if login is not None and login.identity_token:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": login.identity_token}
            answer = self._http.post(realm, data=form, timeout=self._timeout)
        else:
            auth = (login.username, login.password) if login is not None else _as_it_is
            answer = self._http.get(realm, params=asked, auth=auth, timeout=self._timeout)
        if not answer.ok:
            return ""
        data = answer.json()
        if not isinstance(data, dict):
            return ""
        return str(data.get("token") or data.get("access_token") or "")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from putting a login of ~/.netrc in the place of ours."""
    return request
