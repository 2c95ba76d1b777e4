"""How sure it is: certificate, solver, version, input hash, date."""

from __future__ import annotations

from markupsafe import Markup

from models.status import Status
from reports import shown
from reports.blocks import Bullets, Paragraph, Section, Table, say
from reports.figures import seconds
from reports.story import Story

STATUS = {
    Status.OPTIMAL: "optimal: no other plan that keeps all rules serves more pupils by this measure",
    Status.SHORT: "short: the best plan with the least missing funding; it is not a plan that can be carried out",
    Status.FEASIBLE: "feasible: it keeps all rules, but a better one may exist",
}


def sureness(story: Story) -> Section:
    """State the proof and how to repeat the plan."""
    return Section("sure", "How sure this is", [Paragraph(_in_words(story)), _facts(story), *_notes(story)])


def _in_words(story: Story) -> Markup:
    proof = story.plan.certificate
    if proof.holds:
        worst = max(
            figure
            for figure in (proof.primal, proof.dual, proof.complementarity, proof.gap)
            if figure is not None
        )
        scale = "billion" if worst < 1e-9 else "million"  # it holds to one millionth
        return say(
            "The plan carries a proof. After solving, every rule and the best possible value were"
            " worked out again from the figures alone, without the solver;"
            " the largest error found anywhere is less than one part in a {} ({}). What is certain is the"
            " arithmetic: that this is the best plan for these figures. How"
            " good the figures are is another matter.",
            scale,
            shown.residual(worst, "certificate.worst"),
        )
    return say(
        "The proof of this plan does not hold to one millionth: do not rely on it before it has been solved again."
    )


def _facts(story: Story) -> Table:
    plan, run, proof = story.plan, story.plan.solver, story.plan.certificate
    rows: list[list[object]] = [["Status", STATUS.get(plan.status, str(plan.status))]]
    named = [
        ("rules kept (primal)", "primal"),
        ("prices (dual)", "dual"),
        ("complementarity", "complementarity"),
        ("gap to the best value", "gap"),
    ]
    rows += [
        [
            f"Certificate: {words}",
            shown.residual(getattr(proof, name), f"certificate.{name}")
            if getattr(proof, name) is not None
            else "not known",
        ]
        for words, name in named
    ]
    if plan.rounding is not None:
        rows.append(
            ["Whole positions: step, FTE", shown.number(plan.rounding.step, "FTE", 1, "rounding.step")]
        )
        rows.append(["Whole positions: proven gap", shown.share(plan.rounding.gap, "rounding.gap", 2)])
    rows += [
        ["Solver", f"{run.name} {run.version} ({run.method})"],
        [
            "Size",
            say(
                "{} variables, {} rules",
                shown.number(run.variables, of="solver.variables"),
                shown.number(run.rules, of="solver.rules"),
            ),
        ],
        ["Time to solve", shown.Shown(seconds(run.seconds), run.seconds, "s", "solver.seconds")],
        ["Inputs (hash)", story.fingerprint],
    ]
    if story.version:
        rows.append(["Spanwise version", story.version])
    if story.made_on is not None:
        rows.append(["Report made on", story.made_on.isoformat()])
    return Table("The proof and how to repeat it", ["", ""], rows)  # type: ignore[arg-type]


def _notes(story: Story) -> list[Bullets]:
    return [Bullets([say("{}", note) for note in story.plan.notes])] if story.plan.notes else []
