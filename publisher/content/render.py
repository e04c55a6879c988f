"""A post's Markdown becomes what a target may show: shortcodes, Markdown, absolute addresses, cleaning."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from publisher.content.html.absolute import LinkRules, address_outside, finish_tree
from publisher.content.html.characters import FORBIDDEN
from publisher.content.html.clean import clean_html
from publisher.content.html.plain_text import MAX_DEPTH, tree_to_text
from publisher.content.html.tree import depth_of, parse, serialise
from publisher.content.markdown.convert import MORE
from publisher.content.markdown.convert import to_html as markdown_html
from publisher.content.markdown.convert import to_tree as markdown_tree
from publisher.content.media import address_of
from publisher.content.shortcodes.expand import Surroundings, embed_card, expand_shortcodes, put_in
from publisher.errors import ContentError, Location, Problem
from publisher.model.post import Rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

    from publisher.content.html.tree import Element
    from publisher.content.hugo.site import HugoConfig
    from publisher.content.media import MediaPlaces, PagePlace
    from publisher.content.shortcodes.expand import Expanded
    from publisher.content.shortcodes.go_template import SiteTemplates
    from publisher.model.post import Post, Target


#: Of a feed's text, only the beginning is shown anywhere: in the place of a description, or of a title.
EXCERPT_CHARS = 600
#: Pictures of one kind that a post is told of; the first ones tell enough.
MAX_TOLD = 20
_DATA_PICTURE = re.compile(r"(?i)(?:\]\(\s*<?|\bsrc\s*=\s*[\"']?\s*)(?P<data>data:)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRules:
    """What a post is rendered with, besides itself."""

    settings: HugoConfig
    places: MediaPlaces
    env: Environment
    target: Target
    #: Address of a page by the path that `ref` takes and the language, seen from a post's folder. Raises ContentError.
    ref: Callable[[str, str], str]
    site_templates: SiteTemplates | None = None
    #: Whether the body is HTML already.
    is_html: bool = False
    #: Whether the Markdown is wanted, too (`model.post.Rendered.markdown`).
    keep_markdown: bool = False
    #: Templates that were found for shortcodes, kept from post to post (`expand.Surroundings`).
    known: dict[str, tuple[str, str]] = field(default_factory=dict)


def render_body(body: str, post: Post, page: PagePlace, file: str, rules: RenderRules) -> Rendered:
    """Render a post's Markdown.

    body: the Markdown. page: where the post stands. file: its name for messages.
    """
    problems = _forbidden_problems(body, file, post.body_line)
    to_tree = parse if rules.is_html else partial(markdown_tree, settings=rules.settings.markdown)
    to_html = str if rules.is_html else partial(markdown_html, settings=rules.settings.markdown)
    around = Surroundings(
        env=rules.env,
        target=rules.target,
        post=post,
        file=file,
        markdown=to_html,
        base_url=rules.places.base_url,
        ref=rules.ref,
        absolute=lambda name: address_of(name, page, rules.places),
        site_templates=rules.site_templates,
        site_params=rules.settings.params,
        known=rules.known,
    )
    expanded = expand_shortcodes(FORBIDDEN.sub("", body), around, post.body_line)
    above, more, _ = expanded.text.partition(MORE)
    tree = put_in(to_tree(expanded.text), expanded.pieces)
    links = _link_rules(page, rules, around)
    addresses = _addresses_in(tree) if rules.keep_markdown else frozenset()
    lost = finish_tree(tree, links)
    html = clean_html(serialise(tree))
    problems += _lost_pictures(body, lost, file, post.body_line) + _depth_problems(tree, html, file)
    lead = tree_to_text(put_in(to_tree(above), expanded.pieces)) if more else ""
    if rules.target == "text":
        html, text = "", tree_to_text(parse(html))
    else:
        text = tree_to_text(tree, EXCERPT_CHARS if rules.target == "feed" else None)
    markdown = _markdown_of(expanded, html, addresses, links) if rules.keep_markdown and not rules.is_html else ""
    return Rendered(html=html, text=text, lead=lead, markdown=markdown, problems=(*problems, *expanded.problems))


def _addresses_in(tree: Element) -> frozenset[str]:
    """List what a text leads to and shows, as it is written."""
    return frozenset(element.get("href") or element.get("src") or "" for element in tree.iter("a", "img"))


def _markdown_of(expanded: Expanded, html: str, addresses: frozenset[str], links: LinkRules) -> str:
    from publisher.content.markdown.outgoing import outgoing_markdown

    def clean(piece: str) -> str:
        tree = parse(piece)
        finish_tree(tree, links)
        return clean_html(serialise(tree))

    pieces = {word: clean(piece) for word, piece in expanded.pieces.items()}
    return outgoing_markdown(expanded.text, html, pieces, addresses, lambda address: address_outside(address, links))


def _link_rules(page: PagePlace, rules: RenderRules, around: Surroundings) -> LinkRules:
    def post_url(path: str) -> str:
        try:
            return rules.ref(path, "")
        except ContentError:
            return ""

    return LinkRules(
        page=page,
        places=rules.places,
        target=rules.target,
        id_prefix=id_prefix(around.post.key),
        post_url=post_url,
        card=lambda address, title: embed_card(address, title, around),
    )


def id_prefix(key: str) -> str:
    """Make what every id of a post begins with: the same in every build, another for every post."""
    return f"p{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}-"


def _at(body: str, offset: int, file: str, first_line: int) -> Location:
    # Without the line itself: a picture that is written out is one of a million characters.
    start = body.rfind("\n", 0, offset) + 1
    return Location(file, first_line + body.count("\n", 0, offset), offset - start + 1)


def _forbidden_problems(body: str, file: str, first_line: int) -> tuple[Problem, ...]:
    found = FORBIDDEN.search(body)
    if not found:
        return ()
    at = _at(body, found.start(), file, first_line)
    message = f"a character that XML forbids was left out: U+{ord(found[0]):04X}"
    return (Problem(message, at, "delete it", rule="forbidden-character"),)


def _lost_pictures(body: str, lost: int, file: str, first_line: int) -> tuple[Problem, ...]:
    """Tell of pictures that were left out, at the places that look like them; a shortcode may hold others."""
    places = (
        [_at(body, match.start("data"), file, first_line) for match in _DATA_PICTURE.finditer(body)] if lost else []
    )
    message = "a picture that stands in the text itself (data:) is left out: no feed and no mail carries it"
    hint = "save it as a file beside the post, and write the file's name"
    at = [*places[:lost], *[Location(file)] * (lost - len(places))]
    return tuple(Problem(message, place, hint, rule="data-picture") for place in at[:MAX_TOLD])


def _depth_problems(tree: Element, html: str, file: str) -> tuple[Problem, ...]:
    # Most posts have fewer elements than may stand inside each other.
    if html.count("</") <= MAX_DEPTH or depth_of(tree) <= MAX_DEPTH:
        return ()
    message = f"elements stand inside each other more than {MAX_DEPTH} deep: what is innermost may be missing"
    hint = "nest lists, quotes and HTML less deep; every one that is opened must be closed"
    return (Problem(message, Location(file), hint, rule="nested-too-deep"),)
