"""A digest becomes a mail's HTML and text: Jinja2 → MJML → premailer, checked, without network.

premailer's defaults would drop the doctype, `!important` (and with it dark mode and phones) and Outlook's image widths.
The settings below are those that change nothing but `style` attributes.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lxml import etree
from mjml import mjml2html

from publisher.digest.checks import LIMIT_BYTES, WARN_BYTES, check_html, check_text, count_slots
from publisher.digest.compose import move_to_rest
from publisher.digest.line_breaks import keep_together
from publisher.digest.mjml_errors import mjml_error
from publisher.digest.mjml_lint import lint_own_templates
from publisher.errors import ContentError
from publisher.templates import render

if TYPE_CHECKING:
    from jinja2 import Environment

    from publisher.digest.compose import Digest
    from publisher.errors import Problem

_PAGE, _TEXT, _CSS = "digest.mjml.j2", "digest.txt.j2", "inline.css.j2"
_KEEP = ["width", "height", "align", "valign", "bgcolor"]
#: More cards than this nobody reads; the mail's size may allow fewer.
_MOST_CARDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """An issue's two forms, with slots (`model.message.SLOTS`) where readers differ."""

    html: str
    text: str
    #: The digest as shown: stories that found no room as cards stand in its rest.
    digest: Digest
    #: Doubts that don't keep the mail from leaving.
    problems: tuple[Problem, ...] = ()


def render_digest(digest: Digest, env: Environment) -> RenderedMail:
    """Render a digest with as many cards as a mail has room for; the other stories stand in a list of titles.

    env: the Jinja environment of email_templates/.
    Raises TemplateError for a template that is wrong or breaks a rule that mail clients set (`digest.checks`).
    """
    digest, html = _fit(digest, env)
    text = _tidy(render(env, _TEXT, **_variables(digest)))
    check_text(text, digest.words)
    problems = (*lint_own_templates(env), *check_html(html, digest.words))
    return RenderedMail(html=html, text=text, digest=digest, problems=problems)


def _fit(digest: Digest, env: Environment) -> tuple[Digest, str]:
    """Turn cards into titles until Gmail won't clip the mail (it clips at about 102 KB, and hides the footer)."""
    digest = move_to_rest(digest, min(len(digest.cards), _MOST_CARDS))
    html = _render_html(digest, env)
    while (size := len(html.encode())) >= WARN_BYTES and digest.cards:
        over = (size - WARN_BYTES) / (size / (len(digest.cards) + 2))
        digest = move_to_rest(digest, max(0, len(digest.cards) - 1 - int(over)))
        html = _render_html(digest, env)
    if size >= LIMIT_BYTES:
        raise ContentError(
            f"the mail is too large: {size} bytes, and Gmail cuts off what exceeds {LIMIT_BYTES}",
            hint="shorten the longest descriptions and titles, or your own templates",
        )
    return digest, html


def _render_html(digest: Digest, env: Environment) -> str:
    variables = _variables(digest)
    mjml = render(env, _PAGE, **variables)
    try:
        html = mjml2html(mjml, fonts={})  # the default fetches web fonts from Google
    except ValueError as error:
        raise mjml_error(str(error), mjml, env) from error
    inlined = inline_css(html, render(env, _CSS, **variables))
    count_slots(mjml, inlined)
    return inlined


def _variables(digest: Digest) -> dict[str, Any]:
    """Name what the templates are given (docs/templates.md)."""
    return {
        "digest": digest,
        "masthead": digest.masthead,
        "stories": (digest.lead, *digest.cards),
        "w": digest.wording,
        "together": keep_together,
        "subject": digest.subject,
        "preheader": digest.preheader,
    }


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


def _tidy(text: str) -> str:
    """Let at most one line stay empty in a row, and none at the end but the last line's own."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"
