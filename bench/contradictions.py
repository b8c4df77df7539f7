"""What the checks find of the contradictions that were planted: precision and recall by family, several seeds.

python bench/contradictions.py FUPIN FOLDER [SEED ...]

Makes a county a seed with the program FUPIN below FOLDER, trains, identifies and evaluates it, and holds fired checks and the
detectors' pairs against the planted contradictions that some delivered table shows. Recall: planted households where a check
of the family fired. Precision: households where one fired that have a planted contradiction of the family.
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys

# Family of the simulation -> ids of checks, or kinds of detectors. Chosen by what a check says, not by what it finds.
CHECKS = {
    "vehicle": ["vehicle-not-declared", "car-in-programme", "van-in-programme", "truck-in-programme", "vehicle-declared-in-programme"],
    "second_house": ["second-house-not-declared", "commercial-house-in-programme"],
    "company": ["company-not-declared", "company-led-in-programme", "company-owned-in-programme"],
    "death": ["dead-member-listed"],
    "disability": ["disability-not-declared", "severe-disability-not-declared", "disability-not-registered"],
    "allowance": ["minimum-living-not-declared", "minimum-living-not-on-roll", "extreme-support-not-on-roll"],
    "hospital": ["hospital-cost-not-declared", "declared-cost-over-hospital"],
    "school": ["school-roll-left"],
    "insurance": ["roll-fewer-insured", "nobody-on-insurance-roll"],
    "wages": ["evident-income-over-declared", "register-wages-over-declared", "migrant-not-declared"],
    "income_composition": ["net-income-differs", "transfer-parts-differ", "production-parts-differ"],
    "members": ["size-differs-from-list", "head-and-spouse-same-sex"],
    "identity": ["birth-against-number", "placeholder-number", "sex-against-number"],
    "cause": [
        "schooling-without-student",
        "illness-without-ill-member",
        "lack-of-labour-with-labour",
        "disability-without-disabled",
        "risk-schooling-without-student",
        "risk-illness-without-ill-member",
        "risk-disability-without-disabled",
        "risk-labour-with-labour",
    ],
    "measure": ["development-effect-without-gain"],
    "monitoring": ["eliminated-under-six-months", "eliminated-with-housing-gap", "eliminated-with-water-gap"],
    "duplicate_identity": ["duplicate-identity"],
    "near_duplicate": ["near-duplicate-person"],
    "shared_phone": ["shared-phone"],
}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{command}\n{done.stderr}")
    return done.stdout


def county(fupin, folder, seed):
    """Fired checks and planted contradictions by household, and the evaluation."""
    programme = "programmes/china"
    out = folder / f"seed-{seed}"
    data, register, model, results = out / "data", folder / f"register-{seed}", folder / f"model-{seed}.json", folder / f"results-{seed}"
    run(fupin, "simulate", "--programme", programme, "--seed", seed, "--out", out)
    run(fupin, "import", "--programme", programme, "--data", data, "--out", register)
    run(fupin, "train", "--programme", programme, "--data", register, "--out", model)
    run(fupin, "identify", "--programme", programme, "--data", register, "--model", model, "--out", results)
    run(fupin, "evaluate", "--programme", programme, "--data", register, "--assessments", results, "--truth", out / "truth")
    fired = collections.defaultdict(set)
    for row in rows(results / "assessments.csv"):
        for check in filter(None, row["checks"].split(";")):
            fired[check].add(row["household"])
    for row in rows(results / "lists" / "duplicates.csv"):
        fired[row["kind"]] |= {row["household"], row["other"]} - {""}
    planted = collections.defaultdict(set)
    for row in rows(out / "truth" / "contradiction.csv"):
        if row["visible"] == "是":
            planted[row["family"]].add(row["household"])
    return fired, planted, json.loads((results / "evaluation.json").read_text(encoding="utf-8"))


def main():
    fupin, folder, seeds = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:] or ["1", "2", "3"]
    folder.mkdir(parents=True, exist_ok=True)
    found = {seed: county(fupin, folder, seed) for seed in seeds}
    print(f"{'family':20} {'planted':>8} {'recall':>7} {'precision':>9}   by seed (recall/precision)")
    for family, checks in sorted(CHECKS.items()):
        sums, parts = [0, 0, 0], []
        for fired, planted, _ in found.values():
            hits = set().union(*(fired[check] for check in checks))
            both = len(hits & planted[family])
            sums = [sums[0] + len(planted[family]), sums[1] + both, sums[2] + len(hits)]
            parts.append(f"{both / max(1, len(planted[family])):.2f}/{both / max(1, len(hits)):.2f}")
        print(f"{family:20} {sums[0]:8} {sums[1] / max(1, sums[0]):7.2f} {sums[1] / max(1, sums[2]):9.2f}   {' '.join(parts)}")
    names = ["missed_poor_found", "missed_poor_found_naive", "wrongly_included_found", "wrongly_included_found_naive", "hits", "hits_naive"]
    print("\nbudgets of visits: " + ", ".join(names))
    for seed, (_, _, evaluation) in found.items():
        for budget in evaluation["budgets"]:
            print(f"seed {seed} {budget['share_visited']:5.0%} " + "  ".join(f"{budget[name]:.3f}" for name in names))
        for ranking in evaluation["rankings"]:
            auc, exclusion = ranking["auc"], ranking["exclusion_error"]
            print(f"seed {seed}       {ranking['ranking']:16} AUC {auc:.4f}  exclusion error {exclusion:.4f}")


main()
