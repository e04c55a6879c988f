"""A mail server in a process of its own that breaks as it is told: `python fault_server.py SCRIPT LOG`.

SCRIPT is JSON: for each stage (connect, EHLO, AUTH, MAIL, RCPT, DATA, text, dot) a list of what to do the first time,
the second time, and so on; "" and everything after the end of the list is the usual answer. What can be done:

550 5.1.1 no   any answer              drop    hang up                     hang     never answer
twice          the usual answer twice  slow    the usual one, bit by bit   nonsense no SMTP at all
lose           take, then hang up      crash   take, then die (dot only)

"offers": extensions named after EHLO. "greylist": true refuses each recipient the first time.
A client that says EHLO drop-57 is hung up on after 57 more bytes, on every connection.
Prints its port. Writes what it took into the file LOG, one recipient a line, and "step MAIL" and the like.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL = {
    "connect": "220 ready",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "dot": "250 2.0.0 ok queued as ABCDEF",
}


class Gone(Exception):
    """The connection is over."""


class Conversation:
    """One connection."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.recipient = ""
        #: The last command was agreed to, and those before it.
        self.agreed = True
        #: How many more bytes may come before it hangs up.
        self.left: int | None = None

    async def run(self) -> None:
        try:
            await self.answer("connect")
            while line := await self.line():
                verb = line[:4].decode().upper()
                await self.command({"LHLO": "EHLO"}.get(verb, verb), line.decode().strip())
        except (Gone, ConnectionError):
            pass
        finally:
            self.writer.transport.abort()

    async def command(self, verb: str, line: str) -> None:
        if verb == "EHLO" and line[5:].startswith("drop-"):
            self.left = int(line[5:].partition("-")[2])
        if verb == "RCPT":
            self.recipient = line.partition("<")[2].partition(">")[0]
            if self.server.greylists(self.recipient):
                self.agreed = False
                await self.say("450 4.7.1 Greylisted, try again in 60 seconds")
                return
        await self.answer(verb)
        if verb == "DATA" and self.agreed:
            await self.text()

    async def text(self) -> None:
        action = self.server.action("text")
        if action:
            await self.do(action, "")
        while (line := await self.line()) != b".\r\n":
            if not line:
                raise Gone
        action = self.server.action("dot")
        if not action[:1].isdigit():
            self.server.log(self.recipient)
        await self.do(action, USUAL["dot"])

    async def line(self) -> bytes:
        line = await self.reader.readline()
        if self.left is not None:
            self.left -= len(line)
            if self.left < 0:
                raise Gone
        return line

    async def answer(self, verb: str) -> None:
        self.server.log(f"step {verb}")
        usual = self.server.greeting if verb == "EHLO" else USUAL.get(verb, "500 5.5.1 what?")
        action = self.server.action(verb)
        if verb in {"RCPT", "DATA"} and not (self.agreed or action):
            usual = "503 5.5.1 after a refusal?"
        elif verb != "QUIT":
            self.agreed = not action.startswith(("4", "5"))
        await self.do(action, usual)

    async def do(self, action: str, usual: str) -> None:
        if action in {"drop", "lose"}:
            raise Gone
        if action == "crash":
            os._exit(9)
        if action == "hang":
            await self.reader.read()
            raise Gone
        if action == "slow":
            for byte in f"{usual}\r\n".encode():
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(0)
            return
        await self.say({"": usual, "twice": f"{usual}\r\n{usual}", "nonsense": "What do you want?"}.get(action, action))

    async def say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()


class Server:
    """All connections, and the script that they share."""

    def __init__(self, script: dict[str, Any], log: Path) -> None:
        self.script = script
        self.file = log.open("a", encoding="utf-8", buffering=1)
        self.known: set[str] = set()
        offers = script.get("offers", ["PIPELINING", "SIZE 1000000", "8BITMIME"])
        lines = ["fault.example", *offers]
        self.greeting = "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines)

    def log(self, text: str) -> None:
        print(text, file=self.file)

    def action(self, stage: str) -> str:
        todo = self.script.get(stage) or [""]
        done: str = todo.pop(0)
        return done

    def greylists(self, recipient: str) -> bool:
        new = bool(self.script.get("greylist")) and recipient not in self.known
        self.known.add(recipient)
        return new

    async def serve(self) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await Conversation(self, reader, writer).run()

        place = self.script.get("socket")
        if place:
            server = await asyncio.start_unix_server(talk, place)
            port = 0
        else:
            server = await asyncio.start_server(talk, "127.0.0.1", self.script.get("port", 0))
            port = server.sockets[0].getsockname()[1]
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.serve_forever()


@dataclass
class FaultServer:
    """The server as a test sees it."""

    port: int
    file: Path
    process: subprocess.Popen[str]

    def lines(self) -> list[str]:
        return self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []

    def taken(self) -> list[str]:
        """Recipients of everything it took, in order."""
        return [line for line in self.lines() if not line.startswith("step ")]

    def steps(self, name: str) -> int:
        """How often it was told `name`."""
        return self.lines().count(f"step {name}")


@contextmanager
def run_fault_server(folder: Path, **script: Any) -> Iterator[FaultServer]:
    """Run a server with a script until the end of the block."""
    file = folder / "fault-server.log"
    command = [sys.executable, __file__, json.dumps(script), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield FaultServer(int(process.stdout.readline()), file, process)
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(Server(json.loads(sys.argv[1]), Path(sys.argv[2])).serve())
