from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.audience.address import clean_name, fault_in, mailbox_of, normalise, to_wire


@pytest.mark.parametrize(
    "email",
    [
        "ming@example.org",
        "Ming.Wang+週".replace("週", "weekly") + "@Example.ORG",
        "o'brien@mail.example.com.tw",
        "ming@台北.tw",
        "ming@xn--djrpt.tw",
        "a" * 64 + "@example.org",
    ],
)
def test_an_address_people_have_is_faultless(email: str) -> None:
    assert fault_in(email) == ""


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "not of the form"),
        ("ming", "not of the form"),
        ("ming@", "not of the form"),
        ("@example.org", "not of the form"),
        ("ming wang@example.org", "space"),
        ("ming@example.org ", "space"),
        ("ming@example.org\r\nBcc: all@example.org", "line break"),
        ("ming@example.org\n", "line break"),
        ("ming\x00@example.org", "invisible"),
        ("ming\u200b@example.org", "invisible"),
        ("\ufeffming@example.org", "invisible"),
        ("ming\u2028@example.org", "line break"),
        ("小明@example.org", "not ASCII"),
        ("a" * 65 + "@example.org", "longer than 64"),
        (".ming@example.org", "not allowed"),
        ("ming..wang@example.org", "not allowed"),
        ('"ming wang"@example.org', "space"),
        ("<ming@example.org>", "not allowed"),
        ("ming@localhost", "no dot"),
        ("ming@127.0.0.1", "a number"),
        ("ming@[127.0.0.1]", "not a domain"),
        ("ming@example..org", "not a domain"),
        ("ming@-example.org", "not a domain"),
        ("ming@exa_mple.org", "not a domain"),
        ("a@b@example.org", "not allowed"),
        ("a" * 60 + "@" + ".".join(["b" * 63] * 3) + ".org", "longer than 254"),
    ],
)
def test_an_address_nothing_can_be_mailed_to_says_why(email: str, words: str) -> None:
    assert words in fault_in(email)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ming@Example.ORG", "ming@example.org"),
        ("ming@台北.tw", "ming@xn--djrpt.tw"),
        ("ming@Bücher.example", "ming@bücher.example"),
        ("ming@example。org", "ming@example.org"),
        ("ming@ｅｘａｍｐｌｅ.org", "ming@example.org"),
    ],
)
def test_two_spellings_of_one_address_are_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("m.ing@example.org", "ming@example.org"), ("ming+a@example.org", "ming@example.org")],
)
def test_dots_and_tags_may_mean_another_person(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_the_wire_carries_the_domain_in_ascii_and_the_local_part_as_written() -> None:
    assert to_wire("Ming@台北.TW") == "Ming@xn--djrpt.tw"


@given(st.text(max_size=80))
def test_whatever_is_faultless_is_safe_in_an_smtp_command(email: str) -> None:
    if fault_in(email) == "":
        wire = to_wire(email)
        assert wire.isascii()
        assert wire.isprintable()
        assert not set(wire) & set("<> \r\n")
        assert normalise(normalise(email)) == normalise(email)
        assert len(wire) <= 254


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("王 小明", "王 小明"),
        ("  Ming\r\nBcc: all@example.org ", "Ming Bcc: all@example.org"),
        ("Ming\u200b\tWang", "Ming Wang"),
        ("", ""),
    ],
)
def test_a_name_is_one_visible_line(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("m.e.i@gmail.com", "mei@gmail.com"),
        ("mei@googlemail.com", "mei@gmail.com"),
        ("mei+news@gmail.com", "mei+news@gmail.com"),
        ("m.e.i@example.org", ""),
    ],
)
def test_a_provider_may_take_several_spellings_for_one_mailbox(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox
