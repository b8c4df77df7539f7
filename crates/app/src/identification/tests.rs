use std::path::Path;
use std::sync::Arc;

use database::Keyring;
use database::test_db::on_each_engine;
use kernel::Language;
use registry::assessment::{Assessment, Counts, Grounds, Run};
use registry::case::store as cases;
use registry::household::{Household, store as households};

use super::{Wanted, open_cases, reason, record};
use crate::cases::tests::{china, staff};
use crate::clock::FixedClock;
use crate::household_access::FileGateway;
use crate::role::Role;
use crate::service::{Service, migrations};

const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";

async fn service(db: database::Db) -> Service {
    let clock = Arc::new(FixedClock::new(1_709_515_000 * 1_000_000));
    let sms = Arc::new(FileGateway::new(Path::new("/dev/null")));
    let service = Service::new(db, Keyring::generate().unwrap(), china(), clock, sms).unwrap();
    let mut tx = service.db.begin().await.unwrap();
    for (id, status) in [("h1", "none"), ("h2", "registered"), ("h3", "none"), ("h4", "registered"), ("h5", "none")] {
        let mut household = Household::new(id, VILLAGE, status).unwrap();
        households::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
    }
    tx.commit().await.unwrap();
    service
}

fn assessed(household: &str, proposal: &str, contradicted: bool) -> Assessment {
    let grounds = Grounds { contradicted, ..Grounds::default() };
    Assessment { household: household.to_owned(), village: VILLAGE.to_owned(), proposal: proposal.to_owned(), priority: 1, grounds }
}

fn run() -> Run {
    let text = |text: &str| text.to_owned();
    Run {
        county: text(COUNTY),
        id: text("r"),
        as_of: text("2020-12-31"),
        programme: text("china"),
        model: text(""),
        register: text(""),
        actor: text("identify"),
        at: 5,
        counts: Counts::default(),
    }
}

#[test]
fn proposals_open_the_procedure_the_programme_names() {
    on_each_engine(&migrations(), async |db| {
        let service = service(db).await;
        let all = [
            assessed("h1", "admit", true),
            assessed("h2", "review_removal", false),
            assessed("h3", "verify", false),
            assessed("h4", "keep", false),
        ];
        assert!(record(&service.db, &run(), &all, &|_| {}).await.unwrap());
        assert!(!record(&service.db, &run(), &all, &|_| {}).await.unwrap(), "the same run again changes nothing");
        let cadre = staff("cadre", Role::VillageCadre, VILLAGE);
        let wanted = ["h1", "h2", "h3", "h4", "h5"].map(str::to_owned);
        let opened = open_cases(&service, &cadre, COUNTY, &wanted).await.unwrap();
        let mut procedures = Vec::new();
        let mut tx = service.db.read().await.unwrap();
        for (household, became) in &opened {
            match became {
                Wanted::Opened { case } => {
                    let (case, _) = cases::load(&mut tx, COUNTY, case).await.unwrap();
                    procedures.push((household.as_str(), case.procedure, case.flagged));
                }
                other @ (Wanted::NothingProposed | Wanted::Denied | Wanted::AlreadyOpen { .. }) => {
                    assert_eq!(*other, Wanted::NothingProposed, "{household}");
                }
            }
        }
        drop(tx);
        let expected = [("h1", "identification", true), ("h2", "strike_off", false), ("h3", "identification", false)];
        assert_eq!(procedures, expected.map(|(household, procedure, flagged)| (household, procedure.to_owned(), flagged)));
        let again = open_cases(&service, &cadre, COUNTY, &wanted[..1]).await.unwrap();
        assert!(matches!(again[0].1, Wanted::AlreadyOpen { .. }));
        let stranger = staff("other", Role::VillageCadre, "520222104299");
        let refused = open_cases(&service, &stranger, COUNTY, &wanted[..1]).await.unwrap();
        assert_eq!(refused[0].1, Wanted::Denied);
    });
}

#[test]
fn reasons_read_with_their_figures() {
    assert_eq!(reason("income_below_line", Some(-0.25), Language::En), ("income is below the line (-25%)".to_owned(), Some(true)));
    let (text, speaks_for) = reason("records_against", Some(3.0), Language::Zh);
    assert_eq!((text.as_str(), speaks_for), ("部门数据显示不贫困（权重 3）", Some(false)));
    assert_eq!(reason("fields_missing", Some(2.0), Language::En).1, None);
}
