import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from publisher.config import NewsletterConfig
from publisher.digest.headers import encode_words, mailbox_field, phrase_field, text_field
from publisher.digest.letterhead import UnsubscribeLinks, make_letterhead, make_links
from publisher.digest.message import build_template
from publisher.digest.pieces import cut, fill
from publisher.errors import ContentError, TemplateError
from publisher.model.message import Mailbox
from tests.digest_samples import LINKS, SITE, a_letterhead, a_subscriber, an_issue


def content(**changes: Any) -> bytes:
    return build_template(an_issue(), a_letterhead()).fill(a_subscriber(**changes), LINKS).content


def fields(message: bytes) -> dict[str, str]:
    head = message.split(b"\r\n\r\n", 1)[0].decode("ascii")
    unfolded = re.sub(r"\r\n[ \t]", " ", head)
    return dict(line.split(": ", 1) for line in unfolded.split("\r\n"))


def test_every_field_that_a_bulk_mail_needs_is_there() -> None:
    found = fields(content())
    assert found["To"] == "reader17@mail.example"
    assert found["Reply-To"] == "hello@shan.example"
    assert found["Date"] == "Thu, 08 Oct 2026 00:00:05 +0000"
    assert found["List-Id"].endswith(" <weekly.shan.example>")
    assert found["List-Unsubscribe"] == f"<{LINKS.https}>, <{LINKS.mailto}>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["List-Archive"] == f"<{SITE}newsletters/weekly/>"
    assert found["List-Help"] == "<mailto:hello@shan.example?subject=help>"
    assert found["List-Owner"] == "<mailto:hello@shan.example>"
    assert found["List-Post"] == "NO"
    assert found["Feedback-ID"] == "7:weekly:digest:shan-example"
    assert (found["Auto-Submitted"], found["Precedence"]) == ("auto-generated", "bulk")
    assert found["MIME-Version"] == "1.0"
    assert not {"Bcc", "Return-Path", "Sender"} & found.keys()


def test_one_click_is_only_promised_where_something_answers_it() -> None:
    template = build_template(an_issue(), a_letterhead())
    by_mail = template.fill(a_subscriber(), UnsubscribeLinks(mailto=LINKS.mailto))
    assert "List-Unsubscribe-Post" not in fields(by_mail.content)
    assert by_mail.headers["List-Unsubscribe"] == f"<{LINKS.mailto}>"
    assert f'href="{LINKS.mailto}"' in by_mail.html
    by_click = template.fill(a_subscriber(), UnsubscribeLinks(https=LINKS.https))
    assert fields(by_click.content)["List-Unsubscribe"] == f"<{LINKS.https}>"
    assert LINKS.https in by_click.text


def test_the_same_subscriber_gets_the_same_bytes_and_another_one_another_message_id() -> None:
    assert content() == content()
    template = build_template(an_issue(), a_letterhead())
    ids = {template.fill(a_subscriber(number), LINKS).headers["Message-ID"] for number in (1, 2, 3)}
    ids |= {build_template(an_issue(number=8), a_letterhead()).fill(a_subscriber(1), LINKS).headers["Message-ID"]}
    assert len(ids) == 4
    assert all(re.fullmatch(r"<[0-9a-f]{32}@shan\.example>", one) for one in ids)


def test_parts_for_an_esp_say_the_same_as_the_bytes() -> None:
    message = build_template(an_issue(), a_letterhead()).fill(a_subscriber(name="王小明"), LINKS)
    found = fields(message.content)
    assert {name: found[name] for name in message.headers} == dict(message.headers)
    assert message.delivery_key == "weekly/7/17"
    assert (message.envelope.sender, message.envelope.recipient) == ("bounce@shan.example", "reader17@mail.example")
    assert (message.recipient.name, message.sender.email) == ("王小明", "weekly@shan.example")
    assert all(value.isascii() and "\n" not in value for value in message.headers.values())


def test_values_in_html_are_escaped_and_in_text_they_are_not() -> None:
    links = UnsubscribeLinks(mailto="mailto:bye@shan.example?subject=a&body=b")
    message = build_template(an_issue(), a_letterhead()).fill(a_subscriber(), links)
    assert 'href="mailto:bye@shan.example?subject=a&amp;body=b"' in message.html
    assert "mailto:bye@shan.example?subject=a&body=b" in message.text


def test_an_issue_without_its_slot_is_never_sent() -> None:
    for changes in ({"html": "<p>雨</p>"}, {"text": "雨"}):
        with pytest.raises(TemplateError, match="nobody could unsubscribe"):
            build_template(an_issue(**changes), a_letterhead())


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y", "a\nb", "a\x00b", "a\u2028b", "a\x85b"])
def test_a_line_break_in_a_name_is_refused(name: str) -> None:
    with pytest.raises(ContentError, match="To holds a line break"):
        content(name=name)


@pytest.mark.parametrize(
    "email",
    ["a@b\r\nBcc: x@y", "使用者@mail.example", "a b@mail.example", "a@例子.example", "a", "a@b, c@d", "", "a..b@c"],
)
def test_an_address_that_headers_cannot_hold_is_refused(email: str) -> None:
    with pytest.raises(ContentError, match="To: no mail can be addressed to"):
        content(email=email)


def test_a_line_break_in_anything_shared_is_refused() -> None:
    for changes in ({"subject": "a\r\nBcc: x@y"}, {"subject": "a\nb"}):
        with pytest.raises(ContentError, match="Subject holds a line break"):
            build_template(an_issue(**changes), a_letterhead())
    with pytest.raises(ContentError, match="List-Id holds a line break"):
        build_template(an_issue(), a_letterhead(title="a\nb"))
    with pytest.raises(ContentError, match="List-Archive holds a line break"):
        build_template(an_issue(), a_letterhead(archive_url="https://x\r\nBcc: a"))


