use std::io::Write;
use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use registry::household::store as households;

use super::{Batch, Failure, Inbox, State, Tally, discard, findings, refused, store, sweep, work};
use crate::cases::tests::china;
use crate::clock::{Clock, DAY, FixedClock, SystemClock};
use crate::household_access::FileGateway;
use crate::import::Imported;
use crate::service::{Service, migrations};

const ACCOUNT: &str = "officer";
const HOUSEHOLDS: &str = "\
household,village,status,size,wage_income,production_income,property_income,transfer_income,production_cost,net_income
5202221042030001,520222104203,registered,1,1000,0,0,0,0,1000
5202221042030002,520222104203,none,1,1000,0,0,0,0,1000
5203211010010001,520321101001,none,1,1000,0,0,0,0,1000
5202221042030003,here,none,1,1000,0,0,0,0,1000
";
const PERSONS: &str = "\
household,person,name,sex,relation
5202221042030001,1,王大山,male,head
5202221042030002,1,李小水,female,head
5203211010010001,1,他乡人,male,head
";

struct Desk {
    service: Service,
    clock: Arc<FixedClock>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Folders have the machine's time.
        let clock = Arc::new(FixedClock::new(SystemClock.now()));
        let gateway = Arc::new(FileGateway::new(std::path::Path::new("/dev/null")));
        let mut service = Service::new(db, Keyring::generate().unwrap(), china(), clock.clone(), gateway).unwrap();
        service.imports = Some(folder.path().join("imports"));
        Self { service, clock, _folder: folder }
    }

    async fn bring(&self, files: &[(&str, &str, &[u8])]) -> Batch {
        let id = crate::new_id(self.service.now()).unwrap();
        let mut inbox = Inbox::create(&self.service, &id).unwrap();
        for (table, name, content) in files {
            inbox.file(table, name).unwrap().unwrap().write_all(content).unwrap();
        }
        let (area, files) = (AreaCode::parse("520222").unwrap(), inbox.keep());
        let (account, at) = (ACCOUNT.to_owned(), self.service.now());
        let batch = Batch { id, account, area, at, files, state: State::Checking, tally: Tally::default(), failure: None };
        let mut tx = self.service.db.begin().await.unwrap();
        store::insert(&mut tx, &batch).await.unwrap();
        tx.commit().await.unwrap();
        self.go_on(&batch).await
    }

    /// What is due on it, and how it stands then.
    async fn go_on(&self, batch: &Batch) -> Batch {
        let job = self.service.jobs.enter(&batch.id).unwrap();
        work(&self.service, batch.clone(), job).await.unwrap();
        let mut tx = self.service.db.read().await.unwrap();
        store::find(&mut tx, &batch.id, ACCOUNT).await.unwrap()
    }

    async fn accept(&self, mut batch: Batch) -> Batch {
        batch.state = State::Recording;
        let mut tx = self.service.db.begin().await.unwrap();
        store::move_on(&mut tx, State::Checked, &batch).await.unwrap();
        tx.commit().await.unwrap();
        self.go_on(&batch).await
    }

    async fn household(&self, id: &str) -> Option<registry::household::Household> {
        let mut tx = self.service.db.read().await.unwrap();
        households::find(&mut tx, id.get(..6).unwrap(), id).await.ok()
    }

    fn folder(&self, batch: &Batch) -> std::path::PathBuf {
        self.service.imports.as_ref().unwrap().join(&batch.id)
    }
}

