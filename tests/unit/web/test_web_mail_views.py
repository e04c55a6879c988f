"""What clients do to a mail is done to its HTML, and to nothing else of it."""

from publisher.model.message import SLOTS
from publisher.web.mail_views import (
    CLIP_BYTES,
    clip,
    fill,
    fill_text,
    in_scheme,
    style_bytes,
    view_of,
    with_local_pictures,
    without_pictures,
    without_style,
)

DARK = "<style>:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { p { color: red } }</style>"


def test_the_dark_always_holds_or_never() -> None:
    assert in_scheme(DARK, "dark") == "<style>:root { color-scheme: dark; } @media all { p { color: red } }</style>"
    assert (
        in_scheme(DARK, "light") == "<style>:root { color-scheme: light; } @media not all { p { color: red } }</style>"
    )


def test_pictures_give_way_to_their_words() -> None:
    html = '<a href="https://x.example/a.jpg"><img width="9" src="https://x.example/a.jpg" alt="海"></a>'
    assert without_pictures(html) == '<a href="https://x.example/a.jpg"><img width="9" src="data:," alt="海"></a>'


def test_style_goes_and_its_size_is_counted_without_tags() -> None:
    assert without_style(f"<head>{DARK}<b>雨</b>{DARK}</head>") == "<head><b>雨</b></head>"
    assert style_bytes('<style type="text/css">雨</style><style>a</style>') == 4


def test_a_small_mail_is_not_clipped() -> None:
    assert clip(f"{DARK}<p>雨</p>", "…") == f"{DARK}<p>雨</p>"


def test_a_large_mail_is_cut_between_characters_and_tags_and_loses_its_style() -> None:
    clipped = clip(DARK + "<p>雨</p>" * CLIP_BYTES, "檢視完整信件")
    mail, _, note = clipped.partition('<p style="font')
    assert "<style" not in mail
    assert mail.count("<") == mail.count(">")
    assert len(mail.encode()) <= CLIP_BYTES
    assert "\ufffd" not in mail
    assert note.endswith("檢視完整信件</p>")


def test_no_slot_is_left() -> None:
    every = " ".join(SLOTS)
    assert not any(slot in fill(every) or slot in fill_text(every) for slot in SLOTS)
    assert fill('<a href="XXUNSUBSCRIBEXX">') == '<a href="#">'


def test_pictures_come_from_the_preview() -> None:
    html = '<img src="https://x.example/email/a.jpg"><a href="https://x.example/">'
    local = with_local_pictures(html, ("email/a.jpg",), "https://x.example/", "http://127.0.0.1:1/picture/")
    assert local == '<img src="http://127.0.0.1:1/picture/email/a.jpg"><a href="https://x.example/">'


def test_links_open_beside_the_mail() -> None:
    assert '<head><base target="_blank"><title>' in view_of("<html><head><title>雨</title>", "light", clipped="…")


def test_each_view_is_one_of_these() -> None:
    html = f'{DARK}<img src="https://x.example/a.jpg">'
    seen = {view: view_of(html, view, clipped="…") for view in ("light", "dark", "no-pictures", "no-style")}
    assert len(set(seen.values())) == 4
    assert view_of(html, "clipped", clipped="…") == seen["light"]
