use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use programme::{Programme, SourceFile};
use registry::declaration::store as declarations;
use registry::erasure::store as erasures;
use registry::household::store::{self as households, identities, import, search};
use registry::observation::store as observations;
use registry::spell::{Closing, store as spells};

use super::{Erasing, erase};
use crate::cases::tests::china;
use crate::error::{Error, Result};
use crate::permission::Purpose;
use crate::role::HouseholdKey;
use crate::rotation::tests::{COUNTY, incoming, with_photo_and_declaration};
use crate::{consent, doctor, household_access, migrations};

/// Midnight of 2030-01-01.
const NOW: i64 = 1_893_427_200_000_000;

/// China's practice, keeping names for ten years.
fn ten_years() -> Programme {
    let mut sources = china().sources;
    sources.push(SourceFile { name: "retention.toml".to_owned(), text: "[retention]\nyears = 10\nsource = \"a test\"\n".to_owned() });
    Programme::load(sources).unwrap()
}

async fn try_erase(db: &Db, programme: &Programme, household: &str) -> Result<String> {
    erase(db, programme, Erasing { county: None, household, reason: "its time is over", at: NOW }).await
}

async fn kept(db: &Db, programme: &Programme, household: &str) -> String {
    match try_erase(db, programme, household).await {
        Err(error @ Error::Kept { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A household whose stay in the programme closed on a day, if it has.
async fn household(db: &Db, keys: &Keyring, id: &str, closed: Option<&str>) {
    let mut tx = db.begin().await.unwrap();
    with_photo_and_declaration(&mut tx, keys, id).await;
    spells::open(&mut tx, COUNTY, id, "2014-01-01", "import", 1).await.unwrap();
    if let Some(on) = closed {
        spells::close(&mut tx, COUNTY, id, on, "import", Closing::Lifted).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn who_is_in_the_programme_or_left_lately_is_kept() {
    on_each_engine(&migrations(), async |db| {
        let (keys, programme) = (Keyring::generate().unwrap(), ten_years());
        household(&db, &keys, "inside", None).await;
        household(&db, &keys, "lately", Some("2020-01-01")).await;
        household(&db, &keys, "case", Some("2016-12-31")).await;
        assert!(kept(&db, &programme, "inside").await.contains("since 2014-01-01"));
        assert!(kept(&db, &programme, "lately").await.contains("end on 2030-01-01"), "the day itself still counts");
        assert!(kept(&db, &china(), "case").await.contains("[retention]"), "no figure, no erasure");
        let mut tx = db.begin().await.unwrap();
        let open =
            "insert into case_file (county, case_id, household_id, village, procedure, state, step, due_on, flagged, version, opened_at)
                    values ($1, 'c1', 'case', '520222104203', 'exit', 'open', 'visit', '', false, 1, 1)";
        tx.execute(open, &[COUNTY.into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(kept(&db, &programme, "case").await.contains("case c1 is open"));
        assert!(matches!(try_erase(&db, &programme, "nobody").await, Err(Error::Registry(registry::Error::NoHousehold(_)))));
        let mut tx = db.read().await.unwrap();
        for id in ["inside", "lately", "case"] {
            assert_eq!(identities(&mut tx, &keys, COUNTY, id).await.unwrap().len(), 2, "{id} is as it was");
        }
    });
}

#[test]
fn what_is_erased_names_nobody_and_keeps_what_was_decided() {
    on_each_engine(&migrations(), async |db| {
        let (keys, programme) = (Keyring::generate().unwrap(), ten_years());
        household(&db, &keys, "h1", Some("2016-12-31")).await;
        household(&db, &keys, "h2", Some("2016-12-31")).await;
        let key = HouseholdKey::new(AreaCode::parse(COUNTY).unwrap(), "h1");
        let mut tx = db.begin().await.unwrap();
        let given = consent::Given {
            household: &key,
            purpose: Purpose::Lending,
            on: "2020-01-01",
            by: "a name",
            form: "form 1",
            recorded_by: "staff:a",
        };
        consent::store::give(&mut tx, given, 1).await.unwrap();
        let before = households::find(&mut tx, COUNTY, "h1").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(try_erase(&db, &programme, "h1").await.unwrap(), COUNTY);
        let mut tx = db.read().await.unwrap();
        assert_eq!(identities(&mut tx, &keys, COUNTY, "h1").await.unwrap_err().code(), "database.shredded");
        assert_eq!(search(&mut tx, &keys, AreaCode::WHOLE, "name", "name of h1").await.unwrap(), []);
        assert_eq!(observations::photo(&mut tx, &keys, COUNTY, "h1", 1).await.unwrap(), None);
        assert!(declarations::open(&mut tx, &keys, COUNTY, "declaration of h1").await.is_err());
        assert_eq!(consent::store::list(&mut tx, &key).await.unwrap()[0].given_by, "");
        assert_eq!(household_access::store::cards(&mut tx, &key).await.unwrap(), []);
        let after = households::find(&mut tx, COUNTY, "h1").await.unwrap();
        assert_eq!((after.version, &after.cells, after.members.len()), (before.version + 1, &before.cells, 1));
        assert_eq!(households::versions(&mut tx, COUNTY, "h1").await.unwrap()[1].event, "erased");
        assert_eq!(spells::list(&mut tx, COUNTY, "h1").await.unwrap().len(), 1);
        let written = erasures::of_household(&mut tx, COUNTY, "h1").await.unwrap();
        assert_eq!((written[0].actor.as_str(), written[0].reason.as_str()), ("operator", "its time is over"));
        assert_eq!(identities(&mut tx, &keys, COUNTY, "h2").await.unwrap().len(), 2, "others are as they were");
        drop(tx);
        for checked in doctor::check(&db, &keys).await.unwrap() {
            assert!(checked.wrong.is_empty(), "{checked:?}");
        }
        // One that falls back and comes again is named again, under another key.
        let mut tx = db.begin().await.unwrap();
        import(&mut tx, &keys, vec![incoming("h1")], "import", NOW + 1).await.unwrap();
        assert_eq!(identities(&mut tx, &keys, COUNTY, "h1").await.unwrap()[&("1".to_owned(), "name".to_owned())], "name of h1");
    });
}
