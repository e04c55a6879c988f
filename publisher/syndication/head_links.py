"""Links by which readers find a site's feeds from its pages (rssboard.org/rss-autodiscovery), main feed first.

As a partial for Hugo, in which the page of a term leads to the term's feed too; or as HTML for any other generator.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.model.feed import Feed, Format

#: By format: type, and what tells its link's title from those of the others.
_LINKS: Mapping[Format, tuple[str, str]] = {
    "rss": ("application/rss+xml", ""),
    "atom": ("application/atom+xml", " (Atom)"),
    "json": ("application/feed+json", " (JSON)"),
}
_COMMENT = """{{- /* Where readers find the feeds of this site. Written by `publisher head`: write it anew when feeds
       come and go. Call it inside <head>: {{ partial "feeds.html" . }} */ -}}
"""
_HUGO = """{{- $feeds := slice
%s
-}}
{{- $terms := dict
%s
-}}
{{- with index $terms .RelPermalink }}{{ $feeds = $feeds | append . }}{{ end }}
{{- range $feeds }}{{ $title := .title }}
%s
{{- end }}
"""


def render_links(feeds: Sequence[Feed]) -> str:
    """Give the links to some feeds as HTML, main feed first."""
    lines = [
        _link(_LINKS[form][0], escape(f"{feed.title}{_LINKS[form][1]}"), escape(url))
        for feed in feeds
        for form, url in feed.urls.items()
    ]
    return "\n".join(lines) + "\n"


def render_hugo_partial(feeds: Sequence[Feed], by_page: Sequence[Feed]) -> str:
    """Give a partial for Hugo: the links to `feeds` on every page, and on pages of their own those to `by_page`.

    by_page: feeds of terms; `home_url` is the page that lists a term's posts. Where two share one, the first counts.
    """
    pages: dict[str, Feed] = {}
    for feed in by_page:
        pages.setdefault(urlsplit(feed.home_url).path, feed)
    everywhere = "\n".join(f"  {_dict(feed)}" for feed in feeds)
    terms = "\n".join(f"  {_text(path)} {_dict(feed)}" for path, feed in pages.items())
    links = "\n".join(
        f"{{{{- with .{form} }}}}\n{_link(mime_type, f'{{{{ $title }}}}{mark}', '{{ . }}')}{{{{ end }}}}"
        for form, (mime_type, mark) in _LINKS.items()
    )
    return _COMMENT + _HUGO % (everywhere, terms, links)


def _dict(feed: Feed) -> str:
    """Write a feed as a call of Hugo's `dict`."""
    facts: dict[str, str] = {"title": feed.title} | dict(feed.urls.items())
    return "(dict " + " ".join(f"{_text(key)} {_text(value)}" for key, value in facts.items()) + ")"


def _text(text: str) -> str:
    """Write a string as Go's templates read it; JSON's escapes are Go's too."""
    return json.dumps(text, ensure_ascii=False)


def _link(mime_type: str, title: str, url: str) -> str:
    return f'<link rel="alternate" type="{mime_type}" title="{title}" href="{url}">'
