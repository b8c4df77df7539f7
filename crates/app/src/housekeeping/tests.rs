use database::Keyring;
use database::test_db::on_each_engine;
use kernel::AreaCode;

use super::{Swept, due, sweep};
use crate::clock::{DAY, HOUR};
use crate::dci::store::{self as questions, KEPT, Question, State};
use crate::role::{HouseholdKey, Principal};
use crate::{migrations, request, session};

const NOW: i64 = 1_700_000_000_000_000;

pub(crate) fn question(id: &str, at: i64) -> Question {
    Question {
        id: id.to_owned(),
        partner: "p".to_owned(),
        message_id: id.to_owned(),
        transaction_id: "t".to_owned(),
        reference_ids: Vec::new(),
        action: "search".to_owned(),
        account: "a".to_owned(),
        callback: String::new(),
        at,
        due_at: at,
        attempts: 0,
        state: State::Waiting,
    }
}

#[test]
fn what_is_over_is_forgotten_and_what_is_not_stays() {
    on_each_engine(&migrations(), async |db| {
        let keys = Keyring::generate().unwrap();
        let household = Principal::Household(HouseholdKey::new(AreaCode::parse("520222").unwrap(), "h1"));
        let mut tx = db.begin().await.unwrap();
        session::store::open(&mut tx, &household, "x", None, NOW).await.unwrap();
        session::store::open(&mut tx, &household, "x", None, NOW + 29 * DAY).await.unwrap();
        request::store::begin_request(&mut tx, "p", "k", b"c", NOW).await.unwrap();
        for (id, state) in [("answered", Some(State::Answered)), ("given up", Some(State::GivenUp)), ("waiting", None)] {
            questions::insert(&mut tx, &keys, &question(id, NOW), "who?").await.unwrap();
            if let Some(state) = state {
                questions::close(&mut tx, id, state).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(due(&db, NOW + 1).await.unwrap(), Swept::default());
        let expected = Swept { sessions: 1, requests: 1, codes: 0, attempts: 0, questions: 0 };
        let later = NOW + 29 * DAY + HOUR / 2;
        assert_eq!(due(&db, later).await.unwrap(), expected);
        assert_eq!(due(&db, later).await.unwrap(), expected, "looking forgets nothing");
        assert_eq!(sweep(&db, later).await.unwrap(), expected);
        assert_eq!(sweep(&db, later).await.unwrap().all(), 0);
        // A question that still waits is no housekeeping's.
        assert_eq!(sweep(&db, NOW + KEPT + 1).await.unwrap().questions, 2);
        let mut tx = db.read().await.unwrap();
        assert_eq!(questions::open(&mut tx, &keys, "waiting").await.unwrap(), "who?");
    });
}