fn both() -> [(&'static str, &'static str, &'static [u8]); 2] {
    [("household", "三合镇 农户.csv", HOUSEHOLDS.as_bytes()), ("person", "../../成员.CSV", PERSONS.as_bytes())]
}

#[test]
fn what_is_checked_changes_nothing_until_it_is_accepted() {
    on_each_engine(&migrations(), async |db| {
        let desk = Desk::new(db);
        let batch = desk.bring(&both()).await;
        assert_eq!(batch.files, ["三合镇_农户.csv", "成员.csv"], "nothing in a name leads elsewhere");
        let Tally { rows, accepted, refused: bad, households, new, changed, same, outside, .. } = batch.tally;
        assert_eq!(batch.state, State::Checked, "{:?}", batch.failure);
        assert_eq!((rows, accepted, bad), (7, 6, 1), "REG-1: each row is a record or a finding");
        assert_eq!((households, new, changed, same, outside), (3, 2, 0, 0, 1));
        let found = findings(&desk.service, &batch).unwrap();
        assert!(found.iter().any(|finding| finding.place.row == 5 && finding.found.contains("here")), "{found:?}");
        let packed = refused(&desk.service, &batch).unwrap().unwrap();
        assert!(packed.starts_with(b"PK"));
        assert!(desk.household("5202221042030001").await.is_none(), "nothing is stored before somebody said so");

        let batch = desk.accept(batch).await;
        assert_eq!((batch.state, batch.tally.new), (State::Recorded, 2));
        let household = desk.household("5202221042030001").await.unwrap();
        assert_eq!((household.status.as_str(), household.people()), ("none", 1), "REG-3: a case decides how it stands, no file");
        assert!(desk.household("5203211010010001").await.is_none(), "another county's");
        assert!(!desk.folder(&batch).join("in").exists() && !desk.folder(&batch).join("register").exists(), "unsealed files are gone");
        assert!(refused(&desk.service, &batch).unwrap().is_some(), "to be mended");

        let again = desk.bring(&both()).await;
        assert_eq!((again.tally.new, again.tally.changed, again.tally.same), (0, 0, 2));
    });
}

#[test]
fn a_file_keeps_how_a_household_stands_and_who_left_it() {
    on_each_engine(&migrations(), async |db| {
        let desk = Desk::new(db);
        let batch = desk.bring(&both()).await;
        desk.accept(batch).await;
        let mut household = desk.household("5202221042030001").await.unwrap();
        "monitored".clone_into(&mut household.status);
        household.members[0].left = Some(("2024-02-01".to_owned(), "death".to_owned()));
        let mut tx = desk.service.db.begin().await.unwrap();
        households::save(&mut tx, &mut household, "event", "cadre", desk.service.now()).await.unwrap();
        // Moved away since: another township officer's now.
        let mut moved = households::find(&mut tx, "520222", "5202221042030002").await.unwrap();
        "520222105201".clone_into(&mut moved.village);
        households::save(&mut tx, &mut moved, "moved", "cadre", desk.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        let persons = "household,person,name,sex,relation\n5202221042030001,2,王小山,male,head\n5202221042030002,1,李小水,female,head\n";
        let files = [("household", "h.csv", HOUSEHOLDS.as_bytes()), ("person", "p.csv", persons.as_bytes())];
        let mut batch = desk.bring(&files).await;
        batch.area = AreaCode::parse("520222104").unwrap();
        let importing = crate::import::Importing { actor: ACCOUNT, at: desk.service.now(), within: Some(batch.area), preview: false };
        let register = analytics::register::Register::open(&desk.folder(&batch).join("register")).unwrap();
        let service = &desk.service;
        let done = crate::import::records(&service.db, &service.keys, &service.programme, &register, importing, &|_| {}).await.unwrap();
        assert_eq!((done.counts.changed, done.outside), (1, 2), "{:?}", Imported::default());
        let household = desk.household("5202221042030001").await.unwrap();
        assert_eq!((household.status.as_str(), household.people(), household.members.len()), ("monitored", 1, 2));
        assert_eq!(desk.household("5202221042030002").await.unwrap().village, "520222105201", "not the township's any more");
    });
}

#[test]
fn what_broke_off_goes_on_and_counts_once() {
    on_each_engine(&migrations(), async |db| {
        let desk = Desk::new(db);
        let mut batch = desk.bring(&both()).await;
        // As if the process had died with everything in the records and nothing said.
        batch.state = State::Recording;
        let mut tx = desk.service.db.begin().await.unwrap();
        store::move_on(&mut tx, State::Checked, &batch).await.unwrap();
        tx.commit().await.unwrap();
        let register = analytics::register::Register::open(&desk.folder(&batch).join("register")).unwrap();
        let importing = crate::import::Importing { actor: ACCOUNT, at: 1, within: Some(batch.area), preview: false };
        let service = &desk.service;
        crate::import::records(&service.db, &service.keys, &service.programme, &register, importing, &|_| {}).await.unwrap();
        let after = desk.go_on(&batch).await;
        assert_eq!((after.state, after.tally.new), (State::Recorded, 2));
        assert_eq!(desk.household("5202221042030001").await.unwrap().version, 1);
        let mut tx = desk.service.db.begin().await.unwrap();
        let second = store::move_on(&mut tx, State::Checked, &batch).await.unwrap_err();
        assert_eq!(second.kind(), crate::Kind::Conflict, "accepted a second time");
    });
}

#[test]
fn files_that_cannot_be_used_say_why_and_go_after_a_week() {
    on_each_engine(&migrations(), async |db| {
        let desk = Desk::new(db);
        let junk = desk.bring(&[("household", "h.xlsx", b"\x89PNG not a workbook"), ("person", "p.csv", PERSONS.as_bytes())]).await;
        assert_eq!((junk.state, junk.failure.clone()), (State::Failed, Some(Failure::NoHouseholds)));
        assert!(!findings(&desk.service, &junk).unwrap().is_empty());
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
        for _ in 0..310 {
            writer.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        let bomb = writer.finish().unwrap().into_inner();
        assert!(bomb.len() < super::MOST_BYTES);
        let bomb = desk.bring(&[("household", "h.xlsx", &bomb), ("person", "p.csv", PERSONS.as_bytes())]).await;
        assert_eq!(bomb.failure, Some(Failure::TooLarge("h.xlsx".to_owned())));
        for packed in [&b"\x1f\x8b\x08\x00"[..], b"PAR1....", b"\x28\xb5\x2f\xfd"] {
            let packed = desk.bring(&[("household", "h.csv", packed), ("person", "p.csv", PERSONS.as_bytes())]).await;
            assert_eq!(packed.failure, Some(Failure::OtherKind("h.csv".to_owned())));
            discard(&desk.service, packed).await.unwrap();
        }
        let mut tx = desk.service.db.read().await.unwrap();
        assert_eq!(store::open(&mut tx, ACCOUNT).await.unwrap(), 2);
        drop(tx);
        discard(&desk.service, bomb.clone()).await.unwrap();
        assert!(!desk.folder(&bomb).exists());
        assert_eq!(sweep(&desk.service).await.unwrap(), 0);
        desk.clock.advance(8 * DAY);
        assert_eq!(sweep(&desk.service).await.unwrap(), 1);
        assert!(!desk.folder(&junk).exists());
        let mut tx = desk.service.db.read().await.unwrap();
        assert!(store::find(&mut tx, &junk.id, "somebody else").await.is_err());
        assert_eq!(store::find(&mut tx, &junk.id, ACCOUNT).await.unwrap().state, State::Discarded);
    });
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    on_each_engine(&migrations(), async |db| {
        let desk = Desk::new(db);
        let mut inbox = Inbox::create(&desk.service, "half").unwrap();
        inbox.file("household", "h.csv").unwrap().unwrap().write_all(b"house").unwrap();
        let folder = desk.service.imports.as_ref().unwrap().join("half");
        assert!(folder.exists());
        drop(inbox);
        assert!(!folder.exists());
    });
}

#[test]
fn only_files_of_tables_come_in() {
    for name in ["", ".csv", "a.exe", "a.csv.gz", "households", "a.html"] {
        assert_eq!(super::files::tame(name), None, "{name}");
    }
    assert_eq!(super::files::tame("C:\\data\\..\\农户.XLSX").as_deref(), Some("农户.xlsx"));
}
