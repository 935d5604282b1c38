"""How the service runs and answers: tables of the configuration."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from connector.config import addresses
from connector.config.section import Section
from connector.config.values import Duration, expected


def check_network(text: str) -> str:
    """Check an address or a network: `127.0.0.1`, `10.0.0.0/8`.

    Raises:
        PydanticCustomError: It is neither.
    """
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise expected("an address or a network such as 127.0.0.1 or 10.0.0.0/8") from None
    return text


class ServiceSettings(Section):
    """`[service]`: what the service tells the machines around it."""

    ping_url: Annotated[str, AfterValidator(addresses.check_webhook)] | None = None
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class ServeSettings(Section):
    """`[serve]`: the web side, for `clientview serve` and `run --serve`."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: Annotated[int, Field(strict=True, ge=0, le=65535)] = 8080  # 0: any free one
    trusted_proxies: tuple[Annotated[str, AfterValidator(check_network)], ...] = ()
    rate_per_minute: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 120  # of one reader's address
    access_log_for: Duration = dt.timedelta(days=90)
