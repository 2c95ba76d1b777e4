"""The stipend steps that a question has to be asked for: one for each under the uniform policy."""

from __future__ import annotations

from optimizer.formulation import Model


def steps_of(model: Model) -> list[int | None]:
    """Indices of the steps that may be paid everywhere; `[None]` where a school may mix them (formulation, section 6)."""
    if model.settings.leaders.stipend_policy == "by_school" or model.p.sigma.size == 0:
        return [None]
    return list(range(model.p.sigma.size))
