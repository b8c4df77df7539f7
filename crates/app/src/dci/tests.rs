use std::path::Path;
use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use proptest::prelude::*;
use registry::Cell;
use registry::household::store::{self as households, Identities, Incoming};
use registry::household::{Household, Member, PersonId};
use registry::spell::Spell;
use serde_json::{Value, json};

use super::signature::{Signer, holds};
use super::{Exchange, Partners, store};
use crate::access_log;
use crate::account::{self, NewAccount};
use crate::cases::tests::china;
use crate::clock::{DAY, FixedClock, MINUTE, SECOND};
use crate::consent::{self, Given};
use crate::delivery::Client;
use crate::delivery::tests::receiver;
use crate::household_access::FileGateway;
use crate::permission::{Action, Purpose};
use crate::role::{HouseholdKey, Principal, Role};
use crate::service::{Service, migrations};

const NOW: i64 = 1_709_515_000 * SECOND;
const SEED: [u8; 32] = [7; 32];
const OWN: &str = "fupin.example.org";
const HEADER: &str = "{}";
const SPMIS: &str = "spmis.example.org";

fn signer() -> Signer {
    Signer::new(SPMIS, &SEED)
}

fn partners(more: &str) -> Partners {
    let key = signer().public();
    let text = format!(
        "[own]\nid = \"{OWN}\"\n[[partner]]\nid = \"{SPMIS}\"\naccount = \"spmis\"\npurposes = [\"assistance\", \"identification\"]\nkeys = {{ 1 = \"{key}\" }}\n{more}"
    );
    Partners::parse(&text).unwrap()
}

