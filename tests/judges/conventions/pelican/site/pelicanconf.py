import os

AUTHOR = "沈青"
SITENAME = "山城筆記"
SITEURL = "https://shancheng.example"
PATH = "content"
TIMEZONE = "Asia/Taipei"
DEFAULT_LANG = "zh"
DEFAULT_PAGINATION = False
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
STATIC_PATHS = ["images", "notes", "旅行"]
EXTRA_PATH_METADATA = {"notes/extra.md": {"slug": "extra-slug"}}
NOT_READ = os.environ.get("NOT_READ", "")
