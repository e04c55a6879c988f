"""Shortcodes become HTML or Markdown, each by the template that speaks for it.

For a name and a target the first of these speaks: the site's own `feeds/shortcodes/<name>.<target>.html.j2`, then
`<name>.html.j2`; the site's Hugo template, where `content.go_template` can read it; ours; a link card to the post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound
from markupsafe import Markup

from publisher.content.front_matter import aliases
from publisher.content.html.embeds import public_embed
from publisher.content.html.tree import drop_marks, is_whole, parse, replace_with, serialise
from publisher.content.shortcodes.names import TEMPLATE_OF
from publisher.content.shortcodes.syntax import Call, Node, parse_shortcodes, place_in_text, syntax_problems
from publisher.errors import ContentError, Problem
from publisher.templates import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment

    from publisher.content.html.tree import Element
    from publisher.content.shortcodes.go_template import SiteTemplates
    from publisher.errors import Location
    from publisher.model.post import Post, Target

#: Shortcodes nested deeper than this are not expanded: every level renders all levels below it.
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What shortcodes are rendered with."""

    env: Environment
    target: Target
    post: Post
    #: Name of the file for messages.
    file: str
    #: Markdown to HTML, as the post's own.
    markdown: Callable[[str], str]
    #: Address of the site; ends in "/".
    base_url: str
    #: Address of a page of the site, by the path that `ref` takes. Raises ContentError.
    ref: Callable[[str, str], str]
    #: Makes the address of a file that the post names absolute.
    absolute: Callable[[str], str]
    #: The site's own Hugo templates; None where there are none.
    site_templates: SiteTemplates | None = None
    #: Configuration values that a template may ask for.
    site_params: Mapping[str, Any] = field(default_factory=dict)
    #: Templates that were found for names: the site's own, and ours.
    known: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text without shortcodes: HTML they made is kept apart, behind words that Markdown leaves alone."""

    text: str
    #: Word to HTML.
    pieces: Mapping[str, str]
    problems: tuple[Problem, ...]


class Shortcode:
    """What a template is given as `sc`."""

    def __init__(self, call: Call, inner: str, parent: Shortcode | None) -> None:
        self.name = call.name
        self.args = call.args
        #: What stands inside, shortcodes expanded; Markdown as written.
        self.inner = inner
        self.parent = parent
        self.ordinal = call.ordinal
        self._call = call

    def get(self, key: int | str, default: Any = "") -> Any:
        """Look an argument up by position or name."""
        return self._call.get(key.lower() if isinstance(key, str) else key, default)

    def first(self, *names: str) -> Any:
        """Give the first of these named arguments, else the first unnamed one. Raises ContentError if there is none."""
        keys: tuple[str | int, ...] = (*names, 0)
        for key in keys:
            value = self.get(key)
            if value not in ("", None):
                return value
        raise ContentError(f'the shortcode "{self.name}" needs {" or ".join(names)}')


def expand_shortcodes(text: str, around: Surroundings, first_line: int) -> Expanded:
    """Expand every shortcode of a post's body.

    first_line: the line of the file that `text` begins on, for messages.
    """
    if "{{<" not in text and "{{%" not in text:
        return Expanded(text, {}, ())
    parsed = parse_shortcodes(text)
    work = _Expansion(text, around, first_line, _unused_word(text))
    work.problems.extend(syntax_problems(parsed, text, around.file, first_line))
    result = work.join(parsed.nodes, None, raw=False)
    return Expanded(result, work.pieces, tuple(work.problems))


def put_in(tree: Element, pieces: Mapping[str, str]) -> Element:
    """Put what shortcodes made where their words stand in a tree. Gives the tree, which may be another one then."""
    if not pieces:
        return tree
    alone = [paragraph for paragraph in tree.iter("p") if paragraph.text in pieces and not len(paragraph)]
    if [paragraph.text for paragraph in alone] != list(pieces) or not all(map(is_whole, pieces.values())):
        # In the middle of a text, inside each other, or opening what another one closes.
        return parse(fill_in(serialise(tree), pieces))
    for paragraph, piece in zip(alone, pieces.values(), strict=True):
        replace_with(paragraph, parse(piece))
    drop_marks(tree)
    return tree


def fill_in(html: str, pieces: Mapping[str, str]) -> str:
    """Put what shortcodes made where their words stand. A paragraph of nothing else gives way to it."""
    if not pieces:
        return html
    word = re.compile("|".join(map(re.escape, pieces)))

    def attribute_safe(tag: re.Match[str]) -> str:
        return word.sub(lambda match: escape(pieces[match[0]].strip(), quote=True), tag[0])

    # A piece may hold words of pieces inside it, never of those around it, so this ends.
    for _ in range(MAX_DEPTH):
        html = re.sub(r"<[a-zA-Z][^>]*>", attribute_safe, html)
        html = re.sub(rf"<p>({word.pattern})</p>", lambda match: pieces[match[1]], html)
        html = word.sub(lambda match: pieces[match[0]], html)
        if not word.search(html):
            break
    return html


def _unused_word(text: str) -> str:
    word = "hbsc"
    while word in text:
        word += "q"
    return word


@dataclass(frozen=True, slots=True)
class _Made:
    """What a shortcode became. Templates of ours make HTML in either form, the site's own what they are called by."""

    text: str
    markdown: bool = False


