"""Peak memory of a process; imports nothing of ours, so that it can be asked where nothing of ours is loaded."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_mb(process: int | None = None) -> float:
    """Peak of resident memory in MB, of this process or of another (Linux alone, else NaN).

    On Linux from /proc: `ru_maxrss` of a new process begins at the peak of the one that started it.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 2**10
    if process is not None:
        return float("nan")
    try:
        import resource
    except ImportError:  # not on Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
