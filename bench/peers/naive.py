"""The feeds as most would script them: python-frontmatter, Python-Markdown, feedgen; `python naive.py SITE OUTPUT`."""

import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import frontmatter
import markdown
from feedgen.feed import FeedGenerator
from shortcode_links import replace_shortcodes

LIMIT = 20

Post = dict[str, Any]


def read_posts(folder: Path, base: str) -> Iterator[Post]:
    converter = markdown.Markdown(extensions=["extra"])
    for file in sorted(folder.glob("*.md")):
        post = frontmatter.load(file)
        html = converter.reset().convert(replace_shortcodes(post.content))
        yield {**post.metadata, "link": f"{base}posts/{file.stem.lower()}/", "html": html}


def date_of(post: Post) -> datetime:
    date = post["date"]
    return date if isinstance(date, datetime) else datetime.fromisoformat(date)


def write_feed(file: Path, title: str, base: str, posts: list[Post]) -> None:
    feed = FeedGenerator()
    feed.title(title)
    feed.link(href=base)
    feed.description(title)
    feed.language("zh-TW")
    for post in posts[:LIMIT]:
        entry = feed.add_entry(order="append")
        entry.title(post["title"])
        entry.link(href=post["link"])
        entry.guid(post["link"], permalink=True)
        entry.published(date_of(post))
        entry.description(post["description"])
        entry.content(post["html"], type="CDATA")
        entry.category([{"term": term} for term in post["categories"] + post["tags"]])
    file.parent.mkdir(parents=True, exist_ok=True)
    feed.rss_file(str(file))


def main() -> None:
    site, output = Path(sys.argv[1]), Path(sys.argv[2])
    settings = tomllib.loads((site / "hugo.toml").read_text())
    base, title = settings["baseURL"], settings["title"]
    posts = sorted(read_posts(site / "content" / "posts", base), key=date_of, reverse=True)
    groups = defaultdict(list)
    for post in posts:
        for kind in ("tags", "categories"):
            for term in post[kind]:
                groups[kind, term].append(post)
    write_feed(output / "index.xml", title, base, posts)
    for (kind, term), members in groups.items():
        write_feed(output / kind / f"{term}.xml", f"{title} - {term}", base, members)


main()