@dataclass(slots=True)
class _Expansion:
    text: str
    around: Surroundings
    first_line: int
    word: str
    pieces: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def join(self, nodes: tuple[Node, ...], parent: Shortcode | None, *, raw: bool, depth: int = 0) -> str:
        """Expand nodes. raw: what `{{< >}}` makes is put in place, as Hugo's templates expect, not behind a word."""
        return "".join(
            node if isinstance(node, str) else self._place(self._expand(node, parent, depth), raw=raw) for node in nodes
        )

    def _place(self, made: _Made, *, raw: bool) -> str:
        if made.markdown or raw:
            return made.text
        word = f"{self.word}{len(self.pieces)}x"
        self.pieces[word] = made.text
        return word

    def _expand(self, call: Call, parent: Shortcode | None, depth: int) -> _Made:
        if not call.name or depth > MAX_DEPTH:
            return self._missing_card()
        if call.name.endswith(".inline"):
            # A template inside the text: off in Hugo unless its security settings say otherwise.
            return _Made("")
        try:
            return self._by_template(call, parent, depth)
        except ContentError as error:
            at = error.at or self._at(call)
            self.problems.append(Problem(error.message, at, error.hint, "error", rule="shortcode"))
            return self._missing_card()

    def _by_template(self, call: Call, parent: Shortcode | None, depth: int) -> _Made:
        known = self.around.known
        own, shipped = known.get(call.name) or known.setdefault(call.name, self._templates(call.name))
        if own:
            return self._render_ours(own, call, parent, depth)
        site = self.around.site_templates
        template = site.find(call.name) if site else None
        if template:
            shortcode = Shortcode(call, self._inner(call, parent, depth, raw=True), parent)
            made = template.render(shortcode, self.around)
            if made is not None:
                return _Made(made.rstrip("\n"), markdown=call.markdown)
        return self._render_ours(shipped, call, parent, depth) if shipped else self._unknown(call, parent, depth)

    def _templates(self, name: str) -> tuple[str, str]:
        """Find the template of the site's own, and the one of ours; "" where there is none."""
        own = shipped = ""
        names = dict.fromkeys((name, TEMPLATE_OF.get(name, name)))
        suffixes = (f".{self.around.target}.html.j2", ".html.j2")
        for path in (f"shortcodes/{one}{suffix}" for one in names for suffix in suffixes):
            found, builtin = self._file(path), self._file(f"builtin/{path}")
            shipped = shipped or (f"builtin/{path}" if builtin else "")
            own = own or (path if found and found != builtin else "")
        return own, shipped

    def _file(self, name: str) -> str:
        """Find the file of a template; "" if there is none. Nothing is compiled: most are never rendered."""
        loader = self.around.env.loader
        try:
            return (loader.get_source(self.around.env, name)[1] or name) if loader else ""
        except TemplateNotFound:
            return ""

    def _inner(self, call: Call, parent: Shortcode | None, depth: int, *, raw: bool) -> str:
        if call.inner is None:
            return ""
        return self.join(call.inner, Shortcode(call, "", parent), raw=raw, depth=depth + 1)

    def _render_ours(self, name: str, call: Call, parent: Shortcode | None, depth: int) -> _Made:
        around = self.around
        shortcode = Shortcode(call, self._inner(call, parent, depth, raw=False), parent)
        made = render(
            around.env,
            name,
            sc=shortcode,
            post=around.post,
            target=around.target,
            language=around.post.language,
            embed=public_embed,
            markdown=lambda text: Markup(around.markdown(str(text))),
            markdown_line=lambda text: Markup(_without_paragraph(around.markdown(str(text)))),
            ref=lambda path, language="": around.ref(str(path), str(language)),
            param=self._param,
            absolute=around.absolute,
        )
        return _Made(made.strip())

    def _param(self, name: Any) -> Any:
        """Look a front-matter value up, by a name with dots; else one of the site's params. Raises ContentError."""
        for values in (self.around.post.params, self.around.site_params):
            value = aliases.lookup(values, (str(name).lower(),))[1]
            if value is not None:
                return value
        raise ContentError(f'there is no param "{name}"', hint=f"write `{name}: …` in the front matter")

    def _unknown(self, call: Call, parent: Shortcode | None, depth: int) -> _Made:
        hint = f"write feeds/shortcodes/{call.name}.html.j2; until then readers get a link to the post"
        message = f'there is no template for the shortcode "{call.name}"'
        self.problems.append(Problem(message, self._at(call), hint, rule="unknown-shortcode"))
        inner = self._inner(call, parent, depth, raw=False)
        if not inner.strip():
            return self._missing_card()
        return _Made(inner, markdown=True) if call.markdown else _Made(self.around.markdown(inner))

    def _missing_card(self) -> _Made:
        return _Made(missing_card(self.around))

    def _at(self, call: Call) -> Location:
        return place_in_text(self.text, call.offset, self.around.file, self.first_line)


def embed_card(address: str, title: str, around: Surroundings) -> str:
    """Make the link card for the address inside a frame."""
    variables = {"embed": public_embed(address, title), "target": around.target, "language": around.post.language}
    return render(around.env, "frame.html.j2", **variables).strip()


def missing_card(around: Surroundings) -> str:
    """Make the link card to the post itself, for what can't be shown elsewhere."""
    variables = {"post": around.post, "target": around.target, "language": around.post.language}
    return render(around.env, "missing.html.j2", **variables).strip()


def _without_paragraph(html: str) -> str:
    found = re.fullmatch(r"\s*<p>(.*)</p>\s*", html, re.DOTALL)
    return found[1] if found and "<p>" not in found[1] else html.strip()
