import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from publisher.digest.checks import check_html, check_text, count_slots
from publisher.digest.compose import Digest, Picture
from publisher.digest.freeze import content_hash, freeze_mail, pictures_of, preview, web_copy
from publisher.digest.note import make_note
from publisher.digest.render import inline_css, render_digest
from publisher.errors import ContentError, TemplateError
from publisher.templates import EMAIL, environment
from tests.digest_samples import ENV, SITE, WEEK, a_digest, a_picture, a_story, an_issue

LEAD = a_picture("0123456789abcdef-1200.jpg")


def html_of(digest: Digest, env: Any = ENV) -> str:
    return render_digest(digest, env).html


def tree_of(html: str) -> Any:
    return etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))


def own_template(root: Path, name: str, text: str) -> Any:
    file = root / "email_templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return environment(EMAIL, root)


def test_a_digest_tells_its_stories_in_html_and_text() -> None:
    mail = render_digest(a_digest(), ENV)
    for words in ("山城週記", "第 7 期", "2026 年 10 月 1 日－7 日", "本期主打", "繼續閱讀", "XXUNSUBSCRIBEXX"):
        assert words in mail.html
    for words in (
        "山城的第1天",
        f"{SITE}posts/1/",
        "山城的第2天",
        "2026 年 10 月 2 日 ・ 散文 ・ 鐵道",
        "XXUNSUBSCRIBEXX",
    ):
        assert words in mail.text
    assert mail.problems == ()


def test_the_text_has_no_markup_and_its_addresses_stand_alone() -> None:
    text = render_digest(a_digest(a_story(title="A & <B>")), ENV).text
    assert "A & <B>" in text
    assert all(line.startswith("https://") for line in text.splitlines() if "://" in line)
    assert "\n\n\n" not in text
    assert text.endswith("號\n")


def test_premailer_changes_nothing_but_style_attributes() -> None:
    html = html_of(a_digest())
    assert html.startswith("<!DOCTYPE html>")
    assert html.count("!important") > 30
    assert re.search(r"@media \(prefers-color-scheme: dark\)", html)
    assert "[data-ogsc]" in html
    assert all(image.get("width").isdecimal() for image in tree_of(html).iter("img"))
    assert "data-premailer" not in html


def test_css_is_written_into_style_attributes_alone() -> None:
    page = "<!doctype html><html><head><style>@media print{p{color:red!important}}</style></head>"
    page += "<body><!--[if mso]><p><![endif]--><p class='a'>雨&nbsp;天</p><img width='168' src='https://x/a.jpg'/></body></html>"
    inlined = inline_css(page, ".a{margin:1px}")
    assert '<p class="a" style="margin:1px">雨' in inlined
    assert "<style>@media print{p{color:red!important}}</style>" in inlined
    assert "<!--[if mso]><p><![endif]-->" in inlined
    assert '<img width="168" src="https://x/a.jpg">' in inlined


def test_widths_for_outlook_hold() -> None:
    html = html_of(a_digest(a_story(1, picture=LEAD), a_story(2, picture=a_picture())))
    assert "max-width:600px" in html
    assert re.search(r'<!--\[if mso \| IE\]><table[^>]+width="600"', html)
    assert {image.get("width") for image in tree_of(html).iter("img")} == {"600", "168"}


def test_there_is_one_h1_and_an_h2_for_each_story() -> None:
    root = tree_of(html_of(a_digest(*map(a_story, range(4)))))
    assert [element.tag for element in root.iter("h1", "h2")] == ["h1", "h2", "h2", "h2", "h2"]


def test_every_picture_has_words_and_leads_to_its_story() -> None:
    picture = tree_of(html_of(a_digest(a_story(1, picture=LEAD)))).find(".//img")
    assert picture.get("alt") == "雨中的車站"
    assert picture.getparent().get("href") == f"{SITE}posts/1/"


def test_a_story_without_picture_or_summary_leaves_no_hole() -> None:
    html = html_of(a_digest(a_story(1, summary=""), a_story(2, summary="")))
    assert "<img" not in html
    assert 'class="s1"' not in html
    assert 'class="s2"' not in html


