"""The rules that feeds are held to, as rules.toml lists them, and who asks for each."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from publisher.syndication.reader_views import known_readers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.errors import Severity

FILE = Path(__file__).parent / "rules.toml"
PLATFORMS = ("apple", "spotify", "flipboard", "smartnews")
#: Readers that lose something, as a share of all, from which on it is a warning.
MANY = 0.4
_LISTS = ("by", "names", "readers", "elements", "attributes", "platforms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; the fields are those of rules.toml."""

    id: str
    what: str
    kept: Literal["program", "lint", "host", "unused"]
    by: tuple[str, ...] = ()
    why: str = ""
    names: tuple[str, ...] = ()
    says: str = ""
    mend: str = ""
    severity: Severity = "warning"
    loses: Literal["", "content", "form"] = ""
    #: Keys of the readers that lose something.
    readers: tuple[str, ...] = ()
    #: The same as a sentence names them: "Miniflux and feedparser".
    reader_names: str = ""
    elements: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()

    def concerns(self, keys: Iterable[str]) -> bool:
        """Tell whether one of these readers or platforms minds."""
        return not {*self.readers, *self.platforms}.isdisjoint(keys)


@cache
def known_rules() -> Mapping[str, Rule]:
    """Read rules.toml; gives the rules by their ids, in its order."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({one["id"]: _rule(one) for one in table["rule"]})


def nearest(name: str, known: Iterable[str]) -> str:
    """Help with a name that is not known: the nearest one, else all of them."""
    names = list(known)
    by_folded = {one.casefold(): one for one in names}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return f'did you mean "{by_folded[near[0]]}"?' if near else f"there are: {', '.join(names)}"


def _rule(one: dict[str, Any]) -> Rule:
    values = {**one, **{name: tuple(one.get(name, ())) for name in _LISTS}}
    values["readers"] = _readers(values)
    values["reader_names"] = _sentence(reader.name for reader in known_readers() if reader.key in values["readers"])
    values.setdefault("severity", _severity(values))
    return Rule(**values)


def _sentence(names: Iterable[str]) -> str:
    *first, last = tuple(names) or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def _readers(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Find who loses something: who is named, and who treats these elements or attributes so."""
    named, gone = set(values["readers"]), {*values["elements"], *values["attributes"]}
    return tuple(
        reader.key
        for reader in known_readers()
        if named & {"all", reader.key} or gone.intersection((*reader.dropped, *reader.unwrapped, *reader.attributes))
    )


def _severity(values: Mapping[str, Any]) -> Severity:
    """Weigh a loss by its reach: all readers, many, or few."""
    if values.get("loses") is None:
        return "warning"
    share = len(values["readers"]) / len(known_readers())
    if values["loses"] == "form" or share < MANY:
        return "note"
    return "error" if share == 1 else "warning"
