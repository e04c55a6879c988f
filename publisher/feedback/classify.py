"""Whose fault a failed delivery is: one table from enhanced status codes, and words where there is no code.

Specs: RFC 3463 and the IANA registry of enhanced status codes; RFC 5321 4.2 (reply codes). A 5.7.x is about us
(reputation, authentication, policy): whatever the words beside it, it never counts against the reader.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from publisher.feedback.report import Kind

#: Not part of an IP address or a version: "5.1.1", but not "5.1.1.7".
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")

#: Permanent failures (5.x) by subject and detail; the subject alone where the detail is not here.
PERMANENT: dict[str, Kind] = {
    "0": "failed",
    "1": "failed",
    "1.1": "hard",
    "1.2": "hard",
    "1.3": "hard",
    "1.6": "hard",
    "1.7": "policy",  # the sender's address
    "1.8": "policy",
    "1.10": "hard",  # null MX (RFC 7505); Exchange: no such recipient
    "2": "failed",
    "2.2": "soft",  # full
    "2.3": "policy",  # longer than the mailbox takes
    "3": "failed",
    "3.4": "policy",  # too big for the system
    "4": "failed",
    "4.7": "soft",  # not in time
    "5": "policy",
    "6": "policy",
    "7": "policy",
}
#: Temporary ones (4.x), where they are not soft.
TEMPORARY: dict[str, Kind] = {"5": "policy", "6": "policy", "7": "policy"}


class Words(NamedTuple):
    """What reporters write where they give no code, or one that says nothing."""

    kind: Kind
    pattern: re.Pattern[str]


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


NOBODY = _any(
    r"(user|recipient|mailbox|address|account|alias|收件人|收信人)( \S{1,254})?"
    r"( is)? (unknown|not found|does ?n[o']t exist|not known|not exist|invalid)",
    r"(unknown|no such|invalid) (user|recipient|mailbox|address|account|person|e-?mail)",
    r"(could|was|were)(n't| not) (be )?found|no mailbox (here )?by that name|does(n't| not) have an? .{1,40} account",
    r"查無此|查无此|[無无]此(使用者|用[戶户]|帳號|帐号|收件人)|(帳號|帐号|用[戶户]|信箱|邮箱|收件人|地址).{0,60}不存在",
    r"找不到(收件人|使用者|用[戶户])|存在しません|見つかりません",
)
FULL = _any(
    r"over ?quota|quota exceeded|exceed\w{0,6} .{0,30}(quota|storage)|(mailbox|inbox) (is |was )?full|full mailbox",
    r"insufficient (system )?storage|out of storage",
    r"(信箱|郵箱|邮箱|容量|空間|空间).{0,8}(滿|满|超出|超過|超过|不足)",
)
UNWANTED = _any(
    r"\bspam|\bblock(ed|list)|black ?list|reputation|unsolicited|\bdmarc\b|\bspf\b|\bdkim\b|policy",
    r"relay\w{0,6} .{0,10}denied",
    r"垃圾[郵邮]件|黑名[單单]|拒收|反垃圾",
)
#: The first that matches counts. Refusals of ours first: a wrong guess there does the reader no harm.
WORDS = (Words("policy", UNWANTED), Words("soft", FULL), Words("hard", NOBODY))


def classify(status: str, text: str) -> tuple[Kind, str]:
    """Say what a failure means, and by which enhanced code (empty if there was none).

    status: the report's own code, or empty. text: what the other side answered.
    """
    code = telling_code(status, text)
    kind = _by_code(code) if code else _by_reply(text)
    if kind is None:
        return _by_words(text) or ("soft" if code.startswith("4") else "failed"), code
    if kind == "hard" and UNWANTED.search(text) and not NOBODY.search(text):
        # "550 5.1.1 blocked by our reputation service": some servers use one code for everything.
        return "policy", code
    return kind, code


def telling_code(status: str, text: str) -> str:
    """Choose the code that says most: x.0.0 means "something", and the server's answer may know better."""
    found = [".".join(match.groups()) for match in ENHANCED.finditer(f"{status} {text}") if match[1] != "2"]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


def _by_code(code: str) -> Kind | None:
    """Look a code up; None where it says nothing (x.0.0)."""
    level, _, rest = code.partition(".")
    if rest == "0.0":
        return None
    subject = rest.partition(".")[0]
    if level == "4":
        return TEMPORARY.get(subject, "soft")
    return PERMANENT.get(rest) or PERMANENT.get(subject, "failed")


def _by_reply(text: str) -> Kind | None:
    """Decide by a bare reply code: 4xx is soft, 5xx leaves it to the words."""
    found = REPLY.search(text)
    return "soft" if found and found[1] == "4" and not UNWANTED.search(text) else None


def _by_words(text: str) -> Kind | None:
    return next((words.kind for words in WORDS if words.pattern.search(text)), None)