def test_what_posts_say_is_never_markup() -> None:
    nasty = '<script>alert(1)</script> & "{{ x }}" {% y %}'
    mail = render_digest(
        a_digest(a_story(1, title=nasty, summary=nasty, labels=(nasty,)), a_story(2, title=nasty)), ENV
    )
    assert "<script" not in mail.html
    titles = ["".join(title.itertext()) for title in tree_of(mail.html).iter("h2")]
    assert titles == [nasty, nasty]
    assert nasty in mail.text


@pytest.mark.parametrize("title", ["", "𠮷野家 👩‍👩‍👧", "عنوان بالعربية", "W" * 300, "字" * 300, "a]]>b", "&nbsp;"])
def test_any_title_can_be_shown(title: str) -> None:
    html = html_of(a_digest(a_story(1, title=title), a_story(2, title=title)))
    assert "".join(tree_of(html).find(".//h2").itertext()) == title


@pytest.mark.parametrize(
    "title", ["👩‍👩‍👧", "C:\\new", "e\u0301", "\u05e9\u05b8", "a\xa0b", "❤️", "a\u3000b", "字", "“'”"]
)
def test_what_screen_readers_are_told_is_what_the_title_says(title: str) -> None:
    tree = tree_of(
        html_of(a_digest(a_story(1, title=title, picture=Picture(url=LEAD.url, alt=title)), a_story(2, title=title)))
    )
    labels = [link.get("aria-label") for link in tree.iter("a") if link.get("aria-label")]
    assert set(labels) == {f"繼續閱讀：{title}"}
    assert tree.find(".//img").get("alt") == title


def test_more_stories_than_a_mail_can_hold_are_told_by_title() -> None:
    stories = [a_story(number, summary="長" * 200, picture=a_picture()) for number in range(1, 80)]
    mail = render_digest(a_digest(a_story(0, picture=LEAD), *stories), ENV)
    assert len(mail.html.encode()) < 90_000
    assert 5 < len(mail.digest.cards) <= 20
    assert len(mail.digest.manifest) == 80
    assert "這週還有" in mail.html
    assert "在網頁上看這週全部 80 篇" in mail.html
    assert all(f'{SITE}posts/{number}/"' in mail.html for number in range(80))
    assert mail.problems == ()


def test_the_weeks_page_shows_every_story_as_a_card() -> None:
    stories = [a_story(number, summary="長" * 200, picture=a_picture()) for number in range(1, 80)]
    mail = render_digest(a_digest(a_story(0, picture=LEAD), *stories), ENV)
    assert len(list(tree_of(mail.page).iter("img"))) == 80
    assert "這週還有" not in mail.page
    assert render_digest(a_digest(*stories[:4]), ENV).page == ""
    issue = freeze_mail(mail, "weekly", an_issue().frozen_at)
    assert "XX" not in issue.page
    assert content_hash(issue) != content_hash(replace(issue, page=""))


def test_titles_without_room_stand_on_the_weeks_page_alone() -> None:
    stories = [a_story(number, title="長" * 120, category=f"類{number % 7}") for number in range(300)]
    mail = render_digest(a_digest(*stories), ENV)
    assert len(mail.html.encode()) < 90_000
    assert len(mail.digest.cards) == 6
    assert len(mail.digest.beyond) > 50
    assert len(mail.digest.manifest) == 300
    assert mail.page.count("posts/299/") > 0


def test_a_mail_that_gmail_would_cut_is_refused() -> None:
    with pytest.raises(ContentError, match="too large"):
        render_digest(a_digest(a_story(title="長" * 40_000)), ENV)


def test_a_story_that_runs_from_the_right_is_set_so_and_nothing_else() -> None:
    arabic = {"title": "عنوان بالعربية", "summary": "ملخص", "dir": "rtl"}
    html = html_of(a_digest(a_story(1, **arabic), a_story(2, picture=a_picture()), a_story(3, picture=LEAD, **arabic)))
    tree = tree_of(html)
    assert [heading.get("dir") for heading in tree.iter("h2")] == ["rtl", None, "rtl"]
    assert (
        html.count('dir="rtl" class="s') + html.count('class="s1" dir="rtl"') + html.count('class="s2" dir="rtl"') >= 2
    )


