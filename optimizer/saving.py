"""The model as a file that other solvers and people read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from models.district import District
from models.errors import InputError
from models.settings import Objective
from optimizer.formulation import Model
from optimizer.objectives import stages_of


def save_model(
    district: District, objective: Objective | None = None, *, lp: Path | None = None, mps: Path | None = None
) -> None:
    """Write the first stage of a district's model as `.lp` or `.mps`, with readable names; whole or not at all.

    Raises
    ------
    InputError
        When the place cannot be written.

    """
    model = Model(district)
    first = stages_of(model, objective or district.settings.coverage.objective)[0]
    problem = model.lp.to_pulp(first.vector / first.scale, maximise=True)
    if lp is not None:
        _whole(lp, lambda path: problem.writeLP(path))
    if mps is not None:
        _whole(mps, lambda path: problem.writeMPS(path, with_objsense=True))


def _whole(target: Path, write: Callable[[str], object]) -> None:
    from optimizer.solvers.pulp_gateway import PulpError

    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as beside:
            part = Path(beside.name)
        try:
            write(str(part))
            part.chmod(0o644)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, PulpError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            f"{target} cannot be written: {reason.rstrip('.')}.",
            "Name a file in a folder that exists and is yours.",
        ) from error
