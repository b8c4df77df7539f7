"""Runs schemathesis against a service with the accounts of the demonstration. Usage: api.py BASE ACCOUNTS.json FOLDER CASES"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

base, accounts_file, folder, cases = sys.argv[1:]
PREFIX = f"{base}/api/v1"
ROLES = ["county", "cadre"]
CONFIG = pathlib.Path(__file__).with_name("schemathesis.toml")


def ask(method, path, token=None, body=None, headers=None):
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    request = urllib.request.Request(PREFIX + path, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def code(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def wait():
    for _ in range(300):
        try:
            return ask("GET", "/openapi.json")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    sys.exit("the service did not start")


def with_examples(document, token):
    """The document with real ids as examples: guessed ones are never found."""
    household = ask("GET", "/households?limit=1", token)["households"][0]
    case = ask("GET", "/cases?limit=1", token)["cases"][0]
    for path, item in document["paths"].items():
        real = case if path.startswith("/api/v1/cases/") else household
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in ("county", "id") and "procedures" not in path:
                    parameter["examples"] = {"real": {"value": real[parameter["name"]]}}
    return document


def run(name, document, token, excluded):
    file = pathlib.Path(folder, f"{name}.json")
    file.write_text(json.dumps(document))
    report = pathlib.Path(folder, f"{name}-report.json")
    command = [str(pathlib.Path(sys.executable).parent / "st"), "--config-file", str(CONFIG), "run", str(file), "--url", base, "--max-examples", cases,
               "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--no-color", "--seed", "1", "--warnings", "off",
               "--suppress-health-check", "all", "--report-json-path", str(report)]
    command += [part for operation in excluded for part in ("--exclude-operation-id", operation)]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    print(f"== as {name}", flush=True)
    return subprocess.run(command, check=False).returncode


document = wait()
for _ in range(600):
    accounts = {account["user"]: account for account in map(json.loads, pathlib.Path(accounts_file).read_text().strip().splitlines())}
    if set(ROLES) <= set(accounts):
        break
    time.sleep(0.1)
failed = 0
tokens = {}
for role in ROLES:
    account = accounts[role]
    body = {"user": role, "password": account["password"], "code": code(account["authenticator"])}
    tokens[role] = ask("POST", "/sessions", body=body)["token"]
for role in ROLES:
    # Signing out would end the session that the run goes on with; as nobody it is asked as well.
    failed |= run(role, with_examples(document, tokens[role]), tokens[role], ["closeSession", "openSession"])
failed |= run("nobody", document, None, [])
sys.exit(1 if failed else 0)
