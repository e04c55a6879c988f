from publisher.syndication.identity import guid_of
from tests.feed_samples import a_post


def test_a_post_is_known_by_its_permalink_as_in_hugo() -> None:
    assert guid_of(a_post(url="https://shan.example/posts/a/")) == "https://shan.example/posts/a/"


def test_a_guid_in_the_front_matter_wins() -> None:
    assert guid_of(a_post(guid="urn:uuid:1")) == "urn:uuid:1"


def test_a_guid_is_free_of_what_xml_forbids() -> None:
    assert guid_of(a_post(guid=" a\x00b ")) == "ab"
    assert guid_of(a_post(guid=" \x00", url="https://shan.example/")) == "https://shan.example/"
