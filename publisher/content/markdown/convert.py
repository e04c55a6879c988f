"""Markdown to HTML: comrak parses; what it decides otherwise than Hugo is done here, on its source and on its tree.

Bare links are set aside before comrak sees them (it would let `。後面` into the address) and linked afterwards.
Quotes, dashes and dots are turned on the tree, where it is known what is code and what was escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import comrak

from publisher.content.html.tree import MARK, drop_marks, parse, serialise
from publisher.content.markdown.bare_links import put_back, set_aside
from publisher.content.markdown.block_attributes import drop_block_attributes
from publisher.content.markdown.footnotes import rewrite_footnotes
from publisher.content.markdown.headings import give_ids
from publisher.content.markdown.list_repairs import repair_lists
from publisher.content.markdown.passthrough import keep_from_markdown, put_formulas_back
from publisher.content.markdown.typography import typeset

if TYPE_CHECKING:
    from publisher.content.html.tree import Element
    from publisher.content.hugo.site import MarkdownSettings

#: Where Hugo ends the summary; no reader is to see it. Only this exact spelling counts.
MORE = "<!--more-->"


def to_html(text: str, settings: MarkdownSettings) -> str:
    """Turn Markdown into HTML, as `to_tree` does."""
    return serialise(to_tree(text, settings))


def to_tree(text: str, settings: MarkdownSettings) -> Element:
    """Turn Markdown into a tree. What comes out is not cleaned, and its URLs are as written."""
    # A paragraph ends there, as in Hugo.
    source = text.replace(MORE, "\n\n", 1)
    kept = keep_from_markdown(source, settings.kept_blocks, settings.kept_inline)
    links = set_aside(kept.text, after_cjk=settings.linkify_after_cjk)
    tree = parse(comrak.render_markdown(links.text, *_options(settings)))
    put_back(tree, links, linkify=settings.linkify)
    if settings.block_attributes:
        drop_block_attributes(tree)
    if settings.smart:
        typeset(tree)
    put_formulas_back(tree, kept)
    _drop_escape_marks(tree)
    if settings.east_asian_line_breaks:
        _join_wide_lines(tree)
    repair_lists(tree)
    give_ids(tree, settings.heading_ids, attributes=settings.title_attributes)
    rewrite_footnotes(tree)
    return tree


def _options(settings: MarkdownSettings) -> tuple[comrak.ExtensionOptions, comrak.ParseOptions, comrak.RenderOptions]:
    extensions, parsing, rendering = comrak.ExtensionOptions(), comrak.ParseOptions(), comrak.RenderOptions()
    for name in settings.extensions:
        setattr(extensions, name, True)
    extensions.cjk_friendly_emphasis = settings.cjk_emphasis
    extensions.shortcodes = settings.emoji
    rendering.unsafe_ = settings.raw_html
    rendering.hardbreaks = settings.hard_wraps
    # Marks "\"" and the like, so that what was escaped stays as it is.
    rendering.escaped_char_spans = True
    return extensions, parsing, rendering


def _drop_escape_marks(tree: Element) -> None:
    for mark in tree.iter("span"):
        if "data-escaped-char" in mark.attrib:
            mark.tag = MARK
    drop_marks(tree)


_WIDE_BREAK = re.compile(
    "(?<=[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffee])\n(?=[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffee])"
)


def _join_wide_lines(tree: Element) -> None:
    """Drop a line break between two wide characters: Chinese puts no space there."""
    for element in tree.iter("p", "li", "td", "th", "em", "strong", "a", "del", "h1", "h2", "h3", "h4", "h5", "h6"):
        if element.text:
            element.text = _WIDE_BREAK.sub("", element.text)
        for child in element:
            if child.tail:
                child.tail = _WIDE_BREAK.sub("", child.tail)
