"""What every test may ask for."""

import os

import pytest
from hypothesis import settings

# Nothing here is judged by the clock. CI tries the same examples each time, so that a red run can be repeated.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    help_text = "write what the program makes now as the expected files; look at `git diff` before committing it"
    parser.addoption("--update-golden", action="store_true", help=help_text)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-golden"):
        os.environ["UPDATE_GOLDEN"] = "1"


@pytest.fixture(scope="session")
def update_golden() -> bool:
    """Whether expected files are to be rewritten."""
    return bool(os.environ.get("UPDATE_GOLDEN"))
