use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use registry::case::{Act, Case, Record};
use registry::household::store as households;
use registry::household::{Household, Member, PersonId};
use serde_json::Value;

use super::{deliver_due, list, signature, store, subscribe, unsubscribe};
use crate::Kind;
use crate::cases::tests::{china, staff};
use crate::cases::{Doing, NewCase, act, open};
use crate::clock::{DAY, FixedClock, MINUTE, SECOND};
use crate::delivery::Client;
use crate::delivery::tests::receiver;
use crate::household_access::FileGateway;
use crate::role::{Principal, Role};
use crate::service::{Service, migrations};

const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";
const NOW: i64 = 1_709_515_000 * SECOND;

fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).unwrap()
}

fn admin(code: &str) -> Principal {
    staff("admin", Role::Admin, code)
}

fn cadre() -> Principal {
    staff("cadre", Role::VillageCadre, VILLAGE)
}

async fn service(db: Db) -> (Service, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::new(NOW));
    let gateway = Arc::new(FileGateway::new(Path::new("/dev/null")));
    let service = Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), gateway).unwrap();
    let mut household = Household::new("h1", VILLAGE, "none").unwrap();
    household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
    let mut tx = service.db.begin().await.unwrap();
    households::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
    tx.commit().await.unwrap();
    (service, clock)
}

async fn opened(service: &Service) -> Case {
    let new = NewCase { procedure: "identification", county: COUNTY, household: "h1", flagged: false, against: None };
    open(service, &cadre(), new).await.unwrap()
}

async fn waiting(service: &Service) -> usize {
    let mut tx = service.db.begin().await.unwrap();
    // Not committed: nothing is taken.
    store::take_due(&mut tx, i64::MAX - 1, i64::MAX, 1_000).await.unwrap().len()
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

/// Each event is told at least once, signed, and with nothing of what anybody wrote.
#[test]
fn events_are_told_until_they_arrive() {
    on_each_engine(&migrations(), async |db| {
        let (service, clock) = service(db).await;
        let client = Client::new(true).unwrap();
        // The first attempt fails, the rest arrive.
        let (url, came) = receiver(vec![500, 200, 200, 200, 200, 200, 200]).await;
        let (hook, secret) = subscribe(&service, &admin(COUNTY), area(COUNTY), &url, true).await.unwrap();
        let case = opened(&service).await;
        let record = Record { persons: ["欧阳慧敏".to_owned()].into(), ..Record::default() };
        let lead = Act::Submit { step: "lead".to_owned(), record };
        let after = act(&service, &cadre(), Doing { county: COUNTY, case: &case.id, version: case.version, act: &lead }).await.unwrap();
        let events = usize::try_from(after.version).unwrap();
        assert_eq!((waiting(&service).await, events), (6, 6), "one message for each event");
        assert_eq!(deliver_due(&service, &client, 100).await.unwrap(), 5);
        assert_eq!(deliver_due(&service, &client, 100).await.unwrap(), 0, "the failed one waits");
        clock.advance(2 * MINUTE);
        assert_eq!(deliver_due(&service, &client, 100).await.unwrap(), 1);
        assert_eq!(waiting(&service).await, 0);
        let came = came.await.unwrap();
        let mut ids = BTreeSet::new();
        for (head, body) in &came {
            let told: Value = serde_json::from_str(body).unwrap();
            let id = header(head, "webhook-id");
            assert_eq!(
                (told["id"].as_str(), told["case"].as_str(), told["county"].as_str()),
                (Some(id), Some(case.id.as_str()), Some(COUNTY))
            );
            let seconds: i64 = header(head, "webhook-timestamp").parse().unwrap();
            assert_eq!(header(head, "webhook-signature"), signature(&secret, id, seconds, body).unwrap());
            let names: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, ["id", "type", "at", "county", "case", "number", "procedure", "step"].into_iter().collect());
            assert!(!body.contains("h1") && !body.contains("cadre") && !body.contains("欧阳"), "{body}");
            ids.insert(id.to_owned());
        }
        assert_eq!((came.len(), ids.len()), (7, 6), "the one that failed came twice under its id");
        assert!(came.iter().any(|(_, body)| body.contains("\"type\":\"case.begun\"") && body.contains("\"step\":\"application\"")));
        unsubscribe(&service, &admin(COUNTY), &hook.id).await.unwrap();
        assert_eq!(list(&service, &admin(COUNTY), area(COUNTY)).await.unwrap(), []);
    });
}

