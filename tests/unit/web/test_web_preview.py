"""The preview's pages, asked for through ASGI as a browser would ask."""

from __future__ import annotations

import re
import tomllib
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
from lxml import etree

from publisher.config import load_config
from publisher.pipeline.issue import make_issue
from publisher.store.open import open_store
from publisher.store.subscribers import NewSubscriber, add_subscribers
from publisher.web import preview_page
from publisher.web.preview_address import TABS, Place, read_place
from publisher.web.preview_app import make_app
from tests.preview_samples import DUE, a_site, a_source, write_post, write_template

if TYPE_CHECKING:
    from publisher.web.preview_source import PreviewSource

WEB = Path(preview_page.__file__).parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return a_site(tmp_path)


def ask(source: PreviewSource, path: str, *, method: str = "GET", host: str = "127.0.0.1:9") -> httpx.Response:
    async def fetch() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(source))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as client:
            return await client.request(method, path, headers={"Host": host})

    return anyio.run(fetch)


def words_of(page: httpx.Response) -> str:
    root = etree.fromstring(page.content, etree.HTMLParser(encoding="utf-8"))
    return " ".join(" ".join(str(text) for text in root.itertext()).split())


def tree_of(page: httpx.Response) -> etree._Element:
    return etree.fromstring(page.content, etree.HTMLParser(encoding="utf-8"))


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_door_leads_to_the_first_newsletter(root: Path) -> None:
    answer = ask(a_source(root), "/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/mail/weekly/phone")


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab != "feeds"])
def test_every_view_has_a_page_with_the_same_frame(root: Path, tab: str) -> None:
    page = ask(a_source(root), f"/mail/weekly/{tab}")
    tree = tree_of(page)
    current = [link.get("href") for link in tree.iter("a") if link.get("aria-current") == "page"]
    assert page.status_code == 200
    assert tree.get("lang") == "zh-Hant-TW"
    assert current == [f"/mail/weekly/{tab}?week=due"]
    assert [link.get("accesskey") for link in tree.iter("a") if link.get("accesskey")] == list("12345678")
    assert len(list(tree.iter("h1"))) == len(list(tree.iter("main"))) == 1
    assert all(frame.get("title") for frame in tree.iter("iframe"))


def test_beside_the_mail_stand_inbox_size_and_problems(root: Path) -> None:
    words = words_of(ask(a_source(root), "/mail/weekly/phone"))
    for said in ("山城的雨天｜第 1 期", "KB 上限 102 KB", "2 篇文章", "還沒定稿，只是預覽", "沒有發現問題"):
        assert said in words


def test_the_frames_show_the_mail_as_clients_do(root: Path) -> None:
    source = a_source(root)
    frames = {view: ask(source, f"/frame/weekly/{view}").text for view in ("light", "dark", "no-pictures", "no-style")}
    assert "@media all" in frames["dark"]
    assert "@media not all" in frames["light"]
    assert 'src="data:,"' in frames["no-pictures"]
    assert "<style" not in frames["no-style"]
    assert all("山城的雨天" in frame and "XXUNSUBSCRIBEXX" not in frame for frame in frames.values())


def test_the_mails_pictures_come_from_the_preview(root: Path) -> None:
    source = a_source(root)
    (address,) = set(
        re.findall(r'src="(http://127\.0\.0\.1:9/picture/[^"]+)"', ask(source, "/frame/weekly/light").text)
    )
    picture = ask(source, address)
    assert (picture.status_code, picture.headers["content-type"], picture.content[:2]) == (
        200,
        "image/jpeg",
        b"\xff\xd8",
    )
    assert ask(source, address + "x").status_code == 404


def test_text_and_source_are_shown_as_they_are(root: Path) -> None:
    source = a_source(root)
    assert "慢車與時刻表" in words_of(ask(source, "/mail/weekly/text"))
    assert "<!DOCTYPE html>" in words_of(ask(source, "/mail/weekly/source"))
    raw = ask(source, "/raw/weekly")
    assert (raw.headers["content-type"], raw.text[:15]) == ("text/plain; charset=utf-8", "<!DOCTYPE html>")


def test_the_checks_name_problems_and_clients(root: Path) -> None:
    write_post(root, "train", title="LOOK AT THIS NOW", date="2026-10-07T09:00:00+08:00", featured=True)
    write_post(root, "rain", title="HURRY UP PEOPLE")
    words = words_of(ask(a_source(root), "/mail/weekly/checks?lang=en"))
    for said in ("the subject shouts", "Outlook (Windows)", "prefers-color-scheme", "Can I Email"):
        assert said in words


