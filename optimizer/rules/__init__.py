"""The rules of the formulation, a family a file, registered in the order of the rule table."""

from optimizer.rules import teaching  # isort: skip
from optimizer.rules import leaders  # isort: skip
from optimizer.rules import startup  # isort: skip
from optimizer.rules import people  # isort: skip
from optimizer.rules import money  # isort: skip

__all__ = ["leaders", "money", "people", "startup", "teaching"]
