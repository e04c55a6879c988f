"""A mail as different clients would show it, made from its HTML alone: in light or dark, without pictures, clipped.

What a client does to a mail is done here to the text, so that every browser shows the same, whatever its own scheme is.
"""

from __future__ import annotations

import re
from typing import Literal

from publisher.model.message import SLOTS, UNSUBSCRIBE

Scheme = Literal["light", "dark"]
View = Literal["light", "dark", "no-pictures", "no-style", "clipped"]

#: Gmail shows so much of a mail's HTML, and a link to the rest.
CLIP_BYTES = 102 * 1024
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)", re.IGNORECASE)
_SCHEMES = re.compile(r"((?:supported-)?color-scheme:\s*)light dark")
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_SOURCE = re.compile(r"(<img\b[^>]*?\ssrc=)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_SLOT = re.compile("|".join(SLOTS))


def view_of(html: str, view: View, *, clipped: str) -> str:
    """Give a mail as a client would show it.

    html: as frozen, with its slots filled (`fill`). clipped: what stands below a mail that was cut.
    """
    html = with_links_elsewhere(html)
    match view:
        case "dark":
            return in_scheme(html, "dark")
        case "no-pictures":
            return without_pictures(in_scheme(html, "light"))
        case "no-style":
            return without_style(html)
        case "clipped":
            return clip(in_scheme(html, "light"), clipped)
    return in_scheme(html, "light")


def with_links_elsewhere(html: str) -> str:
    """Let links open beside the preview, as they do beside a mail."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def in_scheme(html: str, scheme: Scheme) -> str:
    """Let the rules for the dark hold always or never, whatever the browser prefers."""
    html = _DARK.sub("@media all" if scheme == "dark" else "@media not all", html)
    return _SCHEMES.sub(rf"\g<1>{scheme}", html)


def without_pictures(html: str) -> str:
    """Show no picture but its words, as Outlook does before it is asked."""
    return _SOURCE.sub(r'\1"data:,"', html)


def without_style(html: str) -> str:
    """Take every <style> away, as Gmail's app does for accounts of others."""
    return _STYLE.sub("", html)


def clip(html: str, note: str) -> str:
    """Cut a mail where Gmail does, <style> gone with it, and say so below; a mail with room to spare stays as it is."""
    content = html.encode()
    if len(content) <= CLIP_BYTES:
        return html
    shown = content[:CLIP_BYTES].decode(errors="ignore")
    whole = shown[: shown.rindex("<")] if shown.rfind("<") > shown.rfind(">") else shown
    return without_style(whole) + f'<p style="font:14px sans-serif;padding:16px;color:#1155CC">{note}</p>'


def fill(html: str, *, name: str = "") -> str:
    """Put something in the place of what differs from reader to reader: links that lead nowhere, and a name."""
    return _SLOT.sub(lambda slot: name if slot[0].startswith("XXNAME") else "#", html)


def fill_text(text: str, *, name: str = "") -> str:
    """Do the same for the plain text twin, where a link has to look like one."""
    links = {UNSUBSCRIBE: "https://…/unsubscribe"}
    return _SLOT.sub(lambda slot: name if slot[0].startswith("XXNAME") else links.get(slot[0], "https://…"), text)


def with_local_pictures(html: str, names: tuple[str, ...], site_url: str, base: str) -> str:
    """Let the mail's own pictures come from the preview, since the site may not have them yet.

    names: paths below the site. base: address that the preview serves them below, ending in "/".
    """
    for name in names:
        html = html.replace(site_url + name, base + name)
    return html


def style_bytes(html: str) -> int:
    """Count the bytes of a mail's <style> blocks, tags left out."""
    return sum(len(re.sub(r"</?style[^>]*>", "", style).encode()) for style in _STYLE.findall(html))
