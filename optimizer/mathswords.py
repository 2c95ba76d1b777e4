"""The words of `docs/maths.md`: what cannot be read from the code. `optimizer.mathspage` puts the page together."""

# ruff: noqa: E501 - lines of a page

from __future__ import annotations

INTRO = r"""
# The maths of a staffing plan

This page is made from the code by `python -m optimizer.mathspage`; a test fails when the two differ. Symbols are the
names in the code. Money is in dollars of the plan year, people in FTE (full-time equivalents), pupils in head count.

A plan is a linear program. Every pupil is taught under one *staffing pattern* and equipped with one *technology
package*; patterns and packages use up people and money, and coverage is what they produce. A pupil is covered to the
degree of the weaker of the two: the pattern's credit and the package's reach.

The program is written in index notation. An array says which axes it has, one letter each; in a rule, the axes that a
term has and the rule lacks are summed, and those that the rule has and the term lacks are repeated:

```python
lp.rule("positions", "srn", [(1, q), ("mr", -a, x)], at_least=("sr", minimum))  # q[s,r,n] ≥ min[s,r] + Σ_gm a[m,r] x[s,g,m,n]
```
"""

SETS = {
    "s": ("$`S`$", "schools", "`schools.csv`"),
    "g": ("$`G`$", "grade bands", "`grade_bands.csv`"),
    "m": (
        "$`M`$, $`M_g`$, $`M^T`$",
        "staffing patterns; those that band g may use (it is listed, and pupils ÷ teaching FTE is within the band's "
        "limit, to 1e-9); the team-taught ones. Teaching FTE is teachers + leaders × (1 − release)",
        "`team_models.csv`",
    ),
    "k": (
        "$`K`$, $`K_g`$",
        "technology packages; those listed for band g. A package takes a seat of device type v(k), or none",
        "`technology.csv`",
    ),
    "j": (
        "$`J`$",
        "coverage levels 0 < u₁ < u₂ < …: every positive credit and reach, each once",
        "credits and reaches",
    ),
    "r": ("$`R`$", "roles, each of a kind and in a conversion pool", "`roles.csv`"),
    "P": ("$`P`$", "conversion pools, in the order of first mention", "`roles.csv`, `pool`"),
    "v": ("$`V`$", "device types", "`device_types.csv`"),
    "t": (
        "$`T`$",
        "steps of the stipend schedule between `stipend_min` and `stipend_max`",
        "`stipends.csv`, `district.toml`",
    ),
    "n": (
        "$`N`$",
        "nodes of the scenario tree, by year. Two scenarios share their node in a year exactly when their shocks to "
        "funding, enrollment and pay agree up to that year. $`\\pi(n)`$ is the parent, $`y(n)`$ the plan year 1..Y, "
        "$`p_n`$ the probability of all scenarios through n",
        "`scenarios.csv`",
    ),
    "c": (
        "$`C`$",
        "scenarios; $`\\mathrm{path}(c)`$ is the list of nodes that one passes through",
        "`scenarios.csv`",
    ),
    "a": ("", "a second letter for nodes: $`a \\preceq n`$ says that a is n or an ancestor of n", "the tree"),
}

