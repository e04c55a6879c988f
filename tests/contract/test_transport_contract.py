"""What every transport promises. A new one joins by a Stand of its own (docs/adding-a-transport.md)."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.delivery import transport as doors
from publisher.delivery.transport import CanLookUp, Receipt, Transport, open_transport
from publisher.errors import PublisherError
from tests.contract.mail_samples import Commits, commit_all, make_config, make_message
from tests.contract.resend_server import API_KEY, run_resend_server
from tests.contract.smtp_server import PASSWORD, USERNAME, run_smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.config import Config
    from publisher.model.message import Message

    Settled = Sequence[tuple[Message, Receipt]]


@dataclass
class Stand:
    """A transport beside whatever receives its mail."""

    transport: Transport
    config: Config
    name: str
    #: Recipients of everything that arrived, in order.
    arrived: Callable[[], list[str]]
    #: Whether rcpt-550@example.org is refused there.
    refuses: bool = False


@contextmanager
def memory_stand(folder: Path) -> Iterator[Stand]:
    from publisher.delivery.memory import MemoryTransport

    config = make_config(folder)
    transport = open_transport("memory", config)
    assert isinstance(transport, MemoryTransport)
    with closing(transport):
        yield Stand(transport, config, "memory", lambda: [message.envelope.recipient for message in transport.sent])


@contextmanager
def maildir_stand(folder: Path) -> Iterator[Stand]:
    config = make_config(folder, '[delivery.box]\nkind = "maildir"\npath = "box"\n')

    def arrived() -> list[str]:
        letters = (file.read_text(encoding="utf-8") for file in (folder / "box" / "new").iterdir())
        return sorted(letter.splitlines()[0].removeprefix("To: ") for letter in letters)

    with closing(open_transport("box", config)) as transport:
        yield Stand(transport, config, "box", arrived)


@contextmanager
def smtp_stand(folder: Path) -> Iterator[Stand]:
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    with run_smtp_server(folder) as room:
        table = f'host = "127.0.0.1"\nport = {room.port}\nca_file = "ca.pem"\n'
        table += f'username = "{USERNAME}"\npassword = {{ file = "password" }}\n'
        config = make_config(folder, "[delivery.smtp]\n" + table)
        with closing(open_transport("smtp", config)) as transport:
            yield Stand(transport, config, "smtp", lambda: [to for to, _ in room.accepted], refuses=True)


@contextmanager
def resend_stand(folder: Path) -> Iterator[Stand]:
    (folder / "key").write_text(API_KEY, encoding="utf-8")
    with run_resend_server() as post:
        table = f'base_url = "{post.url}"\napi_key = {{ file = "key" }}\n'
        config = make_config(folder, "[delivery.resend]\n" + table)

        def arrived() -> list[str]:
            return [mail["to"][0].rpartition("<")[2].rstrip(">") for mail in post.accepted]

        with closing(open_transport("resend", config)) as transport:
            yield Stand(transport, config, "resend", arrived, refuses=True)


SENDMAIL = """#!{python}
import os, sys
if sys.argv[-1].startswith("rcpt-550@"):
    sys.exit(os.EX_NOUSER)
with open({log!r}, "a") as log:
    print(sys.argv[-1], file=log)
