from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.audience.lists import Person, join_topics, read_list, split_topics, write_list
from publisher.errors import ContentError, Problem
from publisher.model.subscriber import Subscriber


def people(data: bytes | str) -> list[Person]:
    return [found for found in _read(data) if isinstance(found, Person)]


def problems(data: bytes | str) -> list[Problem]:
    return [found for found in _read(data) if isinstance(found, Problem)]


def _read(data: bytes | str) -> list[Person | Problem]:
    file = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(read_list(file, "people.csv"))


TABLE = "姓名,電子郵件\n王小明,Ming@example.org\n林美,mei@example.org\n"
EXPECTED = [
    Person(email="Ming@example.org", address="ming@example.org", name="王小明", line=2),
    Person(email="mei@example.org", address="mei@example.org", name="林美", line=3),
]


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace("姓名", " Full Name ").replace("電子郵件", "E-Mail Address").encode(),
        '"姓名","電子郵件"\n"王小明","Ming@example.org"\n"林美","mei@example.org"\n'.encode(),
    ],
    ids=["UTF-8", "byte order mark", "UTF-16", "CRLF", "semicolons", "tabs", "English header", "quotes"],
)
def test_a_table_is_read_as_spreadsheets_write_it(data: bytes) -> None:
    assert people(data) == EXPECTED
    assert problems(data) == []


def test_a_list_in_big5_is_read_with_a_warning() -> None:
    assert people(TABLE.encode("big5")) == EXPECTED
    assert str(problems(TABLE.encode("big5"))[0]) == (
        "people.csv:1: the file is not UTF-8; it was read as Big5\nhint: look whether the names are right"
    )


def test_bytes_that_are_no_text_are_refused_at_their_line() -> None:
    with pytest.raises(ContentError, match="neither UTF-8 nor Big5") as caught:
        people(b"email\na@example.org\n\xff\xff@example.org\n")
    assert str(caught.value.at) == "people.csv:3"


@pytest.mark.parametrize("chunk", range(1, 9))
def test_characters_may_be_cut_anywhere_while_the_encoding_is_found_out(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("publisher.audience.lists._CHUNK", chunk)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "big5"):
        assert people(TABLE.encode(encoding)) == EXPECTED
    with pytest.raises(ContentError) as caught:
        people("email\n山@example.org\n".encode() + b"\xff\xff@example.org\n")
    assert str(caught.value.at) == "people.csv:3"


def test_half_a_character_at_the_end_is_named() -> None:
    with pytest.raises(ContentError, match="UTF-16, but is not") as caught:
        people(TABLE.encode("utf-16")[:-1])
    assert str(caught.value.at) == "people.csv:3"


def test_plain_lines_need_no_header() -> None:
    found = people("a@example.org\n\n  b@example.org  \n王小明 <c@example.org>\n")
    assert [(person.email, person.name, person.line) for person in found] == [
        ("a@example.org", "", 1),
        ("b@example.org", "", 3),
        ("c@example.org", "王小明", 4),
    ]


def test_rows_without_header_may_hold_a_name_before_or_behind() -> None:
    assert people("王小明,a@example.org\n林美,b@example.org\n")[1].name == "林美"
    assert people("a@example.org,王小明\nb@example.org,林美\n")[1].name == "林美"


def test_other_columns_are_passed_over() -> None:
    assert people("id,email,city,name\n7,a@example.org,台北,王小明\n")[0].name == "王小明"


def test_a_table_without_addresses_names_its_columns() -> None:
    with pytest.raises(ContentError) as caught:
        people("id,城市\n7,台北\n")
    assert str(caught.value) == (
        'people.csv:1:1: no column holds addresses; there are: "id", "城市"\n'
        '   1 | id,城市\nhint: name that column "email"'
    )


def test_several_addresses_in_the_first_line_are_refused() -> None:
    with pytest.raises(ContentError, match="several addresses"):
        people("a@example.org, b@example.org\n")


def test_a_bad_address_spoils_its_own_line_only() -> None:
    data = "email,name\na@example.org,A\nnobody,N\n,E\nb@example.org,B\n"
    assert [person.name for person in people(data)] == ["A", "B"]
    assert [str(problem).splitlines()[0] for problem in problems(data)] == [
        'people.csv:3: can\'t mail to "nobody": it is not of the form name@example.org',
        "people.csv:4: there is no address in this line",
    ]


def test_a_line_break_inside_an_address_is_refused() -> None:
    data = 'email\n"a@example.org\nBcc: all@example.org"\n'
    assert people(data) == []
    assert "line break" in problems(data)[0].message


def test_the_second_spelling_of_an_address_is_a_duplicate() -> None:
    data = "email\nMing@example.org\nother@example.org\nming@EXAMPLE.org\n"
    assert len(people(data)) == 2
    assert str(problems(data)[0]) == "people.csv:4: ming@EXAMPLE.org stands in line 2 already"


@pytest.mark.parametrize("word", ["unsubscribed", "blocklisted", "bounced", "退訂"])
def test_people_who_left_their_old_list_are_left_out(word: str) -> None:
    data = f"email,status\na@example.org,{word}\nb@example.org,Enabled\nc@example.org,\n"
    assert [person.email for person in people(data)] == ["b@example.org", "c@example.org"]
    assert word in problems(data)[0].message


def test_an_empty_file_holds_nobody() -> None:
    assert _read("") == []
    assert _read("email\n") == []


def test_a_field_beyond_all_measure_is_refused() -> None:
    with pytest.raises(ContentError, match="can't be read"):
        people("email\n" + "a" * 200_000 + "\n")


def test_what_people_chose_is_read_and_written_the_same() -> None:
    since = datetime(2026, 2, 9, tzinfo=UTC)
    everybody = [
        Subscriber(
            id=1,
            newsletter="weekly",
            email="Ming@example.org",
            name='王, "小明"',
            since=since,
            topics=frozenset({"tags:鐵道", "categories:a;b\\c, d"}),
            frequency="both",
        ),
        Subscriber(id=2, newsletter="weekly", email="mei@example.org", since=since),
    ]
    text = "".join(write_list(everybody))
    assert text.splitlines()[2] == "mei@example.org,,active,2026-02-09T00:00:00+00:00,weekly,"
    found = people(text)
    assert [(one.email, one.name, set(one.topics), one.frequency) for one in found] == [
        (one.email, one.name, set(one.topics), one.frequency) for one in everybody
    ]
    assert problems(text) == []


def test_a_frequency_that_is_none_leaves_its_person_out() -> None:
    found = problems("email,frequency\na@example.org,daily\n")
    assert [str(one).splitlines()[0] for one in found] == [
        'people.csv:2: a@example.org is left out: "daily" is no frequency'
    ]


@given(st.sets(st.text(min_size=1, alphabet=st.characters(categories=("L", "N", "P", "S"))), max_size=5))
def test_topics_in_one_cell_come_back_as_they_were(topics: set[str]) -> None:
    assert set(split_topics(join_topics(topics))) == topics
