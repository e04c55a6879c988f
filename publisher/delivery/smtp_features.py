"""What a mail server offers in its answer to EHLO, and whether a message fits.

Specs: RFC 5321 4.1.1.1 (EHLO), RFC 1870 (SIZE), RFC 2920 (PIPELINING), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.delivery.replies import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The extensions of one server, as it names them after EHLO."""

    #: Largest message in bytes; None where it names none.
    size: int | None = None
    pipelining: bool = False
    eight_bit: bool = False
    utf8_addresses: bool = False
    starttls: bool = False
    #: Ways of logging in, in capitals.
    logins: tuple[str, ...] = ()
    #: Whether a MAIL command may name the message's size.
    announces_size: bool = False


def read_features(reply: Reply) -> Features:
    """Read the answer to EHLO: the first line greets, each other one names an extension."""
    named: dict[str, list[str]] = {}
    for line in reply.lines[1:]:
        # Some old servers write AUTH=LOGIN beside AUTH LOGIN.
        words = line.replace("=", " ", 1).upper().split()
        if words:
            named.setdefault(words[0], []).extend(words[1:])
    return Features(
        size=_size(named),
        pipelining="PIPELINING" in named,
        eight_bit="8BITMIME" in named,
        utf8_addresses="SMTPUTF8" in named,
        starttls="STARTTLS" in named,
        logins=tuple(dict.fromkeys(named.get("AUTH", ()))),
        announces_size="SIZE" in named,
    )


def _size(named: Mapping[str, list[str]]) -> int | None:
    """Give the limit; 0 means that there is none (RFC 1870, 4)."""
    words = named.get("SIZE", ())
    return next((int(word) for word in words if word.isdecimal() and int(word)), None)
