"""Prediction speed of our trees against LightGBM's: rows per CPU second on one thread.

python bench/trees.py [--rows 1000000] [--features 30] [--trees 300] [--leaves 16]

Both fit the same settings on the same first 50,000 rows of a made-up matrix (continuous proxies,
five in a hundred values missing), then score all rows. The best of three runs counts for each.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import lightgbm
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent


def made_up(rows, features):
    random = numpy.random.default_rng(20200213)
    x = random.standard_normal((rows, features), dtype=numpy.float32)
    score = x[:, 0] + 0.7 * x[:, 1] * x[:, 2] + numpy.sin(2 * x[:, 3]) + 0.3 * x[:, 4:].sum(1) / features**0.5
    y = (random.random(rows) < 1 / (1 + numpy.exp(-score))).astype(numpy.float32)
    x[random.random((rows, features), dtype=numpy.float32) < 0.05] = numpy.nan
    return x, y


def lightgbm_seconds(x, y, arguments):
    settings = {
        "objective": "binary",
        "num_leaves": arguments.leaves,
        "learning_rate": 0.05,
        "min_data_in_leaf": 20,
        "num_threads": 1,
        "verbose": -1,
    }
    part = arguments.fit_rows
    before = time.process_time()
    model = lightgbm.train(settings, lightgbm.Dataset(x[:part], y[:part]), arguments.trees)
    fit = time.process_time() - before
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        scores = model.predict(x, raw_score=True, num_threads=1)
        best = min(best, time.process_time() - before)
    return fit, best, float(scores.mean())


def our_seconds(x, y, arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "matrix.f32")
        numpy.concatenate([x.T.ravel(), y]).astype("<f4").tofile(path)
        command = ["cargo", "run", "--release", "--quiet", "-p", "targeting", "--example", "trees", "--"]
        numbers = [arguments.rows, arguments.features, arguments.fit_rows, arguments.trees, arguments.leaves]
        command += [str(path), *map(str, numbers)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ)
    found = json.loads(done.stdout)
    print(f"exact contributions of one row: {1000 * found['explain']:.2f} CPU ms")
    return found["fit"], found["predict"], found["mean"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--fit-rows", type=int, default=50_000)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--leaves", type=int, default=16)
    arguments = parser.parse_args()
    x, y = made_up(arguments.rows, arguments.features)
    rivals = {"LightGBM": lightgbm_seconds(x, y, arguments), "ours": our_seconds(x, y, arguments)}
    print(f"{arguments.trees} trees x {arguments.leaves} leaves, {arguments.features} features, {arguments.rows} rows")
    print("model     fit CPU s  predict CPU s  rows per CPU s  mean score")
    for name, (fit, predict, mean) in rivals.items():
        print(f"{name:<9} {fit:9.2f}  {predict:13.3f}  {arguments.rows / predict:14,.0f}  {mean:10.4f}")
    print(f"ours / LightGBM: {rivals['LightGBM'][1] / rivals['ours'][1]:.1f} x rows per CPU second")


if __name__ == "__main__":
    main()
