"""Which addresses a webhook may have, and which machines behind them it may reach: rules without a network."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

from partnerdir.errors import BadInput
from partnerdir.languages import gettext
from partnerdir.settings import WEBHOOK_PORTS

LONGEST = 2000
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in other clothes
OF_SOME_NETWORK = IPv6Network("64:ff9b:1::/48")  # RFC 8215: what it leads to is decided by the network it is in
HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
# What stands for itself in a path and its question; anything else is written as its code.
PLAIN = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True)
class WebhookAddress:
    """Where a webhook goes; `is_inside` when the settings name the host as one of our own network."""

    host: str
    port: int
    target: str
    is_inside: bool

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the usual one, as an HTTP header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def require_address(url: str, inside: Mapping[str, Collection[int]]) -> WebhookAddress:
    """The parts of an address that a webhook may have; `inside` are our own hosts and their ports. Raises: BadInput."""
    problem, address = _read(url.strip(), inside)
    if problem or address is None:
        raise BadInput({"webhook_url": problem})
    return address


def _read(url: str, inside: Mapping[str, Collection[int]]) -> tuple[str, WebhookAddress | None]:
    if len(url) > LONGEST:
        return gettext("The address must be at most %(longest)s characters long.", longest=LONGEST), None
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return gettext("Enter one address, without spaces."), None
    try:
        parts = urlsplit(url)
        host, port = _plain_host(parts.hostname or ""), parts.port or 443
    except ValueError:  # a port that is no number, a bracket without its other half, a name that no name server knows
        return gettext("Enter an address like https://example.org/hook."), None
    if parts.scheme != "https":
        return gettext("The address must begin with https://, so that nobody on the way can read what we send."), None
    if "@" in parts.netloc:
        return gettext("Leave out the name and password before the @. What we send is signed instead."), None
    if not host:
        return gettext("Enter an address like https://example.org/hook."), None
    if port not in inside.get(host, WEBHOOK_PORTS):
        return gettext("Leave out the port, or use 443 or 8443."), None
    target = quote(parts.path or "/", safe=PLAIN) + (f"?{quote(parts.query, safe=PLAIN)}" if parts.query else "")
    return "", WebhookAddress(host, port, target, host in inside)


def _plain_host(written: str) -> str:
    """The host in the letters that a name server knows; empty when it cannot be one. Raises: ValueError."""
    if ":" in written:
        return str(IPv6Address(written))
    host = (written if written.isascii() else written.encode("idna").decode("ascii")).lower().rstrip(".")
    return host if len(host) <= 253 and HOST_NAME.fullmatch(host) else ""


def is_public(number: str) -> bool:
    """Whether this IP address is a machine on the public internet, however it is written."""
    address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address in NAT64:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
        elif address.ipv4_mapped or address.sixtofour or address.teredo or address.is_site_local or address in OF_SOME_NETWORK:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
