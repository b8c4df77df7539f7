//! The scenarios of the public compliance suite (OpenSPP/spdci-compliance) that are about a social registry, over a socket and signed.

use std::collections::{BTreeMap, BTreeSet};

use app::dci::{Exchange, Partners, Signer};
use app::delivery::Client;
use app::{Clock, Role, SystemClock};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::world::{IDENTITY, NAME, Reply, World};

const DOCUMENT: &str = include_str!("../../../../../docs/dci.md");
const TS: &str = "2026-11-24T10:00:00+08:00";

struct Play {
    world: World,
    token: String,
    /// What arrived at the partner.
    arrived: tokio::sync::mpsc::UnboundedReceiver<Value>,
    signer: Signer,
    /// Ids of the scenarios that were played and went well.
    played: BTreeSet<&'static str>,
}

impl Play {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback = format!("http://{}/dci", listener.local_addr().unwrap());
        let (sender, arrived) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
                let body = loop {
                    let read = stream.read(&mut buffer).await.unwrap();
                    got.extend(&buffer[..read]);
                    let text = String::from_utf8_lossy(&got).into_owned();
                    if let Some((_, body)) = text.split_once("\r\n\r\n")
                        && let Ok(body) = serde_json::from_str(body)
                    {
                        break body;
                    }
                };
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                let _closed = sender.send(body);
            }
        });
        let signer = Signer::new("test-client", &[1; 32]);
        let key = signer.public();
        let text = format!(
            "[own]\nid = \"social\"\n[[partner]]\nid = \"test-client\"\naccount = \"spmis\"\npurposes = [\"assistance\"]\ncallback = \"{callback}\"\nkeys = {{ k = \"{key}\" }}"
        );
        let exchange = Exchange::new(Partners::parse(&text).unwrap(), Signer::new("social", &[2; 32]), Client::new(true).unwrap());
        let world = World::with(|site| site.with_dci(Some(exchange))).await;
        let token = world.named("spmis", Role::DepartmentOfficer).await;
        Self { world, token, arrived, signer, played: BTreeSet::new() }
    }

    fn signed(&self, action: &str, message: &Value) -> String {
        let header = json!({
            "version": "1.0.0", "message_id": app::new_id(SystemClock.now()).unwrap(), "message_ts": TS, "action": action,
            "sender_id": "test-client", "receiver_id": "social", "total_count": 1,
        });
        let (header, message) = (header.to_string(), message.to_string());
        let signature = self.signer.sign_as("test-client", "k", &header, &message, SystemClock.now());
        format!("{{\"signature\":{},\"header\":{header},\"message\":{message}}}", Value::from(signature))
    }

    async fn raw(&self, path: &str, token: Option<&str>, headers: &[(&str, &str)], body: String) -> Reply {
        self.world.call("POST", &format!("/api/dci/v1/registry/{path}"), token, headers, Some(body.into_bytes())).await
    }

    async fn send(&self, path: &str, action: &str, message: &Value) -> Reply {
        self.raw(path, Some(&self.token), &[], self.signed(action, message)).await
    }

    fn went_well(&mut self, ids: &[&'static str]) {
        self.played.extend(ids);
    }

    /// Sends it and says that it was taken in, with the acknowledgement of the specification.
    async fn taken(&mut self, ids: &[&'static str], path: &str, action: &str, message: &Value) -> String {
        let reply = self.send(path, action, message).await;
        let ack = &reply.json["message"];
        assert_eq!((reply.status, ack["ack_status"].as_str()), (200, Some("ACK")), "{ids:?} {}", reply.text);
        assert!(chrono::DateTime::parse_from_rfc3339(ack["timestamp"].as_str().unwrap()).is_ok());
        self.went_well(ids);
        ack["correlation_id"].as_str().unwrap().to_owned()
    }

    async fn refused(&mut self, ids: &[&'static str], path: &str, action: &str, message: &Value) {
        let reply = self.send(path, action, message).await;
        assert!((400..500).contains(&reply.status), "{ids:?} {}", reply.text);
        assert_eq!(reply.json["message"]["ack_status"], "ERR", "{ids:?} {}", reply.text);
        self.went_well(ids);
    }
}

fn search(criteria: &Value) -> Value {
    json!({ "transaction_id": "t-1", "search_request": [{ "reference_id": "ref-1", "timestamp": TS, "search_criteria": criteria }] })
}

fn by_id() -> Value {
    search(&json!({ "query_type": "idtype-value", "query": { "type": "UIN", "value": IDENTITY } }))
}

/// As the suite sends it.
fn by_expression() -> Value {
    let query = json!({ "$and": [{ "poverty_score": { "$lt": 5 } }, { "location": { "$eq": "520222" } }] });
    search(
        &json!({ "query_type": "expression", "query": { "type": "ns:org:QueryType:expression", "value": { "expression": { "collection": "Group", "query": query } } } }),
    )
}

fn by_predicate() -> Value {
    let one = json!({ "attribute_name": "group_size", "operator": "lt", "attribute_value": "25" });
    let two = json!({ "attribute_name": "poverty_score", "operator": "lt", "attribute_value": "2.5" });
    search(&json!({ "query_type": "predicate", "query": [{ "seq_num": 1, "expression1": one, "condition": "or", "expression2": two }] }))
}

fn status() -> Value {
    let request = json!({ "reference_id": "ref-s", "txn_type": "search", "attribute_type": "transaction_id", "attribute_value": "t-1" });
    json!({ "transaction_id": "t-s", "txnstatus_request": request })
}

fn with(mut message: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    message
}

fn paged(size: i64, number: i64) -> Value {
    with(by_id(), "/search_request/0/search_criteria/pagination", json!({ "page_size": size, "page_number": number }))
}

async fn answers(play: &mut Play) {
    for (ids, message, records) in [
        (&["SR-CORE-RG-SYNC-SEARCH-01", "SR-EXTRA-RG-SYNC-SEARCH-REGRECORDS-01"][..], by_id(), 7),
        (&["SR-CORE-RG-SYNC-SEARCH-EXPRESSION-01"], by_expression(), 0),
        (&["SR-CORE-RG-SYNC-SEARCH-PREDICATE-01"], by_predicate(), 7),
        (&["SR-CORE-PAG-02", "DCI-CORE-PAG-02"], paged(5, 1), 5),
    ] {
        let reply = play.send("sync/search", "search", &message).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{}", reply.text);
        let (header, answer) = (&reply.json["header"], &reply.json["message"]);
        assert_eq!((header["action"].as_str(), header["status"].as_str()), (Some("on-search"), Some("succ")));
        assert_eq!((header["sender_id"].as_str(), header["receiver_id"].as_str()), (Some("social"), Some("test-client")));
        assert_eq!(answer["transaction_id"], "t-1");
        assert!(answer["correlation_id"].as_str().is_some_and(|id| (1..=99).contains(&id.len())));
        let one = &answer["search_response"][0];
        assert_eq!((one["reference_id"].as_str(), one["status"].as_str()), (Some("ref-1"), Some("succ")), "{ids:?} {one}");
        let found = one["data"]["reg_records"].as_array().unwrap();
        assert_eq!(found.len(), records, "{ids:?} {one}");
        for group in found {
            assert_eq!(group["member_list"][0]["demographic_info"]["name"]["given_name"], NAME);
        }
        assert!(one["pagination"]["total_count"].is_u64());
        play.went_well(ids);
    }
    let reply = play.send("sync/txn/status", "txn-status", &status()).await;
    assert_eq!((reply.status, reply.json["header"]["action"].as_str()), (200, Some("txn-on-status")), "{}", reply.text);
    let response = &reply.json["message"]["txnstatus_response"];
    assert_eq!((response["txn_type"].as_str(), response["txn_status"]["transaction_id"].as_str()), (Some("search"), Some("t-1")));
    play.went_well(&["SR-CORE-RG-SYNC-TXNSTATUS-01"]);
}

async fn acknowledgements(play: &mut Play) {
    let long = |length| "x".repeat(length);
    for (ids, path, action, message) in [
        (&["SR-CORE-RG-ASYNC-SEARCH-01", "SPDCI-SEC-AUTH-03", "SPDCI-SEC-CONTENT-02"][..], "search", "search", by_id()),
        (&["SR-CORE-RG-ASYNC-SEARCH-EXPRESSION-01"], "search", "search", by_expression()),
        (&["SR-CORE-RG-ASYNC-SEARCH-PREDICATE-01"], "search", "search", by_predicate()),
        (&["SR-CORE-RG-ASYNC-TXNSTATUS-01"], "txn/status", "txn-status", status()),
        (&["SR-CORE-PAG-01", "DCI-CORE-PAG-01"], "search", "search", paged(10, 1)),
        (&["SR-CORE-PAG-03", "DCI-CORE-PAG-03"], "search", "search", paged(10, 2)),
        (&["SR-VAL-BND-TXN-01", "DCI-VAL-BND-TXN-01"], "search", "search", with(by_id(), "/transaction_id", long(99).into())),
        (
            &["SR-VAL-BND-REF-01", "DCI-VAL-BND-REF-01"],
            "search",
            "search",
            with(by_id(), "/search_request/0/reference_id", long(50).into()),
        ),
        (
            &["SR-VAL-FMT-TS-02", "DCI-VAL-FMT-TS-02"],
            "search",
            "search",
            with(by_id(), "/search_request/0/timestamp", "2024-01-15T10:30:00Z".into()),
        ),
        (&["SR-VAL-FMT-LOC-01", "DCI-VAL-FMT-LOC-01"], "search", "search", with(by_id(), "/search_request/0/locale", "eng".into())),
    ] {
        play.taken(ids, path, action, &message).await;
    }
}

async fn refusals(play: &mut Play) {
    let item = "/search_request/0";
    for (ids, path, action, message) in [
        (&["SR-CORE-RG-ASYNC-SEARCH-NEG-01"][..], "search", "search", json!({ "transaction_id": "t" })),
        (&["SR-CORE-RG-SYNC-SEARCH-NEG-01"], "sync/search", "search", json!({ "search_request": [] })),
        (&["SR-CORE-RG-ASYNC-TXNSTATUS-NEG-01"], "txn/status", "txn-status", json!({ "transaction_id": "t" })),
        (&["SR-CORE-RG-SYNC-TXNSTATUS-NEG-01"], "sync/txn/status", "txn-status", json!({})),
        (&["SR-VAL-PAG-01", "DCI-VAL-PAG-01"], "search", "search", paged(0, 1)),
        (&["SR-VAL-PAG-02", "DCI-VAL-PAG-02"], "search", "search", paged(10, 0)),
        (&["SR-VAL-PAG-03", "DCI-VAL-PAG-03"], "search", "search", paged(-1, 1)),
        (&["SR-VAL-BND-TXN-02", "DCI-VAL-BND-TXN-02"], "search", "search", with(by_id(), "/transaction_id", "x".repeat(100).into())),
        (
            &["SR-VAL-FMT-TS-01", "DCI-VAL-FMT-TS-01"],
            "search",
            "search",
            with(by_id(), &format!("{item}/timestamp"), "not-a-timestamp".into()),
        ),
        (&["SR-VAL-FMT-LOC-02", "DCI-VAL-FMT-LOC-02"], "search", "search", with(by_id(), &format!("{item}/locale"), "en".into())),
        (&["SR-VAL-FMT-LOC-03", "DCI-VAL-FMT-LOC-03"], "search", "search", with(by_id(), &format!("{item}/locale"), "ENG".into())),
    ] {
        play.refused(ids, path, action, &message).await;
    }
}

async fn security(play: &mut Play) {
    for (id, path, action, message) in [
        ("SR-SEC-AUTH-RG-ASYNC-SEARCH-01", "search", "search", by_id()),
        ("SR-SEC-AUTH-RG-ASYNC-TXNSTATUS-01", "txn/status", "txn-status", status()),
        ("SR-SEC-AUTH-RG-SYNC-SEARCH-01", "sync/search", "search", by_id()),
        ("SR-SEC-AUTH-RG-SYNC-TXNSTATUS-01", "sync/txn/status", "txn-status", status()),
    ] {
        for token in [None, Some("invalid-token")] {
            let reply = play.raw(path, token, &[], play.signed(action, &message)).await;
            assert_eq!((reply.status, reply.json["errors"][0]["code"].as_str()), (401, Some("err.request.unauthorized")), "{id}");
        }
        play.went_well(&[id, "SPDCI-SEC-AUTH-01", "SPDCI-SEC-AUTH-02"]);
    }
    let untyped = play.raw("search", Some(&play.token), &[("Content-Type", "")], play.signed("search", &by_id())).await;
    assert_eq!(untyped.status, 415);
    play.went_well(&["SPDCI-SEC-CONTENT-01"]);
    let whole: Value = serde_json::from_str(&play.signed("search", &by_id())).unwrap();
    for (change, code) in [
        (with(whole.clone(), "/signature", "invalid-signature".into()), "err.signature.invalid"),
        (with(whole.clone(), "/signature", "".into()), "err.signature.missing"),
        (with(whole.clone(), "/message/transaction_id", "other".into()), "err.signature.invalid"),
        (with(whole.clone(), "/header/sender_id", "stranger".into()), "err.sender_id.invalid"),
    ] {
        let reply = play.raw("search", Some(&play.token), &[], change.to_string()).await;
        assert_eq!((reply.status, reply.json["message"]["error"]["code"].as_str()), (400, Some(code)), "{}", reply.text);
        assert_eq!(reply.json["message"]["ack_status"], "ERR");
    }
    play.went_well(&["SR-SEC-SIG-RG-01"]);
    // A right signature opens nothing for somebody else's session, nor for an account that may read no names.
    let other = play.world.officer().await;
    assert_eq!(
        play.raw("search", Some(&other), &[], play.signed("search", &by_id())).await.json["message"]["error"]["code"],
        "err.sender_id.invalid"
    );
}

/// What was acknowledged arrives, signed, under the same ids.
async fn callbacks(play: &mut Play) {
    let mut waiting = BTreeMap::new();
    let search = play.taken(&[], "search", "search", &with(by_id(), "/transaction_id", "t-cb".into())).await;
    waiting.insert(search, "on-search");
    let status = play.taken(&[], "txn/status", "txn-status", &with(status(), "/transaction_id", "t-cb".into())).await;
    waiting.insert(status, "txn-on-status");
    while !waiting.is_empty() {
        let late = std::time::Duration::from_secs(20);
        let body = tokio::time::timeout(late, play.arrived.recv()).await.expect("a callback").unwrap();
        let Some(action) = waiting.remove(body["message"]["correlation_id"].as_str().unwrap()) else { continue };
        assert_eq!((body["header"]["action"].as_str(), body["message"]["transaction_id"].as_str()), (Some(action), Some("t-cb")));
        assert!(body["signature"].as_str().unwrap().contains("kidId=\"social|1|ed25519\""));
    }
    play.went_well(&["SR-CORE-RG-ASYNC-SEARCH-CB-01", "SR-CORE-RG-ASYNC-TXNSTATUS-CB-01"]);
}

/// What `docs/dci.md` says passes was played here, and nothing else.
#[tokio::test]
async fn the_scenarios_of_the_compliance_suite() {
    let mut play = Play::new().await;
    answers(&mut play).await;
    acknowledgements(&mut play).await;
    refusals(&mut play).await;
    security(&mut play).await;
    callbacks(&mut play).await;
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let rows: BTreeMap<&str, &str> = rows.filter(|(id, _)| id.contains("-0")).collect();
    assert!(rows.len() > 90, "{}", rows.len());
    let passing: BTreeSet<&str> = rows.iter().filter(|(_, rest)| rest.starts_with("pass")).map(|(id, _)| *id).collect();
    assert_eq!(passing, play.played);
}

#[tokio::test]
async fn without_partners_there_is_no_exchange() {
    let world = World::new().await;
    let token = world.officer().await;
    let reply = world.call("POST", "/api/dci/v1/registry/search", Some(&token), &[], Some(b"{}".to_vec())).await;
    assert_eq!((reply.status, reply.json["errors"][0]["code"].as_str()), (404, Some("err.service.unavailable")));
    assert_eq!(world.call("POST", "/api/dci/v1/registry/subscribe", Some(&token), &[], Some(b"{}".to_vec())).await.status, 404);
    assert_eq!(world.call("GET", "/api/dci/v1/registry/search", Some(&token), &[], None).await.status, 405);
}
