use std::collections::BTreeSet;

use app::{Action, Role, access_log};
use kernel::AreaCode;
use serde_json::{Value, json};

use super::world::{IDENTITY, NAME, OTHER, Reply, TELEPHONE, VILLAGE, World};

async fn send(world: &World, token: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    world.call("POST", path, Some(token), headers, Some(body.to_string().into_bytes())).await
}

#[tokio::test]
async fn a_walk_sees_every_household_once() {
    let world = World::new().await;
    let token = world.officer().await;
    for limit in [1, 2, 3, 7, 50] {
        let mut seen = Vec::new();
        let mut path = format!("/api/v1/households?limit={limit}&status=none");
        loop {
            let page = world.call("GET", &path, Some(&token), &[], None).await;
            assert_eq!(page.status, 200, "{}", page.text);
            seen.extend(page.json["households"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()));
            assert!(!page.text.contains(NAME) && page.json["households"][0]["head"] == "欧***");
            let Some(next) = page.json["next"].as_str() else { break };
            let link = page.header("link").unwrap();
            assert!(link.contains(next) && link.ends_with("rel=\"next\""));
            path = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        }
        let once: BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), once.len()), (7, 7), "limit {limit}");
    }
}

#[tokio::test]
async fn a_household_is_masked_unless_asked_for_and_each_look_is_written_down() {
    let world = World::new().await;
    let token = world.officer().await;
    let path = "/api/v1/households/520222/h1";
    let masked = world.call("GET", path, Some(&token), &[], None).await;
    assert_eq!((masked.status, masked.header("etag")), (200, Some("\"1\"")));
    let personal = &masked.json["members"][0]["personal"];
    assert_eq!(*personal, json!({"name": "欧***", "identity": "52************0010", "phone": "138****0010"}));
    let plain = world.call("GET", &format!("{path}?identities=true"), Some(&token), &[], None).await;
    assert_eq!(plain.json["members"][0]["personal"], json!({"name": NAME, "identity": IDENTITY, "phone": TELEPHONE}));
    let mut tx = world.service.db.read().await.unwrap();
    let key = app::HouseholdKey::new(AreaCode::parse("520222").unwrap(), "h1");
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
    let actions: Vec<Action> = looks.iter().map(|look| look.entry.action).collect();
    assert_eq!(actions, [Action::ViewIdentity, Action::ViewHousehold, Action::ViewHousehold]);
    // The program that holds this version is told so, and one with another mask is not.
    for (tag, status) in [("\"1\"", 304), ("W/\"1\"", 304), ("\"0\", \"1\"", 304), ("\"1i\"", 200), ("\"2\"", 200)] {
        let reply = world.call("GET", path, Some(&token), &[("If-None-Match", tag)], None).await;
        assert_eq!((reply.status, reply.text.is_empty()), (status, status == 304), "{tag}");
    }
    let early = world.call("GET", &format!("{path}?as_of=2001-01-01"), Some(&token), &[], None).await;
    assert_eq!(early.status, 404);
    let late = world.call("GET", &format!("{path}?as_of=2999-01-01"), Some(&token), &[], None).await;
    assert_eq!((late.status, late.json["version"].as_i64()), (200, Some(1)));
    let versions = world.call("GET", &format!("{path}/versions"), Some(&token), &[], None).await;
    assert_eq!(versions.json["versions"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_repeated_request_is_answered_and_not_repeated() {
    let world = World::new().await;
    let token = world.staff(Role::VillageCadre, true).await;
    let new = json!({"procedure": "identification", "county": "520222", "household": "h2"});
    let first = send(&world, &token, "/api/v1/cases", &[("Idempotency-Key", "one")], &new).await;
    assert_eq!((first.status, first.header("etag")), (201, Some("\"3\"")), "{}", first.text);
    let again = send(&world, &token, "/api/v1/cases", &[("Idempotency-Key", "one")], &new).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&first.text, first.header("location")), (&again.text, again.header("location")));
    let other = json!({"procedure": "identification", "county": "520222", "household": "h3"});
    let reused = send(&world, &token, "/api/v1/cases", &[("Idempotency-Key", "one")], &other).await;
    assert_eq!((reused.status, reused.json["code"].as_str()), (409, Some("api.key_reused")));
    let twice = send(&world, &token, "/api/v1/cases", &[("Idempotency-Key", "two")], &new).await;
    assert_eq!((twice.status, twice.json["code"].as_str()), (409, Some("app.case_open")));
    let here = first.header("location").unwrap();
    let acts = format!("{here}/acts");
    let lead = json!({"kind": "submit", "step": "lead"});
    let done = send(&world, &token, &acts, &[("Idempotency-Key", "three"), ("If-Match", "\"3\"")], &lead).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let version = done.json["version"].as_u64().unwrap();
    assert!(version > 3);
    // The reply was lost: the same again, also with the old version, gives the first answer and changes nothing.
    let lost = send(&world, &token, &acts, &[("Idempotency-Key", "three"), ("If-Match", "\"3\"")], &lead).await;
    assert_eq!((lost.status, &lost.text), (200, &done.text));
    let stale = send(&world, &token, &acts, &[("Idempotency-Key", "four"), ("If-Match", "\"3\"")], &lead).await;
    assert_eq!((stale.status, stale.json["version"].as_u64(), stale.json["code"].as_str()), (412, Some(version), Some("database.stale")));
    let case = world.call("GET", here, Some(&token), &[], None).await;
    assert_eq!(case.json["version"].as_u64(), Some(version));
    assert_eq!(case.header("etag"), Some(format!("\"{version}\"").as_str()));
    let same = world.call("GET", here, Some(&token), &[("If-None-Match", case.header("etag").unwrap())], None).await;
    assert_eq!(same.status, 304);
    // Two at once with one key: one is carried out, both get its answer or are told that it is under way.
    let next = json!({"kind": "submit", "step": "application", "record": {"signature": "s",
        "documents": ["application_and_commitment", "asset_query_authorisation"]}});
    let tag = format!("\"{version}\"");
    let headers = [("Idempotency-Key", "five"), ("If-Match", tag.as_str())];
    let (one, two) = tokio::join!(send(&world, &token, &acts, &headers, &next), send(&world, &token, &acts, &headers, &next));
    assert_eq!((one.status, two.status, &one.text), (200, 200, &two.text), "{}", two.text);
}

#[tokio::test]
async fn a_list_goes_out_line_by_line_and_is_written_down() {
    let world = World::new().await;
    let token = world.officer().await;
    for number in 0..1_100 {
        world.household(VILLAGE, &format!("n{number:04}")).await;
    }
    let path = "/api/v1/households.ndjson?reason=yearly%20statistics";
    let list = world.call("GET", path, Some(&token), &[], None).await;
    assert_eq!((list.status, list.header("content-type")), (200, Some("application/x-ndjson")));
    let ids: BTreeSet<String> =
        list.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((list.text.lines().count(), ids.len()), (1_107, 1_107));
    assert!(!list.text.contains(NAME) && !list.text.contains(IDENTITY) && !list.text.contains("o1"));
    let mut tx = world.service.db.read().await.unwrap();
    let key = app::HouseholdKey::new(AreaCode::parse("520222").unwrap(), "n0999");
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
    let written: Vec<(Action, &str)> = looks.iter().map(|look| (look.entry.action, look.entry.reason.as_str())).collect();
    assert_eq!(written, [(Action::ExportList, "yearly statistics")]);
    assert_eq!(world.call("GET", "/api/v1/households.ndjson", Some(&token), &[], None).await.json["parameter"], "reason");
}

/// The totals are those of the public table, with the same numbers withheld.
#[tokio::test]
async fn small_numbers_are_withheld() {
    let world = World::new().await;
    let mut tx = world.service.db.begin().await.unwrap();
    for number in 0..23 {
        let village = if number < 12 { VILLAGE } else { OTHER };
        let mut household = registry::household::Household::new(&format!("r{number}"), village, "registered").unwrap();
        registry::household::store::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
    }
    let mut household = registry::household::Household::new("m1", OTHER, "monitored").unwrap();
    registry::household::store::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
    tx.commit().await.unwrap();
    let totals = world.call("GET", "/api/v1/totals", None, &[], None).await;
    let table = world.call("GET", "/totals.csv", None, &[], None).await;
    let cell = |value: &Value| value.as_u64().map(|count| count.to_string()).unwrap_or_default();
    let rows: Vec<String> = totals.json["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let area = row["area"].as_str().unwrap();
            format!("{area},{area},{},{},{}", cell(&row["registered"]), cell(&row["monitored"]), cell(&row["exited"]))
        })
        .collect();
    assert_eq!(rows, table.text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(rows, ["520222,520222,12,,", "520321,520321,11,,"]);
    let procedures = world.call("GET", "/api/v1/procedures", None, &[], None).await;
    for line in procedures.json["procedures"].as_array().unwrap() {
        let path = format!("/api/v1/procedures/{}", line["id"].as_str().unwrap());
        let one = world.call("GET", &path, None, &[], None).await;
        assert!(one.status == 200 && !one.json["steps"].as_array().unwrap().is_empty());
    }
}
