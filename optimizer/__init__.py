"""The maths: program, formulation, objectives, solving, certificate, and the questions asked of it."""

from optimizer.attribution import compare_plans
from optimizer.comparing import compare
from optimizer.equity import equity
from optimizer.explaining import explain
from optimizer.frontier import frontier
from optimizer.sensitivity import along, tornado
from optimizer.solving import solve
from optimizer.staging import Options
from optimizer.stress import stress

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
