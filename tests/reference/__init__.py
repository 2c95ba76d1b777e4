"""An independent reading of the formulation, to hold the engine to: sections 1 to 6, in plain loops.

It shares no code with `models`, `optimizer` or `datafiles`: it reads a district folder itself (`question`),
writes every rule as sums over dictionaries (`design`) and solves stage by stage with scipy (`stages`). It is
slow and meant to be checked by eye, rule by rule. Money is in dollars of the plan year, people in FTE, pupils
in head count.
"""

from tests.reference.question import Question
from tests.reference.stages import Answer, solve

__all__ = ["Answer", "Question", "solve"]
