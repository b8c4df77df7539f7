"""Kills the service at random moments under mixed writes: nothing acknowledged is lost, nothing is there twice, the records verify.

python crash.py FUPIN PROGRAMME RECORDS ROUNDS

RECORDS: a folder filled by `fupin import --records`. Writers hand in declarations and accept them; a writer that got no answer repeats
itself with the same key after the restart, as a phone would.
"""

import base64
import concurrent.futures
import hashlib
import hmac
import http.cookiejar
import json
import random
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

FUPIN, PROGRAMME, RECORDS, ROUNDS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
ADDRESS = "127.0.0.1:8096"
BASE = f"http://{ADDRESS}"
WRITERS = 6
ACCOUNTS = {}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def client():
    jar = http.cookiejar.CookieJar()
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), Stay)


def ask(opener, path, fields=None):
    """Status, Location and text; an error of the connection is raised."""
    body = urllib.parse.urlencode(fields).encode() if fields is not None else None
    try:
        answer = opener.open(urllib.request.Request(BASE + path, body, {"Accept-Language": "en"}), timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers.get("Location", ""), answer.read().decode()


def start():
    command = [FUPIN, "--format", "json", "serve", "--programme", PROGRAMME, "--data", RECORDS, "--listen", ADDRESS, "--demo"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    def read():
        for line in process.stdout:
            account = json.loads(line)
            ACCOUNTS[account["user"]] = account
    threading.Thread(target=read, daemon=True).start()
    for _ in range(600):
        try:
            if ask(client(), "/healthz")[0] == 200:
                return process
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the service did not start")


def sign_in(account):
    opener = client()
    _, _, page = ask(opener, "/sign-in", {"user": account["user"], "password": account["password"]})
    key = re.search(r'name="key" value="([^"]*)"', page).group(1)
    secret = base64.b32decode(account["authenticator"] + "=" * (-len(account["authenticator"]) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    code = f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06}"
    status, location, _ = ask(opener, "/sign-in/code", {"key": key, "code": code})
    assert status == 303, (status, location)
    return opener


def identity(number):
    digits = f"00000019850307{number:03}" if number < 1000 else f"{number // 1000:06}19850307{number % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


class Writer:
    """Declares, then accepts what it declared; what got no answer is repeated first."""

    def __init__(self, number, cadre, village):
        self.number, self.cadre, self.village = number, cadre, village
        self.csrf = json.loads(ask(cadre, "/visits/token")[2])["csrf"]
        self.made = 0
        self.pending = None
        self.acknowledged = {}
        self.accepted = {}

    def declaration(self):
        if self.pending is None:
            person = self.number * 10_000 + self.made
            self.made += 1
            self.pending = {
                "key": f"crash-{self.number}-{self.made}", "name": f"Household {person}", "telephone": f"139{person:08}",
                "identity": identity(100_000 + person), "village": self.village, "difficulty": "illness", "risk": "illness",
                "csrf": self.csrf,
            }
        return self.pending

    def run(self, until):
        while time.monotonic() < until:
            try:
                fields = self.declaration()
                status, location, text = ask(self.cadre, "/declare/send", fields)
                if status != 303:
                    raise SystemExit(f"a declaration was answered {status}: {text[:300]}")
                self.acknowledged[fields["key"]] = location
                self.pending = None
                if random.random() < 0.5:
                    path = "/visits/declarations" + location.removeprefix("/declare")
                    status, case, text = ask(self.cadre, path, {"csrf": self.csrf})
                    if status != 303:
                        raise SystemExit(f"an acceptance was answered {status}: {text[:300]}")
                    self.accepted[location] = case
            except (OSError, http.client.HTTPException):
                return


def check(writers):
    """After a restart: every acknowledged write is there, once."""
    db = sqlite3.connect(f"file:{RECORDS}/records.db?mode=ro", uri=True)
    rows = dict(db.execute("select '/declare/' || county || '/' || declaration_id, coalesce(case_id, '') from declaration"))
    for writer in writers:
        for key, location in writer.acknowledged.items():
            assert location in rows, f"{key} was acknowledged and is lost"
        for location, case in writer.accepted.items():
            assert rows[location] and case.endswith(rows[location]), f"{location} was accepted and is lost"
    keys = db.execute("select count(*) from request where status is not null").fetchone()[0]
    assert len(rows) == keys, f"{len(rows)} declarations of {keys} requests"
    twice = db.execute("select household_id, count(*) from case_file where state = 'open' and procedure = 'identification' group by 1 having count(*) > 1").fetchall()
    assert not twice, f"two open cases: {twice}"
    looks = db.execute("select count(distinct household) from access_log where action = 'view_identity' and allowed").fetchone()[0]
    accepted = sum(1 for case in rows.values() if case)
    assert looks >= accepted, f"{accepted} declarations were read for acceptance, {looks} looks are on record"
    db.close()
    return len(rows), accepted


def main():
    process = start()
    time.sleep(0.5)
    cadre = ACCOUNTS["cadre"]
    session = sign_in(cadre)
    writers = [Writer(n, session, str(cadre["area"])) for n in range(WRITERS)]
    begun = time.monotonic()
    for round_ in range(ROUNDS):
        until = time.monotonic() + 30
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(writer.run, until) for writer in writers]
            time.sleep(random.uniform(0.05, 1.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for one in running:
                one.result()
        process = start()
        there, accepted = check(writers)
        print(f"\rround {round_ + 1}: {there} declarations, {accepted} accepted", end="", flush=True)
    process.terminate()
    process.wait()
    acknowledged = sum(len(writer.acknowledged) for writer in writers)
    doctor = subprocess.run([FUPIN, "--format", "table", "doctor", "--data", RECORDS], text=True, capture_output=True)
    print(f"\n{ROUNDS} kills in {time.monotonic() - begun:.0f} s, {acknowledged} acknowledged, none lost, none twice\n{doctor.stdout}{doctor.stderr}")
    sys.exit(doctor.returncode)


if __name__ == "__main__":
    main()