#[test]
fn a_file_of_partners_is_read_strictly() {
    let known = partners("callback = \"https://spmis.example.org/dci\"");
    let partner = known.find(SPMIS).unwrap();
    assert_eq!(partner.purpose(None), Some(Purpose::Assistance));
    assert_eq!(partner.purpose(Some("identification")), Some(Purpose::Identification));
    assert_eq!(partner.purpose(Some("lending")), None);
    for (wanted, there) in [
        (None, true),
        (Some("https://spmis.example.org/dci"), true),
        (Some("https://spmis.example.org/dci/on-search"), true),
        (Some("https://spmis.example.org/dcix"), false),
        (Some("https://spmis.example.org/dci/../other"), false),
        (Some("https://spmis.example.org.evil.example/dci"), false),
    ] {
        assert_eq!(partner.callback(wanted).is_some(), there, "{wanted:?}");
    }
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for text in [
        "".to_owned(),
        "[own]\nid = \"a b\"".to_owned(),
        "[own]\nid = \"a\"\n[[partner]]\nid = \"b\"\naccount = \"b\"\npurposes = [\"audit\"]\nkeys = {}".to_owned(),
        "[own]\nid = \"a\"\n[[partner]]\nid = \"b\"\naccount = \"b\"\npurposes = [\"fun\"]\nkeys = { 1 = \"\" }".to_owned(),
        format!("[own]\nid = \"a\"\n[[partner]]\nid = \"b\"\naccount = \"b\"\npurposes = [\"audit\"]\nkeys = {{ 1 = \"{weak}\" }}"),
        "[own]\nid = \"a\"\nkey = 1".to_owned(),
    ] {
        assert!(Partners::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn a_signature_holds_for_its_message_its_sender_and_its_time() {
    let known = partners("");
    let partner = known.find(SPMIS).unwrap();
    let field = signer().sign_as(SPMIS, "1", "{\"a\":1}", "{\"b\":2}", NOW);
    let holds = |field: &str, header: &str, message: &str, now: i64| holds(partner, field, header, message, now);
    assert!(holds(&field, "{\"a\":1}", "{\"b\":2}", NOW));
    assert!(holds(&field, "{\"a\":1}", "{\"b\":2}", NOW - 4 * MINUTE), "clocks differ");
    assert!(!holds(&field, "{\"a\":1}", "{\"b\":2}", NOW - 6 * MINUTE), "not yet made");
    assert!(!holds(&field, "{\"a\":1}", "{\"b\":2}", NOW + 6 * MINUTE), "too old");
    assert!(!holds(&field, "{\"a\":1}", "{\"b\": 2}", NOW), "another text");
    let other = Signer::new(SPMIS, &[8; 32]).sign_as(SPMIS, "1", "{\"a\":1}", "{\"b\":2}", NOW);
    assert!(!holds(&other, "{\"a\":1}", "{\"b\":2}", NOW), "another key");
    for (from, to) in [
        (SPMIS, "other.example.org"),
        ("|1|", "|2|"),
        ("algorithm=\"ed25519\"", "algorithm=\"none\""),
        ("|ed25519\"", "|rsa\""),
        ("(created) (expires) digest", "digest"),
        ("expires=\"", "expires=\"9"),
        ("created=\"", "created=\"1"),
        ("created=", "created=\"1\", created="),
        ("signature=\"", "signature=\"AA"),
    ] {
        assert!(field.contains(from));
        assert!(!holds(&field.replacen(from, to, 1), "{\"a\":1}", "{\"b\":2}", NOW), "{from}");
    }
    for field in ["", "unsigned-stub", "Signature:", "a=\"", "a=\"b\",,"] {
        assert!(!holds(field, "", "", NOW), "{field}");
    }
}

proptest! {
    #[test]
    fn no_change_of_a_signed_message_goes_unnoticed(message in "[ -~]{1,60}", place in 0_usize..60, with in "[ -~]") {
        let known = partners("");
        let partner = known.find(SPMIS).unwrap();
        let field = signer().sign_as(SPMIS, "1", HEADER, &message, NOW);
        prop_assert!(holds(partner, &field, HEADER, &message, NOW));
        let mut changed: Vec<char> = message.chars().collect();
        let place = place % changed.len();
        changed[place] = with.chars().next().unwrap();
        let changed: String = changed.into_iter().collect();
        prop_assert_eq!(holds(partner, &field, HEADER, &changed, NOW), changed == message);
    }

    #[test]
    fn whatever_stands_in_a_signature_is_read_without_fear(field in ".{0,200}") {
        let known = partners("");
        prop_assert!(!holds(known.find(SPMIS).unwrap(), &field, HEADER, HEADER, NOW));
    }
}

/// A service with some households of two counties and a partner's account.
struct Play {
    service: Service,
    clock: Arc<FixedClock>,
    who: Principal,
    exchange: Exchange,
}

impl Play {
    async fn new(db: Db, more: &str) -> Self {
        let clock = Arc::new(FixedClock::new(NOW));
        let gateway = Arc::new(FileGateway::new(Path::new("/dev/null")));
        let service = Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), gateway).unwrap();
        let mut incoming = Vec::new();
        for number in 1..=6_i64 {
            incoming.push(household("520222104203", &format!("h{number}"), number));
        }
        let mut tx = service.db.begin().await.unwrap();
        households::import(&mut tx, &service.keys, incoming, "import", NOW - DAY).await.unwrap();
        households::import(&mut tx, &service.keys, vec![household("520321101001", "o1", 1)], "import", NOW - DAY).await.unwrap();
        let area = AreaCode::parse("520222").unwrap();
        let new = NewAccount {
            name: "spmis".into(),
            title: "t".into(),
            role: Role::DepartmentOfficer,
            area,
            password_hash: "none".into(),
            handed_out: false,
        };
        let account = account::create(&mut tx, &new, crate::role::OPERATOR, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let exchange = Exchange::new(partners(more), Signer::new(OWN, &[9; 32]), Client::new(true).unwrap());
        Self { service, clock, who: account.principal(true), exchange }
    }

    fn message(&self, action: &str, message: &Value) -> Vec<u8> {
        let header = json!({
            "version": "1.0.0", "message_id": crate::new_id(NOW).unwrap(), "message_ts": "2024-03-04T09:00:00+08:00", "action": action,
            "sender_id": SPMIS, "receiver_id": OWN, "total_count": message["search_request"].as_array().map_or(1, Vec::len),
        });
        let (header, message) = (header.to_string(), message.to_string());
        let signature = signer().sign_as(SPMIS, "1", &header, &message, self.service.now());
        format!("{{\"signature\":{},\"header\":{header},\"message\":{message}}}", Value::from(signature)).into_bytes()
    }

    async fn search(&self, criteria: Value) -> Value {
        let item = json!({ "reference_id": "r1", "timestamp": "2024-03-04T09:00:00+08:00", "search_criteria": criteria });
        let message = json!({ "transaction_id": "t1", "search_request": [item] });
        let reply = self.exchange.ask(&self.service, &self.who, "search", &self.message("search", &message)).await.unwrap();
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(reply.status, 200, "{body}");
        body["message"]["search_response"][0].clone()
    }

    /// Numbers of the households found, in order.
    async fn found(&self, criteria: Value) -> (Vec<String>, i64) {
        let answer = self.search(criteria).await;
        assert_eq!(answer["status"], "succ", "{answer}");
        let records = answer["data"]["reg_records"].as_array().unwrap();
        let id = |record: &Value| record["group_identifier"][0]["identifier_value"].as_str().unwrap().to_owned();
        (records.iter().map(id).collect(), answer["pagination"]["total_count"].as_i64().unwrap())
    }
}

fn household(village: &str, id: &str, number: i64) -> Incoming {
    let mut household = Household::new(id, village, if number > 4 { "registered" } else { "none" }).unwrap();
    household.cells.insert("income_per_head_declared".to_owned(), Cell::Number(number * 100_000));
    household.cells.insert("registered_on".to_owned(), Cell::Text("2020-01-05".to_owned()));
    household.cells.insert("water_safe".to_owned(), Cell::Flag(number % 2 == 0));
    for person in 1..=number {
        let relation = if person == 1 { "head" } else { "daughter_in_law" };
        let cells = [("relation", relation), ("sex", "female"), ("education", "junior"), ("born_on", "1970-01-01")];
        let cells = cells.map(|(name, text)| (name.to_owned(), Cell::Text(text.to_owned()))).into();
        household.members.push(Member { id: PersonId(person.to_string()), cells, joined_on: None, left: None });
    }
    let mut identities = Identities::new();
    for (field, text) in
        [("name", "欧阳慧敏".to_owned()), ("identity", format!("52232119700101{number:04}")), ("phone", format!("1381234{number:04}"))]
    {
        identities.insert(("1".to_owned(), field.to_owned()), text);
    }
    let opened_on = "2020-01-05".to_owned();
    let spell = Spell { number: 1, opened_on, opened_by: "import".into(), closed_on: None, closed_by: None, closed_how: None };
    Incoming { household, identities, spells: vec![spell] }
}

fn by_id(kind: &str, value: &str) -> Value {
    json!({ "query_type": "idtype-value", "query": { "type": kind, "value": value } })
}

/// SEC-1: what a partner finds lies in its area, and each household it is shown stands in the access log with the purpose.
#[test]
fn partners_find_what_they_may_and_it_is_written_down() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db, "").await;
        assert_eq!(play.found(by_id("UIN", "522321197001010002")).await, (vec!["520222/h2".to_owned()], 1));
        assert_eq!(play.found(by_id("MOBILE", "13812340003")).await, (vec!["520222/h3".to_owned()], 1));
        assert_eq!(play.found(by_id("HOUSEHOLD_ID", "520222/h4")).await.0, ["520222/h4"]);
        assert_eq!(play.found(by_id("HOUSEHOLD_ID", "h4")).await.0, ["520222/h4"]);
        // Of another county nothing is told, not even that it is there.
        for (kind, value) in [("HOUSEHOLD_ID", "520321/o1"), ("HOUSEHOLD_ID", "520222/none"), ("UIN", "x")] {
            assert_eq!(play.found(by_id(kind, value)).await, (vec![], 0), "{value}");
        }
        let key = |county: &str, id: &str| HouseholdKey::new(AreaCode::parse(county).unwrap(), id);
        let mut tx = play.service.db.read().await.unwrap();
        let looks = access_log::store::of_household(&mut tx, &key("520222", "h2"), i64::MAX, 9).await.unwrap();
        let [look] = looks.as_slice() else { panic!("{looks:?}") };
        assert_eq!((look.entry.action, look.entry.purpose, look.entry.allowed), (Action::ViewIdentity, Purpose::Assistance, true));
        assert_eq!((look.entry.fields.as_str(), look.entry.reason.as_str()), ("name,identity,phone", "dci spmis.example.org t1"));
        let refused = access_log::store::of_household(&mut tx, &key("520321", "o1"), i64::MAX, 9).await.unwrap();
        assert!(refused.len() == 1 && !refused[0].entry.allowed);
    });
}

