"""Whole-register queries at national scale: ours against DuckDB and Polars on the same Parquet files.

python bench/national.py DATA --ours PROGRAM --fupin PROGRAM

Every query of every engine runs in a fresh process with two threads. CPU seconds (user and system,
all threads) decide; wall time and peak memory are printed beside them. Results must agree: counts
exactly, shares to 1e-12. The expressions are read from bench/national/*.toml, one text for all.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
THREADS = "2"
QUERIES = ("af", "rules", "join")
ENDS = ("import", "identify", "resume")
# Shares of the index over their common denominator, so that peers too decide the cutoff in whole numbers.
DENOMINATOR = 126


def definition(name):
    return tomllib.loads((HERE / "national" / f"{name}.toml").read_text())


def indicators():
    index = definition("index")
    sizes = {}
    for indicator in index["indicator"]:
        sizes[indicator["dimension"]] = sizes.get(indicator["dimension"], 0) + 1
    return [(i["when"], DENOMINATOR // 3 // sizes[i["dimension"]]) for i in index["indicator"]]


def rules():
    return [(check["id"], check["when"]) for check in definition("rules")["check"]]


def view():
    return {column["id"]: column.get("where") or column["value"] for column in definition("programme")["view"]["column"]}


def dated(text):
    """Date literals as every dialect takes them."""
    return re.sub(r"'(\d{4}-\d\d-\d\d)'", r"DATE '\1'", text)


# DuckDB


def duckdb_run(query, folder):
    import duckdb

    db = duckdb.connect()
    db.execute(f"set threads = {THREADS}")
    db.execute("set preserve_insertion_order = false")
    household = f"read_parquet('{folder}/parts/*/household.parquet')"
    person = f"read_parquet('{folder}/parts/*/person.parquet')"
    if query == "af":
        flags = ", ".join(f"coalesce(({dated(when)}), false) d{i}" for i, (when, _) in enumerate(indicators()))
        score = " + ".join(f"{weight} * d{i}::int" for i, (_, weight) in enumerate(indicators()))
        censored = ", ".join(f"sum(size) filter (where poor and d{i})" for i in range(12))
        rows = db.execute(
            f"select county, sum(size), sum(size) filter (where poor), sum(size * score) filter (where poor), {censored} "
            f"from (select *, score * 3 >= {DENOMINATOR} poor from (select *, {score} score from "
            f"(select village // 1000000 county, size, {flags} from {household}))) group by county"
        ).fetchall()
        return {str(row[0]): [int(x or 0) for x in row[1:]] for row in rows}
    if query == "rules":
        counts = ", ".join(f"count(*) filter (where {dated(when)})" for _, when in rules())
        row = db.execute(f"select {counts} from {household}").fetchone()
        return dict(zip([name for name, _ in rules()], row))
    v = {name: dated(text) for name, text in view().items()}
    rows = db.execute(
        f"select village // 1000000, count(*), sum(dependants), sum(adults), count(*) filter (where any_disabled), "
        f"count(*) filter (where child_out), count(*) filter (where {v['burdened']}) "
        f"from (select village, size, net_income, coalesce(dependants, 0) dependants, coalesce(adults, 0) adults, any_disabled, child_out "
        f"from {household} left join (select household, count(*) filter (where {v['dependants']}) dependants, "
        f"count(*) filter (where {v['adults']}) adults, bool_or({v['any_disabled']}) any_disabled, "
        f"bool_or({v['child_out']}) child_out from {person} group by household) using (household)) group by 1"
    ).fetchall()
    return {str(row[0]): [int(x) for x in row[1:]] for row in rows}


# Polars


def polars_run(query, folder):
    os.environ["POLARS_MAX_THREADS"] = THREADS
    import polars as pl

    expression = lambda text: pl.sql_expr(dated(text))
    household = pl.scan_parquet(f"{folder}/parts/*/household.parquet")
    person = pl.scan_parquet(f"{folder}/parts/*/person.parquet")
    county = (pl.col("village") // 1_000_000).alias("county")
    if query == "af":
        flags = [expression(when).fill_null(False).alias(f"d{i}") for i, (when, _) in enumerate(indicators())]
        score = sum(pl.col(f"d{i}").cast(pl.Int32) * weight for i, (_, weight) in enumerate(indicators()))
        size = pl.col("size").cast(pl.Int64)
        poor = pl.col("score") * 3 >= DENOMINATOR
        weight = pl.col("poor_size")
        frame = (
            household.select(county, size, *flags)
            .with_columns(score.alias("score"))
            .with_columns((pl.col("size") * poor).alias("poor_size"))
            .group_by("county")
            .agg(
                pl.col("size").sum(),
                weight.sum(),
                (weight * pl.col("score")).sum().alias("scores"),
                *[(weight * pl.col(f"d{i}")).sum().alias(f"c{i}") for i in range(12)],
            )
            .collect(engine="streaming")
        )
        return {str(row[0]): list(row[1:]) for row in frame.iter_rows()}
    if query == "rules":
        frame = household.select(*[expression(when).sum().alias(name) for name, when in rules()]).collect(engine="streaming")
        return frame.row(0, named=True)
    v = view()
    members = person.group_by("household").agg(
        expression(v["dependants"]).sum().alias("dependants"),
        expression(v["adults"]).sum().alias("adults"),
        pl.col("health").str.contains("disabled", literal=True).any().alias("any_disabled"),
        expression(v["child_out"]).any().alias("child_out"),
    )
    frame = (
        household.select("household", "village", "size", "net_income")
        .join(members, on="household", how="left")
        .with_columns(pl.col("dependants").fill_null(0).cast(pl.Int64), pl.col("adults").fill_null(0).cast(pl.Int64))
        .group_by(county)
        .agg(
            pl.len(),
            pl.col("dependants").sum(),
            pl.col("adults").sum(),
            pl.col("any_disabled").sum(),
            pl.col("child_out").sum(),
            expression(v["burdened"]).sum().alias("burdened"),
        )
        .collect(engine="streaming")
    )
    return {str(row[0]): list(row[1:]) for row in frame.iter_rows()}


# Measuring


def measured(command, answer):
    """CPU seconds, wall seconds and peak MiB of a process; its answer goes into a file, so that no pipe counts."""
    with open(answer, "wb") as out:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    figures = {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak_mib": usage.ru_maxrss / 1024}
    return figures


def best(runs):
    """The run with the least CPU, with the highest peak of all."""
    least = min(runs, key=lambda run: run["cpu"])
    return {**least, "peak_mib": max(run["peak_mib"] for run in runs)}


def shares(query, answer):
    """AF answers in whole numbers as the figures that are compared."""
    if query != "af":
        return answer
    out = {}
    for county, (people, poor, scores, *censored) in answer.items():
        h, m0 = poor / people, scores / (DENOMINATOR * people)
        a = scores / (DENOMINATOR * poor) if poor else 0.0
        out[county] = [people, poor, h, a, m0, *[c / people for c in censored]]
    return out


def agree(query, ours, theirs, engine):
    theirs = shares(query, theirs)
    if set(ours) != set(theirs):
        raise SystemExit(f"{query}: {engine} has other groups")
    for key, value in ours.items():
        mine, other = (value, theirs[key]) if isinstance(value, list) else ([value], [theirs[key]])
        for a, b in zip(mine, other, strict=True):
            same = a == b if isinstance(a, int) and isinstance(b, int) else abs(a - b) <= 1e-12 * max(abs(a), abs(b))
            if not same:
                raise SystemExit(f"{query}: {engine} disagrees at {key}: {mine} against {other}")


def peers(args):
    results = []
    for query in args.queries:
        runs, answers = {}, {}
        commands = {
            "fupin": [args.ours, args.register, HERE / "national", query],
            "duckdb": [sys.executable, __file__, str(args.data), "--peer", "duckdb", "--queries", query],
            "polars": [sys.executable, __file__, str(args.data), "--peer", "polars", "--queries", query],
        }
        for _ in range(args.repeat):
            for engine, command in commands.items():
                answer = args.data / f"answer-{engine}.json"
                runs.setdefault(engine, []).append(measured(command, answer))
                answers[engine] = json.loads(answer.read_text())
        for engine in ("duckdb", "polars"):
            agree(query, answers["fupin"], answers[engine], engine)
        results += [{"query": query, "engine": engine, **best(runs[engine])} for engine in commands]
    return results


# From files to a register


def written_out(args):
    """The register as provinces would deliver it: a folder each with CSV files, money in whole units; made once."""
    import duckdb

    folder = args.data / "csv"
    if (folder / "done").exists():
        return folder
    tables = tomllib.loads((HERE.parent / "programmes" / "china" / "tables.toml").read_text())["table"]
    money = {t["id"]: {c["id"] for c in t["column"] if c["type"] == "money"} for t in tables}
    db = duckdb.connect()
    db.execute(f"set threads = {THREADS}")
    for part in sorted((args.register / "parts").iterdir()):
        (folder / part.name).mkdir(parents=True, exist_ok=True)
        for table in ("household", "person"):
            source = f"read_parquet('{part}/{table}.parquet')"
            names = [row[0] for row in db.execute(f"describe select * from {source}").fetchall()]
            columns = ", ".join(f"({n} / 100)::decimal(18, 2) {n}" if n in money[table] else n for n in names)
            # The national register is made without names, which a delivery must have.
            columns += ", '张' || (person % 10007) as name" if table == "person" else ""
            db.execute(f"copy (select {columns} from {source}) to '{folder}/{part.name}/{table}.csv' (header)")
    (folder / "done").touch()
    return folder


def imported(args):
    files = written_out(args)
    size = sum(file.stat().st_size for file in files.glob("*/*.csv"))
    out, programme = args.data / "imported", HERE.parent / "programmes" / "china"
    shutil.rmtree(out, ignore_errors=True)
    line = [args.fupin, "--quiet", "import", "--programme", programme, "--data", files, "--out", out]
    figures = measured(line, args.data / "answer-import.json")
    count = lambda register: [sum(part["households"] for part in json.loads((register / "register.json").read_text())["parts"])]
    if count(out) != count(args.register):
        raise SystemExit("the import lost households")
    again = measured(line, args.data / "answer-import.json")
    shutil.rmtree(out)
    about = f"import, {size / 2**30:.1f} GiB of CSV"
    return [{"query": about, "engine": "fupin", **figures}, {"query": "import, the same files again", "engine": "fupin", **again}]


# Identification end to end


def models(args):
    """Without a model and, if there is one, with it."""
    return [("without model", [])] + ([("with model", ["--model", args.model])] if args.model else [])


def start_over(args):
    for folder in (args.data / "identified", args.data / "identified.new"):
        shutil.rmtree(folder, ignore_errors=True)


def command(args, more):
    programme, out = HERE.parent / "programmes" / "china", args.data / "identified"
    return [args.fupin, "--quiet", "identify", "--programme", programme, "--data", args.register, "--out", out, "--threads", THREADS, *more]


def identify(args):
    results = []
    for name, more in models(args):
        start_over(args)
        results.append({"query": f"identify, {name}", "engine": "fupin", **measured(command(args, more), args.data / "answer-identify.json")})
    return results


def resume(args):
    """Killed when half of the parts are there, then started again: what was finished must stay as it is."""
    name, more = models(args)[-1]
    start_over(args)
    whole = measured(command(args, more), args.data / "answer-identify.json")
    summary = args.data / "identified" / "summary.json"
    expected = json.loads(summary.read_text())
    start_over(args)
    states = lambda folder: {path.name: path.stat().st_mtime_ns for path in (folder / "parts").glob("*.json")}
    aside = args.data / "identified.new"
    parts = len(list((args.register / "parts").iterdir()))
    with open(args.data / "answer-identify.json", "wb") as out:
        process = subprocess.Popen(command(args, more), stdout=out)
        while len(states(aside)) < parts // 2 and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = states(aside)
    figures = measured(command(args, more), args.data / "answer-identify.json")
    after = states(args.data / "identified")
    kept = sum(after.get(name) == stamp for name, stamp in before.items())
    if kept != len(before) or json.loads(summary.read_text()) != expected:
        raise SystemExit("resuming computed finished parts again or gave other figures")
    about = f"resume, {name}: {kept} of {parts} parts kept"
    return [{"query": f"resume, {name}: in one go", "engine": "fupin", **whole}, {"query": about, "engine": "fupin", **figures}]


def show(results):
    least = {}
    for row in results:
        if row["engine"] != "fupin":
            least[row["query"]] = min(least.get(row["query"], float("inf")), row["cpu"])
    print(f"{'query':<58} {'engine':<8} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {'ours / best peer':>17}")
    for row in results:
        peer = least.get(row["query"])
        row["ratio"] = row["cpu"] / peer if peer and row["engine"] == "fupin" else None
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        print(f"{row['query']:<58} {row['engine']:<8} {row['cpu']:>8.2f} {row['wall']:>8.2f} {row['peak_mib']:>9.0f} {ratio:>17}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--ours")
    parser.add_argument("--fupin")
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--peer", choices=("duckdb", "polars"))
    parser.add_argument("--queries", nargs="*", choices=(*QUERIES, *ENDS), default=[*QUERIES, *ENDS])
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    args.register = args.data / "nation" / "register"
    if args.peer:
        run = duckdb_run if args.peer == "duckdb" else polars_run
        print(json.dumps(run(args.queries[0], args.register)))
        return
    ends = [query for query in args.queries if query in ENDS]
    args.queries = [query for query in args.queries if query in QUERIES]
    results = peers(args)
    for end in ends:
        results += {"import": imported, "identify": identify, "resume": resume}[end](args)
    start_over(args)
    show(results)
    households = json.loads((args.register / "register.json").read_text())["parts"]
    record = {"households": sum(part["households"] for part in households), "threads": int(THREADS), "results": results}
    (args.data / "results.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
