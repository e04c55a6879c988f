"""Other names that Hugo and themes give to shortcodes we have a template for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Template, and the names that mean the same.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "youtube": ("youtube-lite", "youtubelite", "yt"),
    "spotify": ("spotify-embed",),
    "apple-podcast": ("apple-podcasts", "applepodcast", "apple_podcast"),
    "x": ("twitter", "tweet", "x-post", "twitter_simple", "x_simple", "tweet-single"),
    "vimeo": ("vimeo_simple", "vimeo-lite"),
    "instagram": ("instagram_simple",),
    "figure": ("image", "img", "figure-dynamic"),
    "ref": ("relref",),
    "details": ("collapse", "expand", "accordion", "spoiler", "fold"),
    "admonition": ("notice", "alert", "callout", "hint", "tip", "note", "warning", "info", "box", "lead"),
    "quote": ("blockquote",),
    "inner": (
        "columns", "column", "tabs", "tab", "gallery", "row", "col", "center", "typeit", "steps", "cards", "align",
    ),
    "code": ("mermaid", "math", "katex", "mathjax", "plantuml", "graphviz", "chart"),
    "script": ("echarts", "mapbox", "map", "leaflet", "asciinema", "codepen", "person"),
    "rawhtml": ("raw", "html", "unsafe"),
    "music": ("meting", "aplayer", "netease"),
    "audio": ("mp3",),
    "video": ("mp4", "dplayer"),
    "iframe": ("embed", "soundcloud", "podcast", "firstory", "soundon"),
    "qr": ("qrcode",),
}  # fmt: skip

TEMPLATE_OF: Mapping[str, str] = MappingProxyType(
    {name: template for template, names in _NAMES.items() for name in names}
)
