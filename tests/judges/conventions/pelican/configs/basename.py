ARTICLE_URL = "{category}/{author}/{slug}.html"
ARTICLE_SAVE_AS = "{category}/{author}/{slug}.html"
SLUGIFY_SOURCE = "basename"
SLUGIFY_PRESERVE_CASE = True
FILENAME_METADATA = r"(?P<date>\d{4}-\d{2}-\d{2})-(?P<slug>.*)"
DEFAULT_METADATA = {"tags": "預設"}