def test_the_running_week_is_shown_when_asked_or_when_the_last_one_has_nothing(root: Path) -> None:
    assert "下週才寄的文章" in words_of(ask(a_source(root), "/mail/weekly/text?week=coming"))
    assert "下週才寄的文章" not in words_of(ask(a_source(root), "/mail/weekly/text"))
    later = a_source(root, DUE + timedelta(days=8))
    assert "下週才寄的文章" in words_of(ask(later, "/mail/weekly/text"))


def test_a_week_without_posts_is_said_plainly(root: Path) -> None:
    words = words_of(ask(a_source(root, DUE + timedelta(days=30)), "/mail/weekly/phone?lang=en"))
    assert "No new posts in this time, so there is no mail." in words
    for path in ("/frame/weekly/light", "/raw/weekly"):
        assert ask(a_source(root, DUE + timedelta(days=30)), path).status_code == 404


def test_readers_of_topics_and_of_the_web_page_see_what_is_theirs(root: Path) -> None:
    chosen = NewSubscriber(email="a@example.org", address="a@example.org", topics=frozenset({"tags:鐵道"}))
    with closing(open_store("sqlite:///publisher.db", root)) as store, store.begin() as connection:
        add_subscribers(connection, "weekly", [chosen], DUE)
    before, source = files(root), a_source(root)
    whole = ask(source, "/mail/weekly/phone?week=due")
    offered = {
        link.text: str(link.get("href")) for link in tree_of(whole).iter("a") if "part=" in str(link.get("href"))
    }
    assert list(offered) == ["tags:鐵道", "網頁"]
    theirs = ask(source, offered["tags:鐵道"])
    assert "1 篇文章" in words_of(theirs)
    frame = ask(source, next(str(one.get("src")) for one in tree_of(theirs).iter("iframe")))
    assert ("山城的雨天" in frame.text, "慢車與時刻表" in frame.text) == (True, False)
    page = ask(source, next(str(one.get("src")) for one in tree_of(ask(source, offered["網頁"])).iter("iframe")))
    assert "取消訂閱" in ask(source, "/frame/weekly/light?week=due").text
    assert "取消訂閱" not in page.text
    assert "沒有新文章" in words_of(ask(source, "/mail/weekly/phone?week=due&part=tags:nothing"))
    assert files(root) == before


def test_the_page_speaks_the_newsletters_language_or_the_one_asked_for(root: Path) -> None:
    source = a_source(root)
    assert tree_of(ask(source, "/mail/english/phone")).get("lang") == "en"
    page = ask(source, "/mail/weekly/phone?lang=en")
    assert tree_of(page).get("lang") == "en"
    assert "/mail/weekly/desktop?week=due&lang=en" in [link.get("href") for link in tree_of(page).iter("a")]


def test_a_broken_template_is_shown_with_its_place(root: Path) -> None:
    write_template(root, "blocks/masthead.mjml.j2", "<mj-section>\n  {{ masthead.mood }}\n</mj-section>\n")
    words = words_of(ask(a_source(root), "/mail/weekly/phone"))
    assert "blocks/masthead.mjml.j2:2:1" in words
    assert "{{ masthead.mood }}" in words
    frame = ask(a_source(root), "/frame/weekly/light")
    assert (frame.status_code, "mood" in frame.text) == (500, True)


def test_a_broken_setting_is_shown_with_its_place_and_mended_without_a_restart(root: Path) -> None:
    source = a_source(root)
    settings = (root / "publisher.toml").read_text(encoding="utf-8")
    (root / "publisher.toml").write_text(settings.replace("sender =", "sendr ="), encoding="utf-8")
    assert "sendr" in words_of(ask(source, "/mail/weekly/phone"))
    (root / "publisher.toml").write_text(settings, encoding="utf-8")
    assert "第 1 期" in words_of(ask(source, "/mail/weekly/phone"))


def test_an_unknown_newsletter_is_said_with_those_there_are(root: Path) -> None:
    assert "weekly" in words_of(ask(a_source(root), "/mail/weakly/phone"))


@pytest.mark.parametrize("change", ["post", "template", "settings", "picture", "note"])
def test_what_is_saved_is_seen(root: Path, change: str) -> None:
    source = a_source(root)
    before = ask(source, "/version").text
    assert ask(source, "/version").text == before
    match change:
        case "post":
            write_post(root, "new", title="剛寫的")
        case "template":
            write_template(root, "blocks/card.mjml.j2", "")
        case "settings":
            (root / "publisher.toml").write_text("[site]", encoding="utf-8")
        case "picture":
            (root / "static" / "new.jpg").write_bytes(b"")
        case "note":
            (root / "newsletters").mkdir()
            (root / "newsletters" / "x.md").write_text("早安", encoding="utf-8")
    assert ask(source, "/version").text != before