def test_a_note_takes_the_place_of_the_composed_words() -> None:
    note, lost = make_note(
        "<h2>各位</h2><p>這週 <a href='https://x.example/'>下雨</a>。<br>晚安</p><img src='x'>", "各位"
    )
    assert lost == ("img",)
    html = html_of(replace(a_digest(), note=note))
    assert "<strong>各位</strong>" in html
    assert 'href="https://x.example/"' in html
    assert "這週有 2 篇" not in html


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "<p>a<br>b",
        "<ul><li>一</ul>",
        "<div><p>x</p></div>",
        "<p>&nbsp;&copy;&lt;</p>",
        "<blockquote></blockquote>",
        "字",
    ],
)
def test_any_clean_fragment_is_a_note_that_mjml_takes(fragment: str) -> None:
    note, _ = make_note(fragment, "字")
    assert html_of(replace(a_digest(), note=note))


def test_preferences_are_spoken_of_where_there_are_any() -> None:
    assert "XXPREFERENCESXX" not in html_of(a_digest())
    mail = render_digest(a_digest(has_preferences=True), ENV)
    assert mail.html.count("XXPREFERENCESXX") == mail.text.count("XXPREFERENCESXX") == 1
    assert "XXPREFERENCESXX" not in web_copy(mail.html, "讀者")


@pytest.mark.parametrize("language", ["zh-TW", "ja", "en"])
def test_a_digest_speaks_the_newsletters_language(language: str) -> None:
    digest = a_digest(language=language)
    html = html_of(digest)
    assert f'lang="{digest.wording.lang}"' in html
    assert digest.wording.unsubscribe in html


def test_a_missing_variable_names_the_template_and_its_line(tmp_path: Path) -> None:
    env = own_template(tmp_path, "blocks/masthead.mjml.j2", "<mj-section>\n  {{ digest.mood }}\n</mj-section>\n")
    with pytest.raises(TemplateError, match="mood") as caught:
        render_digest(a_digest(), env)
    assert caught.value.at
    assert (caught.value.at.file, caught.value.at.line) == ("blocks/masthead.mjml.j2", 2)


@pytest.mark.parametrize("fault", ["<BR> 天", "< 天", "<b>天", "<b\x01>天</b>", "<a href=x>天</a>"])
def test_broken_mjml_names_the_template_line_it_came_from(tmp_path: Path, fault: str) -> None:
    broken = "<mj-section><mj-column><mj-text>\n  <h1>{{ masthead.title }}</h1>\n  <p>雨 " + fault + "</p>\n"
    env = own_template(tmp_path, "blocks/masthead.mjml.j2", broken + "</mj-text></mj-column></mj-section>\n")
    with pytest.raises(TemplateError, match=r"the MJML can't be read: .*, near line \d+: <p>雨 <") as caught:
        render_digest(a_digest(), env)
    assert caught.value.at
    assert (caught.value.at.file, caught.value.at.line) == ("email_templates/blocks/masthead.mjml.j2", 3)
    assert caught.value.hint


def test_broken_mjml_without_a_place_is_told_too(tmp_path: Path) -> None:
    env = own_template(tmp_path, "digest.mjml.j2", "<mjml><mj-body><mj-section>\n")
    with pytest.raises(TemplateError, match="the MJML can't be read"):
        render_digest(a_digest(), env)


def test_a_mail_without_a_way_to_unsubscribe_is_refused(tmp_path: Path) -> None:
    env = own_template(tmp_path, "blocks/footer.mjml.j2", "<mj-section></mj-section>\n")
    with pytest.raises(TemplateError, match="lacks XXUNSUBSCRIBEXX"):
        render_digest(a_digest(), env)
    with pytest.raises(TemplateError, match="text lacks XXUNSUBSCRIBEXX"):
        check_text("雨", "")
    with pytest.raises(TemplateError, match="stood 2 times"):
        count_slots("XXUNSUBSCRIBEXX XXUNSUBSCRIBEXX", "XXUNSUBSCRIBEXX")


