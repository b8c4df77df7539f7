use database::test_db::on_each_engine;
use proptest::prelude::*;

use super::{FORGOTTEN, Limit, SUBJECT, store};
use crate::MIGRATIONS;
use crate::clock::SECOND;

const NOW: i64 = 1_700_000_000_000_000;

#[test]
fn waiting_doubles_and_success_forgives() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        for _ in 0..=SUBJECT.free {
            assert_eq!(store::attempt(&mut tx, "a", SUBJECT, NOW).await.unwrap(), None);
        }
        assert_eq!(store::attempt(&mut tx, "a", SUBJECT, NOW).await.unwrap(), Some(NOW + 30 * SECOND));
        assert_eq!(store::attempt(&mut tx, "b", SUBJECT, NOW).await.unwrap(), None, "others do not wait");
        let later = NOW + 30 * SECOND;
        assert_eq!(store::attempt(&mut tx, "a", SUBJECT, later).await.unwrap(), None);
        assert_eq!(store::attempt(&mut tx, "a", SUBJECT, later).await.unwrap(), Some(later + 60 * SECOND));
        store::succeeded(&mut tx, "a").await.unwrap();
        assert_eq!(store::attempt(&mut tx, "a", SUBJECT, later).await.unwrap(), None);
    });
}

#[test]
fn old_failures_are_forgotten_and_swept() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let limit = Limit { free: 0, first: 10 * FORGOTTEN, longest: 10 * FORGOTTEN };
        assert_eq!(store::attempt(&mut tx, "a", limit, NOW).await.unwrap(), None);
        assert!(store::attempt(&mut tx, "a", limit, NOW + FORGOTTEN).await.unwrap().is_some());
        assert_eq!(store::attempt(&mut tx, "a", limit, NOW + FORGOTTEN + 1).await.unwrap(), None);
        assert_eq!(store::sweep(&mut tx, NOW + 2 * FORGOTTEN + 2).await.unwrap(), 1);
    });
}

#[test]
fn a_good_attempt_is_taken_back_alone() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let limit = Limit { free: 2, ..SUBJECT };
        for _ in 0..50 {
            assert_eq!(store::attempt(&mut tx, "office", limit, NOW).await.unwrap(), None);
            store::take_back(&mut tx, "office", NOW).await.unwrap();
        }
    });
}

proptest! {
    #[test]
    fn waiting_never_shrinks_and_never_exceeds_the_longest(failures in 0_i64..1_000_000) {
        prop_assert!(SUBJECT.wait(failures) <= SUBJECT.wait(failures + 1));
        prop_assert!(SUBJECT.wait(failures) <= SUBJECT.longest);
        prop_assert_eq!(SUBJECT.wait(failures) == 0, failures <= SUBJECT.free);
    }
}
