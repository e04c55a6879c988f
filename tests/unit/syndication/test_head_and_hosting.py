import re
from pathlib import Path
from types import MappingProxyType

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.head import head, hosting
from publisher.model.feed import Feed
from publisher.syndication.head_links import render_hugo_partial, render_links
from publisher.syndication.hosting import Host, hosting_snippet

HUBS = ("https://hub.example/", "https://other.example/")
BASE = "https://shan.example/blog/feeds/"


def a_feed(folder: str = "", home_url: str = "https://shan.example/blog/", title: str = "山城", **more: object) -> Feed:
    urls = {"rss": f"{BASE}{folder}rss.xml", "atom": f"{BASE}{folder}atom.xml", "json": f"{BASE}{folder}feed.json"}
    facts = {"urls": MappingProxyType(urls), "hubs": HUBS} | more
    return Feed(title=title, description="", home_url=home_url, guid="x", language="zh-TW", entries=(), **facts)  # type: ignore[arg-type]


PODCAST = a_feed(title="電台", urls=MappingProxyType({"rss": f"{BASE}podcast.xml"}))
TERM = a_feed("tags/%E7%94%B2/", "https://shan.example/blog/tags/%E7%94%B2/", '"甲" {{ & }}')


def test_links_name_the_main_feed_first_and_no_title_twice() -> None:
    links = render_links([a_feed(title='A & "B"'), PODCAST]).splitlines()
    assert links[0] == (
        f'<link rel="alternate" type="application/rss+xml" title="A &amp; &quot;B&quot;" href="{BASE}rss.xml">'
    )
    titles = [re.findall('title="([^"]*)"', link)[0] for link in links]
    assert len(titles) == len(set(titles)) == 4


def test_the_partial_leads_from_a_terms_page_to_its_feed() -> None:
    partial = render_hugo_partial([a_feed(), PODCAST], [TERM, a_feed("people/x/", TERM.home_url)])
    assert f'(dict "title" "山城" "rss" "{BASE}rss.xml" "atom" "{BASE}atom.xml"' in partial
    [line] = [line for line in partial.splitlines() if line.startswith('  "/blog/')]
    assert line.startswith(r'  "/blog/tags/%E7%94%B2/" (dict "title" "\"甲\" {{ & }}" "rss"')
    assert partial.count("{{") - partial.count("}}") == 0
    assert 'title="{{ $title }} (Atom)"' in partial


def test_netlify_is_told_of_every_document_with_its_hubs_and_itself() -> None:
    said = hosting_snippet("netlify", BASE, [a_feed(), PODCAST, TERM])
    link = f'Link: <{HUBS[0]}>; rel="hub", <{HUBS[1]}>; rel="hub", <{BASE}podcast.xml>; rel="self"'
    assert f"/blog/feeds/podcast.xml\n  Content-Type: application/rss+xml; charset=utf-8\n  {link}\n" in said
    assert "/blog/feeds/tags/%E7%94%B2/feed.json\n  Content-Type: application/feed+json; charset=utf-8\n" in said
    assert "/blog/feeds/*\n  Cache-Control: public, max-age=3600\n  Access-Control-Allow-Origin: *\n" in said


def test_cloudflare_is_told_of_many_feeds_in_few_rules() -> None:
    said = hosting_snippet("cloudflare", BASE, [a_feed(), PODCAST, *[TERM] * 60])
    assert len([line for line in said.splitlines() if line.startswith("/")]) < 100
    assert "/blog/feeds/*/atom.xml\n  Content-Type: application/atom+xml; charset=utf-8\n" in said
    assert "\n/blog/feeds/podcast.xml\n" in said


@pytest.mark.parametrize("host", ["nginx", "caddy"])
def test_servers_match_each_document_wherever_it_lies_below_the_folder(host: str) -> None:
    said = hosting_snippet(host, BASE, [a_feed(), TERM])  # type: ignore[arg-type]
    patterns = re.findall(r"\^\S+\$", said)
    paths = (
        "/blog/feeds/rss.xml",
        "/blog/feeds/tags/甲/feed.json",
        "/blog/feeds/feeds.opml",
        "/blog/feeds/podcast.xml",
    )
    for path in paths:
        assert len([pattern for pattern in patterns if re.match(pattern, path)]) == 1, path
    assert not [pattern for pattern in patterns if re.match(pattern, "/blog/feeds/rssxxml")]
    assert said.count("{") == said.count("}")
    assert 'rel="self"' in said


