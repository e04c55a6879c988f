"""Whether a signature counts: DMARC believes one of the From line's own domain, or of its family (RFC 7489, 3.1.1).

Families are told by a public list that nobody needs here: one domain above the other is always aligned, and two without
two last labels in common never are. What lies between (a.example.org and b.example.org, but also a.com.tw and b.com.tw)
is a doubt.
"""

from __future__ import annotations

from email.utils import parseaddr
from itertools import takewhile
from typing import TYPE_CHECKING

from publisher.audience.address import to_wire
from publisher.errors import ConfigError, Problem

if TYPE_CHECKING:
    from publisher.config import Config

#: No organisation has a name of one label.
_FAMILY_LABELS = 2


def doubts_about_signing(config: Config, name: str) -> tuple[Problem, ...]:
    """Say that a newsletter's mail is signed for another domain than its sender's: an error where it certainly is."""
    newsletter = config.newsletter(name)
    dkim = config.delivery.get(newsletter.transport, {}).get("dkim")
    signing = dkim.get("domain") if isinstance(dkim, dict) else None
    if not isinstance(signing, str):
        return ()
    own = to_wire(parseaddr(newsletter.sender)[1]).rpartition("@")[2].lower()
    shared = _shared_labels(own, signing.lower())
    if shared >= _FAMILY_LABELS and shared in (own.count(".") + 1, signing.count(".") + 1):
        return ()
    surely = shared < _FAMILY_LABELS
    return (
        Problem(
            f"delivery.{newsletter.transport}.dkim.domain is {signing}, but newsletters.{name}.sender writes from"
            f" {own}: DMARC {'does' if surely else 'may'} not count such a signature",
            hint=f"sign for the sender's domain: publisher dkim keygen --domain {own}",
            severity="error" if surely else "warning",
            rule="dkim-unaligned",
        ),
    )


def refuse_unaligned(config: Config, name: str) -> None:
    """Raise ConfigError when a newsletter's mail would certainly be signed in vain."""
    for problem in doubts_about_signing(config, name):
        if problem.severity == "error":
            raise ConfigError(problem.message, hint=problem.hint)


def _shared_labels(one: str, other: str) -> int:
    """Count the labels that two domains have in common, from the last."""
    pairs = zip(reversed(one.split(".")), reversed(other.split(".")), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
