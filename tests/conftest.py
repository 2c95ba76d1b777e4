"""What all tests share."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does; tests run on every core

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("spanwise", deadline=None, derandomize=True)
settings.load_profile("spanwise")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data beside the project; a test that needs it is skipped where it is not."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the public data folder ../shared/data is not here")
    return SHARED / "data"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; in CI its absence is a failure, elsewhere the browser tests are skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        message = "no Chromium is on PATH; install Debian's package chromium to run the browser tests"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(params=["links", "no links"])
def any_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that has hard links, and one that has none."""
    if request.param == "no links":

        def refused(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refused)
