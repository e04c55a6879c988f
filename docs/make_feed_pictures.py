"""Take docs/feed-index.png and docs/feed-page.png: the example's pages about its feeds and about its podcast.

Each at 1280 pixels and on a phone, one in light and one in dark. `make pictures` runs this; it needs Chromium and fonts
for Chinese.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Literal

from PIL import Image

from docs.chromium import NAMES, Chromium, find_chromium
from publisher.config import load_config
from publisher.pipeline.build import build

_ROOT = Path(__file__).resolve().parent.parent
_NOW = datetime.fromisoformat("2026-10-08T08:00:00+08:00")
_HEIGHT = 900
_GAP = 24
#: A picture in docs/ is lighter than this.
_LIMIT_BYTES = 150_000

Scheme = Literal["light", "dark"]
#: Page of the output folder, and the scheme of its picture at 1280 pixels and at 375.
_PICTURES: dict[str, tuple[str, Scheme, Scheme]] = {
    "feed-index": ("feeds/index.html", "light", "dark"),
    "feed-page": ("feeds/podcast/index.html", "dark", "light"),
}


def build_example(folder: Path) -> Path:
    """Build the example somewhere else; gives its output folder, whose pages find the cover on this disk."""
    site = folder / "site"
    shutil.copytree(_ROOT / "example", site, ignore=shutil.ignore_patterns("public", ".publisher", "mailbox"))
    config = load_config(site)
    build(config, _NOW)
    for page in config.output_dir.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        images = f"{config.site.url}images/"
        page.write_text(text.replace(f'src="{images}', f'src="{(site / "static/images").as_uri()}/'), encoding="utf-8")
    return config.output_dir


def photograph(browser: Chromium, address: str, width: int, scheme: Scheme) -> Image.Image:
    """Take one picture of the first view."""
    browser.open(address, width=width, height=_HEIGHT, scheme=scheme)
    browser.run("Promise.all([...document.images].map((image) => image.decode())).then(() => true)")
    return Image.open(io.BytesIO(browser.picture())).convert("RGB")


def save(shots: list[Image.Image], picture: Path) -> None:
    """Put pictures side by side, in as many colours as fit into a light file."""
    whole = Image.new("RGB", (sum(shot.width for shot in shots) + _GAP * (len(shots) - 1), _HEIGHT), "#777777")
    left = 0
    for shot in shots:
        whole.paste(shot, (left, 0))
        left += shot.width + _GAP
    for colours in (192, 96, 48, 24):
        whole.quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(picture, optimize=True)
        if picture.stat().st_size < _LIMIT_BYTES:
            return


def main() -> None:
    """Take the pictures that docs/feeds.md shows."""
    program = find_chromium() or sys.exit(f"no Chromium found (looked for {', '.join(NAMES)})")
    with tempfile.TemporaryDirectory() as folder, Chromium(program) as browser:
        output = build_example(Path(folder))
        for name, (page, wide, narrow) in _PICTURES.items():
            address = (output / page).as_uri()
            shots = [photograph(browser, address, 1280, wide), photograph(browser, address, 375, narrow)]
            save(shots, _ROOT / "docs" / f"{name}.png")


if __name__ == "__main__":
    main()
