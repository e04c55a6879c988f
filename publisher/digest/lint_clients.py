"""What a mail asks of mail clients, held against Can I Email: what must not be there, and a table of all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from publisher.digest.client_data import client_tables
from publisher.digest.lint_css import parse_sheet
from publisher.digest.lint_features import features_of
from publisher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What spoils a mail where it is not understood; all other features only look plainer there.
DENIED = {
    "image-webp": "use JPEG or PNG",
    "image-avif": "use JPEG or PNG",
    "image-svg": "use PNG",
    "image-base64": "let the site serve the picture, and link to it",
    "html-svg": "use a PNG",
    "html-form": "link to a page with the form",
    "html-video": "link to it with a picture",
    "html-audio": "link to it",
    "html-object": "link to it",
    "html-link": "write the CSS into <mj-style>, or into inline.css.j2",
    "html-picture": "use one JPEG or PNG",
    "css-display-flex": "use <mj-column>",
    "css-display-grid": "use <mj-column>",
    "css-position": "use <mj-column> and padding",
    "css-variables": "write the value itself, with Jinja if it repeats",
    "css-modern-color": "write #RRGGBB: Gmail drops the whole style attribute",
    "css-at-import": "write the CSS itself",
    "css-at-font-face": "name fonts that readers have: Outlook for Windows falls back to Times",
    "css-nesting": "write each selector out",
}


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One feature that a mail uses, and who understands it."""

    #: Its page is at https://www.caniemail.com/features/<slug>/.
    slug: str
    title: str
    #: Where the mail uses it.
    sample: str
    #: One letter for each of `client_names()`: y yes, a partly, n no, u not known.
    support: str


def client_names() -> tuple[str, ...]:
    """Name the columns of the table."""
    return tuple(client_tables()["clients"])


def client_table(html: str) -> tuple[ClientRow, ...]:
    """List the features a mail uses, those that most clients lack first."""
    known = client_tables()["features"]
    rows = [
        ClientRow(slug, known[slug]["title"], sample, known[slug]["support"])
        for slug, sample in features_of(parse_html(html)).items()
        if slug in known
    ]
    return tuple(sorted(rows, key=lambda row: (-row.support.count("n"), -row.support.count("a"), row.slug)))


def lint_clients(root: etree._Element) -> Iterator[Problem]:
    """Find what mail clients drop or take amiss."""
    known = client_tables()["features"]
    for slug, sample in sorted(features_of(root).items()):
        if slug in DENIED:
            lacking = [name for name, mark in zip(client_names(), known[slug]["support"], strict=True) if mark == "n"]
            message = f"{known[slug]['title']} is not understood by {', '.join(lacking[:4])}: {sample}"
            yield Problem(message, hint=DENIED[slug], severity="error", rule="mail-client")
        elif slug.startswith("nowhere-"):
            yield Problem(f"every mail client removes {sample}", severity="error", rule="mail-client")
    for style in root.iter("style"):
        if style.text and parse_sheet(style.text).nested_at:
            hint = "write both conditions into one: @media (…) and (…)"
            message = "an @ rule stands within another, and Gmail drops a <style> for that"
            yield Problem(message, hint=hint, severity="error", rule="mail-client")


def parse_html(html: str) -> etree._Element:
    """Parse a mail's document."""
    return etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