#[test]
fn conditions_pages_and_order() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db, "").await;
        let expression = |query: Value| json!({ "query_type": "expression", "query": { "type": "x", "value": { "expression": { "collection": "Group", "query": query } } } });
        let ids = |numbers: &[i64]| numbers.iter().map(|number| format!("520222/h{number}")).collect::<Vec<_>>();
        for (query, found) in [
            (json!({ "poverty_score": { "$lt": 3000 } }), vec![1, 2]),
            (json!({ "$and": [{ "poverty_score": { "$ge": 2000 } }, { "group_size": { "$lt": 5 } }] }), vec![2, 3, 4]),
            (json!({ "$or": [{ "group_size": 1 }, { "status": "registered" }] }), vec![1, 5, 6]),
            (json!({ "$not": { "water_safe": true } }), vec![1, 3, 5]),
            (json!({ "location": { "$eq": "520222104" }, "group_size": { "$gt": 4, "$lt": 6 } }), vec![5]),
            (json!({ "location": "520321" }), vec![]),
            (json!({ "status": { "$in": ["registered", "x"] } }), vec![5, 6]),
            (json!({ "land_mu": { "$lt": 5 } }), vec![]),
        ] {
            assert_eq!(play.found(expression(query.clone())).await.0, ids(&found), "{query}");
        }
        let predicate =
            |name: &str, operator: &str, value: Value| json!({ "attribute_name": name, "operator": operator, "attribute_value": value });
        let pair = |condition: &str| {
            let (one, two) = (predicate("group_size", "le", json!("3")), predicate("poverty_score", "gt", json!(1500)));
            json!({ "query_type": "predicate", "query": [{ "seq_num": 1, "expression1": one, "condition": condition, "expression2": two }] })
        };
        assert_eq!(play.found(pair("and")).await.0, ids(&[2, 3]));
        assert_eq!(play.found(pair("or")).await.0, ids(&[1, 2, 3, 4, 5, 6]));
        assert_eq!(play.found(pair("not")).await.0, ids(&[1]));
        let mut all = pair("or");
        all["pagination"] = json!({ "page_size": 4, "page_number": 2 });
        assert_eq!(play.found(all.clone()).await, (ids(&[5, 6]), 6));
        all["sort"] = json!([{ "attribute_name": "poverty_score", "sort_order": "desc" }]);
        assert_eq!(play.found(all.clone()).await, (ids(&[2, 1]), 6));
        for (change, code) in [
            (json!({ "sort": [{ "attribute_name": "name" }] }), "rjct.sort.invalid"),
            (json!({ "pagination": { "page_size": 501 } }), "rjct.pagination.invalid"),
            (json!({ "query": [{ "expression1": predicate("name", "eq", json!("x")) }] }), "rjct.search_criteria.invalid"),
            (json!({ "query": [{ "expression1": predicate("location", "eq", json!("central_region")) }] }), "rjct.search_criteria.invalid"),
            (json!({ "query": [] }), "rjct.search_criteria.invalid"),
        ] {
            let mut asked = pair("or");
            asked.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let answer = play.search(asked).await;
            assert_eq!((answer["status"].as_str(), answer["status_reason_code"].as_str()), (Some("rjct"), Some(code)), "{answer}");
        }
    });
}

