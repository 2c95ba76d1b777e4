"""Two books: how fast (`speed`, `resolves`, `pooled`, `blocks`, `nation`) and how right (`answers`)."""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # as the command line does; waiting threads would be counted as work
