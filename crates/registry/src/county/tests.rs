use database::test_db::on_each_engine;
use database::{Db, Keyring};

use super::State;
use super::store::{identities, list, page, state};
use crate::MIGRATIONS;
use crate::household::store::{Identities, Incoming, find, import, save, shred};
use crate::household::{Cell, Household, Member, PersonId};

fn incoming(id: &str, village: &str) -> Incoming {
    let mut household = Household::new(id, village, "registered").unwrap();
    household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
    let identities = Identities::from([(("1".to_owned(), "name".to_owned()), format!("name of {id}"))]);
    Incoming { household, identities, spells: Vec::new() }
}

async fn three(db: &Db, keys: &Keyring) {
    let mut tx = db.begin().await.unwrap();
    let one = vec![incoming("h1", "520222104203"), incoming("h2", "520222104203")];
    import(&mut tx, keys, one, "import", 10).await.unwrap();
    import(&mut tx, keys, vec![incoming("h3", "520223104203")], "import", 11).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn counties_are_listed_and_only_the_changed_one_has_another_state() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        three(&db, &keys).await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(list(&mut tx).await.unwrap(), ["520222", "520223"]);
        let before = (state(&mut tx, "520222", None).await.unwrap(), state(&mut tx, "520223", None).await.unwrap());
        assert_eq!(before.0, State { households: 2, versions: 2, last_at: 10, identified_at: 10 });
        let mut household = find(&mut tx, "520222", "h1").await.unwrap();
        household.cells.insert("net_income".to_owned(), Cell::Number(1));
        save(&mut tx, &mut household, "declared", "a", 20).await.unwrap();
        let after = (state(&mut tx, "520222", None).await.unwrap(), state(&mut tx, "520223", None).await.unwrap());
        assert_ne!(after.0, before.0);
        assert_eq!(after.1, before.1);
        assert_eq!(state(&mut tx, "520222", Some(19)).await.unwrap(), before.0, "as it was");
        assert_eq!(state(&mut tx, "520299", None).await.unwrap(), State::default());
    });
}

#[test]
fn pages_go_through_a_county_as_it_is_and_as_it_was() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        three(&db, &keys).await;
        let mut tx = db.begin().await.unwrap();
        let mut household = find(&mut tx, "520222", "h2").await.unwrap();
        household.status = "eliminated".to_owned();
        save(&mut tx, &mut household, "exited", "a", 20).await.unwrap();
        let ids = |page: Vec<Household>| page.into_iter().map(|h| (h.id.0, h.status, h.version)).collect::<Vec<_>>();
        let line = |id: &str, status: &str, version| (id.to_owned(), status.to_owned(), version);
        assert_eq!(ids(page(&mut tx, "520222", None, "", 1).await.unwrap()), [line("h1", "registered", 1)]);
        assert_eq!(ids(page(&mut tx, "520222", None, "h1", 9).await.unwrap()), [line("h2", "eliminated", 2)]);
        assert_eq!(ids(page(&mut tx, "520222", Some(19), "h1", 9).await.unwrap()), [line("h2", "registered", 1)]);
        assert_eq!(ids(page(&mut tx, "520222", Some(9), "", 9).await.unwrap()), [], "nothing was known yet");
        shred(&mut tx, "520222", "h2").await.unwrap();
        let opened = identities(&mut tx, &keys, "520222", ("h1", "h2")).await.unwrap();
        assert_eq!(opened.keys().collect::<Vec<_>>(), ["h1"], "what was destroyed is not there");
        assert_eq!(opened["h1"][&("1".to_owned(), "name".to_owned())], "name of h1");
    });
}
