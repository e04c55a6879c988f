from __future__ import annotations

from pathlib import Path

import pytest

from publisher.cli.config import as_toml, redact
from publisher.config import parse_config
from publisher.errors import ConfigError, PublisherError, PublisherErrors

SITE = '[site]\ntitle = "遠方週記"\nurl = "https://yuanfang.example"\n'
FILE = Path("/site/publisher.toml")


def refusal(source: str) -> PublisherError:
    with pytest.raises(PublisherError) as caught:
        parse_config(source, FILE)
    return caught.value


def test_the_shortest_file_gives_every_default() -> None:
    config = parse_config(SITE, FILE)
    assert config.site.url == "https://yuanfang.example/"
    assert config.output_dir == Path("/site/public")
    assert config.feeds.formats == ("rss", "atom", "json")


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_name() -> None:
    error = refusal(SITE + 'langauge = "zh-TW"\n')
    assert error.message == "unknown setting: site.langauge"
    assert str(error.at) == "publisher.toml:4:1"
    assert error.hint == 'did you mean "language"?'


def test_an_unknown_table_is_refused_with_the_nearest_name() -> None:
    assert refusal(SITE + "[newsleters.weekly]\n").hint == 'did you mean "newsletters"?'


def test_the_nearest_name_is_found_inside_a_newsletter() -> None:
    error = refusal(SITE + '[newsletters.weekly]\nsender = "a@b.example"\nweekdya = "monday"\n')
    assert (str(error.at), error.hint) == ("publisher.toml:6:1", 'did you mean "weekday"?')


def test_every_mistake_is_reported_at_once() -> None:
    error = refusal('[site]\ntitle = "x"\nurl = "x.example"\nlanguage = "zh_TW"\ntimezone = "Taipei"\n')
    assert isinstance(error, PublisherErrors)
    assert [str(one.at) for one in error.errors] == ["publisher.toml:3:1", "publisher.toml:4:1", "publisher.toml:5:1"]


def test_a_typo_in_the_toml_is_located() -> None:
    error = refusal("[site]\ntitle = 遠方\n")
    assert error.at is not None
    assert (error.at.line, error.at.text) == (2, "title = 遠方")
    assert "not valid TOML" in error.message


def test_an_unfinished_file_is_located_at_its_end() -> None:
    error = refusal('[site]\ntitle = """abc\n')
    assert error.at is not None
    assert error.at.line == 2


def test_a_password_in_the_clear_is_refused() -> None:
    from publisher.config import Secret

    with pytest.raises(ValueError, match="never written here"):
        Secret.model_validate("hunter2")


def test_a_secret_names_one_source() -> None:
    from publisher.config import Secret

    with pytest.raises(ValueError, match="either"):
        Secret.model_validate({"env": "A", "file": "b"})


def test_a_secret_is_read_from_a_file_beside_the_config(tmp_path: Path) -> None:
    from publisher.config import Secret

    (tmp_path / "key").write_text("hunter2\n")
    assert Secret.model_validate({"file": "key"}).reveal(tmp_path) == "hunter2"


def test_a_secret_that_is_not_set_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.config import Secret

    monkeypatch.delenv("NO_SUCH_NAME", raising=False)
    with pytest.raises(ConfigError, match="NO_SUCH_NAME is not set"):
        Secret.model_validate({"env": "NO_SUCH_NAME"}).reveal(tmp_path)


def test_an_unknown_newsletter_suggests_the_nearest() -> None:
    config = parse_config(SITE + '[newsletters.weekly]\nsender = "a@b.example"\n', FILE)
    with pytest.raises(ConfigError, match='no newsletter "weakly"') as caught:
        config.newsletter("weakly")
    assert caught.value.hint == 'did you mean "weekly"?'


def test_a_header_can_not_be_smuggled_in_through_the_sender() -> None:
    error = refusal(SITE + '[newsletters.weekly]\nsender = "a@b.example\\r\\nBcc: c@d.example"\n')
    assert "not a mail address" in error.message


def test_printed_settings_hide_secrets_and_read_back_as_toml() -> None:
    source = SITE + '[delivery.smtp]\nhost = "mail.example"\npassword = { env = "SMTP_PASSWORD" }\n'
    shown = redact(parse_config(source, FILE).model_dump(mode="json", exclude_none=True))
    assert shown["delivery"]["smtp"]["password"] == "(secret from env SMTP_PASSWORD)"
    del shown["delivery"]
    assert parse_config("\n".join(as_toml(shown)), FILE) == parse_config(SITE, FILE)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    from publisher.config import load_config

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.hint == "run `publisher init` to make one"


@pytest.mark.parametrize(
    "address", ["index.xml", "/", "/a/../b.xml", "/a b.xml", "//x.xml", "/feed/", "/a.xml?b", "/%41.xml"]
)
def test_an_address_of_a_feed_is_a_document_below_the_site(address: str) -> None:
    error = refusal(f'{SITE}[feeds.site]\naddresses = {{ rss = "{address}" }}\n')
    assert "not an address of a feed" in error.message
    assert str(error.at) == "publisher.toml:5:1"


def test_an_address_for_all_terms_has_the_term_in_it() -> None:
    table = '[feeds]\nby = ["tags"]\n[feeds.group.tags]\naddresses = {{ rss = "{}" }}\n'
    assert "would be the address of every term" in refusal(SITE + table.format("/tags/index.xml")).message
    assert parse_config(SITE + table.format("/tags/{term}/index.xml"), FILE).feeds.group_of("tags").addresses


def test_an_address_in_a_format_that_is_not_made_is_refused() -> None:
    table = '[feeds]\nformats = ["rss"]\nsite.addresses = { json = "/feed.json" }\n'
    assert "[feeds.site] has an address for json, which feeds.formats leaves out" in refusal(SITE + table).message


def test_a_folder_for_a_term_is_one_folder() -> None:
    for name in ("a/b", "..", "a b", "", "%41"):
        error = refusal(f'{SITE}[feeds]\nby = ["tags"]\n[feeds.group.tags]\npaths = {{ "x" = "{name}" }}\n')
        assert "not a name for a folder" in error.message


def test_what_is_shown_of_settings_can_be_read_again() -> None:
    source = f"""{SITE}[feeds]
by = ["tags"]
[feeds.group.tags.paths]
"台積電" = "tsmc"
"AI Agent" = "agents"
[feeds.query.chips]
where = '"台積電" in tags'
"""
    config = parse_config(source, FILE)
    shown = "\n".join(as_toml(config.model_dump(mode="json", exclude_none=True)))
    assert parse_config(shown, FILE) == config
