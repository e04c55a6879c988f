"""Pictures that are there to count readers, not to be seen: known by their size, or by the server they come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.content.html.tree import drop_keeping_tail

if TYPE_CHECKING:
    from publisher.content.html.tree import Element

_TINY = {"0", "1", "0px", "1px"}
_TINY_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|(?:width|height)\s*:\s*[01]px)", re.IGNORECASE)

#: Host, or host and beginning of the path, of pictures that count readers. A host stands for those below it too.
TRACKERS = frozenset(
    {
        "ad.doubleclick.net", "analytics.twitter.com", "b.scorecardresearch.com", "bat.bing.com", "c.statcounter.com",
        "counter.yadro.ru", "ct.pinterest.com", "feeds.feedburner.com/~", "google-analytics.com",
        "googleads.g.doubleclick.net", "googletagmanager.com", "hm.baidu.com", "hotjar.com", "mc.yandex.ru",
        "medium.com/_/stat", "pixel.quantserve.com", "pixel.wp.com", "px.ads.linkedin.com", "sb.scorecardresearch.com",
        "stats.wordpress.com", "stats.wp.com", "t.co/i/adsct", "tr.line.me", "www.facebook.com/tr",
    }
)  # fmt: skip
#: Host → beginnings of paths.
_PATHS = {
    host: tuple(name[len(host) :] for name in TRACKERS if name.partition("/")[0] == host)
    for host in {name.partition("/")[0] for name in TRACKERS}
}
#: What counting programs that people run themselves call their pictures.
_COUNTERS = re.compile(r"/(?:matomo|piwik)\.php$|/__utm\.gif$|/pixel\.gif$", re.IGNORECASE)


def drop_trackers(tree: Element) -> None:
    """Remove pictures that nobody can see, that have no address, or that are known to count readers."""
    for image in list(tree.iter("img")):
        address = (image.get("src") or image.get("srcset") or "").strip()
        if not address or _is_invisible(image) or is_tracker(address):
            drop_keeping_tail(image)


def _is_invisible(image: Element) -> bool:
    tiny = image.get("width") in _TINY and image.get("height") in _TINY
    return tiny or bool(_TINY_STYLE.search(image.get("style") or ""))


def is_tracker(address: str) -> bool:
    """Tell whether an address is known to count readers."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host:
        return False
    labels = host.split(".")
    hosts = (".".join(labels[start:]) for start in range(len(labels)))
    known = any(parts.path.startswith(_PATHS[host]) for host in hosts if host in _PATHS)
    return known or bool(_COUNTERS.search(parts.path))
