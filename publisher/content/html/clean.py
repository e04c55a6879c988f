"""What may leave: an allow-list of HTML, as data, and the one place that applies it (nh3, an HTML5 parser in Rust).

Feed readers and mail clients drop scripts, styles, forms and frames anyway; we don't send what they must take out.
"""

from __future__ import annotations

import re

import nh3

from publisher.content.html.characters import FORBIDDEN

TAGS = frozenset(
    {
        "a", "abbr", "aside", "audio", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col",
        "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2",
        "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "picture",
        "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "source", "span", "strong", "sub",
        "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "track", "u", "ul",
        "var", "video", "wbr",
    }
)  # fmt: skip
ATTRIBUTES = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "rel"},
    "audio": {"src", "controls", "preload"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"src", "srclang", "kind", "label"},
    "video": {"src", "poster", "controls", "preload", "width", "height"},
}
#: Attributes that may hold these values only: a task list's boxes are no form.
ATTRIBUTE_VALUES = {"input": {"type": {"checkbox"}, "checked": {""}, "disabled": {""}}}
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "ftp", "xmpp", "magnet", "geo"})
#: Elements that vanish with everything inside them.
WITH_CONTENTS = frozenset(
    {"script", "style", "noscript", "template", "object", "embed", "applet", "svg", "math", "iframe"}
)


# Made once: nh3 checks the lists against each other each time it is given them.
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    tag_attribute_values={tag: dict(values) for tag, values in ATTRIBUTE_VALUES.items()},
    clean_content_tags=set(WITH_CONTENTS),
    url_schemes=set(SCHEMES),
    strip_comments=True,
    link_rel=None,
)


_EMPTY = re.compile(r"<p>\s*</p>\n?")


def clean_html(html: str) -> str:
    """Let through what the lists above allow. Comments go, and so does what XML forbids."""
    cleaned = FORBIDDEN.sub("", _CLEANER.clean(html))
    return _EMPTY.sub("", cleaned).strip()
