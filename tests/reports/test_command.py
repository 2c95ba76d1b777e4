"""`spanwise report` from outside: what it writes, and what it says when it cannot."""

import json
import re
import sys
import zlib

import pytest

from tests.commands.runner import spanwise
from tests.districts import oak, write_folder


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "oak", *oak())


def test_several_files_from_one_solve(folder, tmp_path):
    outs = [
        tmp_path / name for name in ("report.html", "plan.xlsx", "chart-coverage.svg", "chart-stipends.png")
    ]
    ran = spanwise("report", folder, *(part for out in outs for part in ("-o", out)))
    assert ran.code == 0, ran.err
    assert ran.out == "".join(f"Written: {out}\n" for out in outs)
    assert outs[0].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert outs[1].read_bytes().startswith(b"PK")
    assert outs[2].read_text(encoding="utf-8").startswith("<svg")
    assert outs[3].read_bytes().startswith(b"\x89PNG")


def test_a_saved_plan_in_the_place_of_a_folder(folder, tmp_path):
    assert spanwise("solve", folder, "--out", tmp_path / "plan").code == 0
    ran = spanwise("report", tmp_path / "plan", "--quick", "-o", tmp_path / "report.html")
    assert ran.code == 0, ran.err
    assert "Oak Elementary" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_saved_plan_that_was_changed_is_refused(folder, tmp_path):
    spanwise("solve", folder, "--out", tmp_path / "plan")
    saved = tmp_path / "plan" / "plan.json"
    answer = json.loads(saved.read_text(encoding="utf-8"))
    saved.write_text(json.dumps(answer | {"coverage": 0.123456}), encoding="utf-8")
    ran = spanwise("report", tmp_path / "plan", "--quick", "-o", tmp_path / "report.html")
    assert ran.code == 3
    assert ran.err == (
        f"{tmp_path / 'plan'} holds a plan that serves 12.3456% of pupils, but its district gives 60.0000% now.\n\n"
        "The saved files were changed, or another version of Spanwise wrote them. Save the plan"
        " again with: spanwise solve FOLDER --out DIR\n"
    )
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "report.doc",
            "report.doc ends in '.doc'; a report ends in .html, .xlsx, .pdf, a chart in .svg or .png.\n\n"
            "Write for example -o report.html, -o plan.xlsx or -o chart-coverage.svg.\n",
        ),
        (
            "coverage.svg",
            "coverage.svg is to be a chart, but its name does not say which one.\n\n"
            "Write chart-NAME.svg; the charts are: coverage, bridge, schools, staffing, stipends, teams, devices, frontier, extra,"
            " prices, tornado, cuts.\n",
        ),
        (
            "nowhere/report.html",
            "nowhere/report.html cannot be written: there is no folder nowhere.\n\nMake the folder first, or name another place.\n",
        ),
    ],
)
def test_a_name_that_cannot_be_written_is_refused_before_any_work(folder, tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(tmp_path)
    ran = spanwise("report", folder, "-o", name)
    assert (ran.code, ran.out, ran.err) == (3, "", said)


def test_a_pdf_without_its_library_says_how_to_install_it(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    ran = spanwise("report", folder, "-o", tmp_path / "report.pdf")
    assert ran.code == 3
    assert ran.err == (
        "A PDF needs the library weasyprint, which is not installed.\n\n"
        "Install it with: pip install 'spanwise[pdf]'. Or write report.html and print it to PDF from any browser.\n"
    )


def test_a_pdf_has_pages_of_the_paper_that_was_asked_for(folder, tmp_path):
    pytest.importorskip("weasyprint")
    ran = spanwise("report", folder, "--quick", "--paper", "a4", "-o", tmp_path / "report.pdf")
    assert ran.code == 0, ran.err
    made = (tmp_path / "report.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, flags=re.DOTALL)
    plain = b" ".join(zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x")
    boxes = [
        [float(side) for side in box.split()] for box in re.findall(rb"/MediaBox ?\[([^]]+)\]", made + plain)
    ]
    assert len(boxes) >= 3
    assert all(box == pytest.approx([0, 0, 595.28, 841.89], abs=0.1) for box in boxes)


def test_no_file_when_there_is_no_plan(tmp_path):
    tables, settings = oak({"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,100\n"})
    ran = spanwise("report", write_folder(tmp_path / "oak", tables, settings), "-o", tmp_path / "report.html")
    assert ran.code == 4
    assert not (tmp_path / "report.html").exists()
