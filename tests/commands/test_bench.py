"""`spanwise bench`: one table that says which solver is how fast, and which disagrees."""

import json

import pytest

from models.made import made_district
from models.plan import Certificate
from optimizer import Options, bench
from optimizer.bench import Row, _judged
from reports.bench import bench_card
from tests.commands.runner import ROOT, process, spanwise


def test_table_of_a_made_district(tmp_path):
    saved = tmp_path / "bench.json"
    ran = process(
        "bench",
        "--schools",
        "2",
        "--solver",
        "highs-simplex",
        "--solver",
        "highs-auto",
        "--solver",
        "cbc,nosuch",
        "--json",
        "--quiet",
        "--save",
        saved,
    )
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    assert json.loads(saved.read_text(encoding="utf-8")) == answer
    assert {"processor", "cores", "python", "highspy", "pulp"} <= set(answer["machine"])
    rows = {(row["path"], row["solver"], row["method"].split(",")[0]): row for row in answer["rows"]}
    simplex, cbc = rows["arrays", "highs", "simplex"], rows["pulp", "cbc", "default"]
    for row in (simplex, cbc):
        assert row["status"] == "optimal"
        assert row["gap"] < 1e-6
        assert row["build_s"] > 0
        assert row["peak_mb"] > 10
        assert row["total_s"] == pytest.approx(row["build_s"] + row["handover_s"] + row["solve_s"], rel=1e-6)
    assert cbc["objective"] == pytest.approx(simplex["objective"], abs=1e-6)
    assert min(row["ratio"] for row in rows.values() if row["ratio"] and row["path"] != "plan") == 1.0
    missing = rows["pulp", "nosuch", "default"]
    assert missing["status"] == "missing"
    assert "install" in missing["note"]
    assert set(simplex) >= {
        "instance",
        "schools",
        "years",
        "nodes",
        "path",
        "solver",
        "method",
        "build_s",
        "handover_s",
        "solve_s",
        "total_s",
        "peak_mb",
        "objective",
        "status",
    }


def row(**figures):
    return Row(
        "i",
        1,
        1,
        1,
        figures.pop("path", "arrays"),
        "highs",
        figures.pop("method", "simplex"),
        status="optimal",
        **figures,
    )


def test_a_path_that_finds_another_objective_is_shown_as_such():
    good = row(total_s=2.0, objective=0.5, gap=1e-12, certified=True)
    wrong = row(total_s=1.0, objective=0.4, gap=0.1, method="ipm")
    loose = row(total_s=1.0, objective=0.6, gap=1e-9, method="pdlp")  # a small gap, and a broken rule
    judged = _judged([good, wrong, loose])
    assert judged[0].ratio == 1.0
    assert judged[0].note == ""
    assert judged[1].note == "disagrees: 0.400000 against 0.500000"
    assert judged[2].note == "disagrees: 0.600000 against 0.500000"


def test_an_objective_that_is_no_number_disagrees():
    good = row(total_s=2.0, objective=0.5, gap=1e-12, certified=True)
    judged = _judged([good, row(total_s=1.0, objective=float("nan"), method="ipm")])
    assert judged[0].ratio == 1.0
    assert judged[1].note == "disagrees: nan against 0.500000"


def test_a_machine_that_does_not_tell_its_memory(monkeypatch):
    def nothing(name):
        raise ValueError(name)

    monkeypatch.setattr(bench.os, "sysconf", nothing)
    here = bench.machine()
    assert here["memory_gb"] is None
    assert f"{here['cores']} cores, {here['system']}, Python" in bench_card(here, [])


@pytest.mark.parametrize("figure", [float("inf"), float("nan"), None])
def test_a_gap_that_is_none_is_no_figure(figure):
    assert bench._proof(Certificate(0.0, figure, figure, figure))["gap"] is None


def test_a_method_that_this_build_of_highs_lacks_says_how_to_install_it():
    (found,) = bench.bench([("one", made_district(1))], bench.paths(["highs-hipo"]), Options())
    if found.status == "missing":
        assert found.note == "pip install 'highspy[extras]'"
    else:
        assert found.status == "optimal"


def test_prices_are_tried_where_money_is_common_alone(monkeypatch):
    tried = []
    monkeypatch.setattr(
        bench,
        "_apart",
        lambda name, district, path, options: (
            tried.append((name, path.path, path.method)) or bench._blank(name, district, path)
        ),
    )
    instances = [(pool, made_district(2, pool=pool)) for pool in ("school", "district")]
    rows = list(bench.bench(instances, bench.paths(["highs"]), Options()))
    assert len(rows) == len(tried)
    assert [name for name, _, method in tried if method == "prices"] == ["district"]

    tried.clear()
    worst = made_district(2, coverage={"objective": "max_min"})
    list(bench.bench([("worst", worst)], bench.paths(["highs"]), Options()))
    assert "prices" in {method for _, _, method in tried}
    assert list(bench.bench(instances, bench.paths(["highs-prices"]), Options())), (
        "what is asked for by name is a row"
    )


def test_a_path_that_breaks_is_a_row(monkeypatch):
    district = made_district(1)

    class Pipe:
        def send(self, row):
            self.row = row

        def close(self):
            pass

    def broken(*arguments):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(bench, "measure", broken)
    monkeypatch.setattr(bench.os, "setsid", lambda: None)
    monkeypatch.setattr(bench.time, "sleep", lambda seconds: None)
    pipe = Pipe()
    bench._work(pipe, "made", district, bench.Path("arrays", "highs", "simplex"), Options())
    assert (pipe.row.status, pipe.row.note) == ("failed", "ZeroDivisionError: by nothing")
    assert pipe.row.peak_mb > 10


def test_wrong_usage(tmp_path):
    assert spanwise("bench", "--schools", "ten").code == 2
    assert spanwise("bench", "--schools", "0").code == 2
    assert spanwise("bench", ROOT / "examples" / "oak", "--schools", "2").code == 2
    assert spanwise("bench", ROOT / "examples" / "oak", "--save", "table.xlsx").code == 2
    own = spanwise("bench", ROOT / "examples" / "oak", "--years", "5")
    assert own.code == 2
    assert "--years is for made districts" in own.err
    assert spanwise("bench", ROOT / "examples" / "oak", "--solver", "cbc,,highs").code == 2
    nowhere = spanwise("bench", ROOT / "examples" / "oak", "--save", tmp_path / "no" / "table.md")
    assert nowhere.code == 2
    assert "there is no folder" in nowhere.err


def test_markdown_table(tmp_path):
    ran = spanwise(
        "bench",
        ROOT / "examples" / "oak",
        "--solver",
        "highs-simplex",
        "--quiet",
        "--save",
        tmp_path / "t.md",
    )
    assert ran.code == 0
    lines = (tmp_path / "t.md").read_text(encoding="utf-8").splitlines()
    assert lines[2].startswith("| instance | path | solver |")
    assert lines[4].startswith("| oak | arrays | highs | simplex |")
    assert "oak" in ran.out
