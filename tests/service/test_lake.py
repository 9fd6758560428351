"""Large frames: the engines' samples are those drawn in memory, unit for unit, and sums give the same estimates."""

import os
import shutil

import numpy as np
import pandas as pd
import pytest

from estimation import Design, domain_means
from sampling import draw_stratified, permanent_random_numbers
from service.drawing.lake import draw_from_lake, number_frame, open_lake, populations, sums_by_cell
from words import Fault

pytestmark = [  # of PySpark 4, which works with pandas 3 but says so at every table
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]
KEY = b"a key for tests only, 32 bytes.."
UNITS, STRATA = 20_000, 40
# what is small needs two partitions, not 200, and a compiler that begins fast
SMALL_SPARK = (
    "--conf spark.sql.shuffle.partitions=2 --conf spark.default.parallelism=2 "
    "--conf spark.sql.codegen.wholeStage=false "
    "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' pyspark-shell"
)


@pytest.fixture(scope="module")
def spark():
    """Spark on two threads of this machine; a skip by name without Java, under CI a failure."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        message = "Spark needs Java (17 or later), which is not here"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_SUBMIT_ARGS", SMALL_SPARK)
        lake = open_lake("local[2]")
    yield lake
    lake.engine.disconnect()


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    """A made-up frame of unequal strata, as a table with its numbers and as the lake's file."""
    rng, folder = np.random.default_rng(1), tmp_path_factory.mktemp("lake")
    chance = rng.dirichlet(np.full(STRATA, 2.0))
    table = pd.DataFrame({"id": [f"u{i:06}" for i in range(UNITS)], "layer": rng.choice(STRATA, UNITS, p=chance)})
    table["layer"] = [f"s{code:02}" for code in table.layer]
    table["area"] = table.layer.str[:2]
    table.sample(frac=1, random_state=2).to_parquet(folder / "source.parquet")
    number_frame(folder / "source.parquet", folder / "frame.parquet", key=KEY, unit="id", stratum="layer")
    table = table.rename(columns={"id": "unit_id", "layer": "stratum"})
    return table.assign(prn=permanent_random_numbers(table.unit_id, key=KEY)), folder / "frame.parquet"


def allocation(table: pd.DataFrame, n: int) -> pd.DataFrame:
    counts = table.stratum.value_counts().sort_index()
    sample = np.minimum(counts, n).rename("sample")
    return pd.DataFrame({"stratum": counts.index, "population": counts.to_numpy(), "sample": sample.to_numpy()})


@pytest.mark.parametrize("start", [0.0, 0.37, 0.999])
@pytest.mark.parametrize("n", [2, 30, 10_000])
def test_the_sample_from_duckdb_is_the_one_drawn_in_memory(frame, start, n):
    table, path = frame
    wanted = allocation(table, n)
    found = draw_from_lake(open_lake(), path, wanted, start=start)
    pd.testing.assert_frame_equal(found, draw_stratified(table, wanted, start=start)[found.columns], check_dtype=False)
    assert len(found) == wanted["sample"].sum()


def test_each_stratum_may_start_where_its_last_wave_ended(frame):
    table, path = frame
    wanted = allocation(table, 12)
    starts = pd.Series(np.random.default_rng(3).random(STRATA), index=wanted.stratum)
    found = draw_from_lake(open_lake(), path, wanted, start=starts)
    expected = draw_stratified(table, wanted, start=starts)
    assert list(found.unit_id) == list(expected.unit_id) and (found.probability == expected.probability).all()


def test_a_stratum_whose_window_holds_too_few_is_asked_in_full(frame, tmp_path):
    """Numbers that are no random ones: a stratum whose units all lie just below the start."""
    table, _ = frame
    odd = table.stratum == table.stratum.iloc[0]
    table = table.assign(prn=table.prn.where(~odd, 0.2999 + table.prn / 1e5))
    table.sort_values("prn").to_parquet(tmp_path / "frame.parquet")
    wanted = allocation(table, 5)
    found = draw_from_lake(open_lake(), tmp_path / "frame.parquet", wanted, start=0.3)
    assert list(found.unit_id) == list(draw_stratified(table, wanted, start=0.3).unit_id)


