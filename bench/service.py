"""The running service under load: a household's page and lists of an area, 50 readers beside 10 writers.

python bench/service.py FUPIN LOAD PROGRAMME RECORDS [SECONDS]

RECORDS: a folder filled by `fupin import --records`. LOAD: the example `load` of the crate `fupin`.
"""

import importlib.util
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

FUPIN, LOAD, PROGRAMME, RECORDS = sys.argv[1:5]
SECONDS = sys.argv[5] if len(sys.argv) > 5 else "20"
HERE = pathlib.Path(__file__).resolve().parent


def crash():
    """The walk of e2e/crash.py knows how to start the service and to sign in."""
    sys.argv = ["crash.py", FUPIN, PROGRAMME, RECORDS, "0"]
    spec = importlib.util.spec_from_file_location("crash", HERE.parent / "e2e" / "crash.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    service = crash()
    process = service.start()
    try:
        time.sleep(1)
        county = service.ACCOUNTS["county"]
        village = str(service.ACCOUNTS["cadre"]["area"])
        session = service.sign_in(county)
        cookie = next(c.value for h in session.handlers if hasattr(h, "cookiejar") for c in h.cookiejar if c.name == "fupin_session")
        csrf = service.ask(session, "/desk")[2].split('name="csrf" value="')[1].split('"')[0]
        db = sqlite3.connect(f"file:{RECORDS}/records.db?mode=ro", uri=True)
        households = [f"/households/{c}/{i}" for c, i in db.execute("select county, household_id from household order by random() limit 500")]
        villages = [v for (v,) in db.execute("select distinct village from household")]
        count = db.execute("select count(*) from household").fetchone()[0]
        db.close()
        random.shuffle(villages)
        lists = [f"/households?area={v}" for v in villages[:200]]
        lists += [f"/cases?area={v}" for v in villages[:50]]
        print(f"{count} households")
        for name, paths, readers, writers in [
            ("household page", households, 1, 0), ("household page", households, 50, 10), ("list of a village", lists, 1, 0),
            ("list of a village", lists, 50, 10),
        ]:
            command = [LOAD, service.ADDRESS, cookie, csrf, SECONDS, str(readers), str(writers), village, *paths]
            print(f"{name}, {readers} readers, {writers} writers")
            for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
                row = json.loads(line)
                if row["count"]:
                    figures = "  ".join(f"{key} {row[key + '_us'] / 1000:.1f} ms" for key in ("p50", "p95", "p99", "max"))
                    print(f"  {row['what']:<7} {row['count']:>7}  {figures}")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
