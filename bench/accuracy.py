"""Who finds the poor best: our models against logistic regression, LightGBM and XGBoost.

python bench/accuracy.py [--data ../shared/data] [--features costa-rica=FILE.csv] [SURVEY ...]

Two household surveys that must not be shipped, read from --data; the same folds, features and
metrics for all. Features come from the programme's view, or from a CSV (household, feature ...)
the product wrote. Our models choose their settings inside each training part only; the rivals
have settings that were tuned on these data, and are also tried without weights and with our
directions, each reported at its best log loss. Prints per model AUC, log loss and exclusion error
at the quota of each fold, the difference to the best rival with its bootstrap standard error (of
households, or whole areas), and CPU seconds a fit. Seeds are fixed: two runs print the same.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time
import warnings

import lightgbm
import numpy
import pandas
import xgboost
from sklearn.linear_model import LogisticRegression

from survey import ROOT, Survey

warnings.filterwarnings("ignore")
DRAWS = 300


def standardised(x, seen):
    """Standardised columns with missing flags; means and medians of the training part only."""
    missing = x.isna()
    flags = missing.loc[:, missing[seen].any()]
    columns = numpy.hstack([x.fillna(x[seen].median()).to_numpy(float), flags.to_numpy(float)])
    deviation = columns[seen].std(0)
    deviation[deviation == 0] = 1
    return (columns - columns[seen].mean(0)) / deviation


def logistic(penalty):
    def fit(survey, seen, weights, _directions):
        x = standardised(survey.features, seen)
        model = LogisticRegression(C=penalty, max_iter=3000)
        model.fit(x[seen], survey.outcome[seen], sample_weight=weights)
        return model.predict_proba(x[~seen])[:, 1]

    return fit


def boosted(kind, **settings):
    def fit(survey, seen, weights, directions):
        x = survey.features
        own = dict(settings, subsample=0.8, colsample_bytree=0.25, reg_lambda=10, n_jobs=1)
        if directions is not None:
            own["monotone_constraints"] = directions if kind is lightgbm.LGBMClassifier else tuple(directions)
        model = kind(**own).fit(x[seen], survey.outcome[seen], sample_weight=weights)
        return model.predict_proba(x[~seen])[:, 1]

    return fit


LIGHT = {"subsample_freq": 1, "min_child_samples": 20, "verbose": -1}
EXTREME = {"tree_method": "hist", "min_child_weight": 5}
RIVALS = {
    "costa-rica": {
        "logistic": logistic(0.003),
        "LightGBM": boosted(lightgbm.LGBMClassifier, n_estimators=260, learning_rate=0.03, num_leaves=8, **LIGHT),
        "XGBoost": boosted(xgboost.XGBClassifier, n_estimators=300, learning_rate=0.03, max_depth=4, **EXTREME),
    },
    "malawi": {
        "logistic": logistic(0.02),
        "LightGBM": boosted(lightgbm.LGBMClassifier, n_estimators=400, learning_rate=0.04, num_leaves=15, **LIGHT),
        "XGBoost": boosted(xgboost.XGBClassifier, n_estimators=400, learning_rate=0.04, max_depth=5, **EXTREME),
    },
}
PUBLISHED = {
    "costa-rica": {"logistic": (0.8211, 0.4128, 0.4454), "LightGBM": (0.8227, 0.4109, 0.4489), "XGBoost": (0.8217, 0.4122, 0.4454)},
    "malawi": {"logistic": (0.8398, 0.4892, 0.2720), "LightGBM": (0.8615, 0.4588, 0.2455), "XGBoost": (0.8622, 0.4575, 0.2441)},
}


def rival_predictions(survey, fit, weighted, directed):
    """Out-of-fold probabilities, one row a repeat, and CPU seconds a fit."""
    directions = None
    if directed:
        sign = {"increasing": 1, "decreasing": -1}
        directions = [sign.get(survey.monotone.get(name), 0) for name in survey.features]
    found = numpy.zeros(survey.folds.T.shape)
    fits, started = 0, time.process_time()
    for repeat, folds in enumerate(survey.folds.T):
        for fold in numpy.unique(folds):
            seen = folds != fold
            weights = survey.weights[seen] / survey.weights[seen].mean() if weighted else numpy.ones(seen.sum())
            found[repeat, ~seen] = fit(survey, seen, weights, directions)
            fits += 1
    return found, (time.process_time() - started) / fits


def our_predictions(survey):
    """Out-of-fold probabilities of our models by name, CPU seconds a fit, and what won."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "targeting", "--example", "accuracy"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    with tempfile.TemporaryDirectory() as folder:
        features, rows, monotone, out = (pathlib.Path(folder, name) for name in ("features", "rows", "monotone", "out"))
        survey.features.to_csv(features, index_label="household")
        table = pandas.DataFrame({"outcome": survey.outcome, "weight": survey.weights, "group": survey.groups}, index=survey.features.index)
        for repeat, folds in enumerate(survey.folds.T):
            table[f"fold_{repeat}"] = folds
        table.to_csv(rows, index_label="household")
        pandas.Series(survey.monotone, dtype=object).to_csv(monotone, index_label="feature", header=["direction"])
        command = [target / "release" / "examples" / "accuracy", features, rows, monotone, out]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = pandas.read_csv(out, dtype={"household": str})
    notes = [json.loads(line) for line in done.stdout.splitlines()]
    names = {"ours": "ours", "our scorecard": "scorecard", "our booster, LightGBM's settings": "booster"}
    predictions = {}
    for name, column in names.items():
        wide = found.pivot(index="repeat", columns="household", values=column)
        predictions[name] = wide[survey.features.index].to_numpy()
    seconds = {"ours": numpy.mean([note["ours"] for note in notes])}
    seconds["our booster, LightGBM's settings"] = numpy.mean([note["booster"] for note in notes])
    return predictions, seconds, notes


