ARTICLE_URL = "posts/{date:%Y}/{date:%m}/{date:%d}/{slug}/"
ARTICLE_SAVE_AS = "posts/{date:%Y}/{date:%m}/{date:%d}/{slug}/index.html"
ARTICLE_LANG_URL = "{lang}/{slug}/"
ARTICLE_LANG_SAVE_AS = "{lang}/{slug}/index.html"
SLUGIFY_USE_UNICODE = True
DEFAULT_CATEGORY = "雜"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False
