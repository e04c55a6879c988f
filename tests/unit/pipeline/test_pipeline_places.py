"""A message about a value names the line it stands in, whatever generator the post is written for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.content.load import read_site
from publisher.pipeline.places import place_of_value

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HUGO = "---\ntitle: 台積電\ndate: 2026-02-07\ntags:\n  - AI\n  - 封裝\n---\n內文\n"
PELICAN = "Title: 台積電\nDate: 2026-02-07\nTags: AI, 封裝\n\n內文\n"


@pytest.mark.parametrize(("generator", "text", "line"), [("hugo", HUGO, 6), ("pelican", PELICAN, 3)])
def test_a_tag_is_found_where_it_stands(generator: str, text: str, line: int, tmp_path: Path) -> None:
    settings = f'[site]\nurl = "https://example.tw/"\ntitle = "站"\ngenerator = "{generator}"\n'
    (tmp_path / "publisher.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text(text, encoding="utf-8")
    config = load_config(tmp_path / "publisher.toml")
    (post,) = read_site(config, NOW).posts

    place = place_of_value(post, config, "tags", "封裝")

    assert (place.file, place.line) == ("content/a.md", line)
