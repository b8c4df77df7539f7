use database::test_db::on_each_engine;
use kernel::AreaCode;

use super::{Given, store};
use crate::MIGRATIONS;
use crate::permission::Purpose;
use crate::role::HouseholdKey;

const NOW: i64 = 1_700_000_000_000_000;

#[test]
fn consent_holds_from_the_day_it_is_given_until_it_is_withdrawn() {
    on_each_engine(MIGRATIONS, async |db| {
        let household = HouseholdKey::new(AreaCode::parse("520222").unwrap(), "h1");
        let given =
            Given { household: &household, purpose: Purpose::Lending, on: "2020-03-01", by: "p1", form: "doc7", recorded_by: "staff:a" };
        let mut tx = db.begin().await.unwrap();
        let id = store::give(&mut tx, given, NOW).await.unwrap();
        assert!(store::give(&mut tx, Given { on: "yesterday", ..given }, NOW).await.is_err());
        assert!(store::give(&mut tx, Given { form: "", ..given }, NOW).await.is_err());
        let withdrawn = store::withdraw(&mut tx, &household, Purpose::Lending, "2020-05-01", "household:520222/h1", NOW + 1).await.unwrap();
        let again = store::withdraw(&mut tx, &household, Purpose::Lending, "2020-06-01", "household:520222/h1", NOW + 2).await.unwrap();
        assert_eq!((withdrawn, again), (1, 0));
        for (on, holds) in [("2020-02-29", false), ("2020-03-01", true), ("2020-04-30", true), ("2020-05-01", false)] {
            assert_eq!(store::holds(&mut tx, &household, Purpose::Lending, on).await.unwrap(), holds, "{on}");
        }
        assert!(!store::holds(&mut tx, &household, Purpose::Audit, "2020-04-01").await.unwrap(), "another purpose");
        let neighbour = HouseholdKey::new(household.county, "h2");
        assert!(!store::holds(&mut tx, &neighbour, Purpose::Lending, "2020-04-01").await.unwrap());
        let all = store::list(&mut tx, &household).await.unwrap();
        assert_eq!((all.len(), &all[0].id, all[0].withdrawn_on.as_deref(), all[0].version), (1, &id, Some("2020-05-01"), 2));
    });
}