#[test]
fn a_household_is_a_group_with_members_and_stays() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db, "").await;
        let answer = play.search(by_id("UIN", "522321197001010002")).await;
        let group = &answer["data"]["reg_records"][0];
        assert_eq!((answer["data"]["reg_record_type"].as_str(), group["group_type"].as_str()), (Some("Group"), Some("2")));
        assert_eq!(
            (group["poverty_score"].as_f64(), group["poverty_score_type"].as_str()),
            (Some(2_000.0), Some("income-per-head-declared"))
        );
        assert_eq!((group["group_size"].as_i64(), group["member_list"].as_array().map(Vec::len)), (Some(2), Some(2)));
        assert_eq!(group["registration_date"], "2020-01-05T00:00:00Z");
        assert_eq!(group["address"][0]["area_code"], "520222104203");
        assert_eq!(group["last_updated"], super::envelope::instant(NOW - DAY));
        let head = &group["group_head_info"];
        assert_eq!(head, &group["member_list"][0]);
        assert_eq!(head["demographic_info"]["identifier"][0]["identifier_value"], "522321197001010002");
        assert_eq!(head["demographic_info"]["name"]["given_name"], "欧阳慧敏");
        assert_eq!((head["relationship_head"].as_str(), head["education_level"].as_str()), (Some("SELF"), Some("2")));
        assert_eq!(group["member_list"][1]["relationship_head"], "DAUINLAW");
        let related = &group["member_list"][1]["related_person"][0];
        assert_eq!(related["relationship_type"], "DAUINLAW");
        assert_eq!(related["related_member"], head["member_identifier"][0]);
        let stay = &group["additional_attributes"][1]["programmes"][0];
        assert_eq!((stay["enrollment_status"].as_str(), stay["enrollment_date"].as_str()), (Some("1"), Some("2020-01-05T00:00:00Z")));
        let mut one = by_id("UIN", "522321197001010002");
        one["response_entity"] = "Member".into();
        let members = play.search(one).await["data"]["reg_records"].clone();
        assert_eq!(members.as_array().unwrap(), std::slice::from_ref(head), "only the one that the number names");
    });
}

