"""Hugo's own answers (tests/judges/hugo/), and the form in which its HTML and ours are compared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from publisher.config import Config, parse_config
from publisher.content.html.embeds import public_embed
from publisher.content.hugo.site import read_hugo_config

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FOLDER = Path(__file__).parent / "hugo"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_BLOCK_TAGS = r"p|div|ul|ol|li|table|thead|tbody|tr|td|th|blockquote|hr|h\d|dl|dt|dd|pre|br|embed|figure"
_COMPARED = ("href", "src", "poster", "id", "start", "title", "alt", "checked", "type")


@dataclass(frozen=True)
class Answer:
    """One page of one site, as Hugo sees it."""

    site: str
    page: dict[str, Any]

    @property
    def root(self) -> Path:
        return FOLDER / self.site / "site"

    @property
    def key(self) -> str:
        return str(self.page["file"])


def sites() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if (path / "expected.json").is_file())


def answers() -> list[Answer]:
    loaded = {site: json.loads((FOLDER / site / "expected.json").read_text(encoding="utf-8")) for site in sites()}
    return [Answer(site, page) for site, expected in loaded.items() for page in expected["pages"]]


def config_of(root: Path) -> Config:
    """The publisher.toml that `publisher init` would write for a Hugo site, without asking anything."""
    hugo = read_hugo_config(root)
    return parse_config(
        f'[site]\ntitle = "{hugo.title}"\nurl = "{hugo.base_url}"\ngenerator = "hugo"\n', root / "publisher.toml"
    )


def moment(text: str) -> datetime | None:
    return None if text.startswith("0001-01-01") else datetime.fromisoformat(text)


def normal_form(source: str, permalink: str, base_url: str) -> str:
    """Write HTML so that equal structure and text give equal strings.

    Intended differences are made equal: addresses absolute, frames as links, code without colours, ids without prefix.
    """
    tree = cast(
        "HtmlElement", html.fragment_fromstring(re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL), create_parent="div")
    )
    for block in tree.xpath("//div[@class='highlight']"):
        _uncolour(block)
    for frame in list(tree.iter("iframe")):
        frame.tag = "embed"
        url = public_embed(frame.get("src") or "").url
        frame.attrib.clear()
        frame.set("src", url)
    for card in list(tree.iter("p")):
        _card_to_embed(card)
    parts: list[str] = []
    _write(tree, parts, permalink, base_url)
    text = "".join(parts)
    return re.sub(rf"\s*(</?(?:{_BLOCK_TAGS})(?: [^>]*)?>)\s*", r"\1", text)


def _uncolour(block: HtmlElement) -> None:
    code = block.findall(".//code")[-1]
    text = code.text_content()
    block.tag = "pre"
    for child in list(block):
        block.remove(child)
    block.text = ""
    block.attrib.clear()
    inner = html.Element("code")
    inner.text = text
    block.append(inner)


def _card_to_embed(card: HtmlElement) -> None:
    link = card[0] if len(card) == 1 and card[0].tag == "a" else None
    label = link.text_content() if link is not None else ""
    if link is not None and label[:1] in "▶🎧↗" and label:
        embed = html.Element("embed", src=link.get("href") or "")
        embed.tail = card.tail
        card.tail = None
        parent = card.getparent()
        assert parent is not None
        parent.replace(card, embed)


def _write(element: HtmlElement, parts: list[str], permalink: str, base_url: str, *, verbatim: bool = False) -> None:
    verbatim = verbatim or element.tag == "pre"
    shown = "".join(
        f" {name}={_value(name, element.get(name) or '', permalink, base_url)}"
        for name in _COMPARED
        if element.get(name) is not None and (name != "href" or element.get(name))
    )
    parts.append(f"<{element.tag}{shown}>")
    parts.append(_text(element.text, verbatim=verbatim))
    for child in element:
        _write(child, parts, permalink, base_url, verbatim=verbatim)
        parts.append(_text(child.tail, verbatim=verbatim))
    parts.append(f"</{element.tag}>")


def _text(text: str | None, *, verbatim: bool) -> str:
    return (text or "") if verbatim else re.sub(r"\s+", " ", text or "")


def _value(name: str, value: str, permalink: str, base_url: str) -> str:
    if name == "id":
        return re.sub(r"^p[0-9a-f]{8}-", "", value)
    if name == "checked":
        return ""
    if name not in {"href", "src", "poster"}:
        return value
    value = re.sub(r"^#p[0-9a-f]{8}-", "#", value)
    sub_path = urlsplit(base_url).path
    if value.startswith("/") and not value.startswith("//"):
        below = value.removeprefix(sub_path)
        value = urljoin(base_url, below.lstrip("/"))
    return unquote(urljoin(permalink, value))