PARAMETERS = {
    "e": (
        "`s,g,n`",
        "enrollment: today's × (1 + enrollment_growth)^(y−1) × (1 + enrollment shock of the node)",
        "pupils",
    ),
    "E": ("`s,n`", "enrollment of the school, Σ_g e", "pupils"),
    "E0": ("`s`", "today's enrollment of the school", "pupils"),
    "c": (
        "`s,r,n`",
        "cost of a position: salary × (1 + benefits_rate) × pay_index × (1 + annual_raise)^(y−1) × (1 + pay shock)",
        "$/FTE",
    ),
    "F": (
        "`s,n`",
        "funding: (funding_per_pupil × E + fixed_funding) × (1 + growth)^(y−1) × (1 + funding shock); E carries the "
        "enrollment shock already",
        "$",
    ),
    "X": ("`s,n`", "spending outside the plan's scope: fixed_spending × (1 + price_growth)^(y−1)", "$"),
    "buy": ("`v,n`", "price of a seat × (1 + price_growth)^(y−1)", "$/seat"),
    "run": ("`k,n`", "yearly cost of a package × (1 + price_growth)^(y−1)", "$/pupil"),
    "launch": ("`n`", "cost of a newly trained pupil-place × (1 + price_growth)^(y−1)", "$/pupil-place"),
    "fixlaunch": ("`n`", "cost of launching a whole school × (1 + price_growth)^(y−1)", "$/school"),
    "develop": ("`n`", "yearly development of a team-taught pupil × (1 + price_growth)^(y−1)", "$/pupil"),
    "sigma": ("`t`", "σ, the stipend of a step, the same in every year", "$"),
    "tau": ("`t`", "τ, share of eligible teachers who accept the leader role at that stipend", "share"),
    "alive": (
        "`v,a,n`",
        "1 where a ≼ n and y(n) − y(a) < life_years: a seat bought in a lives in n",
        "0 or 1",
    ),
    "seats0": (
        "`s,v,n`",
        "seats of `devices.csv` that still live: those with y − 1 + age_years < life_years",
        "seats",
    ),
    "o0": (
        "`s`",
        "share of the school launched today: min(1, team_pupils ÷ E0), 0 without pupils",
        "share",
    ),
    "kept": ("`s,n`", "min(1, E ÷ E0), 1 for a school without pupils today", "share"),
    "discount": ("`n`", "(1 + price_growth)^−(y−1), to first-year dollars", "–"),
}

BEFORE = r"""
Also: $`a_{mr}`$ FTE of role r per pupil under pattern m (`fte_per_pupil`), $`\gamma_m`$ credit, $`\rho_k`$ reach, $`L_v`$ life of a seat (`life_years`),
$`\omega_s`$ need weight over that of the average pupil today, $`\beta`$ benefits on stipends (`stipend_benefits_rate`), $`f^0_{sr}`$ positions in place today,
$`\mathrm{min}_{sr}`$ the part of them that stays outside all patterns.

### What stands before the plan

A rule that looks at the year before finds no parent at a root. Today's figure stands in its place:

| at a root, instead of | stands | in |
|---|---|---|
| $`(1-\mathrm{attrition}_r)\, q_{sr\pi(n)}`$ | $`(1-\mathrm{attrition}_r)\, f^0_{sr}`$ | `staff_flow` |
| $`(1-\mathrm{turnover})\, h_{s\pi(n)}`$ | $`(1-\mathrm{turnover}) \times`$ `trained_pupils` | `training` |
| $`o_{s\pi(n)}`$ | $`\mathrm{o0}_s`$ | `launch`, and in $`U_{sn}`$ |
| $`\sum_{M^T} x_{sgm\pi(n)}`$ | `team_pupils` | `growth` |
| $`R_{s\pi(n)}`$ | `opening_reserve` | `budget` |

So a year passes between today and the first plan year: some people and some of the training have left by then.

*Today's enrollment* is that of `enrollment.csv`, without growth or shock. A rule whose setting is absent is not in the
program; it is not a rule with a large bound. A band without pupils has no x, w, z at that school. A school without pupils
keeps its staff, funding and reserve.
"""

ALWAYS = "always"
VARIABLES = {  # symbol, meaning, when it exists
    "x": ("", "pupils taught under a pattern", "$`m \\in M_g`$, bands with pupils"),
    "w": ("", "pupils equipped with a package", "$`k \\in K_g`$, bands with pupils"),
    "z": ("", "pupils covered at least to a level", "bands with pupils"),
    "q": ("", "positions", ALWAYS),
    "lam": ("$`\\lambda`$", "eligible teachers who are offered a stipend step", ALWAYS),
    "b": ("", "seats bought", ALWAYS),
    "h": ("", "trained pupil-places in stock", ALWAYS),
    "d": ("", "pupil-places newly trained", ALWAYS),
    "o": ("", "share of the school that has been launched, at most 1", ALWAYS),
    "u": ("", "start-up spending paid from the start-up grant", ALWAYS),
    "i": ("", "people hired into a pool; with district mobility for all schools together", ALWAYS),
    "l": ("", "people laid off from a pool; with district mobility for all schools together", ALWAYS),
    "R": ("", "reserve carried to next year", "`funding.reserve_max_share` is set"),
    "in": ("", "funding received from the pool", "`funding.pool` is district"),
    "out": ("", "funding given to the pool", "`funding.pool` is district"),
    "short": (
        "",
        "missing funding, on the right of `budget`",
        "asked for the least shortfall of a district without a plan",
    ),
    "cut": (
        "$`\\delta`$",
        "share that funding falls: F (1 − δ) stands for F wherever it can strike; at most 1",
        "asked for the deepest cut",
    ),
    "theta": ("$`\\theta`$", "coverage of the worst scenario", "objective `worst_case`"),
    "phi": ("$`\\varphi`$", "coverage of the worst school", "objective `max_min`"),
}

