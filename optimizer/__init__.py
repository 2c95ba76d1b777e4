"""The maths: program, formulation, objectives, solving, certificate, and the questions asked of it."""

from optimizer.solving import solve
from optimizer.staging import Options

__all__ = ["Options", "solve"]
