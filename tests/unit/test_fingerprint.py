import subprocess
import sys
from dataclasses import dataclass
from types import MappingProxyType

from publisher.fingerprint import fingerprint


@dataclass(frozen=True)
class Pair:
    one: object
    other: object = None


def test_equal_values_have_equal_fingerprints() -> None:
    assert fingerprint(Pair({"a", "b"}, {"x": [1]})) == fingerprint(
        Pair(frozenset("ba"), MappingProxyType({"x": (1,)}))
    )


def test_other_values_have_others() -> None:
    values = [1, "1", True, None, "", [], {}, [1], ["1"], [[1]], {1}, {1: 1}, Pair(1), Pair(1, 1), Pair([1, None])]
    assert len({fingerprint(value) for value in values}) == len(values)


def test_no_process_gives_another_one() -> None:
    code = "from publisher.fingerprint import fingerprint; print(fingerprint({'a', 'b', 'c', 'd', 'e'}))"
    seeds = ("1", "2", "3")
    runs = [subprocess.check_output([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}) for seed in seeds]
    assert len(set(runs)) == 1