@pytest.mark.parametrize(
    "links",
    [
        {},
        {"https": "http://shan.example/u/1"},
        {"https": "https://shan.example/u/1\r\nBcc: x"},
        {"https": "https://shan.example/u/>1"},
        {"mailto": "bye@shan.example"},
        {"mailto": "mailto:退訂@shan.example"},
    ],
)
def test_a_link_that_headers_cannot_hold_is_refused(links: dict[str, str]) -> None:
    with pytest.raises(ContentError):
        UnsubscribeLinks(**links)


def test_lines_are_short_and_end_as_mail_wants() -> None:
    long = "很長的標題，" * 30
    issue = an_issue(
        subject=long, html=f'<p>{long * 40}<a href="XXUNSUBSCRIBEXX">x</a></p>', text=f"{long}XXUNSUBSCRIBEXX"
    )
    message = build_template(issue, a_letterhead()).fill(a_subscriber(name="名字" * 30), LINKS).content
    assert b"\n" not in message.replace(b"\r\n", b"")
    head, body = message.split(b"\r\n\r\n", 1)
    assert max(map(len, body.split(b"\r\n"))) <= 76
    unsubscribe = re.compile(rb" ?(List-Unsubscribe: )?<\S+>,?")
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if not unsubscribe.fullmatch(line))
    assert not re.search(rb"(?m)^[A-Za-z-]+:\s*\r\n", head)


def test_a_date_is_the_moment_of_freezing_in_utc() -> None:
    frozen = datetime(2026, 10, 8, 8, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    template = build_template(an_issue(frozen_at=frozen), a_letterhead())
    assert b"Date: Thu, 08 Oct 2026 00:00:05 +0000\r\n" in template.fields
    assert frozen.astimezone(UTC) == an_issue().frozen_at


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ann Lee", "To: Ann Lee <a@b.example>"),
        ("Lee, Ann", 'To: "Lee, Ann" <a@b.example>'),
        ('A "B" \\', 'To: "A \\"B\\" \\\\" <a@b.example>'),
        ("=?utf-8?q?x?=", "To: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <a@b.example>"),
        ("王", "To: =?utf-8?b?546L?= <a@b.example>"),
        ("", "To: a@b.example"),
    ],
)
def test_a_name_is_written_as_its_letters_need(name: str, written: str) -> None:
    assert mailbox_field("To", Mailbox(email="a@b.example", name=name)) == written


def test_a_long_address_goes_to_a_line_of_its_own() -> None:
    field = phrase_field("From", "A Name of Some Length", f"<{'x' * 40}@shan.example>")
    assert field == f"From: A Name of Some Length\r\n <{'x' * 40}@shan.example>"


def test_plain_text_folds_at_spaces_and_a_word_too_long_is_encoded() -> None:
    folded = text_field("Subject", "word " * 40)
    assert folded.replace("\r\n", "") == "Subject: " + "word " * 39 + "word"
    assert max(map(len, folded.split("\r\n"))) <= 76
    assert text_field("Subject", "x" * 80).startswith("Subject: =?utf-8?b?")
    assert text_field("Subject", "a =?b").startswith("Subject: =?utf-8?b?")


def test_an_encoded_word_never_cuts_a_character() -> None:
    for word in encode_words("字𠮷" * 40, used=9).split("\r\n "):
        assert re.fullmatch(r"=\?utf-8\?b\?[A-Za-z0-9+/]+=*\?=", word)
        assert len(word) <= 75


def test_slots_are_filled_by_name() -> None:
    pieces = cut("a XXUNSUBSCRIBEXX b XXUNSUBSCRIBEXX")
    assert fill(pieces, {"XXUNSUBSCRIBEXX": "/"}) == ("a ", "/", " b ", "/", "")


def newsletter(**changes: str) -> NewsletterConfig:
    return NewsletterConfig(**{"sender": "weekly@shan.example", "postal_address": "x", **changes})


def test_a_letterhead_takes_what_the_settings_leave_open_from_the_sender() -> None:
    letterhead = make_letterhead("weekly", newsletter(), "山城週記", f"{SITE}newsletters/weekly/")
    assert letterhead.sender == Mailbox(email="weekly@shan.example", name="山城週記")
    assert letterhead.envelope_sender == letterhead.owner == letterhead.unsubscribe_mailbox == "weekly@shan.example"
    assert letterhead.list_id == "weekly.shan.example"
    links = make_links(letterhead, "To-k_en")
    assert links == UnsubscribeLinks(mailto="mailto:weekly@shan.example?subject=unsubscribe%20To-k_en")


def test_a_letterhead_says_what_the_settings_say() -> None:
    settings = newsletter(
        sender='"Lin, Yuan" <lin@shan.example>',
        reply_to="Lin <hello@shan.example>",
        envelope_sender="bounce@shan.example",
        unsubscribe_mailto="bye@shan.example",
        unsubscribe_url="https://shan.example/u/",
    )
    letterhead = make_letterhead("weekly", settings, "山城週記", "https://x/")
    assert letterhead.sender == Mailbox(email="lin@shan.example", name="Lin, Yuan")
    assert letterhead.reply_to == Mailbox(email="hello@shan.example", name="Lin")
    assert letterhead.envelope_sender == "bounce@shan.example"
    assert make_links(letterhead, "T").https == "https://shan.example/u/T"
    assert make_links(letterhead, "T").visible == "https://shan.example/u/T"


def test_a_list_named_in_chinese_has_an_ascii_id_all_the_same() -> None:
    assert re.fullmatch(r"list-[0-9a-f]{12}\.shan\.example", a_letterhead(newsletter="週記").list_id)
