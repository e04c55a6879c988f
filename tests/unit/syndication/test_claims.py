from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from publisher.model.post import Card
from publisher.syndication.changes import sketch_of
from publisher.syndication.claims import Decision, decide
from publisher.syndication.lock import Lock, by_key

OLD = "https://shan.example/"
START = datetime(2026, 10, 1, tzinfo=UTC)


def a_card(name: str, day: int = 1, text: str = "", **changes: Any) -> Card:
    values: dict[str, Any] = {
        "key": f"{name}.md",
        "path": Path(f"content/{name}.md"),
        "url": f"{OLD}{name}/",
        "published": START + timedelta(days=day),
        "text_hash": f"{text or name}-title",
    }
    return Card(**{**values, **changes})


def decided(lock: Lock, *posts: Card, texts: dict[str, str] | None = None) -> Decision:
    return decide(lock, posts, lambda post: sketch_of((texts or {}).get(post.key, "")))


def first(*posts: Card) -> Lock:
    return decided(Lock(), *posts).lock


def test_a_new_site_goes_on_with_permalinks_and_guids_that_posts_state() -> None:
    made = decided(Lock(), a_card("a"), a_card("b", guid="urn:b"))
    assert made.guids == {"a.md": f"{OLD}a/", "b.md": "urn:b"}
    assert not made.refused


def test_the_same_posts_give_the_same_lock() -> None:
    lock = first(a_card("a"), a_card("b"))
    assert decided(lock, a_card("a"), a_card("b")).lock == lock


@given(
    names=st.lists(st.text("abcdef", min_size=1, max_size=4), unique=True, min_size=1),
    again=st.permutations(range(10)),
    domain=st.sampled_from(["https://shan.example/", "http://new.example/blog/"]),
)
def test_renaming_every_post_and_moving_the_site_changes_no_guid(names: list[str], again: Any, domain: str) -> None:
    before = [a_card(name, day) for day, name in enumerate(names)]
    lock = first(*before)
    after = [
        replace(post, key=f"new{again[at % 10]}-{at}.md", url=f"{domain}p/{at}/") for at, post in enumerate(before)
    ]
    made = decided(lock, *after)
    guids = [made.guids[post.key] for post in after]
    assert guids == [post.url for post in before]
    assert set(made.moved.values()) == {"text"}
    assert [made.lock.lines[post.key].was for post in after] == [(post.url,) for post in before]


def test_two_posts_that_swap_their_files_keep_their_guids() -> None:
    lock = first(a_card("a"), a_card("b", 2))
    made = decided(lock, a_card("a", 2, "b"), a_card("b", 1, "a"))
    assert made.guids == {"a.md": f"{OLD}b/", "b.md": f"{OLD}a/"}


def test_a_new_post_under_the_old_name_of_a_renamed_one_gets_a_guid_of_its_own() -> None:
    lock = first(a_card("a"))
    made = decided(lock, a_card("b", 1, "a"), a_card("a", 5, "fresh"))
    assert made.guids == {"b.md": f"{OLD}a/", "a.md": "tag:shan.example,2026-10-06:/a/"}


def test_a_post_keeps_its_guid_while_its_text_changes() -> None:
    made = decided(first(a_card("a")), a_card("a", 1, "changed"))
    assert made.guids == {"a.md": f"{OLD}a/"}
    assert made.lock.lines["a.md"].text == "changed-title"


def test_a_moved_and_changed_post_is_known_by_its_address() -> None:
    made = decided(first(a_card("a")), a_card("b", 1, "changed", url=f"{OLD}a/"))
    assert (made.guids["b.md"], made.moved) == (f"{OLD}a/", {"b.md": "address"})


def test_a_moved_and_changed_post_is_known_by_an_alias() -> None:
    for alias in ("/a/", "../a", f"{OLD}a/index.html", ["/x", "/a"]):
        made = decided(first(a_card("a")), a_card("b", 1, "changed", params={"aliases": alias}))
        assert (made.guids["b.md"], made.moved) == (f"{OLD}a/", {"b.md": "alias"})


def test_a_moved_and_changed_post_is_known_by_a_guid_that_it_states() -> None:
    made = decided(first(a_card("a")), a_card("b", 1, "changed", guid=f"{OLD}a/"))
    assert (made.guids["b.md"], made.moved) == (f"{OLD}a/", {"b.md": "guid"})


