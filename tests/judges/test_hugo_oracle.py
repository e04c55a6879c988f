"""Every page of every oracle site is read as Hugo itself reads it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from publisher import templates
from publisher.content.hugo.summary import hugo_summary
from publisher.content.load import Renderer, post_rules, read_pages
from publisher.content.posts import make_post
from publisher.content.sources import site_settings
from publisher.content.urls import term_path
from tests.judges.hugo_answers import NOW, Answer, answers, config_of, moment, normal_form, sites

if TYPE_CHECKING:
    from publisher.content.load import Pages
    from publisher.content.pages import Page

ANSWERS = answers()


def name_of(answer: Answer) -> str:
    return f"{answer.site}:{answer.key}"


@cache
def pages_of(site: str) -> Pages:
    root = next(answer.root for answer in ANSWERS if answer.site == site)
    return read_pages(config_of(root), NOW)


def page_of(answer: Answer) -> Page:
    return next(page for page in pages_of(answer.site).pages if page.file.key == answer.key)


@pytest.mark.parametrize("site", sites())
def test_the_same_pages_are_shown_as_by_hugo(site: str) -> None:
    shown = {page.file.key for page in pages_of(site).pages if page.kind == "page" and not page.hidden}

    assert shown == {answer.key for answer in ANSWERS if answer.site == site}


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_a_page_has_the_facts_that_hugo_gives_it(answer: Answer) -> None:
    page, expected = page_of(answer), answer.page

    assert page.title == expected["title"]
    assert page.permalink == expected["permalink"]
    assert page.section == expected["section"]
    assert page.weight == expected["weight"]
    assert page.link_title == expected["linkTitle"]
    assert page.slug == expected["slug"]
    assert page.description == expected["description"]
    # Of a site without languages Hugo gives the default one, `en`.
    assert page.file.language == expected["lang"]


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_a_page_has_the_four_dates_that_hugo_gives_it(answer: Answer) -> None:
    dates, expected = page_of(answer).dates, answer.page

    assert dates.date == moment(expected["date"])
    assert dates.lastmod == moment(expected["lastmod"])
    assert dates.published == moment(expected["publishDate"])
    assert dates.expires == moment(expected["expiryDate"])
    offsets = (dates.date.utcoffset(), moment(expected["date"])) if dates.date else None
    assert offsets is None or (offsets[1] and offsets[0] == offsets[1].utcoffset())


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_a_page_has_the_content_that_hugo_gives_it(answer: Answer) -> None:
    config = config_of(answer.root)
    renderer = Renderer(config, "feed", templates.environment(templates.FEEDS, config.root))
    # Chinese bold is better here than there; switched off, nothing else may differ.
    settings = site_settings(config)
    renderer._settings = replace(settings, markdown=replace(settings.markdown, cjk_emphasis=False))
    post, _ = make_post(page_of(answer), post_rules(config, settings))

    rendered = renderer.render(post)

    ours = normal_form(rendered.html, post.url, config.site.url)
    assert ours == normal_form(answer.page["content"], post.url, config.site.url)
    assert not rendered.problems


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_a_page_has_the_summary_that_hugo_gives_it(answer: Answer) -> None:
    config = config_of(answer.root)
    settings = site_settings(config)
    settings = replace(settings, markdown=replace(settings.markdown, cjk_emphasis=False))
    page, base = page_of(answer), config.site.url

    made = hugo_summary(page.split.body, answer.page["content"], str(page.params.get("summary", "")), settings)

    assert made.truncated == answer.page["truncated"]
    assert normal_form(made.html, page.permalink, base) == normal_form(answer.page["summary"], page.permalink, base)


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_a_page_has_the_terms_that_hugo_gives_it(answer: Answer) -> None:
    ours = {plural: {term_path(plural, term) for term in terms} for plural, terms in page_of(answer).terms.items()}

    # Titles are compared elsewhere: Hugo capitalises them behind the author's back, here they stay as written.
    expected = {plural: {unquote(term["rel"]) for term in terms} for plural, terms in answer.page["terms"].items()}
    assert {plural: paths for plural, paths in ours.items() if paths} == expected