GOOD = (
    "<!DOCTYPE html><html><head><style>@media (prefers-color-scheme: dark){p{color:#FFF!important}}</style></head>"
    '<body><h1>雨</h1><img src="https://x/a.jpg" width="600" alt=""/><a href="XXUNSUBSCRIBEXX">x</a></body></html>'
)


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ("<!DOCTYPE html>", "<!doctype html>", "no doctype"),
        ("<h1>", "<!--[if mso]><p></p><h1>", "conditional comment"),
        ("<style>", f"<style>/*{'x' * 16_384}*/", "16 KB"),
        ("!important", "", "dark"),
        ("prefers-color-scheme", "min-width", "dark"),
        ("雨", "{{ title }}", "piece of a template is left"),
        ("h1>", "h2>", "exactly one h1"),
        ("</h1>", "</h1><h1>天</h1>", "exactly one h1"),
        ('width="600"', 'width="100%"', "without width in pixels"),
        ('alt=""', "", "without alt"),
        ("https://x/a.jpg", "/a.jpg", "without absolute address"),
        ("XXUNSUBSCRIBEXX", "/bye", "not absolute"),
        ("XXUNSUBSCRIBEXX", "javascript:x", "not absolute"),
    ],
)
def test_each_rule_of_mail_clients_is_checked(good: str, bad: str, rule: str) -> None:
    assert check_html(GOOD, "") == ()
    with pytest.raises(TemplateError, match=rule):
        check_html(GOOD.replace(good, bad), "")


def test_braces_in_a_posts_own_words_are_no_residue() -> None:
    assert check_html(GOOD.replace("雨", "{{ title }}"), "怎麼寫 {{ title }}") == ()


def test_a_mail_near_the_limit_is_a_doubt() -> None:
    (problem,) = check_html(GOOD.replace("雨", "雨" * 31_000), "")
    assert problem.rule == "mail-size"


def test_the_copy_on_the_web_leaves_out_what_is_its_readers_own() -> None:
    html = html_of(a_digest())
    page = web_copy(html, "讀者")
    assert "XXUNSUBSCRIBEXX" not in page
    assert "在瀏覽器中檢視" not in page
    assert "你收到這封信" not in page
    assert "RSS" in page
    assert len(tree_of(page).findall(".//h2")) == 2
    assert page.count("<div") == page.count("</div>")


def test_a_preview_holds_its_pictures_and_leads_nobody_out_of_the_list() -> None:
    html = html_of(a_digest(a_story(1, picture=LEAD)))
    assert pictures_of(html) == ("email/0123456789abcdef-1200.jpg",)
    shown = preview(html, {"email/0123456789abcdef-1200.jpg": b"\xff\xd8"})
    assert 'src="data:image/jpeg;base64,/9g="' in shown
    assert "XXUNSUBSCRIBEXX" not in shown
    assert pictures_of(shown) == ()


def test_an_issue_says_what_was_rendered_and_hashes_all_of_it() -> None:
    mail = render_digest(a_digest(), ENV)
    issue = freeze_mail(mail, "weekly", an_issue().frozen_at)
    assert (issue.html, issue.text, issue.manifest, issue.period) == (
        mail.html,
        mail.text,
        ("urn:x:1", "urn:x:2"),
        WEEK,
    )
    later = freeze_mail(mail, "weekly", WEEK.end)
    assert later.content_hash == issue.content_hash == content_hash(issue)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 8},
        {"html": "x"},
        {"text": "x"},
        {"subject": "x"},
        {"manifest": ()},
        {"newsletter": "x"},
        {"web_url": "x"},
    ],
)
def test_any_change_of_an_issue_changes_its_hash(change: dict[str, Any]) -> None:
    assert content_hash(an_issue(**change)) != content_hash(an_issue())
