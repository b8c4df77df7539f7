use database::test_db::on_each_engine;

use super::{MOST, SavedList, store};
use crate::MIGRATIONS;

fn saved(name: &str, query: &str) -> SavedList {
    SavedList { name: name.to_owned(), query: query.to_owned() }
}

#[test]
fn an_account_keeps_lists_by_name_up_to_the_most() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        assert!(store::put(&mut tx, "a", &saved("x", "status=none"), 1).await.unwrap());
        assert!(store::put(&mut tx, "a", &saved("x", "status=monitored"), 2).await.unwrap());
        assert_eq!(store::list(&mut tx, "a").await.unwrap(), [saved("x", "status=monitored")]);
        assert!(store::list(&mut tx, "b").await.unwrap().is_empty(), "nobody else's");
        for place in 1..MOST {
            assert!(store::put(&mut tx, "a", &saved(&format!("{place}"), ""), 3).await.unwrap());
        }
        assert!(!store::put(&mut tx, "a", &saved("one more", ""), 4).await.unwrap());
        assert!(store::put(&mut tx, "a", &saved("x", ""), 5).await.unwrap(), "one that is there can always change");
        store::remove(&mut tx, "a", "x").await.unwrap();
        assert_eq!(store::list(&mut tx, "a").await.unwrap().len(), MOST - 1);
    });
}
