"""Settings of Pelican with nothing to do but the feeds: `pelican SITE/content -s pelican_feeds.py -o OUTPUT`.

Atom, because Pelican's RSS has no room for description and content both. Front matter is read as YAML by libyaml.
"""

import re
import sys
from pathlib import Path
from typing import Any

import yaml
from markdown import Markdown
from pelican.readers import BaseReader
from pelican.utils import get_date

sys.path.insert(0, str(Path(__file__).parent))
from shortcode_links import replace_shortcodes

SITENAME = "島嶼科技筆記"
SITEURL = "https://blog.example.org"
SITESUBTITLE = "給忙碌讀者的科技訪談與觀察"
TIMEZONE = "Asia/Taipei"
DEFAULT_LANG = "zh-tw"
AUTHOR = "編輯室"

ARTICLE_PATHS = ["posts"]
ARTICLE_URL = "posts/{slug}/"
SLUGIFY_USE_UNICODE = True
SLUGIFY_SOURCE = "basename"
FEED_DOMAIN = SITEURL
FEED_MAX_ITEMS = 20
FEED_ALL_ATOM = "index.xml"
TAG_FEED_ATOM = "tags/{slug}.xml"
CATEGORY_FEED_ATOM = "categories/{slug}.xml"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None

STATIC_PATHS: list[str] = []
THEME_STATIC_PATHS: list[str] = []
PAGE_PATHS: list[str] = []
DIRECT_TEMPLATES: list[str] = []
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = AUTHOR_SAVE_AS = ""

_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


class YamlReader(BaseReader):
    """Reads a post of Hugo's kind; Pelican's own reader takes `key: value` lines only."""

    enabled = True
    file_extensions = ("md",)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        text = Path(source_path).read_text(encoding="utf-8")
        head = _FRONT_MATTER.match(text)
        if not head:
            raise ValueError(f"{source_path} has no front matter")
        values = yaml.load(head[1], Loader=yaml.CSafeLoader)
        metadata = {
            "title": values["title"],
            "date": get_date(str(values["date"])),
            "summary": values["description"],
            "slug": Path(source_path).stem.lower(),
            "category": self.process_metadata("category", values["categories"][0]),
            "tags": self.process_metadata("tags", values["tags"]),
        }
        return Markdown(extensions=["extra"]).convert(replace_shortcodes(text[head.end() :])), metadata


READERS = {"md": YamlReader, "html": None}