EXPRESSIONS = r"""
## Expressions

These are sums of variables, not variables.

Covered pupils, with $`u_0 = 0`$:

```math
C_{sn} = \sum_g \sum_j (u_j - u_{j-1})\, z_{sgjn}
```

The pupils of a band who are on the best patterns get its best packages first; the levels state exactly that. The sum over
levels is the total of min(credit, reach) over pupils paired best with best, without a variable for each pair.

Start-up spending:

```math
U_{sn} = \sum_v \mathrm{buy}_{vn}\, b_{svn} + \mathrm{launch}_n\, d_{sn} + \mathrm{fixlaunch}_n (o_{sn} - o_{s\pi(n)})
```

Positions needed: those that stay outside all patterns, and those of the patterns.

```math
\mathrm{need}_{srn} = \mathrm{min}_{sr} + \sum_{g,\, m \in M_g} a_{mr}\, x_{sgmn}
```
"""

RULES_INTRO = r"""
## Rules

Each holds for every index of its rows. With district mobility the two sums of `staff_flow` run over all schools, hires and
layoffs have no school, and each school bears the share $`F_{sn} / \sum_s F_{sn}`$ of their cost in `budget` (equal
shares where there is no funding at all).

*Price* says what the rule's dual tells: covered pupils, weighted by need and probability and summed over all nodes,
gained by easing the rule by one unit (for rules in dollars the text speaks of $1,000). `plan.prices[rule].dual` is signed:
the gain from one unit more on the right side, so it is 0 or more where the rows are ≤, 0 or less where they are ≥ (less is
asked when the side falls), and of either sign where they are =. A degenerate plan has many duals; one of them is given.
"""

OBJECTIVES = r"""
## Objectives and stages

A plan is found in stages. Each later stage holds the value V of every earlier one by ≥ V − 1e-6, on the scale from 0 to 1.

| objective | stages |
|---|---|
| `expected` | expected coverage, then least spending |
| `worst_case` | θ, then expected coverage, then least spending |
| `max_min` | φ, then expected coverage, then least spending |

Expected coverage:

```math
\max\ \frac{\sum_n p_n \sum_s \omega_s C_{sn}}{\sum_n p_n \sum_s \omega_s E_{sn}}
```

Least spending is in first-year dollars, the left side of `budget` without the reserve:

```math
\min\ \sum_n p_n\, \mathrm{discount}_n \sum_s (\mathrm{spending}_{sn})
  + 10^{-4} \sum_n p_n \sum_s \Big( u_{sn} + \mathrm{out}_{sn} + (Y - y(n)) \sum_v b_{svn} \Big)
```

The second sum is made of tie-breaks that no reported figure contains: no dollar is moved or drawn from a grant that buys
nothing, and nothing is bought before it is used unless a limit makes it so. Stipends, hiring, layoffs and grants are
constant in nominal dollars.

The reported coverage, θ and φ are the values of their own stages; everything else is read from the last one.

`stipend_policy = "by_school"` is this program; a school may mix two steps. `"uniform"` pays one step everywhere and
always: λ is 0 off it. Every step is solved for itself, those without a plan are skipped, and the best is kept by
objective, then coverage (ties within 1e-6), then spending, then the lower stipend.

Two rules come with an objective, for the stages that are no sums. Their prices are in the unit of that stage.
"""