def test_a_page_is_made_again_after_a_save(root: Path) -> None:
    source = a_source(root)
    assert "剛寫的" not in words_of(ask(source, "/mail/weekly/text"))
    write_post(root, "new", title="剛寫的")
    assert "剛寫的" in words_of(ask(source, "/mail/weekly/text"))


def test_every_feed_is_a_list_that_people_can_read(root: Path) -> None:
    page = ask(a_source(root, DUE + timedelta(days=3)), "/feeds")
    words = words_of(page)
    for said in ("山城的雨天", "鐵道", "/feeds/rss.xml・", "/feeds/tags/鐵道/atom.xml・", "下週才寄的文章", "3 篇"):
        assert said in words
    assert "https://shan.example/posts/rain/" in [link.get("href") for link in tree_of(page).iter("a")]


def test_a_site_without_newsletter_shows_its_feeds_alone(root: Path) -> None:
    settings = (root / "publisher.toml").read_text(encoding="utf-8").partition("[newsletters")[0]
    (root / "publisher.toml").write_text(settings, encoding="utf-8")
    source = a_source(root)
    assert ask(source, "/").headers["location"] == "/feeds"
    assert [link.get("href") for link in tree_of(ask(source, "/feeds")).iter("a") if link.get("accesskey")] == [
        "/feeds"
    ]


def test_nothing_is_written(root: Path) -> None:
    before = files(root)
    for path in ("/mail/weekly/phone", "/frame/weekly/dark", "/mail/weekly/checks", "/feeds"):
        assert ask(a_source(root), path).status_code == 200
    assert files(root) == before


def test_a_store_that_is_there_is_read_and_left_as_it_was(root: Path) -> None:
    store = open_store("sqlite:///publisher.db", root)
    make_issue(load_config(root), "weekly", DUE, store=store)
    store.close()
    before = files(root)
    source = a_source(root)
    assert "已定稿，不會再變" in words_of(ask(source, "/mail/weekly/phone?week=due"))
    assert "第 2 期" in words_of(ask(source, "/mail/weekly/phone"))
    assert files(root) == before


@pytest.mark.parametrize("path", ["/", "/mail/weekly/phone", "/version"])
def test_other_hosts_names_are_refused(root: Path, path: str) -> None:
    assert ask(a_source(root), path, host="evil.example").status_code == 400
    assert ask(a_source(root), path, host="localhost:9").status_code < 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_get_is_answered(root: Path, method: str) -> None:
    assert ask(a_source(root), "/mail/weekly/phone", method=method).status_code == 405


@pytest.mark.parametrize(
    "path", ["/mail/weekly/feeds", "/mail/weekly/no", "/frame/weekly/no", "/picture/weekly/due/%2e%2e/x", "/x"]
)
def test_what_is_no_page_is_not_found(root: Path, path: str) -> None:
    assert ask(a_source(root), path).status_code == 404


def test_no_page_asks_anybody_else_for_anything(root: Path) -> None:
    source = a_source(root)
    page = ask(source, "/mail/weekly/desktop")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "img-src 'self' data:" in ask(source, "/frame/weekly/light").headers["content-security-policy"]
    fetched = [
        node.get(name) for node in tree_of(page).iter("link", "script", "img", "iframe") for name in ("href", "src")
    ]
    assert all(address.startswith(("/", "data:")) for address in fetched if address)
    assert "url(" not in ask(source, "/preview.css").text
    assert ask(source, "/preview.js").headers["content-type"].startswith("text/javascript")


def test_the_page_wears_the_mails_colours(root: Path) -> None:
    css = ask(a_source(root), "/preview.css").text
    assert "--accent: #A63A1E" in css
    assert "--accent: #FFA385" in css


def test_both_languages_say_everything_and_nothing_twice() -> None:
    chinese, english = (
        tomllib.loads((WEB / "wording" / f"{name}.toml").read_text("utf-8")) for name in ("zh-TW", "en")
    )
    assert chinese.keys() == english.keys()
    sources = "".join(path.read_text("utf-8") for path in (*WEB.glob("*.py"), *WEB.glob("pages/*"))).replace("-", "_")
    assert [key for key in english if not re.search(rf"w\.{key}\b|[\"']{key}[\"']", sources)] == []


def test_an_address_says_all_of_a_place() -> None:
    place = Place(newsletter="週報", tab="no-pictures", week="coming", language="en")
    assert place.url == "/mail/%E9%80%B1%E5%A0%B1/no-pictures?week=coming&lang=en"
    assert read_place({"name": "週報", "tab": "no-pictures"}, {"week": "coming", "lang": "en"}, None) == place
    assert read_place({"tab": "x"}, {"week": "x", "lang": "x"}, "a") == Place(newsletter="a", tab="phone")
    assert place.at(tab="feeds").url == "/feeds?newsletter=%E9%80%B1%E5%A0%B1&week=coming&lang=en"
