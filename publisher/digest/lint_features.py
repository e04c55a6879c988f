"""Which features of Can I Email's list a mail uses: by tag, attribute, kind of picture, property, unit, selector."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.digest.client_data import client_tables
from publisher.digest.lint_css import parse_inline, parse_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.digest.lint_css import AtRule, Declaration, Rule

#: What was found, and where: slug of a feature, a sample for people.
Found = tuple[str, str]

_GROUPS = {
    "html-h1-h6": ("h1", "h2", "h3", "h4", "h5", "h6"),
    "html-lists": ("ul", "ol", "li", "dl", "dt", "dd"),
    "html-semantics": (
        "article",
        "aside",
        "details",
        "figcaption",
        "figure",
        "footer",
        "header",
        "main",
        "nav",
        "section",
    ),
    "html-strong": ("strong", "b"),
    "html-table": ("table", "tr", "td", "th", "tbody", "thead", "tfoot"),
}
_TAGS = {tag: slug for slug, tags in _GROUPS.items() for tag in tags}
#: Not in Can I Email's list, and removed by every client.
NOWHERE = ("script", "iframe", "embed", "frame", "applet")
_IMAGES = {"jpeg": "jpg", "tif": "tiff", "heic": "heif", "svgz": "svg"}
#: Functions and spaces inside of rgb() that only newer engines read (CSS Color 4).
_MODERN_COLOUR = re.compile(r"\b(?:rgba?|hsla?)\([^,()]*[\d%]\s+[\d.]|\b(?:hwb|lab|lch|oklab|oklch|color|color-mix)\(")
_FUNCTION = re.compile(r"\b(calc|min|max|clamp|light-dark|(?:linear|radial|conic)-gradient|rgb|rgba)\(")
_UNIT = re.compile(r"(?<![\w#-])-?(?:\d+\.?\d*|\.\d+)(%|[a-z]+)\b|(?<![\w#-])-?(?:\d+\.?\d*|\.\d+)(%)")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")


def features_of(root: object) -> dict[str, str]:
    """Name the features that a mail uses, each with a sample.

    root: the parsed document (lxml). What stands in comments for Outlook alone is not counted.
    """
    known = client_tables()["features"]
    features: dict[str, str] = {}
    for slug, sample in _found(root):
        if slug in known or slug.startswith("nowhere-"):
            features.setdefault(slug, sample[:80])
    return features


def _found(root: object) -> Iterator[Found]:
    for element in root.iter():  # type: ignore[attr-defined]
        if not isinstance(element.tag, str):
            continue
        yield from _tag(element.tag, dict(element.attrib))
        for declaration in parse_inline(element.get("style", "")):
            yield from _declaration(declaration)
        if element.tag == "style" and element.text:
            yield from _sheet(element.text)


def _sheet(css: str) -> Iterator[Found]:
    sheet = parse_sheet(css)
    for at_rule in sheet.at_rules:
        yield from _at_rule(at_rule)
    for rule in sheet.rules:
        yield from _rule(rule)


def _tag(tag: str, attributes: dict[str, str]) -> Iterator[Found]:
    kind = attributes.get("type", "text").lower()
    slug = f"html-{tag}-{kind}" if tag in {"input", "button"} else _TAGS.get(tag, f"html-{tag}")
    yield slug, f"<{tag}>"
    if tag in NOWHERE:
        yield f"nowhere-{tag}", f"<{tag}>"
    for name, value in attributes.items():
        if tag != "img" or name not in {"width", "height"}:  # on pictures both are read everywhere
            yield f"html-{'loading-attribute' if name == 'loading' else name}", f'<{tag} {name}="{value[:20]}">'
        yield from _address(name, value)


def _address(name: str, value: str) -> Iterator[Found]:
    """Look at what a src or href leads to."""
    if name in {"src", "background"}:
        if value.startswith("data:"):
            yield "image-base64", value[:30]
        suffix = urlsplit(value).path.rpartition(".")[2].lower() if "." in urlsplit(value).path else ""
        yield f"image-{_IMAGES.get(suffix, suffix)}", value
    elif name == "href" and value.startswith("#"):
        yield "html-anchor-links", value
    elif name == "href" and value.startswith("mailto:"):
        yield "html-mailto-links", value


def _at_rule(rule: AtRule) -> Iterator[Found]:
    sample = f"@{rule.keyword} {rule.prelude}"
    yield f"css-at-{rule.keyword.removeprefix('-webkit-')}", sample
    if rule.keyword == "media":
        for feature in re.findall(r"\(\s*([a-z-]+)", rule.prelude):
            yield f"css-at-media-{feature}", sample


def _rule(rule: Rule) -> Iterator[Found]:
    if rule.nested:
        yield "css-nesting", rule.selector
    yield from _selector(rule.selector)
    for declaration in rule.declarations:
        yield from _declaration(declaration)


def _selector(selector: str) -> Iterator[Found]:
    bare = re.sub(r"\[[^\]]*\]", "", selector)
    for colons, name in _PSEUDO.findall(bare):
        yield f"css-pseudo-{'element' if colons == '::' else 'class'}-{name}", selector
        yield f"css-pseudo-element-{name}", selector  # :before is an older way to write ::before
    marks = {
        "[": "attribute",
        ">": "child",
        "+": "adjacent-sibling",
        "~": "general-sibling",
        "*": "universal",
        ",": "grouping",
    }
    for mark, name in marks.items():
        if mark in (selector if mark == "[" else bare):
            yield f"css-selector-{name}", selector
    if re.search(r"\.[\w-]", bare):
        yield "css-selector-class", selector
    if re.search(r"#[\w-]", bare):
        yield "css-selector-id", selector
    if re.search(r"[\w\]-]\s+[\w.#\[]", bare):
        yield "css-selector-descendant", selector


def _declaration(declaration: Declaration) -> Iterator[Found]:
    name, value = declaration.name, declaration.value
    sample = f"{name}: {value}"
    if name.startswith(("mso-", "-webkit-", "-ms-", "-moz-")):  # for one family of clients, and known to be
        return
    yield from _property(name, value, sample)
    if declaration.important:
        yield "css-important", sample
    if name.startswith("--") or "var(" in value:
        yield "css-variables", sample
    if _MODERN_COLOUR.search(value):
        yield "css-modern-color", sample
    for function in _FUNCTION.findall(value):
        slugs = {"calc": "css-unit-calc", "rgb": "css-rgb", "rgba": "css-rgba"}
        gradient = function if function.endswith("gradient") else f"function-{function}"
        yield slugs.get(function, f"css-{gradient}"), sample
    for unit, percent in _UNIT.findall(value):
        yield f"css-unit-{'percent' if '%' in (unit, percent) else unit}", sample


def _property(name: str, value: str, sample: str) -> Iterator[Found]:
    """Name a property, or the shorthand that it is a part of: padding-left counts as padding."""
    if name == "display":
        yield f"css-display-{value.removeprefix('inline-')}", sample
    if name in {"left", "right", "top", "bottom"}:
        yield "css-left-right-top-bottom", sample
    if re.fullmatch(r"border-(top|bottom)-(left|right)-radius", name):
        name = "border-radius"
    known = client_tables()["features"]
    while name:
        if f"css-{name}" in known:
            yield f"css-{name}", sample
            return
        name = name.rpartition("-")[0]
