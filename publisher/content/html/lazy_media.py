"""Pictures and players that a script would load later get their address at once: in feeds and mails no script runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.html.tree import drop_keeping_tail

if TYPE_CHECKING:
    from publisher.content.html.tree import Element

_MEDIA = ("img", "source", "video", "audio", "iframe", "embed")
#: Attribute that counts → names under which scripts look for its value.
_LATE = {
    "src": ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url"),
    "srcset": ("data-srcset", "data-lazy-srcset", "data-original-set"),
    "poster": ("data-poster",),
}


def drop_written_out(tree: Element) -> int:
    """Remove pictures that stand in the text itself, as data: no feed and no mail carries them. Gives their number."""
    written_out = [image for image in tree.iter("img") if _is_data(image.get("src")) and not image.get("srcset")]
    for image in written_out:
        drop_keeping_tail(image)
    return len(written_out)


def _is_data(address: str | None) -> bool:
    return (address or "").lstrip()[:5].lower() == "data:"


def load_at_once(tree: Element) -> None:
    """Put addresses that wait in `data-` attributes where they count, in the place of a placeholder."""
    for element in tree.iter(*_MEDIA):
        late = False
        for name, waiting in _LATE.items():
            address = next((value for one in waiting if (value := (element.get(one) or "").strip())), "")
            if address and not address.lower().startswith(("data:", "javascript:")):
                element.set(name, address)
                late = True
            elif name == "srcset" and late and (element.get(name) or "").lstrip().startswith("data:"):
                # A placeholder that would go before the address just found.
                del element.attrib[name]
