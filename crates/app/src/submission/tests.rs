use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use proptest::prelude::*;
use registry::Cell;
use registry::case::{Act, Case, store as cases};
use registry::declaration::{State, store as declarations};
use registry::household::store as households;
use registry::household::{Household, Member, PersonId};
use registry::observation::store as observations;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::{Form, Kind, Report, read, take};
use crate::cases::tests::{china, papers, staff};
use crate::cases::{Doing, NewCase, act, open};
use crate::clock::{DAY, FixedClock, SECOND};
use crate::household_access::FileGateway;
use crate::role::{Principal, Role};
use crate::service::{Service, migrations};

const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";
/// 2024-03-04, a Monday.
const NOW: i64 = 1_709_515_000 * SECOND;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn cadre() -> Principal {
    staff("cadre", Role::VillageCadre, VILLAGE)
}

struct Play {
    service: Service,
    clock: Arc<FixedClock>,
    case: Case,
}

impl Play {
    /// A case whose turn is the visit.
    async fn new(db: Db) -> Self {
        let clock = Arc::new(FixedClock::new(NOW));
        let gateway = Arc::new(FileGateway::new(Path::new("/dev/null")));
        let service = Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), gateway).unwrap();
        let mut household = Household::new("h1", VILLAGE, "none").unwrap();
        household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
        let mut tx = service.db.begin().await.unwrap();
        households::save(&mut tx, &mut household, "imported", "import", 1).await.unwrap();
        let known = [(("1".to_owned(), "name".to_owned()), "x".to_owned())].into();
        households::identify(&mut tx, &service.keys, &household, &known, 1).await.unwrap();
        tx.commit().await.unwrap();
        let new = NewCase { procedure: "identification", county: COUNTY, household: "h1", flagged: false, against: None };
        let mut case = open(&service, &cadre(), new).await.unwrap();
        let steps = [
            ("lead", registry::case::Record::default()),
            ("application", papers(&["application_and_commitment", "asset_query_authorisation"])),
        ];
        for (step, record) in steps {
            let done = Act::Submit { step: step.to_owned(), record };
            case = act(&service, &cadre(), Doing { county: COUNTY, case: &case.id, version: case.version, act: &done }).await.unwrap();
        }
        Self { service, clock, case }
    }

    fn visit(&self, instance: &str) -> Value {
        json!({
            "__id": instance, "__system": { "county": "1" }, "start": "2024-03-04T09:00:00.000+08:00",
            "file": { "county": COUNTY, "case": self.case.id },
            "dwelling": { "structure": "brick_wood", "dwelling_m2": 60.5, "dwelling_dangerous": "no" },
            "income": { "wage_income": "12600.50", "production_cost": null },
            "visitors": { "persons": "first-secretary, work-team" },
        })
    }

    async fn odata(&self, who: &Principal, rows: &[Value]) -> Report {
        let upload = read(Kind::OData, json!({ "value": rows }).to_string().as_bytes()).unwrap();
        take(&self.service, who, Form::Visit, &upload).await.unwrap()
    }

    async fn observed(&self) -> Vec<registry::observation::Observation> {
        let mut tx = self.service.db.read().await.unwrap();
        observations::list(&mut tx, COUNTY, "h1").await.unwrap()
    }
}

fn codes(report: &Report) -> Vec<(&str, &str)> {
    report.findings.iter().map(|finding| (finding.code.as_str(), finding.place.column.as_str())).collect()
}