def test_a_moved_and_changed_post_is_known_by_its_date_and_most_of_its_text() -> None:
    text = "從臺北出發，沿著海線一路往南，每一站都停。" * 3
    line = replace(first(a_card("a")).lines["a.md"], sketch=sketch_of(text))
    moved, other = a_card("b", 1, "changed"), a_card("c", 2, "other")
    made = decided(by_key([line]), other, moved, texts={"b.md": f"{text}到了。", "c.md": text})
    assert made.guids == {"b.md": f"{OLD}a/", "c.md": f"{OLD}c/"}
    assert made.moved == {"b.md": "likeness"}


def test_posts_of_one_text_are_told_apart_by_their_dates() -> None:
    lock = first(a_card("a", 1, "same"), a_card("b", 2, "same"))
    made = decided(lock, a_card("y", 2, "same"), a_card("x", 1, "same"))
    assert made.guids == {"x.md": f"{OLD}a/", "y.md": f"{OLD}b/"}


def test_posts_without_text_are_not_recognised_by_it() -> None:
    made = decided(first(a_card("a", 1, "0")), a_card("b", 1, "0"))
    assert made.guids == {"b.md": f"{OLD}b/"}


def test_the_guid_of_a_post_that_is_gone_is_kept_and_never_given_away() -> None:
    lock = decided(first(a_card("a"))).lock
    assert lock.lines["a.md"].gone
    made = decided(lock, a_card("other", 9, url=f"{OLD}a/"))
    assert made.guids == {"other.md": "tag:shan.example,2026-10-10:/a/"}
    assert made.lock.lines["a.md"] == lock.lines["a.md"]


def test_a_new_post_under_the_name_of_one_that_is_gone_is_another_post() -> None:
    lock = decided(first(a_card("a"))).lock
    made = decided(lock, a_card("a", 9, "fresh"))
    assert made.guids == {"a.md": "tag:shan.example,2026-10-10:/a/"}
    assert made.lock.lines["a.md#1"].guid == f"{OLD}a/"
    again = decided(made.lock, a_card("a", 9, "fresh"))
    assert again.lock == made.lock


def test_a_post_that_comes_back_is_the_one_it_was() -> None:
    start = first(a_card("a"))
    lock = decided(start).lock
    assert decided(lock, a_card("a")).lock == start
    assert decided(lock, a_card("a", 1, "changed")).guids == {"a.md": f"{OLD}a/"}
    assert decided(lock, a_card("b", 5, "a")).guids == {"b.md": f"{OLD}a/"}


def test_minted_guids_are_never_given_twice() -> None:
    lock = decided(first(a_card("a"))).lock
    lock = decided(decided(lock, a_card("x", 9, url=f"{OLD}a/")).lock).lock
    made = decided(lock, a_card("y", 9, url=f"{OLD}a/"))
    assert made.guids == {"y.md": "tag:shan.example,2026-10-10:/a/;2"}


def test_a_second_guid_for_a_post_is_refused_and_the_first_one_kept() -> None:
    made = decided(first(a_card("a")), a_card("a", guid="urn:second"))
    [refusal] = made.refused
    assert (refusal.rule, refusal.key, refusal.guid, refusal.leaves_out) == ("second-guid", "a.md", "urn:second", False)
    assert made.guids == {"a.md": f"{OLD}a/"}


def test_a_copy_of_a_post_is_refused_unless_it_states_a_guid() -> None:
    lock = first(a_card("a"))
    made = decided(lock, a_card("copy", 2, "a"), a_card("a"))
    assert [(one.rule, one.key, one.other) for one in made.refused] == [("same-text", "copy.md", "a.md")]
    assert "copy.md" not in made.lock.lines
    assert not decided(lock, a_card("copy", 2, "a", guid="urn:again"), a_card("a")).refused


def test_of_two_posts_with_one_guid_the_one_that_had_it_keeps_it() -> None:
    made = decided(first(a_card("a", guid="urn:x")), a_card("new", 2, guid="urn:x"), a_card("a", guid="urn:x"))
    assert [(one.rule, one.key, one.other) for one in made.refused] == [("same-guid", "new.md", "a.md")]
    assert made.guids == {"a.md": "urn:x"}


def test_of_two_posts_at_one_address_only_one_is_an_entry() -> None:
    made = decided(Lock(), a_card("a"), a_card("b", url=f"{OLD}a/"))
    assert [(one.rule, one.key) for one in made.refused] == [("same-guid", "b.md")]
