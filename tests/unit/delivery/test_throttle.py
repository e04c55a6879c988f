from __future__ import annotations

import pytest

from publisher.delivery.throttle import FIRST_PAUSE_S, LONGEST_PAUSE_S, Throttle, parse_rate


@pytest.mark.parametrize(
    ("text", "per_second"), [("14/s", 14), ("600/m", 10), ("7200 / h", 2), ("86400/d", 1), ("0.5/s", 0.5), ("", None)]
)
def test_a_rate_is_a_number_in_a_time(text: str, per_second: float | None) -> None:
    assert parse_rate(text) == per_second


@pytest.mark.parametrize("text", ["14", "0/s", "-1/s", "14/w", "fast", "1e3/s", "14/s please"])
def test_anything_else_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate; write 14/s"):
        parse_rate(text)


def leaving(throttle: Throttle, domains: list[str], now: float = 0.0) -> list[float]:
    """When each message leaves, if each is sent as soon as it may."""
    moments = []
    for domain in domains:
        now += max(0.0, throttle.wait_s(domain, now))
        throttle.take(domain, now)
        moments.append(now)
    return moments


def test_without_limits_nothing_waits() -> None:
    throttle = Throttle()
    assert throttle.idle
    assert leaving(throttle, ["a.example"] * 3) == [0, 0, 0]


def test_a_rate_keeps_all_messages_apart() -> None:
    assert leaving(Throttle(rate=2), ["a.example", "b.example", "a.example"]) == [0, 0.5, 1]


def test_what_was_not_used_is_not_saved_up() -> None:
    throttle = Throttle(rate=1)
    assert leaving(throttle, ["a.example"]) == [0]
    assert leaving(throttle, ["a.example"] * 3, now=100) == [100, 101, 102]


def test_a_domain_s_rate_holds_back_that_domain_only() -> None:
    throttle = Throttle(domain_rates={"slow.example": 0.5})
    assert leaving(throttle, ["slow.example", "other.example"]) == [0, 0]
    assert throttle.wait_s("slow.example", 0.5) == 1.5
    assert throttle.wait_s("other.example", 0.5) <= 0


def test_the_star_is_for_every_domain_by_itself() -> None:
    throttle = Throttle(domain_rates={"*": 1, "quick.example": 10})
    assert leaving(throttle, ["a.example", "b.example", "quick.example"]) == [0, 0, 0]
    assert throttle.wait_s("a.example", 0) == 1
    assert throttle.wait_s("quick.example", 0) == 0.1


def test_each_request_to_slow_down_doubles_the_pause_up_to_a_limit() -> None:
    throttle = Throttle()
    waits = []
    for _ in range(20):
        throttle.slow_down(0, "busy.example")
        waits.append(throttle.wait_s("busy.example", 0))
    assert waits[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert waits[-1] == LONGEST_PAUSE_S
    assert throttle.wait_s("other.example", 0) <= 0


def test_a_server_s_request_slows_everything() -> None:
    throttle = Throttle()
    throttle.slow_down(0)
    assert throttle.wait_s("any.example", 0) == FIRST_PAUSE_S
    assert not throttle.idle


def test_acceptance_brings_the_speed_back() -> None:
    throttle = Throttle()
    throttle.slow_down(0, "busy.example")
    throttle.slow_down(0)
    for _ in range(100):
        throttle.ease("busy.example")
    assert throttle.idle
    assert leaving(throttle, ["busy.example"] * 3, now=10) == [10, 10, 10]


def test_a_slowed_domain_with_a_rate_keeps_its_rate() -> None:
    throttle = Throttle(domain_rates={"a.example": 2})
    throttle.slow_down(0, "a.example")
    for _ in range(100):
        throttle.ease("a.example")
    assert leaving(throttle, ["a.example"] * 3, now=10) == [10, 10.5, 11]
