"""Python's own email package reads what we wrote, strictly, and finds what it would have written itself."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest.headers import text_field
from publisher.digest.message import build_template
from publisher.digest.render import render_digest
from publisher.model.message import Mailbox
from tests.digest_samples import ENV, LINKS, a_digest, a_letterhead, a_picture, a_story, a_subscriber, an_issue

#: Python's parser is slow; these texts are short, and few make a difference.
FEW = settings(max_examples=40, deadline=None)
SLOT = "XXUNSUBSCRIBEXX"
#: What a name or subject may hold: no control characters, no surrogates.
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)
#: What a body may hold beyond that: line ends, tabs. No X, which could become a slot's name together with ours.
BODIES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\rX"), max_size=400)


def parsed(content: bytes) -> Any:
    """Parse as strictly as the package can: any defect raises."""
    message = message_from_bytes(content, policy=policy.strict)
    for part in message.walk():
        assert not part.defects
        for name in part.keys():  # noqa: SIM118 - a message is no dict; values are parsed when asked for
            assert part[name] is not None
            assert not part[name].defects
    return message


def content_of(part: Any) -> str:
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def name_in(content: bytes, field: str) -> str:
    """Read a mailbox's name by the older parser: the newer one keeps spaces between encoded words (RFC 2047, 6.2)."""
    raw = message_from_bytes(content, policy=policy.compat32)[field]
    return str(make_header(decode_header(parseaddr(raw)[0])))


def by_the_package(issue: Any, text: str, html: str) -> Any:
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = issue.subject
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message_from_bytes(message.as_bytes(), policy=policy.strict)


@FEW
@given(before=BODIES, between=BODIES, after=BODIES)
def test_decoded_bodies_are_what_was_put_in(before: str, between: str, after: str) -> None:
    text = f"{before}{SLOT}{after}\n"
    html = f'{before}<a href="{SLOT}">{between}</a>{SLOT}{after}\n'
    issue = an_issue(text=text, html=html)
    sent = build_template(issue, a_letterhead()).fill(a_subscriber(), LINKS)
    found, expected = parsed(sent.content), by_the_package(issue, sent.text, sent.html)
    for ours, theirs in zip(found.iter_parts(), expected.iter_parts(), strict=True):
        assert ours.get_content_type() == theirs.get_content_type()
        assert content_of(ours) == content_of(theirs)
    assert sent.text == text.replace(SLOT, LINKS.visible)


@FEW
@given(name=LINES, before=BODIES)
def test_a_readers_name_stands_in_both_bodies_as_it_is(name: str, before: str) -> None:
    issue = an_issue(text=f"{before}XXNAMEXX {SLOT}\n", html=f"<p>XXNAMEXX</p>{SLOT}\n")
    sent = build_template(issue, a_letterhead(reader="讀者")).fill(a_subscriber(name=name), LINKS)
    text, html = parsed(sent.content).iter_parts()
    assert content_of(text) == f"{before}{name or '讀者'} {LINKS.visible}\n"
    assert content_of(html) == f"<p>{escape(name or '讀者')}</p>{escape(LINKS.visible)}\n"


@FEW
@given(before=BODIES, after=BODIES)
def test_no_body_line_is_too_long_and_all_end_in_crlf(before: str, after: str) -> None:
    issue = an_issue(text=f"{before}{SLOT}{after}", html=f"{after}{SLOT}{before}")
    content = build_template(issue, a_letterhead()).fill(a_subscriber(), LINKS).content
    body = content.split(b"\r\n\r\n", 1)[1]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")


#: What makes lines that begin with dots, or would if a soft break fell there.
DOTTED = st.lists(st.sampled_from([".", "..", "." * 80, "x" * 74, "\n", "字", "a"]), max_size=40).map("".join)
DOTTED_LINE = DOTTED.map(lambda text: text.replace("\n", ""))


@FEW
@given(before=DOTTED, name=DOTTED_LINE, title=DOTTED_LINE)
def test_no_line_begins_with_a_dot_and_yet_all_dots_arrive(before: str, name: str, title: str) -> None:
    text, html = f"{before}XXNAMEXX{SLOT}{before}\n", f"{SLOT}{before}XXNAMEXX{before}\n"
    issue = an_issue(text=text, html=html, subject=" ".join([*title, "."]))
    sent = build_template(issue, a_letterhead()).fill(a_subscriber(name=name), LINKS)
    assert sent.smtp_ready
    assert sent.content.isascii()
    assert sent.content.endswith(b"\r\n")
    assert not sent.content.startswith(b".")
    assert b"\n." not in sent.content
    assert max(map(len, sent.content.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))) <= 76
    found, expected = parsed(sent.content), by_the_package(issue, sent.text, sent.html)
    assert [content_of(part) for part in found.iter_parts()] == [content_of(part) for part in expected.iter_parts()]


@FEW
@given(subject=LINES, name=LINES, title=LINES)
def test_decoded_headers_are_what_was_put_in(subject: str, name: str, title: str) -> None:
    issue, letterhead = an_issue(subject=subject), a_letterhead(sender=Mailbox(email="a@b.example", name=title))
    content = build_template(issue, letterhead).fill(a_subscriber(name=name), LINKS).content
    found = parsed(content)
    assert found["Subject"].split() == subject.split()
    for field, address, wanted in (("From", "a@b.example", title), ("To", "reader17@mail.example", name)):
        assert found[field].addresses[0].addr_spec == address
        assert name_in(content, field).split() == wanted.split()


@FEW
@given(value=LINES)
def test_a_folded_field_has_no_empty_line_and_no_line_over_76(value: str) -> None:
    lines = text_field("Subject", value).split("\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert all(line.strip() for line in lines)
    assert lines[0] != "Subject:" or not value.strip()


def test_a_whole_digest_survives_the_way() -> None:
    mail = render_digest(a_digest(), ENV)
    sent = build_template(an_issue(html=mail.html, text=mail.text), a_letterhead()).fill(a_subscriber(), LINKS)
    found = parsed(sent.content)
    text, html = found.iter_parts()
    assert [part.get_content_type() for part in (found, text, html)] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert content_of(text) == mail.text.replace(SLOT, LINKS.visible)
    assert content_of(html) == mail.html.replace(SLOT, LINKS.visible.replace("&", "&amp;"))
    assert found["Message-ID"] == sent.headers["Message-ID"]
    assert found["List-Id"].endswith("<weekly.shan.example>")


def test_pictures_inside_are_found_by_the_html_that_shows_them() -> None:
    lead, card = a_picture("0123456789abcdef-1200.jpg"), a_picture("0123456789abcdef-672.png")
    mail = render_digest(a_digest(a_story(1, picture=lead), a_story(2, picture=card)), ENV)
    issue = an_issue(html=mail.html, text=mail.text)
    files = {lead.url: b"\xff\xd8" + bytes(range(256)) * 9, card.url: b"\x89PNG"}
    sent = build_template(issue, a_letterhead(), files).fill(a_subscriber(), LINKS)
    text, related = parsed(sent.content).iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    html, *pictures = related.iter_parts()
    assert [picture.get_content_type() for picture in pictures] == ["image/jpeg", "image/png"]
    assert [picture.get_content() for picture in pictures] == list(files.values())
    for picture in pictures:
        assert f'src="cid:{picture["Content-ID"][1:-1]}"' in content_of(html)
    assert lead.url not in content_of(html).replace(f'href="{lead.url}"', "")
    assert lead.url in sent.html
    assert max(map(len, sent.content.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))) <= 76