/// The same instance is one visit, whoever hands it in, however often and in which form.
#[test]
fn a_submission_is_one_visit() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let report = play.odata(&cadre(), &[play.visit("uuid:1")]).await;
        assert_eq!((report.stored.as_slice(), report.findings.len()), (&["uuid:1".to_owned()][..], 0), "{report:?}");
        let seen = play.observed().await;
        let [one] = seen.as_slice() else { panic!("{seen:?}") };
        let expected = [
            ("dwelling_dangerous", Cell::Flag(false)),
            ("dwelling_m2", Cell::Text("60.5".to_owned())),
            ("structure", Cell::Text("brick_wood".to_owned())),
            ("wage_income", Cell::Number(1_260_050)),
        ];
        assert_eq!(one.cells, expected.map(|(name, cell)| (name.to_owned(), cell)).into());
        let mut tx = play.service.db.read().await.unwrap();
        let (case, _) = cases::load(&mut tx, COUNTY, &play.case.id).await.unwrap();
        assert!(!case.current.contains_key("visit"), "the step is done");
        drop(tx);
        let again = play.odata(&cadre(), &[play.visit("uuid:1"), play.visit("uuid:1")]).await;
        assert_eq!(again.repeated, ["uuid:1", "uuid:1"]);
        let other = staff("other", Role::VillageCadre, VILLAGE);
        assert_eq!(play.odata(&other, &[play.visit("uuid:1")]).await.repeated, ["uuid:1"]);
        // As a table of the same answers, with the columns that servers add.
        let csv = format!(
            "\u{feff}SubmissionDate,start,file-county,file-case,dwelling-structure,dwelling-dwelling_m2,dwelling-dwelling_dangerous,income-wage_income,visitors-persons,meta-instanceID,KEY\n\
             2024-03-05T00:00:00Z,2024-03-04T09:00:00.000+08:00,{COUNTY},{},brick_wood,60.5,no,12600.50,\"first-secretary, work-team\",uuid:1,uuid:1\n",
            play.case.id
        );
        let zip = zipped(&[("visit.csv", csv.as_bytes()), ("visit-people.csv", b"name,PARENT_KEY,KEY\nx,uuid:1,k\n")]);
        let upload = read(Kind::Zip, &zip).unwrap();
        assert_eq!(take(&play.service, &cadre(), Form::Visit, &upload).await.unwrap().repeated, ["uuid:1"]);
        let mut changed = play.visit("uuid:1");
        changed["income"]["wage_income"] = json!("1");
        assert_eq!(codes(&play.odata(&cadre(), &[changed]).await), [("FP0604", "instanceID")]);
        // Another instance of the same visit: the case is further.
        assert_eq!(codes(&play.odata(&cadre(), &[play.visit("uuid:2")]).await), [("FP0603", "case")]);
        assert_eq!(play.observed().await.len(), 1);
    });
}

/// REG-1: what is wrong is told with its place, nothing of that submission is stored, and the others are.
#[test]
fn bad_values_become_findings() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let mut bad = play.visit("uuid:bad");
        bad["dwelling"] = json!({ "structure": "gold", "dwelling_m2": "999999", "dwelling_dangerous": "maybe" });
        bad["income"]["wage_income"] = json!("12,6");
        let mut nameless = play.visit("");
        nameless["__id"] = json!("");
        let mut lost = play.visit("uuid:lost");
        lost["file"]["case"] = json!("none");
        let report = play.odata(&cadre(), &[bad.clone(), nameless, lost, play.visit("uuid:good")]).await;
        let expected = [
            ("FP0107", "structure"),
            ("FP0106", "dwelling_m2"),
            ("FP0111", "dwelling_dangerous"),
            ("FP0103", "wage_income"),
            ("FP0601", "instanceID"),
            ("FP0602", "case"),
        ];
        let mut found = codes(&report);
        found.sort_unstable();
        let mut wanted = expected.to_vec();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert_eq!((report.findings[0].place.row, report.findings.last().unwrap().place.row), (1, 3));
        assert_eq!(report.stored, ["uuid:good"]);
        // Who may not visit there learns no more than of a case that is none.
        let stranger = staff("stranger", Role::VillageCadre, "520321101001");
        assert_eq!(codes(&play.odata(&stranger, &[play.visit("uuid:x")]).await), [("FP0602", "case")]);
    });
}

/// What somebody else answered after the visit had begun is disputed; what stood there before was known.
#[test]
fn disputed_columns_are_reported() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let mut tx = play.service.db.begin().await.unwrap();
        let cells = [("structure".to_owned(), Cell::Text("earth".to_owned()))].into();
        let one = registry::observation::Observation {
            number: 1,
            case: play.case.id.clone(),
            on: "2024-03-04".to_owned(),
            at: NOW,
            actor: "staff:x".to_owned(),
            cells,
            photo: false,
        };
        observations::insert(&mut tx, &play.service.keys, (COUNTY, "h1"), &one, None).await.unwrap();
        tx.commit().await.unwrap();
        let report = play.odata(&cadre(), &[play.visit("uuid:1")]).await;
        let [(instance, fields)] = report.disputed.as_slice() else { panic!("{report:?}") };
        assert_eq!((instance.as_str(), fields[0].column.as_str(), fields[0].by.as_str()), ("uuid:1", "structure", "staff:x"));
        assert_eq!(play.observed().await.len(), 1, "nothing was stored");
        // Begun after that: the visitor saw it otherwise, and the instance is free still.
        play.clock.advance(DAY);
        let mut later = play.visit("uuid:1");
        later["start"] = json!("2024-03-05T08:00:00Z");
        assert_eq!(play.odata(&cadre(), &[later]).await.stored, ["uuid:1"]);
    });
}

