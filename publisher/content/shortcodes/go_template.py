"""A site's own shortcode templates, run where they are simple enough to be understood.

`{{< podbean … >}}` of a site's own then works with no setup: its template is read, filled in, and the iframe that
comes out becomes a link card like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from markupsafe import Markup

from publisher.content.shortcodes.go_functions import FUNCTIONS, MAX_TEXT, show, truth
from publisher.content.shortcodes.go_syntax import (
    Block,
    Chain,
    Command,
    Literal,
    Output,
    Pipeline,
    TemplateNode,
    UnreadableTemplateError,
    parse_template,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.content.shortcodes.expand import Shortcode, Surroundings

MAX_FILE_BYTES = 200_000
MAX_ROUNDS = 1_000


@dataclass(frozen=True, slots=True)
class SiteTemplate:
    """One template of a site, ready to run."""

    nodes: tuple[TemplateNode, ...]

    def render(self, shortcode: Shortcode, around: Surroundings) -> str | None:
        """Run the template for one call; None if it does what is not covered. Raises ContentError by `errorf`."""
        run = _Run(around)
        dot = _ShortcodeDot(shortcode, around)
        try:
            run.nodes(self.nodes, dot, {"$": dot})
        except UnreadableTemplateError:
            return None
        except (TypeError, ValueError, KeyError, IndexError, RecursionError):
            # A function was given what it can't take: the template relies on what we don't have.
            return None
        return "".join(run.parts)


@dataclass(slots=True)
class SiteTemplates:
    """The shortcode templates of a Hugo site: its own first, then those of its themes."""

    root: Path
    themes: tuple[str, ...] = ()
    _known: dict[str, SiteTemplate | None] = field(default_factory=dict)

    def find(self, name: str) -> SiteTemplate | None:
        """Find and parse a template; None if there is none, or it can't be read."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> SiteTemplate | None:
        if ".." in name.split("/"):
            return None
        for path in self._places(name):
            try:
                if path.stat().st_size <= MAX_FILE_BYTES:
                    return SiteTemplate(parse_template(path.read_text(encoding="utf-8-sig").rstrip("\n")))
            except UnreadableTemplateError:
                return None
            except (OSError, UnicodeDecodeError):
                continue
        return None

    def _places(self, name: str) -> Iterable[Path]:
        # A variant for feeds says better than any other what a feed should show.
        tops = (self.root, *(self.root / "themes" / theme for theme in self.themes))
        for suffix in (".rss.xml", ".html"):
            for top in tops:
                yield from (top / "layouts" / folder / f"{name}{suffix}" for folder in ("_shortcodes", "shortcodes"))


class _ShortcodeDot:
    """`.` of a shortcode template."""

    def __init__(self, shortcode: Shortcode, around: Surroundings) -> None:
        self._shortcode = shortcode
        self._around = around

    def field(self, name: str) -> Any:
        """Look a field or method up."""
        shortcode = self._shortcode
        if name == "Get":
            return shortcode.get
        if name in {"Inner", "InnerDeindent"}:
            return Markup(shortcode.inner)
        if name == "Params":
            return shortcode.args or None
        if name == "Parent":
            return _ShortcodeDot(shortcode.parent, self._around) if shortcode.parent else None
        if name == "Page":
            return _PageDot(self._around)
        simple = {
            "Name": shortcode.name,
            "Ordinal": shortcode.ordinal,
            "IsNamedParams": isinstance(shortcode.args, dict),
        }
        if name in simple:
            return simple[name]
        raise UnreadableTemplateError(f".{name} is not covered")


