"""What `publisher init` finds out about sites of other generators."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.cli.init import complete, publisher_toml, read_facts
from publisher.config import parse_config

JUDGES = Path(__file__).parents[2] / "judges" / "conventions"


@pytest.mark.parametrize(
    ("generator", "content", "output", "zone", "url"),
    [
        ("jekyll", ".", "_site", "Asia/Taipei", "https://shancheng.example/blog/"),
        ("pelican", "content", "output", "Asia/Taipei", "https://shancheng.example/"),
    ],
)
def test_what_a_site_says_of_itself_is_written_down(
    generator: str, content: str, output: str, zone: str, url: str
) -> None:
    facts = complete(read_facts(JUDGES / generator / "site"), None)
    site = parse_config(publisher_toml(facts), Path("publisher.toml")).site
    assert (site.generator, site.content, site.output) == (generator, content, output)
    assert (site.title, site.timezone, site.url) == ("山城筆記", zone, url)


def test_a_folder_that_nothing_owns_is_plain(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    facts = read_facts(tmp_path)
    assert (facts.generator, facts.content) == ("plain", "posts")
