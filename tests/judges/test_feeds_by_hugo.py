"""Which posts are in which feed, and where it lies: as Hugo had it, for every site that Hugo itself has built."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from publisher.config import parse_config
from publisher.content.hugo.site import read_hugo_config
from publisher.pipeline.made_feeds import make_feeds
from publisher.syndication.read_json_feed import read_any_feed
from tests.judges.hugo_answers import FOLDER, NOW, sites

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Config

#: Feeds that are not the same, and why.
MEANT = {
    ("01-real-shape", "index.xml"): "mainSections leave out two pages, and one has no date",
    ("01-real-shape", "posts/index.xml"): "one page has no date",
    ("01-real-shape", "companies/index.xml"): "mainSections leave it out",
    ("01-real-shape", "people/index.xml"): "mainSections leave it out",
    ("03-dates", "index.xml"): "one page has no date",
    ("03-dates", "posts/index.xml"): "one page has no date",
    ("11-sections-bundles", "posts/index.xml"): "a section of ours has its sub-sections' posts, too",
    ("11-sections-bundles", "posts/sub/index.xml"): "sub-sections have no feed",
    ("23-order", "index.xml"): "Hugo's has a limit",
    ("23-order", "posts/index.xml"): "Hugo's has a limit",
}


def taking_over(root: Path) -> Config:
    """Ask for a feed at every address at which Hugo has one: Hugo is told to stop."""
    hugo = read_hugo_config(root)
    path = root / hugo.files[0]
    path.write_text(f'disableKinds = ["RSS"]\n{path.read_text(encoding="utf-8")}', encoding="utf-8")
    keys = ["section", *hugo.taxonomies.values()]
    groups = "".join(
        f'[feeds.group.{key}]\naddresses = {{ rss = "/{"" if key == "section" else f"{key}/"}{{term}}/index.xml" }}\n'
        for key in keys
    )
    languages = [language.key for language in hugo.languages[1:]]
    return parse_config(
        f'[site]\ntitle = "{hugo.title}"\nurl = "{hugo.base_url}"\ngenerator = "hugo"\n[feeds]\nlimit = 1000\n'
        f'formats = ["rss"]\nby = {json.dumps(keys)}\nlanguages = {json.dumps(languages)}\n'
        f'site.addresses = {{ rss = "/index.xml" }}\n{groups}',
        root / "publisher.toml",
    )


@pytest.mark.parametrize("name", sites())
def test_every_feed_has_the_posts_that_it_has_in_hugo_at_the_same_address(name: str, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(FOLDER / name / "site", root)
    config = taking_over(root)
    made = make_feeds(config, NOW)
    ours = {
        path: {item.link for item in read_any_feed(content, path).items}
        for forms in made.documents
        for path, content in forms.items()
    }
    expected = json.loads((FOLDER / name / "expected.json").read_text(encoding="utf-8"))["feeds"]
    theirs = {
        path: {item["link"] for item in feed["items"]} for path, feed in expected.items() if is_of_posts(path, config)
    }
    differ = {path for path in theirs if theirs[path] != ours.get(path, set())}
    assert differ == {path for site, path in MEANT if site == name}


def is_of_posts(path: str, config: Config) -> bool:
    """Tell whether a feed of Hugo's lists posts, and not the terms of a taxonomy."""
    folders = [part for part in path.split("/")[:-1] if part not in config.feeds.languages]
    return len(folders) != 1 or folders[0] not in config.feeds.by
