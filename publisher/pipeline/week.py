"""The posts of a week, or some of them, become a rendered mail: words, pictures, and what was doubtful about either."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.content.load import render_post
from publisher.digest.compose import Imprint, Masthead, clean_line, make_digest, make_story, with_pictures
from publisher.digest.images import LEAD
from publisher.digest.render import RenderedMail, render_digest
from publisher.digest.select import choose_lead
from publisher.digest.wording import load_wording
from publisher.errors import Problem, PublisherError
from publisher.pipeline.mail_pictures import MailPictures, make_pictures
from publisher.pipeline.notes import read_note
from publisher.syndication.identity import guid_of
from publisher.syndication.site_feed import FILE_NAMES, feed_path
from publisher.templates import EMAIL, FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.digest.compose import Digest
    from publisher.model.issue import Period
    from publisher.model.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A rendered mail, its pictures, and doubts that keep neither from leaving."""

    mail: RenderedMail
    #: Path below the output folder → file.
    pictures: dict[str, bytes]
    problems: tuple[Problem, ...]


def render_week(config: Config, name: str, masthead: Masthead, posts: Sequence[Post]) -> Week:
    """Render a newsletter's mail about these posts. posts: newest first, at least one."""
    lead = choose_lead(posts, LEAD.min_width)
    pictures = make_pictures(posts, lead, config)
    digest, doubts = _compose(config, name, masthead, [lead, *(post for post in posts if post is not lead)], pictures)
    columns = config.newsletter(name).text_columns
    mail = render_digest(digest, environment(EMAIL, config.root), text_columns=columns)
    return Week(mail=mail, pictures=pictures.files, problems=(*pictures.problems, *doubts, *mail.problems))


def make_masthead(config: Config, name: str, period: Period, number: int) -> Masthead:
    """Say what an issue tells beyond its stories."""
    imprint = make_imprint(config, name, f"{archive_url(config, name)}{number}/")
    zone = config.zone_of(config.newsletter(name))
    return Masthead(**asdict(imprint), number=number, period=period, zone=zone)


def make_imprint(config: Config, name: str, web_url: str = "") -> Imprint:
    """Say what every mail of a newsletter says. web_url: where this one is read in a browser; empty: nowhere."""
    newsletter = config.newsletter(name)
    feed = next(form for form in ("rss", "atom", "json") if form in config.feeds.formats)
    return Imprint(
        title=clean_line(newsletter.title or config.site.title),
        language=config.language_of(newsletter),
        web_url=web_url,
        archive_url=archive_url(config, name),
        home_url=config.site.url,
        feed_url=config.site.url + feed_path(config, FILE_NAMES[feed]),
        postal_address=clean_line(newsletter.postal_address),
        has_preferences=bool(newsletter.preferences_url),
    )


def archive_url(config: Config, name: str) -> str:
    """Say where a newsletter's newest issue can be read in a browser; issue 7 lies at 7/ below."""
    return f"{config.site.url}newsletters/{quote(name)}/"


def _compose(
    config: Config, name: str, masthead: Masthead, posts: Sequence[Post], pictures: MailPictures
) -> tuple[Digest, list[Problem]]:
    """Put posts, the lead first, into words. Gives doubts about single posts beside the digest."""
    wording = load_wording(environment(EMAIL, config.root), masthead.language)
    note, doubts = read_note(config, name, masthead)
    problems = list(doubts)
    stories = [
        make_story(post, guid_of(post), wording, masthead.zone, summary=_summary(post, config, problems))
        for post in posts
    ]
    by_guid = {guid_of(post): pictures.by_post[post.key] for post in posts if post.key in pictures.by_post}
    lead, *others = with_pictures(stories, by_guid)
    return make_digest(masthead, wording, lead, others, note), problems


def _summary(post: Post, config: Config, problems: list[Problem]) -> str:
    """Take a summary from the post itself where its author wrote none; one that can't be had is a problem."""
    if post.description:
        return ""
    try:
        return render_post(post, config, "text", environment(FEEDS, config.root)).text
    except PublisherError as error:
        problems.append(error.as_problem("post-without-summary"))
        return ""