@pytest.mark.parametrize("host", ["nginx", "caddy"])
def test_servers_are_told_of_archive_pages_where_there_are_some(host: Host) -> None:
    patterns = re.findall(r"\^\S+\$", hosting_snippet(host, BASE, [a_feed()], [BASE]))
    for path in ("/blog/feeds/archive/rss/12.xml", "/blog/feeds/tags/甲/archive/json/1.json"):
        assert len([pattern for pattern in patterns if re.match(pattern, path)]) == 1, path
    assert hosting_snippet(host, BASE, [a_feed()], [BASE]).count("hub.example") == 4


@pytest.mark.parametrize("host", ["netlify", "cloudflare"])
def test_hosts_with_a_file_of_headers_are_told_of_archive_pages(host: Host) -> None:
    said = hosting_snippet(host, BASE, [a_feed()], [BASE])
    assert "/blog/feeds/archive/json/*\n  Content-Type: application/feed+json; charset=utf-8\n" in said
    assert "archive" not in hosting_snippet(host, BASE, [a_feed()])


@pytest.mark.parametrize("host", ["netlify", "cloudflare", "nginx", "caddy"])
def test_without_a_hub_no_host_speaks_of_one(host: str) -> None:
    assert "hub" not in hosting_snippet(host, BASE, [a_feed(hubs=())])  # type: ignore[arg-type]


def run(site: Path, *words: str) -> str:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("head")(head)
    app.command("hosting")(hosting)
    result = CliRunner().invoke(app, [words[0], "--config", str(site), "--now", "2026-10-08T08:00", *words[1:]])
    assert result.exit_code == 0
    return result.stdout


def a_site(root: Path, generator: str) -> Path:
    (root / "content").mkdir()
    (root / "content/p.md").write_text(
        "---\ntitle: 甲\ndate: 2026-10-01\ntags: [乙]\n---\n\n內文。\n", encoding="utf-8"
    )
    text = f'[site]\ntitle = "港"\nurl = "https://gang.example/"\ngenerator = "{generator}"\n[feeds]\nby = ["tags"]\n'
    (root / "publisher.toml").write_text(text, encoding="utf-8")
    return root


ELSEWHERE = a_feed(urls=MappingProxyType({"rss": "https://shan.example/blog/index.xml", "atom": f"{BASE}atom.xml"}))


@pytest.mark.parametrize("host", ["nginx", "caddy"])
def test_servers_are_told_of_a_feed_at_an_address_of_its_own(host: Host) -> None:
    written = hosting_snippet(host, BASE, [ELSEWHERE, PODCAST])
    [line] = [line for line in written.splitlines() if "index" in line]
    pattern = line.replace(" {", "").split()[-1]
    assert re.search(pattern, "/blog/index.xml")
    assert not re.search(pattern, "/blog/posts/index.xml")
    assert not re.search(pattern, "/blog/feeds/atom.xml")


@pytest.mark.parametrize("host", ["netlify", "cloudflare"])
def test_hosts_with_a_file_of_headers_are_told_of_a_feed_at_an_address_of_its_own(host: Host) -> None:
    rules = hosting_snippet(host, BASE, [ELSEWHERE]).split("\n/")
    [rule] = [rule for rule in rules if rule.startswith("blog/index.xml\n")]
    assert "Access-Control-Allow-Origin: *" in rule
    assert "Content-Type: application/rss+xml" in rule


def test_head_writes_a_partial_for_hugo_once(tmp_path: Path) -> None:
    site = a_site(tmp_path, "hugo")
    (site / "hugo.toml").write_text('baseURL = "https://gang.example/"\n')
    said = run(site, "head", "--output", "layouts/partials/feeds.html")
    assert said.split() == ["wrote", "layouts/partials/feeds.html"]
    partial = (site / "layouts/partials/feeds.html").read_text(encoding="utf-8")
    assert partial == run(site, "head")
    assert '"/tags/%E4%B9%99/" (dict "title" "乙 · 港"' in partial
    assert run(site, "head", "-o", "layouts/partials/feeds.html").split()[0] == "unchanged"


def test_head_prints_plain_links_for_other_generators(tmp_path: Path) -> None:
    assert run(a_site(tmp_path, "plain"), "head").count("<link ") == 3


def test_hosting_prints_what_a_host_has_to_be_told(tmp_path: Path) -> None:
    said = run(a_site(tmp_path, "plain"), "hosting", "--for", "netlify")
    assert "\n/feeds/tags/%E4%B9%99/rss.xml\n  Content-Type: application/rss+xml; charset=utf-8\n" in said
