from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, get_args

import pytest

from publisher.digest.letter_message import letter_message
from publisher.digest.letters import LetterKind, render_announcement, render_letter, render_post_letter
from publisher.digest.message import build_template
from publisher.digest.note import make_note
from publisher.digest.wording import load_wording
from publisher.errors import TemplateError
from publisher.model.message import Mailbox
from publisher.templates import EMAIL, environment
from tests.digest_samples import ENV, a_letterhead, a_story, an_imprint, an_issue, wording

NOW = datetime(2026, 10, 8, tzinfo=UTC)
KINDS: tuple[LetterKind, ...] = get_args(LetterKind)


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_speaks_each_language_and_names_the_newsletter(kind: LetterKind, language: str) -> None:
    letter = render_letter(kind, an_imprint(language), wording(language), ENV)
    assert "山城週記" in letter.subject
    assert wording(language).letters[kind].button in letter.html
    assert letter.problems == ()
    assert "{" not in letter.text + letter.subject + letter.preheader


def test_only_those_on_the_list_are_offered_a_way_to_leave() -> None:
    slots = {kind: "XXUNSUBSCRIBEXX" in render_letter(kind, an_imprint(), wording(), ENV).html for kind in KINDS}
    assert slots == {"confirm": False, "welcome": True, "goodbye": False}


def test_a_post_is_told_as_the_digest_tells_its_lead() -> None:
    letter = render_post_letter(a_story(title="{{ x }} & <b>"), an_imprint(), wording(), ENV)
    assert letter.subject == "{{ x }} & <b>｜山城週記"
    assert "新文章" in letter.html
    assert letter.html.count("XXUNSUBSCRIBEXX") == 1
    assert "{{ x }} & <b>" in letter.text


def test_an_announcement_says_what_somebody_wrote() -> None:
    note, _ = make_note("<p>下週三<strong>見</strong>。</p>", "下週三見。", preheader="車站二樓")
    letter = render_announcement("聚會", note, an_imprint(), wording(), ENV)
    assert (letter.subject, letter.preheader) == ("聚會", "車站二樓")
    assert "下週三<strong>見</strong>。" in letter.html
    assert "下週三見。" in letter.text


def message(kind: LetterKind, name: str = "王小明", **values: str) -> Any:
    letter = render_letter(kind, an_imprint(), wording(), ENV)
    recipient = Mailbox(email="reader@mail.example", name=name)
    return letter_message(letter, a_letterhead(reader="讀者"), recipient, values, key=f"{kind}/weekly/17", now=NOW)


def test_a_letter_reaches_one_person_with_their_own_link() -> None:
    sent = message("confirm", XXCONFIRMXX="https://shan.example/c/AbC?a=1&b=2")
    found = message_from_bytes(sent.content, policy=policy.strict)
    text, html = found.iter_parts()
    assert "https://shan.example/c/AbC?a=1&b=2" in text.get_content()
    assert 'href="https://shan.example/c/AbC?a=1&amp;b=2"' in html.get_content()
    assert (found["To"], found["Auto-Submitted"]) == ("王小明 <reader@mail.example>", "auto-replied")
    assert not [name for name in found if name.startswith("List-")]
    assert html.get_content().replace("\r\n", "\n").strip() == sent.html.strip()
    assert sent.content == message("confirm", XXCONFIRMXX="https://shan.example/c/AbC?a=1&b=2").content
    assert "XX" not in sent.text


@pytest.mark.parametrize(
    ("name", "greeted"), [("王小明", "王小明，你好："), ("", "讀者，你好："), ("A & B", "A &amp; B，你好：")]
)
def test_a_reader_is_greeted_by_name(name: str, greeted: str) -> None:
    assert greeted in message("welcome", name, XXUNSUBSCRIBEXX="https://shan.example/u/1").html


def test_a_confirmation_without_its_link_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "email_templates" / "confirm.mjml.j2"
    file.parent.mkdir()
    file.write_text('{% extends "letter.mjml.j2" %}\n{% block card %}{% endblock %}\n', encoding="utf-8")
    with pytest.raises(TemplateError, match="lacks XXCONFIRMXX"):
        render_letter("confirm", an_imprint(), wording(), environment(EMAIL, tmp_path))


def test_an_issue_can_ask_nobody_for_consent() -> None:
    with pytest.raises(TemplateError, match="only mails that ask for consent"):
        build_template(an_issue(text="XXUNSUBSCRIBEXX XXCONFIRMXX"), a_letterhead())


def test_a_site_overrides_one_line_of_one_letter(tmp_path: Path) -> None:
    file = tmp_path / "email_templates" / "wording" / "zh-TW.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[letters.goodbye]\nheading = "再會"\n', encoding="utf-8")
    words = load_wording(environment(EMAIL, tmp_path), "zh-TW").letters
    assert (words["goodbye"].heading, words["goodbye"].button) == ("再會", "回網站看看")
    file.write_text('[letters.goodbye]\nheadnig = "再會"\n', encoding="utf-8")
    with pytest.raises(TemplateError, match=r"letters\.goodbye has an unknown or a missing text: .*headnig"):
        load_wording(environment(EMAIL, tmp_path), "zh-TW")
