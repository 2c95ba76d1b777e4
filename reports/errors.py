"""Errors as the JSON object that `--json` prints in the place of a plan."""

from __future__ import annotations

import json
from dataclasses import asdict

from models.errors import InputError, SpanwiseError


def as_json(error: SpanwiseError) -> str:
    """One object: status, what, how to mend it, and each problem of the input with its place."""
    problems = [asdict(p) for p in error.problems] if isinstance(error, InputError) else []
    return json.dumps(
        {
            "status": str(error.status),
            "error": {"what": error.what, "mend": error.mend, "problems": problems},
        },
        indent=2,
    )
