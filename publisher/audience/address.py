"""Mail addresses: which can be written to, which two are the same, and how one looks on the wire.

Specs: RFC 5321 4.1.2 and 4.5.3.1 (syntax, lengths), RFC 5322 3.2.3 (atext), RFC 5891 and UTS 46 (domains beyond
ASCII), RFC 6531 (local parts beyond ASCII, which most servers and providers refuse).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

#: RFC 5321, 4.5.3.1.1 to 4.5.3.1.3: a path is 256 octets with its angle brackets.
LOCAL_MAX_OCTETS = 64
ADDRESS_MAX_OCTETS = 254

#: RFC 5322, 3.2.3, as a dot-atom.
DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def fault_in(email: str) -> str:
    """Say in words why nothing can be mailed to `email`; empty when it can.

    Only form is looked at: whether anybody reads there is for the receiving server to say.
    """
    if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Zs") for character in email):
        return "it contains a space, a line break or an invisible character"
    local, at, domain = email.rpartition("@")
    if not at or not local or not domain:
        return "it is not of the form name@example.org"
    return _fault_in_local(local) or _fault_in_domain(domain) or _fault_in_length(email)


def _fault_in_local(local: str) -> str:
    if not local.isascii():
        return f'the part before the @ ("{local}") is not ASCII, which most mail servers can\'t take (RFC 6531)'
    if len(local) > LOCAL_MAX_OCTETS:
        return f"the part before the @ is longer than {LOCAL_MAX_OCTETS} characters"
    if not DOT_ATOM.fullmatch(local):
        return f'the part before the @ ("{local}") has a character or a dot that is not allowed there'
    return ""


def _fault_in_domain(domain: str) -> str:
    try:
        ascii_domain = _ascii_domain(domain)
    except (idna.IDNAError, UnicodeError):
        return f'"{domain}" is not a domain name'
    if "." not in ascii_domain:
        return f'"{domain}" has no dot, so it is no public domain'
    if ascii_domain.rpartition(".")[2].isdigit():
        return f'"{domain}" is a number, not a domain name'
    return ""


def _fault_in_length(email: str) -> str:
    return f"it is longer than {ADDRESS_MAX_OCTETS} characters" if len(to_wire(email)) > ADDRESS_MAX_OCTETS else ""


def to_wire(email: str) -> str:
    """Write a faultless address as SMTP carries it: domain in ASCII (IDNA), local part as the person wrote it."""
    local, _, domain = email.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def normalise(email: str) -> str:
    """Give the form in which faultless addresses are compared: two that are equal reach the same person.

    The RFC lets a server tell local parts apart by case; none of note does, and people type their address both ways.
    Dots and "+tags" are kept: what they mean differs from server to server.
    """
    return to_wire(email).lower()


def mailbox_of(address: str) -> str:
    """Name the mailbox behind an address, where its provider is known to take several spellings for one; else "".

    address: as it is compared. Gmail ignores dots (support.google.com/mail/answer/7436150), and googlemail.com is its
    old name. A "+tag" is kept: who subscribes with two of them wants two mails.
    """
    local, _, domain = address.rpartition("@")
    return local.replace(".", "") + "@gmail.com" if domain in ("gmail.com", "googlemail.com") else ""


def clean_name(name: str) -> str:
    """Give a display name fit for a header: one line, no invisible characters, no white space at its ends."""
    visible = (" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in name)
    return " ".join("".join(visible).split())


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """Write a domain in ASCII. Most readers of a list share few domains, and IDNA is slow: hence the cache.

    UTS 46 maps case, full-width letters and the ideographic full stop, as browsers do; IDNA 2008 then decides.
    """
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
