use std::sync::Arc;

use database::Keyring;
use database::test_db::on_each_engine;
use kernel::{AreaCode, Language};
use registry::Cell;
use registry::case::{Act, Case, Record, store as cases};
use registry::declaration::Answers;
use registry::household::store as households;
use registry::observation::store as observations;

use super::{appeal, ask_code, enter, object};
use crate::cases::tests::{china, papers, staff};
use crate::cases::{Doing, act};
use crate::clock::{DAY, FixedClock};
use crate::declaration::{accept, declare, waiting};
use crate::household_access::{Answer, FileGateway, Message};
use crate::role::{Principal, Role};
use crate::service::{Service, migrations};
use crate::visiting::{Findings, Outcome, record};
use crate::{Kind, Result};

const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";
/// Of nobody: region 000000 does not exist.
const IDENTITY: &str = "000000198503070016";

struct Walk {
    service: Service,
    clock: Arc<FixedClock>,
    messages: tempfile::TempDir,
}

fn answers() -> Answers {
    Answers {
        name: "Wang".to_owned(),
        telephone: "13800000010".to_owned(),
        identity: IDENTITY.to_owned(),
        village: VILLAGE.to_owned(),
        difficulty: "an illness".to_owned(),
        risk: "illness".to_owned(),
    }
}

fn cadre() -> Principal {
    staff("cadre", Role::VillageCadre, VILLAGE)
}

/// Whoever types numbers at random learns from no answer, the first or the fortieth, which of them are in the register.
#[test]
fn a_number_that_is_nobodys_is_answered_like_any_other() {
    on_each_engine(&migrations(), async |db| {
        let walk = Walk::new(db);
        walk.accepted("k1").await;
        let known = guesses(&walk, IDENTITY, "10.0.0.8").await;
        let unknown = guesses(&walk, "000000199001010019", "10.0.0.9").await;
        assert!(known.iter().any(|answer| answer.contains("Wait")), "{known:?}");
        assert_eq!(known, unknown);
    });
}

/// What somebody is told who asks for codes and tries some.
async fn guesses(walk: &Walk, typed: &str, remote: &str) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(format!("{:?}", ask_code(&walk.service, typed, Language::Zh, remote).await.unwrap()));
    }
    for _ in 0..40 {
        told.push(format!("{:?}", enter(&walk.service, typed, "000000", remote).await.unwrap()));
    }
    told
}

impl Walk {
    fn new(db: database::Db) -> Self {
        let clock = Arc::new(FixedClock::new(1_709_515_000 * 1_000_000));
        let messages = tempfile::tempdir().unwrap();
        let sms = Arc::new(FileGateway::new(&messages.path().join("sent")));
        let service = Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), sms).unwrap();
        Self { service, clock, messages }
    }

    async fn case(&self, id: &str) -> Case {
        let mut tx = self.service.db.read().await.unwrap();
        cases::load(&mut tx, COUNTY, id).await.unwrap().0
    }

    async fn act(&self, who: &Principal, id: &str, what: Act) -> Result<Case> {
        let case = self.case(id).await;
        act(&self.service, who, Doing { county: COUNTY, case: id, version: case.version, act: &what }).await
    }

    /// A declaration that the cadre accepted, with the application signed.
    async fn accepted(&self, key: &str) -> String {
        let (county, id) = declare(&self.service, &Principal::Public, &answers(), key, "10.0.0.1").await.unwrap();
        let case = accept(&self.service, &cadre(), &county, &id).await.unwrap();
        let application = papers(&["application_and_commitment", "asset_query_authorisation"]);
        self.act(&cadre(), &case, Act::Submit { step: "application".to_owned(), record: application }).await.unwrap();
        case
    }

    async fn visit(&self, case: &str, key: &str, seen: i64, wage: i64) -> Result<Outcome> {
        let together = ["first-secretary", "work-team"].map(str::to_owned).into();
        let cells = [("wage_income".to_owned(), Cell::Number(wage))].into();
        let record_ = Record { persons: together, ..papers(&["visit_form"]) };
        let findings = Findings { county: COUNTY, case, step: "visit", seen, cells, record: record_, photo: Some("cGhvdG8=".to_owned()) };
        record(&self.service, &cadre(), &findings, key, format!("{key} {wage}").as_bytes()).await
    }

    fn sent(&self) -> Message {
        let text = std::fs::read_to_string(self.messages.path().join("sent")).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }
}

