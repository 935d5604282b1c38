"""What an answer means: itself, another try, or the error of the decision it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters import wire
from adapters.errors import (
    AdapterError,
    GoneError,
    MalformedError,
    NotFoundError,
    OverloadedError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from adapters.limits import Limit

MAX_ATTEMPTS = 4  # of a request that fails
MAX_LIMITS = 8  # of a request that meets a limit: the host answers, and each time we are slower
BACKOFF_S = 2.0  # our own wait, doubled each time
GATEWAY_STATUSES = frozenset({502, 503, 504, *range(520, 530)})  # overloaded, or in maintenance

_ERRORS: Mapping[int, type[AdapterError]] = {
    400: SettingsError,
    401: RefusedError,
    403: RefusedError,
    404: NotFoundError,
    407: RefusedError,
    410: GoneError,
    422: SettingsError,
}


@dataclass(slots=True)
class Tries:
    """How often a request went wrong so far, and what that means for the next time.

    `told` is the request as messages name it. `patient` False: an overloaded gateway is the end of it.
    """

    told: str
    patient: bool = True
    failures: int = 0
    limits: int = 0
    server_errors: int = 0
    overloads: int = 0

    @property
    def are_over(self) -> bool:
        """Whether there is no other time."""
        is_spared = self.overloads > 0 and not self.patient
        return is_spared or self.failures >= MAX_ATTEMPTS or self.limits >= MAX_LIMITS

    @property
    def backoff_s(self) -> float:
        """Return the least wait before the next time, in seconds, where the host leaves it to us."""
        return BACKOFF_S * 2.0 ** (self.failures + self.limits - 1)

    def count(self, response: wire.Response, limit: Limit | None) -> UnreachableError | None:
        """Count an answer.

        Returns:
            What is wrong with it; None where it is good, or no patience makes it better. A 500 is
            worth one more try, a page for people only where a gateway's status stands above it.
        """
        failure = self._failure(response, limit)
        self.limits += limit is not None
        self.failures += failure is not None and limit is None
        self.server_errors += response.status == 500
        self.overloads += isinstance(failure, OverloadedError)
        return failure

    def _failure(self, response: wire.Response, limit: Limit | None) -> UnreachableError | None:
        if response.status in GATEWAY_STATUSES:
            return OverloadedError(said(response, told=self.told))
        is_first_error = response.status == 500 and not self.server_errors
        if limit is not None or is_first_error:
            return UnreachableError(said(response, told=self.told))
        if response.is_cut:
            return UnreachableError(f"{self.told} gave no whole answer (it breaks off)")
        return None


def wants_a_person(response: wire.Response) -> bool:
    """Whether the tracker lets nobody in any more before a person has logged in (CAPTCHA)."""
    return "CAPTCHA" in response.headers.get("x-authentication-denied-reason", "")


def raise_for(response: wire.Response, *, told: str) -> None:
    """Raise the error that a final answer stands for; none where it is good.

    Raises:
        RefusedError: 401, 403, or a 200 that says the token did not log in.
        NotFoundError: 404; GoneError: 410.
        SettingsError: 400 or 422, with the tracker's words.
        UnreachableError: 500, or another error of the server.
        MalformedError: Another 4xx, or a page for people.

    Source:
        Atlassian's documentation, "Basic auth for REST APIs" (X-Seraph-LoginReason,
        X-Authentication-Denied-Reason).
    """
    if wants_a_person(response):
        raise RefusedError(f"{told} refused: a person must log in once in a browser (CAPTCHA)")
    login = response.headers.get("x-seraph-loginreason", "")
    if "AUTHENTICATED_FAILED" in login or "AUTHENTICATION_DENIED" in login:
        raise RefusedError(f"{told} answered as to a stranger: the token does not log in")
    if response.status >= 400:
        default = UnreachableError if response.status >= 500 else MalformedError
        raise _ERRORS.get(response.status, default)(said(response, told=told))
    if response.status == 200 and response.is_html:
        raise MalformedError(f"{told} answered with an HTML page; expected JSON")


def said(response: wire.Response, *, told: str) -> str:
    """Tell an answer in a message: its status, and the tracker's own words."""
    words = wire.error_text(response)
    return f"{told} answered {response.status}" + (f": {words}" if words else "")
