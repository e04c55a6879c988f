from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.model.post import Author
from publisher.syndication.xml_text import Forbidden, clean_text, clean_value
from tests.feed_samples import a_post


@given(st.text(alphabet=st.characters()))
def test_xml_carries_every_cleaned_text(text: str) -> None:
    element = etree.Element("a")
    element.text = clean_text(text)
    assert (etree.fromstring(etree.tostring(element)).text or "") == clean_text(text)


def test_what_xml_can_carry_stays() -> None:
    text = "tab\t行\n𠮷 👩‍👧 \u202bעברית\u202c \x7f\x85\ufffd \U0001fffe"
    assert clean_text(text) == text


def test_line_ends_become_line_feeds_because_xml_would_make_them_so() -> None:
    assert clean_text("a\r\nb\rc") == "a\nb\nc"


def test_each_forbidden_character_is_told_with_its_place() -> None:
    found: list[Forbidden] = []
    post = a_post(title="前\x08後", authors=(Author(name="\ud800林"),), tags=("a", "b\x00"))
    cleaned = clean_value(post, found.append)
    assert (cleaned.title, cleaned.authors[0].name, cleaned.tags) == ("前後", "林", ("a", "b"))
    assert {(one.where, one.offset) for one in found} == {("title", 1), ("authors.name", 0), ("tags", 1)}
    [of_title] = [one for one in found if one.where == "title"]
    assert str(of_title) == 'title holds U+0008 at character 1 after "前": left out'


def test_a_clean_value_is_equal_to_what_it_was() -> None:
    found: list[Forbidden] = []
    assert clean_value(a_post(), found.append) == a_post()
    assert found == []