#[test]
fn a_declaration_counts_once_and_waits_for_the_cadre_of_its_village() {
    on_each_engine(&migrations(), async |db| {
        let walk = Walk::new(db);
        let first = declare(&walk.service, &Principal::Public, &answers(), "k1", "10.0.0.1").await.unwrap();
        let again = declare(&walk.service, &Principal::Public, &answers(), "k1", "10.0.0.1").await.unwrap();
        assert_eq!(first, again);
        let area = AreaCode::parse(VILLAGE).unwrap();
        let due = waiting(&walk.service, &cadre(), area, 10).await.unwrap();
        assert_eq!((due.len(), due[0].due_on.as_str()), (1, "2024-03-06"));
        assert_eq!(waiting(&walk.service, &Principal::Public, area, 10).await.unwrap_err().kind(), Kind::Denied);
        let elsewhere = staff("other", Role::VillageCadre, "520222104204");
        assert_eq!(accept(&walk.service, &elsewhere, &first.0, &first.1).await.unwrap_err().kind(), Kind::Denied);
        let wrong = Answers { identity: "000000198503070017".to_owned(), ..answers() };
        assert_eq!(declare(&walk.service, &Principal::Public, &wrong, "k2", "10.0.0.1").await.unwrap_err().kind(), Kind::Invalid);
        // Accepted once, and by whom it may be: a second click leads to the same case.
        let case = accept(&walk.service, &cadre(), &first.0, &first.1).await.unwrap();
        assert_eq!(accept(&walk.service, &cadre(), &first.0, &first.1).await.unwrap(), case);
        assert!(waiting(&walk.service, &cadre(), area, 10).await.unwrap().is_empty());
        // The same person again: the case that runs answers it, and no second household is made.
        let (county, id) = declare(&walk.service, &Principal::Public, &answers(), "k3", "10.0.0.1").await.unwrap();
        assert_eq!(accept(&walk.service, &cadre(), &county, &id).await.unwrap(), case);
        let mut tx = walk.service.db.read().await.unwrap();
        let household = households::find(&mut tx, COUNTY, &walk.case(&case).await.household).await.unwrap();
        assert_eq!((household.id.0.as_str(), household.people()), ("5202221042030001", 1));
    });
}

#[test]
fn a_visit_that_arrives_twice_is_stored_once_and_one_that_differs_is_disputed() {
    on_each_engine(&migrations(), async |db| {
        let walk = Walk::new(db);
        let case = walk.accepted("k1").await;
        assert_eq!(walk.visit(&case, "v1", 0, 100).await.unwrap(), Outcome::Stored);
        assert_eq!(walk.visit(&case, "v1", 0, 100).await.unwrap(), Outcome::Stored);
        assert_eq!(walk.visit(&case, "v1", 0, 200).await.unwrap_err().kind(), Kind::Invalid, "a key is for one visit");
        let Outcome::Disputed { fields, newest } = walk.visit(&case, "v2", 0, 200).await.unwrap() else { panic!("no dispute") };
        assert_eq!((fields[0].column.as_str(), &fields[0].theirs, newest), ("wage_income", &Cell::Number(100), 1));
        let household = walk.case(&case).await.household;
        let mut tx = walk.service.db.read().await.unwrap();
        let seen = observations::list(&mut tx, COUNTY, &household).await.unwrap();
        assert_eq!((seen.len(), seen[0].photo), (1, true));
        let photo = observations::photo(&mut tx, &walk.service.keys, COUNTY, &household, 1).await.unwrap();
        assert_eq!(photo.as_deref(), Some("cGhvdG8="));
    });
}

