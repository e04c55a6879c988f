"""All feeds of a site as OPML 2.0, which feed readers import in one go (opml.org/spec2.opml)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.model.feed import Feed

OPML_NAME = "feeds.opml"


def render_opml(title: str, feeds: Iterable[Feed]) -> bytes:
    """Render a list of feeds, each in the first of its formats; equal lists give equal bytes.

    Each is type="rss", whatever its format is, as OPML 2.0 has it.
    """
    from xml.etree import ElementTree as ET

    opml = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(opml, "head"), "title").text = title
    body = ET.SubElement(opml, "body")
    for feed in feeds:
        ET.SubElement(body, "outline", _facts(feed))
    ET.indent(opml, " ")
    text = ET.tostring(opml, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _facts(feed: Feed) -> dict[str, str]:
    return {
        "text": feed.title,
        "title": feed.title,
        "type": "rss",
        "xmlUrl": next(iter(feed.urls.values())),
        "htmlUrl": feed.home_url,
        "language": feed.language,
        "description": feed.description,
    }
