"""dkimpy, the library that Mailman and others check mail with, believes our signatures and nobody else's changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.dkim import COVERED, SEALED, DkimKey, sign
from publisher.delivery.dkim_keys import dns_text, new_keys
from publisher.digest.message import build_template
from tests.digest_samples import LINKS, a_letterhead, a_subscriber, an_issue

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = tuple(DkimKey(domain="shan.example", selector=kind, private=key) for kind, key in new_keys().items())
DNS = {f"{key.selector}._domainkey.{key.domain}.".encode(): dns_text(key.private).encode() for key in KEYS}
MESSAGE = build_template(an_issue(), a_letterhead()).fill(a_subscriber(), LINKS).content
SIGNED = sign(MESSAGE, KEYS)
PLAIN = b"From: a@shan.example\r\nTo: b@example.org\r\nSubject: x\r\n\r\n"


def look_up(name: bytes, timeout: int) -> bytes | None:
    return DNS.get(name)


def verdicts(content: bytes) -> list[bool]:
    """Ask dkimpy about each signature: RSA's first."""

    def found(index: int) -> bool:
        try:
            return bool(dkim.DKIM(content, minkey=2048).verify(idx=index, dnsfunc=look_up))
        except dkim.DKIMException:
            return False

    return [found(index) for index in range(len(KEYS))]


def test_both_signatures_of_a_digest_are_believed() -> None:
    assert SIGNED.endswith(MESSAGE)
    assert verdicts(SIGNED) == [True, True]


def test_a_signature_lies_in_lines_that_every_server_takes() -> None:
    header = SIGNED[: -len(MESSAGE)]
    assert max(map(len, header.split(b"\r\n"))) <= 78
    assert header.count(b"DKIM-Signature:") == 2


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Archive",
        "List-Help",
        "List-Owner",
        "List-Post",
        "Feedback-ID",
        "Auto-Submitted",
    ],
)
def test_a_changed_field_is_found_out(name: str) -> None:
    start = SIGNED.index(f"\r\n{name}: ".encode()) + 2 + len(name) + 2
    assert verdicts(SIGNED[:start] + b"x" + SIGNED[start:]) == [False, False]


@pytest.mark.parametrize("name", SEALED)
@pytest.mark.parametrize("place", ["above", "below"])
def test_a_second_field_of_a_sealed_name_is_found_out(name: str, place: str) -> None:
    extra = f"{name}: other\r\n".encode()
    changed = extra + SIGNED if place == "above" else SIGNED.replace(b"\r\n\r\n", b"\r\n" + extra + b"\r\n", 1)
    assert verdicts(changed) == [False, False]


def test_a_changed_body_is_found_out() -> None:
    assert verdicts(SIGNED.replace(b"</body>", b"<p></body>", 1)) == [False, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: b"Received: from a by b\r\nReturn-Path: <x@y>\r\n" + signed,
        lambda signed: signed + b"\r\n\r\n",
        lambda signed: signed.replace(b"\r\nTo: ", b"\r\nTO:\r\n   ", 1),
    ],
    ids=["fields of the way", "empty lines below", "folded anew"],
)
def test_what_servers_do_on_the_way_does_no_harm(change: Callable[[bytes], bytes]) -> None:
    assert verdicts(change(SIGNED)) == [True, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"a", b".", b" ", b"\t", b"\r\n", b"=20", "雨".encode()]), max_size=30))
def test_every_body_is_brought_into_the_form_that_dkimpy_hashes(pieces: list[bytes]) -> None:
    signed = sign(PLAIN + b"".join(pieces), KEYS)
    on_the_wire = signed if signed.endswith(b"\r\n") else signed + b"\r\n"
    assert verdicts(on_the_wire) == [True, True]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*SEALED[1:], *COVERED, "x-other", "received"]),
            st.lists(st.sampled_from(["a", " ", "\t", "\r\n ", ":", ";", "b=c"]), max_size=6).map("".join),
        ),
        max_size=8,
    )
)
def test_every_header_is_brought_into_the_form_that_dkimpy_hashes(fields: list[tuple[str, str]]) -> None:
    header = "".join(f"{name}: x{value}\r\n" for name, value in fields)
    assert verdicts(sign(header.encode() + PLAIN + b"text\r\n", KEYS)) == [True, True]