#[test]
fn a_household_gets_in_by_a_code_and_appeals_against_its_decision() {
    on_each_engine(&migrations(), async |db| {
        let walk = Walk::new(db);
        let case = walk.accepted("k1").await;
        walk.visit(&case, "v1", 0, 100).await.unwrap();
        let compared = Act::Compare { step: "comparison".to_owned(), record: papers(&["comparison_result"]), flagged: false };
        walk.act(&staff("department", Role::DepartmentOfficer, COUNTY), &case, compared).await.unwrap();
        let tally = registry::case::Tally { entitled: 30, present: 25, agree: 20, disagree: 3, abstain: 2 };
        let vote = Act::Vote { step: "evaluation".to_owned(), record: papers(&["meeting_minutes"]), tally, evidence: String::new() };
        walk.act(&cadre(), &case, vote).await.unwrap();
        // Nobody objects before it hangs out; then anybody does, unnamed.
        let early = object(&walk.service, &Principal::Public, (COUNTY, &case), "public", "they have a shop", "10.0.0.1").await.unwrap_err();
        assert_eq!(early.kind(), Kind::Denied);
        let from = walk.service.moment().on;
        walk.act(&cadre(), &case, Act::PublishNotice { step: "notice".to_owned(), from }).await.unwrap();
        let objected = object(&walk.service, &Principal::Public, (COUNTY, &case), "public", "they have a shop", "10.0.0.1").await.unwrap();
        assert_eq!(objected.objections.len(), 1);
        let found = Act::ResolveObjection { objection: 1, upheld: false, finding: "no shop".to_owned() };
        walk.act(&cadre(), &case, found).await.unwrap();
        walk.clock.advance(20 * DAY);
        walk.act(&cadre(), &case, Act::CloseNotice { step: "notice".to_owned(), record: papers(&["notice_photo"]) }).await.unwrap();
        let township = staff("township", Role::TownshipOfficer, "520222104");
        let review = Act::Review { step: "township_review".to_owned(), record: papers(&["review_opinion"]) };
        walk.act(&township, &case, review).await.unwrap();
        let reject = Act::Reject { step: "county_approval".to_owned(), reason: "over the line".to_owned(), evidence: String::new() };
        walk.act(&staff("county", Role::CountyOfficer, COUNTY), &case, reject).await.unwrap();

        // By the identity number and a code to the telephone on record; a stranger's number is answered alike, and nothing is sent.
        assert_eq!(ask_code(&walk.service, "000000199001010018", Language::Zh, "10.0.0.2").await.unwrap(), Answer::Done(()));
        assert!(!walk.messages.path().join("sent").exists());
        assert_eq!(ask_code(&walk.service, IDENTITY, Language::En, "10.0.0.2").await.unwrap(), Answer::Done(()));
        let message = walk.sent();
        let code: String = message.text.chars().filter(char::is_ascii_digit).collect();
        assert_eq!((message.phone.as_str(), code.len()), ("13800000010", 6));
        assert_eq!(enter(&walk.service, IDENTITY, "000000", "10.0.0.2").await.unwrap(), Answer::Refused);
        let Answer::Done(household) = enter(&walk.service, IDENTITY, &code, "10.0.0.2").await.unwrap() else { panic!("refused") };
        assert_eq!(appeal(&walk.service, &household, &case, " ").await.unwrap_err().kind(), Kind::Invalid);
        let appealed = appeal(&walk.service, &household, &case, "the income was last year's").await.unwrap();
        assert_eq!(appealed.appeal.as_ref().map(|appeal| appeal.against.as_str()), Some(case.as_str()));
        assert!(appealed.done.contains_key("statement"));
    });
}
