use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use programme::{Programme, SourceFile};
use registry::case::{Act, Case, CaseState, Record, Tally};
use registry::household::store as households;
use registry::household::{Household, Member, PersonId};
use registry::spell::store as spells;

use super::{Doing, NewCase, act, next_acts, open};
use crate::clock::{DAY, FixedClock};
use crate::household_access::FileGateway;
use crate::role::{HouseholdKey, Principal, Role};
use crate::service::{Service, migrations};
use crate::{Error, Kind};

const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";

pub(crate) fn china() -> Programme {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/china");
    let mut sources = Vec::new();
    let mut folders = vec![folder];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    Programme::load(sources).unwrap()
}

struct Play {
    service: Service,
    clock: Arc<FixedClock>,
    case: Option<Case>,
}

pub(crate) fn staff(account: &str, role: Role, area: &str) -> Principal {
    Principal::Staff { account: account.to_owned(), role, area: AreaCode::parse(area).unwrap(), second_factor: true }
}

fn cadre() -> Principal {
    staff("cadre", Role::VillageCadre, VILLAGE)
}

fn county_officer() -> Principal {
    staff("county", Role::CountyOfficer, COUNTY)
}

pub(crate) fn papers(names: &[&str]) -> Record {
    let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    Record { documents: text(names), signature: Some("thumbprint".to_owned()), persons: BTreeSet::new() }
}

impl Play {
    async fn new(db: Db) -> Self {
        // 2024-03-04, a Monday.
        let clock = Arc::new(FixedClock::new(1_709_515_000 * 1_000_000));
        let service =
            Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), Arc::new(FileGateway::new(Path::new("/dev/null"))))
                .unwrap();
        let mut household = Household::new("h1", VILLAGE, "none").unwrap();
        household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
        let mut tx = service.db.begin().await.unwrap();
        households::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
        tx.commit().await.unwrap();
        Self { service, clock, case: None }
    }

    async fn open(&mut self, who: &Principal, procedure: &str, against: Option<&str>) {
        let new = NewCase { procedure, county: COUNTY, household: "h1", flagged: false, against };
        self.case = Some(open(&self.service, who, new).await.unwrap());
    }

    async fn try_act(&mut self, who: &Principal, act_: Act) -> Result<(), Error> {
        let case = self.case.as_ref().unwrap();
        let doing = Doing { county: COUNTY, case: &case.id, version: case.version, act: &act_ };
        self.case = Some(act(&self.service, who, doing).await?);
        Ok(())
    }

    async fn act(&mut self, who: &Principal, act: Act) {
        let named = format!("{act:?}");
        self.try_act(who, act).await.unwrap_or_else(|error| panic!("{named}: {error}"));
    }

    fn days(&self, days: i64) {
        self.clock.advance(days * DAY);
    }

    async fn identification_up_to_approval(&mut self) {
        let township = staff("township", Role::TownshipOfficer, "520222104");
        let step = |name: &str| name.to_owned();
        self.open(&cadre(), "identification", None).await;
        self.act(&cadre(), Act::Submit { step: step("lead"), record: Record::default() }).await;
        let application = papers(&["application_and_commitment", "asset_query_authorisation"]);
        self.act(&cadre(), Act::Submit { step: step("application"), record: application }).await;
        let together = ["first-secretary", "work-team"].map(str::to_owned).into();
        self.act(&cadre(), Act::Visit { step: step("visit"), record: Record { persons: together, ..papers(&["visit_form"]) } }).await;
        let department = staff("department", Role::DepartmentOfficer, COUNTY);
        let compared = Act::Compare { step: step("comparison"), record: papers(&["comparison_result"]), flagged: false };
        self.act(&department, compared).await;
        let tally = Tally { entitled: 30, present: 25, agree: 20, disagree: 3, abstain: 2 };
        let vote = Act::Vote { step: step("evaluation"), record: papers(&["meeting_minutes"]), tally, evidence: String::new() };
        self.act(&cadre(), vote).await;
        let from = self.service.moment().on;
        self.act(&cadre(), Act::PublishNotice { step: step("notice"), from }).await;
        self.days(6);
        self.act(&cadre(), Act::CloseNotice { step: step("notice"), record: papers(&["notice_photo"]) }).await;
        self.act(&township, Act::Review { step: step("township_review"), record: papers(&["review_opinion"]) }).await;
    }

    async fn approve_and_enter(&mut self) {
        let township = staff("township", Role::TownshipOfficer, "520222104");
        let approve = Act::Approve {
            step: "county_approval".to_owned(),
            record: papers(&["approval_form"]),
            evidence: "not mine to choose".to_owned(),
        };
        self.act(&county_officer(), approve).await;
        let case = self.case.as_ref().unwrap();
        let procedure = super::procedure_of(&self.service, case).unwrap();
        let all = |name: &str| -> Record {
            let documents: Vec<&str> = procedure.step(name).unwrap().documents.iter().map(|d| d.get_ref().as_str()).collect();
            papers(&documents)
        };
        let (announce, enter) = (all("announcement"), all("entry"));
        self.act(&township, Act::Announce { step: "announcement".to_owned(), record: announce }).await;
        let acts = next_acts(&self.service, &township, self.case.as_ref().unwrap()).unwrap();
        let who = if acts.is_empty() { cadre() } else { township };
        self.act(&who, Act::Enter { step: "entry".to_owned(), record: enter }).await;
    }
}

