"""Where feeds/ and email_templates/ lie, and the Jinja environments that read them.

A site overrides any of their files by one of the same name in its own folder of that name, and may extend the original
as "builtin/<name>". Nothing else in the program knows where templates are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import Location, TemplateError

if TYPE_CHECKING:
    from types import TracebackType

    from jinja2 import Environment

FEEDS = "feeds"
EMAIL = "email_templates"


def builtin_dir(kind: str) -> Path:
    """Find a shipped template folder: beside the package in a wheel, else at the top of the checkout."""
    package = Path(__file__).parent
    shipped = package / "_assets" / kind
    return shipped if shipped.is_dir() else package.parent / kind


def environment(kind: str, root: Path | None) -> Environment:
    """Make the Jinja environment for FEEDS or EMAIL.

    root: the site's folder, whose own `<kind>/` comes first; None for the shipped templates alone.
    Everything is escaped unless marked safe; a missing variable is an error, never an empty string.
    """
    # After most builds nothing has to be rendered: Jinja loads when something has.
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

    builtin = FileSystemLoader(builtin_dir(kind))
    own = [FileSystemLoader(root / kind)] if root else []
    text_twin = ".txt.j2"
    return Environment(
        loader=ChoiceLoader([*own, builtin, PrefixLoader({"builtin": builtin})]),
        autoescape=lambda name: not (name or "").endswith(text_twin),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(env: Environment, name: str, **variables: Any) -> str:
    """Render a template; whatever is wrong with it becomes a TemplateError with its file and line."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError

    try:
        return env.get_template(name).render(**variables)
    except TemplateNotFound as error:
        raise TemplateError(f"there is no template {error.name}", at=Location(name)) from error
    except TemplateSyntaxError as error:
        at = _at(error.filename or error.name or name, error.lineno)
        raise TemplateError(f"the template can't be read: {error.message}", at=at) from error
    except (UndefinedError, TypeError, ValueError) as error:
        at = _place_in_template(error.__traceback__) or Location(name)
        hint = "see docs/templates.md for what a template is given" if isinstance(error, UndefinedError) else None
        raise TemplateError(str(error), at=at, hint=hint) from error


def _place_in_template(traceback: TracebackType | None) -> Location | None:
    """Find the innermost line of a template in a traceback; Jinja rewrites those lines to the template's own."""
    place = None
    while traceback:
        filename = traceback.tb_frame.f_code.co_filename
        if filename.endswith(".j2"):
            place = _at(filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _at(filename: str, line: int) -> Location:
    path = Path(filename)
    try:
        text = path.read_text(encoding="utf-8").splitlines()[line - 1]
    except (OSError, IndexError):
        text = None
    shown = "/".join(path.parts[-2:]) if path.is_absolute() else filename
    return Location(shown, line, 1 if text is not None else None, text)