#[test]
fn a_photograph_comes_along() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let csv = format!("file-county,file-case,visitors-persons,visitors-photo,KEY\n{COUNTY},{},\"a, b\",1.jpg,uuid:p\n", play.case.id);
        let zip = zipped(&[("visit.csv", csv.as_bytes()), ("media/1.jpg", b"JPEG")]);
        let report = take(&play.service, &cadre(), Form::Visit, &read(Kind::Zip, &zip).unwrap()).await.unwrap();
        assert_eq!(report.stored, ["uuid:p"], "{report:?}");
        let mut tx = play.service.db.read().await.unwrap();
        let photo = observations::photo(&mut tx, &play.service.keys, COUNTY, "h1", 1).await.unwrap();
        assert_eq!(photo.as_deref(), Some("SlBFRw=="));
    });
}

#[test]
fn declarations_come_in_the_same_way() {
    on_each_engine(&migrations(), async |db| {
        let play = Play::new(db).await;
        let good =
            json!({ "__id": "uuid:d", "name": "n", "telephone": "13812340010", "village": VILLAGE, "difficulty": "d", "risk": "illness" });
        let bad = json!({ "__id": "uuid:e", "name": "n", "telephone": "1", "identity": "123", "village": "5202", "risk": "illness" });
        let upload = read(Kind::OData, json!({ "value": [good, bad] }).to_string().as_bytes()).unwrap();
        for stored in [1, 0] {
            let report = take(&play.service, &cadre(), Form::Declaration, &upload).await.unwrap();
            assert_eq!((report.stored.len(), report.repeated.len()), (stored, 1 - stored));
            let mut found = codes(&report);
            found.sort_unstable();
            assert_eq!(found, [("FP0105", "difficulty"), ("FP0108", "identity"), ("FP0110", "village"), ("FP0124", "telephone")]);
            assert!(report.findings.iter().all(|finding| finding.found.is_empty()), "nobody is named");
        }
        let mut tx = play.service.db.read().await.unwrap();
        let waiting = declarations::list(&mut tx, AreaCode::parse(COUNTY).unwrap(), State::New, 9).await.unwrap();
        assert_eq!(waiting.len(), 1);
    });
}

/// Bombs and what is no upload are refused before much is read.
#[test]
fn what_is_too_large_or_no_upload_is_refused() {
    let header = b"KEY,structure\n";
    let why = |kind, bytes: &[u8]| read(kind, bytes).unwrap_err().to_string();
    let zeros = vec![b'0'; 40 << 20];
    let bomb = zipped(&[("visit.csv", &[header.as_slice(), &zeros].concat())]);
    assert!(bomb.len() < 200_000, "it is small outside: {}", bomb.len());
    assert!(why(Kind::Zip, &bomb).contains("too large when it is unpacked"));
    // One that lies about its size: the size in the central directory is made small.
    let mut liar = bomb;
    let place = liar.windows(4).rposition(|window| window == [0x50, 0x4b, 0x01, 0x02]).unwrap();
    liar[place + 24..place + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(read(Kind::Zip, &liar).is_err());
    let photo = vec![0; 3 << 20];
    let big = zipped(&[("visit.csv", b"KEY,photo\nk,1.jpg\n"), ("media/1.jpg", &photo)]);
    assert!(why(Kind::Zip, &big).contains("too large when it is unpacked"));
    let files: Vec<(String, &[u8])> = (0..6_001).map(|number| (format!("{number}.txt"), &[][..])).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(why(Kind::Zip, &zipped(&files)).contains("too many files"));
    let rows = format!("KEY\n{}", "k\n".repeat(5_001));
    assert!(why(Kind::Zip, &zipped(&[("visit.csv", rows.as_bytes())])).contains("5,000"));
    let long = json!({ "value": [{ "__id": "x", "a": "y".repeat(20_001) }] }).to_string();
    assert!(why(Kind::OData, long.as_bytes()).contains("20,000"));
    for (kind, bytes) in [
        (Kind::Zip, b"no zip".to_vec()),
        (Kind::Zip, zipped(&[("other.csv", b"a,b\n1,2\n")])),
        (Kind::Zip, zipped(&[("a.csv", b"KEY\nk\n"), ("b.csv", b"KEY\nk\n")])),
        (Kind::Zip, zipped(&[("visit.csv", b"KEY,a\nk\n")])),
        (Kind::Zip, zipped(&[("visit.csv", b"KEY\n\xff\n")])),
        (Kind::OData, b"[]".to_vec()),
        (Kind::OData, b"{\"value\": [1]}".to_vec()),
        (Kind::OData, "[".repeat(100_000).into_bytes()),
    ] {
        assert!(read(kind, &bytes).is_err(), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
    }
}

proptest! {
    #[test]
    fn no_upload_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..200) {
        let _refused = read(Kind::OData, &bytes);
        let mut zip = zipped(&[("visit.csv", b"KEY,a\nk,1\n")]);
        for (place, byte) in bytes.iter().enumerate() {
            if let Some(there) = zip.get_mut(cut + place * 7) {
                *there ^= byte;
            }
        }
        let _refused = read(Kind::Zip, &zip);
    }
}