class _PageDot:
    """`.Page` of a shortcode template: the post."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def field(self, name: str) -> Any:
        """Look a field or method up."""
        post = self._around.post
        known = {
            "Title": post.title,
            "Permalink": post.url,
            "RelPermalink": urlsplit(post.url).path,
            "Params": dict(post.params),
            "Description": post.description,
            "Section": post.section,
            "RenderString": lambda *args: Markup(self._around.markdown(show(args[-1]))),
        }
        if name in known:
            return known[name]
        raise UnreadableTemplateError(f".Page.{name} is not covered")


@dataclass(slots=True)
class _Run:
    around: Surroundings
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def nodes(self, nodes: tuple[TemplateNode, ...], dot: Any, scope: dict[str, Any]) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._write(node)
            elif isinstance(node, Output):
                value = self.pipeline(node.pipeline, dot, scope)
                if not node.pipeline.variables:
                    self._write(value if isinstance(value, Markup) else escape(show(value), quote=True))
            else:
                self._block(node, dot, scope)

    def _write(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise UnreadableTemplateError("the output grows too long")
        self.parts.append(str(text))

    def _block(self, block: Block, dot: Any, scope: dict[str, Any]) -> None:
        inner = _Scope(scope)
        if block.word == "range":
            self._range(block, dot, inner)
            return
        value = self.pipeline(block.pipeline, dot, inner)
        if truth(value):
            self.nodes(block.body, value if block.word == "with" else dot, inner)
        else:
            self.nodes(block.otherwise, dot, inner)

    def _range(self, block: Block, dot: Any, scope: dict[str, Any]) -> None:
        pipeline = Pipeline(block.pipeline.commands)
        value = self.pipeline(pipeline, dot, scope)
        pairs = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value or ()))
        if len(pairs) > MAX_ROUNDS:
            raise UnreadableTemplateError("too many rounds")
        names = block.pipeline.variables
        for key, item in pairs:
            inner = _Scope(scope)
            for name, bound in zip(reversed(names), (item, key), strict=False):
                dict.__setitem__(inner, name, bound)
            self.nodes(block.body, item, inner)
        if not pairs:
            self.nodes(block.otherwise, dot, scope)

    def pipeline(self, pipeline: Pipeline, dot: Any, scope: dict[str, Any]) -> Any:
        value: Any = None
        for index, command in enumerate(pipeline.commands):
            value = self._command(command, dot, scope, (value,) if index else ())
        for name in pipeline.variables:
            if pipeline.declares:
                dict.__setitem__(scope, name, value)
            else:
                scope[name] = value
        return value

    def _command(self, command: Command, dot: Any, scope: dict[str, Any], piped: tuple[Any, ...]) -> Any:
        head = self._operand(command.head, dot, scope)
        args = (*(self._value(arg, dot, scope) for arg in command.args), *piped)
        if callable(head):
            return head(*args)
        if args:
            raise UnreadableTemplateError("a value is called like a function")
        return head

    def _value(self, operand: Literal | Chain, dot: Any, scope: dict[str, Any]) -> Any:
        value = self._operand(operand, dot, scope)
        return value() if callable(value) else value

    def _operand(self, operand: Literal | Chain, dot: Any, scope: dict[str, Any]) -> Any:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand.start, Pipeline):
            return _follow(self.pipeline(operand.start, dot, scope), operand.fields)
        if operand.start == "":
            return self._function(operand.fields)
        if operand.start == ".":
            return _follow(dot, operand.fields)
        if operand.start not in scope:
            raise UnreadableTemplateError(f"{operand.start} is not known")
        return _follow(scope[operand.start], operand.fields)

    def _function(self, fields: tuple[str, ...]) -> Any:
        name = ".".join(fields)
        if name in {"markdownify", "transform.Markdownify"}:
            return lambda text: Markup(_inline(self.around.markdown(show(text))))
        if name in {"absURL", "relURL", "absLangURL", "relLangURL", "urls.AbsURL", "urls.RelURL"}:
            return lambda path: urljoin(self.around.base_url, show(path).lstrip("/"))
        if fields[0] == "site" and len(fields) > 1 and fields[1] == "Params":
            return _follow(dict(self.around.site_params), fields[2:])
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        raise UnreadableTemplateError(f"{name} is not covered")


class _Scope(dict[str, Any]):
    """Variables of a block, on top of those around it: `=` changes the one that is visible."""

    def __init__(self, outer: dict[str, Any]) -> None:
        super().__init__()
        self.outer = outer

    def __missing__(self, name: str) -> Any:
        return self.outer[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.outer

    def __setitem__(self, name: str, value: Any) -> None:
        if super().__contains__(name):
            super().__setitem__(name, value)
        else:
            self.outer[name] = value


def _follow(value: Any, fields: tuple[str, ...]) -> Any:
    for index, name in enumerate(fields):
        if isinstance(value, _ShortcodeDot | _PageDot):
            value = value.field(name)
        elif isinstance(value, dict):
            value = value.get(name, value.get(name.lower()))
        elif value is None:
            return None
        else:
            raise UnreadableTemplateError(f".{name} of a plain value")
        if callable(value) and index < len(fields) - 1:
            value = value()
    return value


def _inline(html: str) -> str:
    text = html.strip()
    inside = text[3:-4]
    return inside if text.startswith("<p>") and text.endswith("</p>") and "<p>" not in inside else text
