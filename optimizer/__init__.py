"""The maths: program, formulation, objectives, solving, certificate, and the questions asked of it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from optimizer.equity import equity
from optimizer.frontier import frontier
from optimizer.solving import solve
from optimizer.staging import Options
from optimizer.stress import stress

if TYPE_CHECKING:
    from optimizer.attribution import compare_plans
    from optimizer.comparing import compare
    from optimizer.explaining import explain
    from optimizer.sensitivity import along, tornado

__all__ = [
    "Options",
    "along",
    "compare",
    "compare_plans",
    "equity",
    "explain",
    "frontier",
    "solve",
    "stress",
    "tornado",
]

# Loaded when they are asked for, so that `spanwise solve` starts sooner. Functions named like their file cannot wait.
_LATER = {
    "along": "sensitivity",
    "compare": "comparing",
    "compare_plans": "attribution",
    "explain": "explaining",
    "tornado": "sensitivity",
}


def __getattr__(name: str) -> Any:
    """Load a question's file when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
