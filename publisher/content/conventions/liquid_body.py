"""Liquid in a post's body: evaluated by python-liquid, with Jekyll's own tags and filters.

`include` renders the site's own file where there is one. Every tag that nobody here knows becomes a shortcode of its
name, so that the same templates, link cards and warnings serve it. No clock is read: `now` is nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import liquid
from liquid.exceptions import LiquidError

from publisher.content.conventions.as_shortcode import as_shortcode, read_arguments
from publisher.content.conventions.convention import BodyPlace, Prepared
from publisher.content.conventions.liquid_filters import FILTERS, Folded
from publisher.content.conventions.liquid_tag import Call, register
from publisher.content.front_matter.read import split_front_matter
from publisher.content.media import inside
from publisher.content.shortcodes.syntax import place_in_text
from publisher.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from liquid.context import RenderContext

_NAME = re.compile(r"\{%-?\s*(\w+)")
_RAW = re.compile(r"(\{%-?\s*raw\s*-?%\})(.*?)(\{%-?\s*endraw\s*-?%\})", re.DOTALL)
_VERBATIM = tuple(
    (re.compile(rf"\{{%-?\s*({name})\s*-?%\}}"), re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}")) for name in ("raw", "doc")
)
_SHORTCODE = re.compile(r"\{\{([<%])(.*?)([>%])\}\}", re.DOTALL)
_ANY = re.compile(r"\{%.*?(?:%\}|$)|\{\{.*?(?:\}\}|$)", re.DOTALL | re.MULTILINE)
#: Words that belong to tags of Liquid itself.
_PARTS = frozenset({"else", "elsif", "when", "raw", "doc", "break", "continue"})
_INCLUDES = frozenset({"include", "include_cached", "include_relative"})


class _Environment(liquid.Environment):
    """Liquid within limits: a loop or an output beyond them is a mistake."""

    loop_iteration_limit = 10_000
    output_stream_limit = 5_000_000
    local_namespace_limit = 10_000_000


def resolve_liquid(
    body: BodyPlace, includes: Path | None = None, variables: Mapping[str, Any] | None = None
) -> Prepared:
    """Evaluate the Liquid of a body.

    includes: folder of the site's includes; variables: what templates may ask for besides `site` and `page`.
    What can't be evaluated is left out, and is a problem with its place.
    """
    if "{%" not in body.text and "{{" not in body.text:
        return Prepared(text=body.text)
    if opening := _never_closed(body.text):
        at = place_in_text(body.text, opening.start(), body.file, body.first_line)
        hint = f"write {{% end{opening[1]} %}} where it ends; readers get the post without its tags"
        problem = Problem(f"Liquid can't be evaluated: {opening[0]} is never closed", at, hint, "error", rule="liquid")
        return Prepared(text=_ANY.sub("", body.text), problems=(problem,), lines_kept=True)
    source = _RAW.sub(lambda match: match[1] + _SHORTCODE.sub(r"{{\1/*\2*/\3}}", match[2]) + match[3], body.text)
    work = _Work(body, includes, source)
    given = {"site": Folded(body.settings.params), "page": _page(body), **(variables or {})}
    try:
        text = work.environment().from_string(source).render(**given)
    except (LiquidError, RecursionError, ArithmeticError, TypeError, ValueError) as error:
        work.problems.append(_broken(error, source, body))
        text = _ANY.sub("", source)
    same = text.count("\n") == body.text.count("\n")
    return Prepared(text=text, problems=tuple(work.problems), lines_kept=same)


def _never_closed(text: str) -> re.Match[str] | None:
    """Find a tag that takes all up to its end as it is, and has none: each would be looked for to the text's end."""
    for opening, closing in _VERBATIM:
        last = max((match.end() for match in closing.finditer(text)), default=0)
        if found := opening.search(text, last):
            return found
    return None


def _page(body: BodyPlace) -> Folded:
    post = body.post
    resolved = {"title": post.title, "url": post.url, "date": post.published, "tags": list(post.tags)}
    return Folded({**post.params, **resolved, "categories": list(post.categories), "excerpt": post.description})


def _broken(error: Exception, source: str, body: BodyPlace) -> Problem:
    token = error.token if isinstance(error, LiquidError) else None
    first = _NAME.search(source)
    offset = first.start() if first else 0
    if token is not None and token.source == source and token.start_index >= 0:
        offset = token.start_index
    what = error.args[0] if error.args else type(error).__name__
    at = place_in_text(body.text, min(offset, len(body.text)), body.file, body.first_line)
    hint = "readers get the post without its tags; write {% raw %} around braces that are no Liquid"
    return Problem(f"Liquid can't be evaluated: {what}", at, hint, "error", rule="liquid")