"""


@contextmanager
def documented_stand(folder: Path) -> Iterator[Stand]:
    """The example of docs/adding-a-transport.md, with a program that plays sendmail."""
    text = (Path(__file__).parents[2] / "docs" / "adding-a-transport.md").read_text(encoding="utf-8")
    (folder / "sendmail_example.py").write_text(text.split("```python\n")[1].split("```")[0], encoding="utf-8")
    program, log = folder / "sendmail", folder / "log"
    program.write_text(SENDMAIL.format(python=sys.executable, log=str(log)), encoding="utf-8")
    program.chmod(0o755)
    config = make_config(folder, f'[delivery.sendmail]\nprogram = "{program}"\n')
    point = EntryPoint("sendmail", "sendmail_example:SendmailTransport", doors.GROUP)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setattr(doors, "entry_points", lambda **_: [point])
        patch.delitem(sys.modules, "sendmail_example", raising=False)
        with closing(open_transport("sendmail", config)) as transport:
            yield Stand(
                transport,
                config,
                "sendmail",
                lambda: log.read_text(encoding="utf-8").split() if log.exists() else [],
                refuses=True,
            )


STANDS = {
    "memory": memory_stand,
    "maildir": maildir_stand,
    "smtp": smtp_stand,
    "resend": resend_stand,
    "the documented example": documented_stand,
}


@pytest.fixture(params=sorted(STANDS))
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with STANDS[request.param](tmp_path) as found:
        yield found


def send(stand: Stand, messages: list[Message], commit: Commits | None = None) -> list[Receipt]:
    """Send any number of messages in calls as large as the transport takes."""
    size = stand.transport.limits.batch
    receipts: list[Receipt] = []
    for start in range(0, len(messages), size):
        receipts += stand.transport.send(messages[start : start + size], commit or commit_all())
    return receipts


def test_everything_accepted_arrives_once(stand: Stand) -> None:
    people = [f"reader{number}@example.org" for number in range(5)]
    receipts = send(stand, [make_message(person) for person in people])
    assert [receipt.status for receipt in receipts] == ["accepted"] * 5
    assert all(receipt.provider_id for receipt in receipts)
    assert sorted(stand.arrived()) == people


def test_a_batch_may_be_as_large_as_the_limit(stand: Stand) -> None:
    people = [f"reader{number:03}@example.org" for number in range(stand.transport.limits.batch)]
    receipts = stand.transport.send([make_message(person) for person in people], commit_all())
    assert [receipt.status for receipt in receipts] == ["accepted"] * len(people)
    assert sorted(stand.arrived()) == people


def test_an_empty_batch_is_no_work(stand: Stand) -> None:
    assert stand.transport.send([], commit_all()) == ()
    assert stand.arrived() == []


def test_commit_is_asked_about_every_message_before_it_arrives(stand: Stand) -> None:
    people = ["a@example.org", "b@example.org", "c@example.org"]
    early: list[str] = []

    class Watching(Commits):
        def __call__(self, messages: Sequence[Message], settled: Settled = (), /) -> frozenset[str]:
            allowed = super().__call__(messages, settled)
            early.extend(set(self.asked) & set(stand.arrived()) - set(self.asked[: -len(messages)]))
            return allowed

    commit = Watching()
    send(stand, [make_message(person) for person in people], commit)
    assert commit.asked == people
    assert early == []


def test_what_commit_withholds_never_arrives_and_the_rest_does(stand: Stand) -> None:
    people = ["a@example.org", "b@example.org", "c@example.org"]
    receipts = send(stand, [make_message(person) for person in people], Commits("b@example.org"))
    assert [receipt.status for receipt in receipts] == ["accepted", "deferred", "accepted"]
    assert sorted(stand.arrived()) == ["a@example.org", "c@example.org"]


def test_when_commit_fails_nothing_arrives(stand: Stand) -> None:
    def fail(_messages: object, _settled: object = (), /) -> frozenset[str]:
        raise RuntimeError("the store is gone")

    with pytest.raises(RuntimeError, match="the store is gone"):
        stand.transport.send([make_message("a@example.org")], fail)
    stand.transport.close()
    assert stand.arrived() == []


def test_a_refused_recipient_spoils_one_delivery(stand: Stand) -> None:
    if not stand.refuses:
        pytest.skip(f"{stand.name} refuses nobody")
    people = ["a@example.org", "rcpt-550@example.org", "c@example.org"]
    receipts = send(stand, [make_message(person) for person in people])
    assert [receipt.status for receipt in receipts] == ["accepted", "rejected", "accepted"]
    assert receipts[1].detail
    assert receipts[1].reason
    assert sorted(stand.arrived()) == ["a@example.org", "c@example.org"]


def test_a_lookup_knows_what_arrived_and_what_did_not(stand: Stand) -> None:
    if not isinstance(stand.transport, CanLookUp):
        pytest.skip(f"{stand.name} can't look up")
    message, other = make_message("a@example.org"), make_message("b@example.org")
    send(stand, [message])
    arrived, missing = stand.transport.lookup(message.delivery_key), stand.transport.lookup(other.delivery_key)
    assert arrived is not None
    assert missing is not None
    assert (arrived.status, missing.status) == ("accepted", "deferred")


def test_closing_twice_is_fine(stand: Stand) -> None:
    send(stand, [make_message("a@example.org")])
    stand.transport.close()
    stand.transport.close()


def test_a_misspelt_setting_is_refused_by_name(stand: Stand, tmp_path: Path) -> None:
    kind = stand.config.delivery.get(stand.name, {}).get("kind", stand.name)
    config = make_config(tmp_path, f'[delivery.mine]\nkind = "{kind}"\nhots = "example.org"\n')
    with pytest.raises(PublisherError) as caught:
        open_transport("mine", config)
    assert "delivery.mine.hots" in str(caught.value)
