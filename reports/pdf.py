"""The board report as PDF, by weasyprint, which comes with the extra `[pdf]`."""

from __future__ import annotations

import importlib
from typing import Any

from models.errors import InputError


def require() -> Any:
    """Import weasyprint.

    Raises
    ------
    InputError
        It is not installed, or the system lacks the libraries that it calls.

    """
    try:
        return importlib.import_module("weasyprint")
    except ImportError as error:
        raise InputError(
            "A PDF needs the library weasyprint, which is not installed.",
            "Install it with: pip install 'spanwise[pdf]'. Or write report.html and print it to PDF from any browser.",
        ) from error
    except OSError as error:  # Pango is loaded at import
        raise InputError(
            f"weasyprint is installed, but a library of the system that it calls is missing: {error}",
            "Install Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0). Or write"
            " report.html and print it to PDF from any browser.",
        ) from error


def pdf(page: str) -> bytes:
    """Lay a report out on paper; nothing is fetched."""
    weasyprint = require()
    import logging

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of each CSS property meant for screens

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Refuses every address: the page holds all that it shows."""

        def fetch(self, url: str, headers: object = None) -> Any:
            raise ValueError(f"the report asks for {url}")

    document = weasyprint.HTML(string=page, url_fetcher=Nothing())
    made: bytes = document.write_pdf()
    return made