def test_spark_draws_the_units_that_duckdb_draws_and_sums_the_same(frame, interviews, spark):
    table, path = frame
    wanted = allocation(table, 25)
    there, here = (draw_from_lake(lake, path, wanted, start=0.9) for lake in (spark, open_lake()))
    pd.testing.assert_frame_equal(there, here, check_dtype=False)
    sums = [sums_by_cell(e, interviews, weight="w", y="y", by=["h", "psu", "area"]) for e in (spark, open_lake())]
    pd.testing.assert_frame_equal(*sums, check_dtype=False, rtol=1e-12)


@pytest.fixture(scope="module")
def interviews(tmp_path_factory):
    """Made-up interviews in Parquet, in two files of one folder; some gave no answer, one PSU none at all."""
    rng, folder = np.random.default_rng(4), tmp_path_factory.mktemp("interviews")
    table = pd.DataFrame({"h": rng.integers(6, size=3_000), "psu": rng.integers(30, size=3_000)})
    table["psu"] += 100 * table.h
    table["area"] = [f"a{code}" for code in rng.integers(5, size=3_000)]
    table["w"] = rng.uniform(0.5, 3, 3_000)
    table["y"] = np.where(rng.random(3_000) < 0.1, np.nan, rng.random(3_000) < 0.8)
    table.loc[table.psu == table.psu.iloc[0], "y"] = np.nan
    for part in (0, 1):
        table[table.index % 2 == part].to_parquet(folder / f"part{part}.parquet")
    return folder


def test_estimates_from_the_engines_sums_are_those_from_the_interviews(interviews):
    table = pd.concat([pd.read_parquet(file) for file in sorted(interviews.glob("*.parquet"))], ignore_index=True)
    sums = sums_by_cell(open_lake(), interviews, weight="w", y="y", by=["h", "psu", "area"])
    assert len(sums) == len(table.drop_duplicates(["h", "psu", "area"])) and (sums.n == 0).any()
    naive = table.dropna().assign(wyy=lambda t: t.w * t.y**2, wwy=lambda t: t.w**2 * t.y)
    assert sums[["wyy", "wwy", "n"]].sum().tolist() == pytest.approx(
        [naive.wyy.sum(), naive.wwy.sum(), len(naive)], rel=1e-12
    )
    design = Design.from_totals(sums, sum_w="w", stratum="h", psu="psu")
    y = (sums.wy / sums.w.where(sums.w > 0)).to_numpy()
    found = domain_means(y, sums.area, design)
    whole = Design.from_table(table, weight="w", stratum="h", psu="psu")
    expected = domain_means(table.y.to_numpy(), table.area, whole)
    assert found.names == expected.names and (found.df == expected.df).all()
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(found.se, expected.se, rtol=1e-10)


def test_a_frame_is_refused_whole_with_what_is_wrong(frame, tmp_path):
    source, target = tmp_path / "list.parquet", tmp_path / "frame.parquet"
    good = pd.DataFrame({"id": ["a", "b", "c", "a"], "layer": ["x", "x", "y", "y"]})
    for table, key, values in (
        (good, "lake.unit_twice", {"unit": "a"}),
        (good.iloc[:3].assign(layer=["x", None, "y"]), "lake.missing", {"row": 2, "column": "layer"}),
        (good.iloc[:3].assign(id=["a", "b", None]), "lake.missing", {"row": 3, "column": "id"}),
        (good[["id"]], "lake.column", {"column": "layer"}),
    ):
        table.to_parquet(source)
        with pytest.raises(Fault) as refused:
            number_frame(source, target, key=KEY, unit="id", stratum="layer")
        assert refused.value.key == key and values.items() <= refused.value.values.items()
        assert {file.name for file in tmp_path.iterdir()} == {"list.parquet"}
    table, path = frame
    changed = allocation(table, 2).assign(population=lambda t: t.population + (t.index == 0))
    no_parquet = tmp_path / "list.csv"
    no_parquet.write_text("id,layer\na,b\n", "utf-8")
    for lake, given, key in (
        (path, changed, "sampling.frame_changed"),
        (tmp_path / "no", changed, "lake.absent"),
        (no_parquet, changed, "lake.not_parquet"),
    ):
        with pytest.raises(Fault) as refused:
            draw_from_lake(open_lake(), lake, given, start=0.5)
        assert refused.value.key == key
    with pytest.raises(Fault) as refused:
        open_lake("mysql://host")
    assert refused.value.key == "lake.url"
    assert populations(open_lake(), path).population.sum() == UNITS