/// What did not happen is told to nobody, and only of one's own area.
#[test]
fn messages_stand_and_fall_with_their_events() {
    on_each_engine(&migrations(), async |db| {
        let (service, clock) = service(db).await;
        for code in ["52", COUNTY, VILLAGE, "520321"] {
            subscribe(&service, &admin(code), area(code), "https://example.org/hook", false).await.unwrap();
        }
        let new = NewCase { procedure: "identification", county: COUNTY, household: "h1", flagged: false, against: None };
        let mut tx = service.db.begin().await.unwrap();
        crate::cases::open_in(&service, &mut tx, &cadre(), new, service.moment()).await.unwrap();
        drop(tx);
        assert_eq!(waiting(&service).await, 0, "the case was not opened after all");
        let case = opened(&service).await;
        let each = usize::try_from(case.version).unwrap();
        assert_eq!(waiting(&service).await, 3 * each, "all but the other county");
        // A private address behind a subscription is never connected to, and nothing waits for ever.
        let client = Client::new(false).unwrap();
        let (hook, _) = subscribe(&service, &admin(COUNTY), area(COUNTY), "https://localhost/hook", false).await.unwrap();
        for old in list(&service, &admin("52"), area("52")).await.unwrap().iter().filter(|old| old.id != hook.id) {
            unsubscribe(&service, &admin("52"), &old.id).await.unwrap();
        }
        assert_eq!(waiting(&service).await, 0, "with a subscription goes what waited for it");
        let lead = Act::Submit { step: "lead".to_owned(), record: Record::default() };
        act(&service, &cadre(), Doing { county: COUNTY, case: &case.id, version: case.version, act: &lead }).await.unwrap();
        let before = waiting(&service).await;
        assert_eq!((before > 0, deliver_due(&service, &client, 100).await.unwrap(), waiting(&service).await), (true, 0, before));
        clock.advance(4 * DAY);
        assert_eq!((deliver_due(&service, &client, 100).await.unwrap(), waiting(&service).await), (0, 0), "given up");
    });
}

#[test]
fn administrators_subscribe_in_their_area() {
    on_each_engine(&migrations(), async |db| {
        let (service, _clock) = service(db).await;
        let (hook, secret) = subscribe(&service, &admin(COUNTY), area(COUNTY), "https://example.org/hook", false).await.unwrap();
        assert!(secret.starts_with("whsec_") && secret.len() > 40);
        let kind = |error: crate::Error| error.kind();
        let county = staff("county", Role::CountyOfficer, COUNTY);
        for (who, code, url, wrong) in [
            (&county, COUNTY, "https://example.org/hook", Kind::Denied),
            (&admin(COUNTY), "52", "https://example.org/hook", Kind::Denied),
            (&admin(COUNTY), COUNTY, "http://example.org/hook", Kind::Invalid),
            (&admin(COUNTY), COUNTY, "https://10.0.0.1/hook", Kind::Invalid),
            (&admin(COUNTY), COUNTY, "https://a:b@example.org/", Kind::Invalid),
        ] {
            assert_eq!(kind(subscribe(&service, who, area(code), url, false).await.unwrap_err()), wrong, "{url}");
        }
        assert_eq!(list(&service, &admin("52"), area("52")).await.unwrap(), std::slice::from_ref(&hook));
        assert_eq!(kind(list(&service, &county, area(COUNTY)).await.unwrap_err()), Kind::Denied);
        assert_eq!(kind(unsubscribe(&service, &admin("520321"), &hook.id).await.unwrap_err()), Kind::NotFound);
        unsubscribe(&service, &admin("52"), &hook.id).await.unwrap();
        for _ in 0..100 {
            subscribe(&service, &admin(COUNTY), area(COUNTY), "https://example.org/hook", false).await.unwrap();
        }
        assert!(subscribe(&service, &admin(COUNTY), area(COUNTY), "https://example.org/hook", false).await.is_err());
    });
}

/// An example that receivers can check their own code with; it stands in docs/webhooks.md, too.
#[test]
fn a_signature_is_as_documented() {
    let signed = signature("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "c1-7", 1_709_515_000, "{\"id\":\"c1-7\"}").unwrap();
    assert!(include_str!("../../../../docs/webhooks.md").contains(&signed), "{signed}");
    assert!(signature("other", "c1-7", 0, "{}").is_err());
}