class Metrics:
    """AUC, log loss (both by household, as the rivals' figures), AUC and log loss weighted, exclusion error."""

    names = ("AUC", "log loss", "AUC weighted", "log loss weighted", "EE")

    def __init__(self, survey, predictions):
        self.survey = survey
        self.predictions = predictions
        self.orders = [numpy.argsort(-p, kind="stable") for p in predictions]

    def of(self, times):
        """Means over repeats when household i counts times[i] times."""
        survey = self.survey
        y = survey.outcome
        weights = survey.weights * times
        rows = []
        for repeat, p in enumerate(self.predictions):
            order = self.orders[repeat]
            loss = -numpy.log(numpy.where(y == 1, p, 1 - p).clip(1e-9))
            exclusion = self.exclusion(p, order, survey.folds[:, repeat], weights)
            rows.append(
                (
                    area(y[order], times[order]),
                    (loss * times).sum() / times.sum(),
                    area(y[order], weights[order]),
                    (loss * weights).sum() / weights.sum(),
                    exclusion,
                )
            )
        return numpy.mean(rows, 0)

    def exclusion(self, p, order, folds, weights):
        missed = poor = 0.0
        for fold in numpy.unique(folds):
            own = order[folds[order] == fold]
            y, w = self.survey.outcome[own], weights[own]
            quota = (w * y).sum()
            before = numpy.cumsum(w) - w
            part = numpy.clip((quota - before) / numpy.where(w > 0, w, 1), 0, 1)
            missed += quota - (part * w * y).sum()
            poor += quota
        return missed / poor


def area(y, w):
    """Area under the curve of rows sorted by falling score."""
    poor, others = w * y, w * (1 - y)
    return (numpy.cumsum(poor) * others).sum() / (poor.sum() * others.sum())


def draws(survey):
    """How often each household is drawn, groups drawn whole."""
    random = numpy.random.default_rng(20200213)
    names, place = numpy.unique(survey.groups, return_inverse=True)
    for _ in range(DRAWS):
        yield numpy.bincount(random.integers(len(names), size=len(names)), minlength=len(names))[place].astype(float)


def report(survey):
    predictions, seconds, notes = our_predictions(survey)
    once = numpy.ones(len(survey.outcome))
    for name, fit in RIVALS[survey.name].items():
        best = None
        for weighted in {survey.weights.std() > 0, False}:
            for directed in [False] if name == "logistic" else [False, True]:
                found, spent = rival_predictions(survey, fit, weighted, directed)
                loss = Metrics(survey, found).of(once)[1]
                if best is None or loss < best[0]:
                    best = (loss, found, spent)
        predictions[name], seconds[name] = best[1], best[2]
    all_metrics = {name: Metrics(survey, found) for name, found in predictions.items()}
    figures = {name: metrics.of(once) for name, metrics in all_metrics.items()}
    rivals = list(RIVALS[survey.name])
    better = numpy.array([-1, 1, -1, 1, 1])
    peers = [min(rivals, key=lambda name: figures[name][at] * better[at]) for at in range(5)]
    samples = {name: [] for name in figures}
    for times in draws(survey):
        for name, metrics in all_metrics.items():
            samples[name].append(metrics.of(times))
    print(f"\n{survey.name}: {len(once)} households, {survey.features.shape[1]} features, {survey.outcome.mean():.3f} poor")
    print(f"{'model':<34}" + "".join(f"{name:>19}" for name in Metrics.names) + "  fit CPU s")
    for name, values in figures.items():
        spent = f"{seconds[name]:11.2f}" if name in seconds else " " * 11
        print(f"{name:<34}" + "".join(f"{value:19.4f}" for value in values) + spent)
    print("difference to the best rival (standard error); better is + for AUC, - for the others")
    for name in list(figures)[:3]:
        cells = []
        for at, peer in enumerate(peers):
            spread = numpy.std([a[at] - b[at] for a, b in zip(samples[name], samples[peer])])
            cells.append(f"{figures[name][at] - figures[peer][at]:+.4f} ({spread:.4f})")
        print(f"{name:<34}" + "".join(f"{cell:>19}" for cell in cells))
    print("best rival".ljust(34) + "".join(f"{peer:>19}" for peer in peers))
    print("rivals' earlier figures, on other features (AUC, log loss, EE):", PUBLISHED[survey.name])
    for note in notes:
        recipe = json.dumps(note["winner"]["recipe"])
        print(f"  repeat {note['repeat']} fold {note['fold']}: scorecard's share {note['share']}, won {recipe}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("surveys", nargs="*", default=["costa-rica", "malawi"])
    parser.add_argument("--data", default=ROOT.parent / "shared" / "data")
    parser.add_argument("--features", action="append", default=[], metavar="SURVEY=CSV")
    arguments = parser.parse_args()
    given = dict(pair.split("=", 1) for pair in arguments.features)
    for name in arguments.surveys:
        report(Survey(name, arguments.data, given.get(name)))


if __name__ == "__main__":
    main()
