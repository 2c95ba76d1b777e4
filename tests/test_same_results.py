"""One district, one answer: whatever path solves it, coverage agrees to 1e-6 and spending to what 1e-6 of coverage costs."""

from __future__ import annotations

import pytest

from batch.grid import variants
from batch.jobs import Work
from batch.running import run
from batch.store import Store
from datafiles.folder import read_district, write_district
from models.made import made_district
from optimizer import Options, solve
from tests.commands.runner import ROOT

EXAMPLES = ("oak", "lakeside", "pooled")
MADE = {
    "schools_apart": {"schools": 4, "years": 2, "scenarios": 2, "seed": 3},
    "one_stipend": {"schools": 3, "years": 2, "seed": 5, "leaders": {"stipend_policy": "uniform"}},
    "pooled_money": {"schools": 6, "years": 2, "scenarios": 2, "seed": 7, "pool": "district"},
    "people_move": {"schools": 5, "years": 2, "seed": 9, "pool": "district", "mobility": "district"},
}
PATHS = {
    "simplex": Options(method="simplex"),
    "interior point": Options(method="ipm"),
    "blocks": Options(method="blocks"),
    "blocks, one thread": Options(method="blocks", threads=1),
    "prices": Options(method="prices"),
    "cbc through PuLP": Options(solver="cbc"),
}
APART = ("lakeside", "schools_apart", "one_stipend")  # fall into blocks
COUPLED = ("pooled", "pooled_money", "people_move")  # have rows to price
SMALL = ("oak", "pooled", *MADE)  # lakeside takes ten seconds and more here
APPLIES = {
    "simplex": (*EXAMPLES, *MADE),
    "interior point": SMALL,
    "blocks": APART,
    "blocks, one thread": APART,
    "prices": COUPLED,
    "cbc through PuLP": SMALL,
}


@pytest.fixture(scope="module")
def districts():
    """All districts by name, and their plain plans, which certify themselves."""
    districts = {name: read_district(ROOT / "examples" / name) for name in EXAMPLES}
    districts |= {name: made_district(**figures) for name, figures in MADE.items()}
    return districts


@pytest.fixture(scope="module")
def plans(districts):
    plans = {name: solve(district) for name, district in districts.items()}
    assert all(plan.certificate.holds for plan in plans.values())
    assert sum(0.01 < plan.coverage < 0.99 for plan in plans.values()) >= 6, "an easy district shows nothing"
    return plans


@pytest.mark.parametrize(("path", "name"), [(path, name) for path in PATHS for name in APPLIES[path]])
def test_a_method_finds_the_plain_coverage(path, name, districts, plans):
    plan, plain = solve(districts[name], options=PATHS[path]), plans[name]
    assert plan.coverage == pytest.approx(plain.coverage, abs=1e-6)
    assert plan.coverage_by_scenario == pytest.approx(plain.coverage_by_scenario, abs=1e-4)
    assert plan.spending == pytest.approx(plain.spending, rel=1e-6)
    assert plan.stipend_step == plain.stipend_step


@pytest.fixture(scope="module")
def folders(districts, tmp_path_factory):
    place = tmp_path_factory.mktemp("districts")
    for name, district in districts.items():
        write_district(district, place / name)
    return [place / name for name in districts]


def assert_plain(work: Work, store: Store, plans) -> None:
    rows = {row["district_id"]: row for row in store.results()}
    assert rows.keys() == plans.keys()
    for name, plan in plans.items():
        assert rows[name]["status"] == "optimal", rows[name]["message"]
        assert rows[name]["coverage"] == pytest.approx(plan.coverage, abs=1e-6)
        assert rows[name]["spending"] == pytest.approx(plan.spending, rel=1e-6)


def test_a_batch_finds_the_plain_coverage(folders, plans, tmp_path):
    work = Work(folders, variants({}), chunk_jobs=2)
    store = Store(tmp_path / "out", work)
    run(work, store, workers=2)
    assert_plain(work, store, plans)


def test_a_cluster_finds_the_plain_coverage(folders, plans, tmp_path):
    distributed = pytest.importorskip("distributed")
    work = Work(folders, variants({}), chunk_jobs=2)
    store = Store(tmp_path / "out", work)
    here = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": ":0"}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, **here) as cluster:
        run(work, store, cluster=cluster.scheduler_address)
    assert_plain(work, store, plans)
