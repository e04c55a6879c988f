"""A digest becomes a mail's HTML and text: Jinja2 → MJML → premailer, checked, without network.

premailer's defaults would drop the doctype, `!important` (and with it dark mode and phones) and Outlook's image widths.
The settings below are those that change nothing but `style` attributes.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lxml import etree
from mjml import mjml2html

from publisher.digest.checks import LIMIT_BYTES, WARN_BYTES, check_html, check_text, count_slots
from publisher.digest.layout import lay_out
from publisher.digest.line_breaks import keep_together
from publisher.digest.mjml_errors import mjml_error
from publisher.digest.mjml_lint import lint_own_templates
from publisher.digest.text_wrap import wrap_text
from publisher.errors import ContentError
from publisher.model.message import UNSUBSCRIBE
from publisher.templates import render

if TYPE_CHECKING:
    from jinja2 import Environment

    from publisher.digest.compose import Digest, Imprint
    from publisher.digest.wording import Wording
    from publisher.errors import Problem

_PAGE, _TEXT, _CSS = "digest.mjml.j2", "digest.txt.j2", "inline.css.j2"
_ATTRIBUTE = re.compile(r'="[^"]*"')
#: Marks, format and private characters, odd spaces: what Rust does not print as it is.
_SPELLED_OUT = frozenset({"Mn", "Me", "Mc", "Cf", "Co", "Cn", "Zs", "Zl", "Zp"})
_KEEP = ["width", "height", "align", "valign", "bgcolor"]
#: More cards than this nobody reads; the mail's size may allow fewer.
_MOST_CARDS = 20
#: Before there are fewer cards than this, titles give way to the week's page.
_FEWEST_CARDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """An issue's two forms, with slots (`model.message.SLOTS`) where readers differ."""

    html: str
    text: str
    #: The digest as shown: stories that found no room as cards stand in its rest.
    digest: Digest
    #: Doubts that don't keep the mail from leaving.
    problems: tuple[Problem, ...] = ()
    #: The week's page with every story as a card; empty where the mail itself has room for all.
    page: str = ""


def render_digest(digest: Digest, env: Environment, *, text_columns: int | None = None) -> RenderedMail:
    """Render a digest with as many cards as a mail has room for; the other stories stand in a list of titles.

    env: the Jinja environment of email_templates/. text_columns: wraps the plain text; None leaves that to readers.
    Raises TemplateError for a template that is wrong or breaks a rule that mail clients set (`digest.checks`).
    """
    whole = lay_out(digest, len(digest.others))
    digest, html = _fit(digest, env)
    text = tidy(render(env, _TEXT, **_variables(digest)))
    check_text(text, digest.words)
    text = wrap_text(text, text_columns) if text_columns else text
    problems = (*lint_own_templates(env), *check_html(html, digest.words))
    page = _render_html(whole, env) if digest.rest or digest.beyond else ""
    return RenderedMail(html=html, text=text, digest=digest, problems=problems, page=page)


def _fit(digest: Digest, env: Environment) -> tuple[Digest, str]:
    """Turn cards into titles, and leave titles to the page, until Gmail won't clip the mail and hide its footer."""
    cards, titles = min(len(digest.others), _MOST_CARDS), max(0, len(digest.others) - _MOST_CARDS)
    html = _render_html(digest := lay_out(digest, cards, titles), env)
    while (size := len(html.encode())) >= WARN_BYTES and (cards or titles):
        cards, titles = _give_way(cards, titles, size)
        html = _render_html(digest := lay_out(digest, cards, titles), env)
    if size >= LIMIT_BYTES:
        raise ContentError(
            f"the mail is too large: {size} bytes, and Gmail cuts off what exceeds {LIMIT_BYTES}",
            hint="shorten the editor's note, the longest addresses, or your own templates",
        )
    return digest, html


def _give_way(cards: int, titles: int, size: int) -> tuple[int, int]:
    """Say how many cards and titles to try next. A title weighs about a tenth of a card."""
    over = (size - WARN_BYTES) / size
    if cards > _FEWEST_CARDS or not titles:
        kept = max(_FEWEST_CARDS if cards > _FEWEST_CARDS else 0, cards - 1 - int(cards * over))
        return kept, titles + cards - kept if cards > _FEWEST_CARDS else titles
    return cards, max(0, titles - 1 - int(titles * over))


def _render_html(digest: Digest, env: Environment) -> str:
    return render_html(_PAGE, _variables(digest), env)


def render_html(page: str, variables: dict[str, Any], env: Environment, needed: str = UNSUBSCRIBE) -> str:
    """Render a page of email_templates/ as a mail's HTML.

    needed: the slot without which the mail makes no sense; empty if there is none.
    """
    mjml = shield_attributes(render(env, page, **variables))
    try:
        html = mjml2html(mjml, fonts={})  # the default fetches web fonts from Google
    except ValueError as error:
        raise mjml_error(str(error), mjml, env, page) from error
    inlined = inline_css(html, render(env, _CSS, **variables))
    count_slots(mjml, inlined, needed)
    return inlined


def _variables(digest: Digest) -> dict[str, Any]:
    """Name what the templates are given (docs/templates.md)."""
    return {
        **shared_variables(digest.masthead, digest.wording, digest.subject, digest.preheader),
        "digest": digest,
        "stories": (digest.lead, *digest.cards),
        "kicker": digest.wording.kicker,
    }


def shared_variables(masthead: Imprint, wording: Wording, subject: str, preheader: str) -> dict[str, Any]:
    """Name what the templates of every mail are given."""
    return {
        "masthead": masthead,
        "arrow": "←" if wording.dir == "rtl" else "→",
        "w": wording,
        "together": keep_together,
        "subject": subject,
        "preheader": preheader,
    }


def shield_attributes(mjml: str) -> str:
    r"""Write what mrml would spell out in attributes ("\u{200d}" for the joiner within an emoji) as references.

    mjml-python 1.4.2 prints attributes as Rust does for debugging: backslashes doubled, marks and format characters
    escaped. What it finds as a character reference it leaves alone.
    """
    return _ATTRIBUTE.sub(lambda found: "".join(map(_refer, found[0])), mjml)


def _refer(character: str) -> str:
    if character == "\\" or (character > "\x7e" and unicodedata.category(character) in _SPELLED_OUT):
        return f"&#{ord(character)};"
    return character


def inline_css(html: str, css: str) -> str:
    """Write CSS into style attributes, and change nothing else: no network, every `<style>` and comment as it was."""
    _quiet_cssutils()
    from premailer import Premailer  # its import costs 100 ms

    root = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    for style in root.iter("style"):
        if not style.get("media"):  # those with media are left alone anyway
            style.set("data-premailer", "ignore")  # premailer removes the attribute again
    tree = Premailer(
        root,
        css_text=css,
        strip_important=False,
        align_floating_images=False,
        disable_basic_attributes=_KEEP,
        disable_validation=True,
        preserve_internal_links=True,
        allow_network=False,
    ).transform()
    document: bytes = etree.tostring(tree, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    return document.decode()


@cache
def _quiet_cssutils() -> None:
    """Keep cssutils from logging every modern property it meets."""
    import cssutils

    cssutils.log.setLevel(logging.CRITICAL)


def tidy(text: str) -> str:
    """Let at most one line stay empty in a row, and none at the end but the last line's own."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"
