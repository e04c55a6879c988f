"""publisher: a folder of Markdown posts becomes feeds, a podcast and a weekly mail that everybody gets once."""

__version__ = "0.1.0"
