"""Where a figure comes from: the versions that its runs read."""

from service.figures.league import read_league
from service.figures.provenance import Read, provenance
from service.store.runs import code_version


def test_a_comparison_names_the_files_of_both_waves_and_the_code(ensu_store):
    league = read_league(ensu_store[0], "ensu2015", wave="2015Q2")
    found = provenance(ensu_store[0], league)
    assert set(found) == {"estimate", "compare"}
    assert found["compare"].reads == (
        Read("programme", "ensu2015", 1, "programme.toml"),
        Read("wave", "2015Q1", 1, "ensu_2015Q1.csv"),
        Read("wave", "2015Q2", 1, "ensu_2015Q2.csv"),
    )
    assert [read.name for read in found["estimate"].reads] == ["ensu2015", "2015Q2"]
    assert found["compare"].code == code_version() and found["compare"].run_id == league.runs["compare"]["run_id"]
