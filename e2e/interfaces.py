"""The other side of the service's interfaces, from their documentation alone (docs/dci.md, docs/webhooks.md, docs/odk.md).

keys FOLDER PORT: a partner's key and the file of partners. run FOLDER PORT BASE: asks, receives, checks every signature.
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import struct
import sys
import threading
import time
import urllib.error
import urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

OWN, SPMIS = "fupin.example.org", "spmis.example.org"


def b64(data):
    return base64.b64encode(data).decode()


def keys(folder, port):
    key = Ed25519PrivateKey.generate()
    (folder / "partner.key").write_bytes(key.private_bytes_raw())
    (folder / "partners.toml").write_text(
        f'[own]\nid = "{OWN}"\n\n[[partner]]\nid = "{SPMIS}"\naccount = "department"\npurposes = ["assistance"]\n'
        f'callback = "http://127.0.0.1:{port}/dci"\nkeys = {{ k = "{b64(key.public_key().public_bytes_raw())}" }}\n'
    )


def totp(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000)


class Service:
    def __init__(self, base):
        self.base = base

    def call(self, method, path, body=None, token=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if token:
            headers["Authorization"] = "Bearer " + token
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def json(self, method, path, body=None, token=None, status=200):
        got, answer = self.call(method, path, body, token)
        assert got == status, (path, got, answer)
        return json.loads(answer)

    def sign_in(self, account):
        body = {"user": account["user"], "password": account["password"], "code": totp(account["authenticator"])}
        return self.json("POST", "/api/v1/sessions", body, status=201)["token"]


def to_sign(created, expires, header, message):
    return f"(created): {created}\n(expires): {expires}\ndigest: SHA-256={b64(hashlib.sha256((header + message).encode()).digest())}".encode()


def question(key, criteria):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    header = {"version": "1.0.0", "message_id": str(time.time_ns()), "message_ts": now, "action": "search", "total_count": 1}
    header = json.dumps(header | {"sender_id": SPMIS, "receiver_id": OWN})
    item = {"reference_id": "r", "timestamp": now, "search_criteria": criteria}
    message = json.dumps({"transaction_id": "t", "search_request": [item]})
    created = int(time.time())
    signature = b64(key.sign(to_sign(created, created + 120, header, message)))
    field = (
        f'Signature: namespace="spdci", kidId="{SPMIS}|k|ed25519", algorithm="ed25519", created="{created}", expires="{created + 120}", '
        f'headers="(created) (expires) digest", signature="{signature}"'
    )
    return ('{"signature":' + json.dumps(field) + ',"header":' + header + ',"message":' + message + "}").encode()


def answer(public, body):
    """The message, if the service signed these very bytes."""
    text = body.decode()
    field = dict(re.findall(r'(\w+)="([^"]*)"', json.loads(text)["signature"]))
    header = text[text.index('"header":') + 9 : text.index(',"message":')]
    message = text[text.index(',"message":') + 11 : -1]
    public.verify(base64.b64decode(field["signature"]), to_sign(field["created"], field["expires"], header, message))
    return json.loads(message)


def wait_for(things, count):
    until = time.time() + 20
    while len(things) < count:
        assert time.time() < until, f"{len(things)} of {count} arrived"
        time.sleep(0.1)
    return things


def receiver(port):
    came = {"/dci": [], "/hook": []}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            came[self.path].append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    threading.Thread(target=http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever, daemon=True).start()
    return came


def partner(service, token, folder, came):
    key = Ed25519PrivateKey.from_private_bytes((folder / "partner.key").read_bytes())
    public = re.search(r"ed25519 (\S+)", (folder / "serve.log").read_text()).group(1)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
    conditions = {"$and": [{"poverty_score": {"$lt": 9000}}, {"group_size": {"$ge": 3}}]}
    criteria = {"query_type": "expression", "query": {"type": "x", "value": {"expression": {"query": conditions}}}, "pagination": {"page_size": 5}}
    status, body = service.call("POST", "/api/dci/v1/registry/sync/search", question(key, criteria), token)
    assert status == 200, body
    found = answer(public, body)["search_response"][0]
    groups = found["data"]["reg_records"]
    assert len(groups) == 5 and all(group["group_size"] == len(group["member_list"]) >= 3 for group in groups)
    number = next(m["demographic_info"]["identifier"][0]["identifier_value"] for m in groups[0]["member_list"] if m["demographic_info"]["identifier"])
    criteria = {"query_type": "idtype-value", "query": {"type": "UIN", "value": number}}
    ack = service.json("POST", "/api/dci/v1/registry/search", question(key, criteria), token)["message"]
    later = answer(public, wait_for(came, 1)[0][1])
    assert later["correlation_id"] == ack["correlation_id"] and later["search_response"][0]["pagination"]["total_count"] == 1
    name = next(m["demographic_info"]["name"]["given_name"] for m in groups[0]["member_list"] if "name" in m["demographic_info"])
    print(f"partner: {found['pagination']['total_count']} households by conditions, 1 by number; both answers signed")
    return [number, name]


def visits(service, admin, cadre, area, port, came):
    hook = service.json("POST", "/api/v1/webhooks", {"url": f"http://127.0.0.1:{port}/hook", "area": str(area)}, admin, 201)
    case = service.json("GET", "/api/v1/cases?step=visit", token=cadre)["cases"][0]
    row = {"__id": "uuid:1", "start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "file": {"county": case["county"], "case": case["id"]}}
    row |= {"dwelling": {"structure": "earth"}, "visitors": {"persons": "first-secretary, work-team"}}
    bad = row | {"__id": "uuid:2", "dwelling": {"structure": "gold"}}
    first = service.json("POST", "/api/v1/submissions", {"value": [bad, row]}, cadre)
    again = service.json("POST", "/api/v1/submissions", {"value": [row]}, cadre)
    assert (first["stored"], again["stored"], again["repeated"]) == (["uuid:1"], [], ["uuid:1"]), (first, again)
    assert [finding["code"] for finding in first["findings"]] == ["FP0107"], first
    secret = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    types = []
    for headers, body in wait_for(came, 2):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
        assert headers["webhook-signature"] == "v1," + b64(hmac.new(secret, signed, hashlib.sha256).digest())
        types.append(json.loads(body)["type"])
    print(f"submissions: 1 stored, 1 repeated, 1 finding; webhooks: {', '.join(sorted(types))}")
    return [case["id"], case["household"]]


def run(folder, port, base):
    service, came = Service(base), receiver(port)
    until = time.time() + 60
    while True:
        try:
            urllib.request.urlopen(base + "/healthz").read()
            break
        except OSError:
            assert time.time() < until, "the service did not start"
            time.sleep(0.1)
    accounts = (json.loads(line) for line in (folder / "accounts.json").read_text().splitlines() if line.startswith("{"))
    accounts = {account["user"]: account for account in accounts if "user" in account}
    tokens = {user: service.sign_in(accounts[user]) for user in ("department", "admin", "cadre")}
    secrets = partner(service, tokens["department"], folder, came["/dci"])
    secrets += visits(service, tokens["admin"], tokens["cadre"], accounts["admin"]["area"], port, came["/hook"])
    metrics, log = service.call("GET", "/metrics")[1].decode(), (folder / "serve.log").read_text()
    for secret in [*secrets, *tokens.values()]:
        assert secret not in metrics and secret not in log, "somebody is named in the log or the counters"
    delivered = sum(int(line.split()[-1]) for line in metrics.splitlines() if line.startswith("fupin_deliveries_total") and 'outcome="done"' in line)
    assert delivered == 3, delivered
    print("log and counters name nobody; 3 deliveries")


if __name__ == "__main__":
    command, where, at, *rest = sys.argv[1:]
    keys(pathlib.Path(where), int(at)) if command == "keys" else run(pathlib.Path(where), int(at), *rest)
