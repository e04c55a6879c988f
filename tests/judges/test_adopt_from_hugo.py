"""`publisher adopt` with feeds that Hugo itself wrote (tests/judges/hugo/): whoever moves over reads nothing twice."""

import shutil
from pathlib import Path

import pytest

from publisher.pipeline.adopt import adopt
from publisher.pipeline.diff import diff
from publisher.pipeline.identity import read_lock
from publisher.syndication.read_feed import read_feed
from tests.judges.hugo_answers import FOLDER, NOW, config_of, sites


@pytest.mark.parametrize("name", sites())
def test_every_item_of_hugo_s_feed_that_is_a_post_has_its_guid_already(name: str, tmp_path: Path) -> None:
    config = config_of(Path(shutil.copytree(FOLDER / name / "site", tmp_path / "site")))
    report = adopt(config, NOW, str(FOLDER / name / "rss/index.xml"))
    assert {one.outcome for one in report.adoptions} <= {"the same", "no such post"}
    assert report.having("the same")


def test_guids_of_a_site_that_had_another_address_then_are_taken_over(tmp_path: Path) -> None:
    config = config_of(Path(shutil.copytree(FOLDER / "01-real-shape/site", tmp_path / "site")))
    feed = tmp_path / "live.xml"
    written = (FOLDER / "01-real-shape/rss/index.xml").read_bytes()
    feed.write_bytes(written.replace(b"https://example.tw/posts/", b"http://old.example.tw/posts/"))
    assert diff(config, NOW, str(feed)).reruns > 0
    adopted = adopt(config, NOW, str(feed)).having("adopted")
    old = {
        item.guid
        for item in read_feed(feed.read_bytes(), "live.xml").items
        if "/posts/" in item.link and item.published
    }
    assert {one.guid for one in adopted} == old
    assert old <= {line.guid for line in read_lock(config).lines.values()}
    assert diff(config, NOW, str(feed)).reruns == 0
