import pytest

from publisher.digest.topics import parse_topic, posts_about, topics_of
from publisher.errors import ConfigError
from tests.digest_samples import a_post


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("tags:鐵道", "tags:鐵道"),
        (" Tag : NVIDIA ", "tags:nvidia"),
        ("category:ＡＩ　Agent", "categories:ai agent"),
        ("people:sam", "related_people:sam"),
        ("companies:blue-ferry", "related_companies:blue-ferry"),
        ("series:夜車:上", "series:夜車:上"),
    ],
)
def test_a_topic_is_kept_as_it_is_compared(written: str, kept: str) -> None:
    assert parse_topic(written) == kept


@pytest.mark.parametrize("written", ["", "鐵道", "tags:", ":鐵道", "title:x", "a b:c", "tags:  "])
def test_what_is_no_topic_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="not a topic"):
        parse_topic(written)


def test_a_post_is_about_every_term_of_its_lists() -> None:
    post = a_post(tags=("Nvidia",), categories=("散文",), params={"related_people": ["Sam"], "title": "x", "n": [1]})
    assert topics_of(post) == {"tags:nvidia", "categories:散文", "related_people:sam"}


def test_readers_get_what_they_chose_and_everything_when_they_chose_nothing() -> None:
    posts = (a_post(1, tags=("山",)), a_post(2, tags=("海",), categories=("食",)), a_post(3, tags=()))
    assert posts_about(posts, frozenset()) == posts
    assert posts_about(posts, frozenset({"tags:山", "categories:食"})) == posts[:2]
    assert posts_about(posts, frozenset({"tags:雨"})) == ()