@dataclass(slots=True)
class _Work:
    body: BodyPlace
    includes: Path | None
    #: The text that is evaluated first; includes have texts of their own.
    source: str
    problems: list[Problem] = field(default_factory=list)

    def environment(self) -> liquid.Environment:
        """Make an environment that knows Jekyll's filters, its tags, and every tag that the text uses."""
        env = _Environment(strict_filters=False)
        for name, function in FILTERS.items():
            env.add_filter(name, function)
        base = self.body.base_url
        env.add_filter("absolute_url", lambda path: _join(base, path))
        env.add_filter("relative_url", lambda path: _join(base, path))
        self._know(env, self.source)
        return env

    def _know(self, env: liquid.Environment, source: str) -> None:
        for name in (*_INCLUDES, "post_url", "link"):
            register(env, name, self._answer, block=False)
        register(env, "highlight", self._answer, block=True)
        for name in dict.fromkeys(_NAME.findall(source)):
            if name not in env.tags and name not in _PARTS and not name.startswith("end"):
                register(env, name, self._answer, block=bool(re.search(rf"\{{%-?\s*end{name}\b", source)))

    def _answer(self, call: Call, context: RenderContext) -> str:
        try:
            if call.name in _INCLUDES:
                return self._include(call, context)
            if call.name == "highlight":
                return _highlighted(call)
            if call.name == "post_url":
                return self.body.ref(f"{call.arguments.strip('/')}.md")
            if call.name == "link":
                return self._link(call.arguments)
        except ContentError as error:
            offset = call.offset if call.source == self.source else 0
            at = place_in_text(self.body.text, offset, self.body.file, self.body.first_line)
            self.problems.append(Problem(error.message, at, error.hint, "error", rule="liquid"))
            return ""
        return as_shortcode(call.name, *read_arguments(call.arguments), call.inner)

    def _include(self, call: Call, context: RenderContext) -> str:
        name, _, rest = call.arguments.partition(" ")
        named, positional = read_arguments(rest, keep_quotes=True)
        values = {key: _evaluate(value, context) for key, value in named.items()}
        folder = self.body.post.path.parent if call.name == "include_relative" else self.includes
        file = inside(folder, name) if folder else None
        if file is None:
            # A theme's include: only its name is known here.
            return as_shortcode(re.split(r"[/.]", name.removesuffix(".html"))[-1], values, positional, None)
        try:
            source = split_front_matter(file.read_text(encoding="utf-8")).body
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(f"can't read the include {name}: {error}") from error
        self._know(context.env, source)
        template = context.env.from_string(source)
        buffer = context.get_buffer()
        with context.extend({"include": Folded(values)}):
            template.render_with_context(context, buffer, partial=True)
        return str(buffer.getvalue())

    def _link(self, name: str) -> str:
        file = inside(self.body.root / self.body.settings.content_dir, name)
        if "_posts/" in name:
            return self.body.ref(f"/{name}")
        if file is None:
            raise ContentError(f"there is no file {name}", hint="write its path from the site's folder")
        if file.suffix not in {".md", ".markdown", ".html"}:
            return _join(self.body.base_url, name)
        found = re.search(r"(?m)^permalink:\s*[\"']?([^\s\"':]+)", file.read_text(encoding="utf-8", errors="replace"))
        return _join(self.body.base_url, found[1] if found else f"{name.rpartition('.')[0]}.html")


def _highlighted(call: Call) -> str:
    language = re.match(r"[\w+#.-]+", call.arguments)
    kind = f' class="language-{language[0]}"' if language else ""
    return f"<pre><code{kind}>{escape((call.inner or '').strip(chr(10)), quote=False)}\n</code></pre>\n"


def _evaluate(value: str, context: RenderContext) -> Any:
    """Read an argument: text in quotes, or a variable."""
    if value[:1] in {'"', "'"}:
        return value[1:-1]
    buffer = context.get_buffer()
    context.env.from_string(f"{{{{ {value} }}}}").render_with_context(context, buffer, partial=True)
    return buffer.getvalue()


def _join(base_url: str, path: object) -> str:
    text = str(path)
    if re.match(r"[a-z]+:|//", text):
        return text
    sub_path = "/" + base_url.split("/", 3)[3]
    below = text.removeprefix(sub_path) if sub_path != "/" and text.startswith(sub_path) else text
    return base_url + below.lstrip("/")
