"""The preview as an ASGI application: GET only, for this machine only, and nothing is fetched from elsewhere.

The mail itself stands in frames without scripts. Pages that other sites name by a host of theirs (DNS rebinding) are
refused by the Host header; the Content-Security-Policy keeps every picture and style at home.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from publisher.errors import PublisherError
from publisher.web.mail_views import View, fill, view_of, with_local_pictures
from publisher.web.preview_address import Place, read_place
from publisher.web.preview_page import (
    clients_view,
    head,
    issue_view,
    kilobytes,
    language_of,
    pages,
    problems_in,
    style_sheet,
    words_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from publisher.config import Config
    from publisher.pipeline.preview import IssuePreview
    from publisher.web.preview_source import PreviewSource

_SCRIPT = Path(__file__).parent / "static" / "preview.js"
_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: A mail styles itself, and shows the pictures that the preview made; never anybody else's.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def make_app(source: PreviewSource, newsletter: str | None = None) -> Starlette:
    """Make the application. newsletter: which to begin with; the first of publisher.toml where None."""
    preview = _Preview(source, newsletter)
    routes = [
        Route("/", preview.start, methods=["GET"]),
        Route("/mail/{name}/{tab}", preview.mail, methods=["GET"]),
        Route("/frame/{name}/{view}", preview.frame, methods=["GET"]),
        Route("/raw/{name}", preview.raw, methods=["GET"]),
        Route("/picture/{name}/{week}/{path:path}", preview.picture, methods=["GET"]),
        Route("/feeds", preview.feeds, methods=["GET"]),
        Route("/version", preview.version, methods=["GET"]),
        Route("/preview.css", _style, methods=["GET"]),
        Route("/preview.js", _script, methods=["GET"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        exception_handlers={PublisherError: _failed},
    )


class _Preview:
    """The pages. Starlette runs each in a thread of its own, since they are made by plain functions."""

    def __init__(self, source: PreviewSource, newsletter: str | None) -> None:
        self._source = source
        self._first = newsletter

    def start(self, request: Request) -> Response:
        config, _ = self._config()
        place = read_place({"tab": "phone"}, request.query_params, self._first_of(config))
        return RedirectResponse((place if place.newsletter else place.at(tab="feeds")).url, headers=_HEADERS)

    def mail(self, request: Request) -> Response:
        place = self._place(request)
        if place.tab != request.path_params["tab"] or place.tab == "feeds":
            return _missing()
        return self._page(place, lambda config: self._mail(place, config))

    def feeds(self, request: Request) -> Response:
        place = self._place(request)
        return self._page(place, lambda config: self._feeds(place, config))

    def frame(self, request: Request) -> Response:
        view = next((one for one in get_args(View) if one == request.path_params["view"]), None)
        if view is None:
            return _missing()
        place = self._place(request)
        config = self._source.config()
        preview = self._issue(place)
        if preview.report.issue is None:
            return _missing()
        words = words_in(language_of(place, config))
        base = f"{request.base_url}picture/{place.newsletter}/{preview.week}/"
        html = with_local_pictures(
            fill(preview.report.issue.html), tuple(preview.report.pictures), config.site.url, base
        )
        return _html(view_of(html, view, clipped=words["clipped_note"]), _MAIL_POLICY)

    def raw(self, request: Request) -> Response:
        issue = self._issue(self._place(request)).report.issue
        return _plain(fill(issue.html)) if issue else _missing()

    def picture(self, request: Request) -> Response:
        place = self._place(request)
        assert place.newsletter is not None, "a picture's address names its newsletter"
        pictures = self._source.pictures(place.newsletter, place.week)
        path = request.path_params["path"]
        if path not in pictures:
            return _missing()
        kind = "image/png" if path.endswith(".png") else "image/jpeg"
        return Response(pictures[path], media_type=kind, headers=_HEADERS)

    def version(self, _request: Request) -> Response:
        return _plain(self._source.version())

    def _mail(self, place: Place, config: Config) -> str:
        preview = self._issue(place)
        place = place.at(week=preview.week)
        words = words_in(language_of(place, config))
        issue = preview.report.issue
        problems = preview.problems
        badge = str(len(problems) or "")
        page = head(place, config, words, self._source.version(), badge=badge, selections=preview.selections)
        if issue is None:
            return _render("notice.html.j2", page=page, w=words, notice=words["nothing"], problem_list=())
        view = issue_view(preview, issue, place, config, words)
        if place.tab == "checks":
            return _render("checks.html.j2", page=page, w=words, issue=view, clients=clients_view(issue, words))
        return _render("issue.html.j2", page=page, w=words, issue=view)

    def _feeds(self, place: Place, config: Config) -> str:
        words = words_in(language_of(place, config))
        feeds = self._source.feeds()
        page = head(place, config, words, self._source.version())
        return _render("feeds.html.j2", page=page, w=words, feeds=feeds, kilobytes=kilobytes)

    def _page(self, place: Place, make: Callable[[Config], str]) -> Response:
        """Make a page, or one that says what went wrong, where, and what to try."""
        config, broken = self._config()
        try:
            if broken:
                raise broken
            assert config
            return _html(make(config), _PAGE_POLICY)
        except PublisherError as error:
            words = words_in(language_of(place, config))
            page = head(place, config, words, self._source.version())
            return _html(_render("notice.html.j2", page=page, w=words, problem_list=problems_in(error)), _PAGE_POLICY)

    def _config(self) -> tuple[Config | None, PublisherError | None]:
        try:
            return self._source.config(), None
        except PublisherError as error:
            return None, error

    def _place(self, request: Request) -> Place:
        config, _ = self._config()
        return read_place(request.path_params, request.query_params, self._first_of(config))

    def _first_of(self, config: Config | None) -> str | None:
        return self._first or (next(iter(config.newsletters), None) if config else None)

    def _issue(self, place: Place) -> IssuePreview:
        assert place.newsletter is not None, "only the feeds are shown without one"
        return self._source.part(place.newsletter, place.week, place.part)


def _style(_request: Request) -> Response:
    return Response(style_sheet(), media_type="text/css", headers=_HEADERS)


def _script(_request: Request) -> Response:
    return Response(_SCRIPT.read_text(encoding="utf-8"), media_type="text/javascript", headers=_HEADERS)


def _render(name: str, **variables: Any) -> str:
    return pages().get_template(name).render(**variables)


def _html(text: str, policy: str) -> Response:
    return HTMLResponse(text, headers={**_HEADERS, "Content-Security-Policy": policy})


def _plain(text: str) -> Response:
    return PlainTextResponse(text, headers=_HEADERS)


async def _failed(_request: Request, error: Exception) -> Response:
    """Say in a frame, which has no page around it, why there is nothing to show."""
    return PlainTextResponse(str(error), status_code=500, headers=_HEADERS)


def _missing() -> Response:
    return PlainTextResponse("there is no such page; go to /", status_code=404, headers=_HEADERS)