#[test]
fn from_lead_to_entry_the_household_gets_a_spell_and_its_evidence_is_kept() {
    on_each_engine(&migrations(), async |db| {
        let mut play = Play::new(db).await;
        play.identification_up_to_approval().await;
        play.approve_and_enter().await;
        let case = play.case.clone().unwrap();
        assert_eq!(case.state, CaseState::Completed);
        let mut tx = play.service.db.read().await.unwrap();
        let spells = spells::list(&mut tx, COUNTY, "h1").await.unwrap();
        assert_eq!((spells.len(), spells[0].opened_by.as_str(), spells[0].open()), (1, case.id.as_str(), true));
        assert_eq!(households::find(&mut tx, COUNTY, "h1").await.unwrap().status, "monitored");
        let digest = &case.decision.as_ref().unwrap().evidence;
        let doc = registry::case::store::frozen(&mut tx, COUNTY, &case.id, digest).await.unwrap().expect("the snapshot");
        assert!(doc.contains("\"household_version\":1"), "as it was decided, not as it is now: {doc}");
        use sha2::Digest;
        let hash: String = sha2::Sha256::digest(doc.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(&hash, digest);
    });
}

#[test]
fn who_proposes_never_approves_and_nobody_acts_outside_their_area() {
    on_each_engine(&migrations(), async |db| {
        let mut play = Play::new(db).await;
        play.identification_up_to_approval().await;
        let approve = || Act::Approve { step: "county_approval".to_owned(), record: papers(&["approval_form"]), evidence: String::new() };
        let before = play.case.clone();
        for (who, why) in [
            (cadre(), "proposed"),
            (staff("other", Role::CountyOfficer, "520301"), "another county"),
            (staff("audit", Role::Auditor, COUNTY), "auditors change nothing"),
            (Principal::Public, "nobody"),
        ] {
            let error = play.try_act(&who, approve()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Denied, "{why}: {error}");
        }
        let password_only = Principal::Staff {
            account: "county".to_owned(),
            role: Role::CountyOfficer,
            area: AreaCode::parse(COUNTY).unwrap(),
            second_factor: false,
        };
        assert_eq!(play.try_act(&password_only, approve()).await.unwrap_err().kind(), Kind::Denied);
        assert_eq!(play.case, before);
    });
}

#[test]
fn two_open_cases_and_stale_copies_are_conflicts() {
    on_each_engine(&migrations(), async |db| {
        let mut play = Play::new(db).await;
        play.open(&cadre(), "identification", None).await;
        let new = NewCase { procedure: "identification", county: COUNTY, household: "h1", flagged: false, against: None };
        let again = open(&play.service, &cadre(), new).await.unwrap_err();
        assert_eq!((again.kind(), again.code()), (Kind::Conflict, "app.case_open"));
        let seen = play.case.clone();
        let lead = || Act::Submit { step: "lead".to_owned(), record: Record::default() };
        play.act(&cadre(), lead()).await;
        play.case = seen;
        assert_eq!(play.try_act(&cadre(), lead()).await.unwrap_err().kind(), Kind::Conflict);
    });
}

#[test]
fn a_household_that_left_comes_back_in_a_new_spell() {
    on_each_engine(&migrations(), async |db| {
        let mut play = Play::new(db).await;
        play.identification_up_to_approval().await;
        play.approve_and_enter().await;
        let mut tx = play.service.db.begin().await.unwrap();
        spells::close(&mut tx, COUNTY, "h1", "2024-12-01", "case-exit", registry::spell::Closing::Lifted).await.unwrap();
        tx.commit().await.unwrap();
        play.days(400);
        play.identification_up_to_approval().await;
        play.approve_and_enter().await;
        let mut tx = play.service.db.read().await.unwrap();
        let spells = spells::list(&mut tx, COUNTY, "h1").await.unwrap();
        assert_eq!(spells.iter().map(|spell| (spell.number, spell.open())).collect::<Vec<_>>(), [(1, false), (2, true)]);
    });
}

#[test]
fn a_household_may_lead_its_own_case_only() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let own = |id: &str| Principal::Household(HouseholdKey::new(AreaCode::parse(COUNTY).unwrap(), id));
        let new = NewCase { procedure: "identification", county: COUNTY, household: "h1", flagged: false, against: None };
        assert_eq!(open(&play.service, &own("h2"), new).await.unwrap_err().kind(), Kind::Denied);
        open(&play.service, &own("h1"), new).await.unwrap();
    });
}