#[test]
fn consent_opens_and_its_end_closes() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db, "consent = true").await;
        let asked = || play.found(by_id("HOUSEHOLD_ID", "520222/h1"));
        assert_eq!(asked().await, (vec![], 0));
        let household = HouseholdKey::new(AreaCode::parse("520222").unwrap(), "h1");
        let given =
            Given { household: &household, purpose: Purpose::Assistance, on: "2024-03-01", by: "1", form: "f", recorded_by: "staff:x" };
        let mut tx = play.service.db.begin().await.unwrap();
        consent::store::give(&mut tx, given, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asked().await.1, 1);
        // To another purpose it did not consent.
        let mut other = by_id("HOUSEHOLD_ID", "520222/h1");
        other["consent"] = json!({ "ts": "2024-03-01T00:00:00Z", "purpose": { "code": "identification" } });
        assert_eq!(play.found(other).await.1, 0);
        let mut tx = play.service.db.begin().await.unwrap();
        consent::store::withdraw(&mut tx, &household, Purpose::Assistance, "2024-03-04", "staff:x", NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asked().await.1, 0);
    });
}

/// The same message again is the same question; its answer is tried until it has arrived, and then what was asked is gone.
#[test]
fn an_answer_arrives_later_and_once_is_enough() {
    on_each_engine(&migrations(), async |db| {
        let (url, received) = receiver(vec![503, 200]).await;
        let play = Play::new(db, &format!("callback = \"{url}\"")).await;
        let item =
            json!({ "reference_id": "r7", "timestamp": "2024-03-04T09:00:00Z", "search_criteria": by_id("UIN", "522321197001010002") });
        let sent = play.message("search", &json!({ "transaction_id": "t7", "search_request": [item] }));
        let take = || async { play.exchange.take(&play.service, &play.who, "search", &sent).await.unwrap() };
        let (first, again) = (take().await, take().await);
        let ack = |reply: &super::Reply| serde_json::from_slice::<Value>(&reply.body).unwrap()["message"].clone();
        assert_eq!((first.status, ack(&first)["ack_status"].as_str()), (200, Some("ACK")));
        let correlation = ack(&first)["correlation_id"].as_str().unwrap().to_owned();
        assert_eq!(ack(&again)["correlation_id"], correlation.as_str());
        let status = |kind: &'static str, value: String| {
            let play = &play;
            async move {
                let request = json!({ "reference_id": "s", "txn_type": "search", "attribute_type": kind, "attribute_value": value });
                let message = play.message("txn-status", &json!({ "transaction_id": "s1", "txnstatus_request": request }));
                let reply = play.exchange.ask(&play.service, &play.who, "txn-status", &message).await.unwrap();
                let body: Value = serde_json::from_slice(&reply.body).unwrap();
                body["message"]["txnstatus_response"]["txn_status"]["search_response"].clone()
            }
        };
        assert_eq!(status("transaction_id", "t7".to_owned()).await[0]["status"], "pdng");
        // What is asked names somebody: it is kept sealed.
        let mut tx = play.service.db.read().await.unwrap();
        let opened = store::open(&mut tx, &play.service.keys, &correlation).await.unwrap();
        assert!(opened.contains("522321197001010002"));
        drop(tx);
        assert_eq!(play.exchange.answer_due(&play.service, 10).await.unwrap(), 0, "the other side failed");
        assert_eq!(play.exchange.answer_due(&play.service, 10).await.unwrap(), 0, "not due yet");
        play.clock.advance(2 * MINUTE);
        assert_eq!(play.exchange.answer_due(&play.service, 10).await.unwrap(), 1);
        play.clock.advance(DAY);
        assert_eq!(play.exchange.answer_due(&play.service, 10).await.unwrap(), 0, "once is enough");
        let bodies = received.await.unwrap();
        let last: Value = serde_json::from_str(&bodies[1].1).unwrap();
        assert_eq!((last["header"]["action"].as_str(), last["header"]["receiver_id"].as_str()), (Some("on-search"), Some(SPMIS)));
        assert_eq!(last["message"]["correlation_id"], correlation.as_str());
        assert_eq!(last["message"]["search_response"][0]["data"]["reg_records"][0]["group_size"], 2);
        assert!(last["signature"].as_str().unwrap().contains("kidId=\"fupin.example.org|1|ed25519\""));
        let done = status("correlation_id", correlation.clone()).await;
        assert_eq!((done[0]["status"].as_str(), done[0]["reference_id"].as_str()), (Some("succ"), Some("r7")));
        let mut tx = play.service.db.read().await.unwrap();
        assert!(store::open(&mut tx, &play.service.keys, &correlation).await.is_err(), "what was asked is gone");
    });
}
