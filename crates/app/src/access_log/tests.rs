use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;

use super::{Entry, Group, Look, Verified, open_record, store};
use crate::break_glass::{self, Asked};
use crate::permission::{Action, Context, Policies, Purpose, Resource};
use crate::role::{HouseholdKey, Principal, Role};
use crate::{MIGRATIONS, account};

const NOW: i64 = 1_700_000_000_000_000;

fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).unwrap()
}

fn household(id: &str) -> Resource {
    Resource::of_household(area("520222104203"), HouseholdKey::new(area("520222"), id))
}

fn officer(account: &str, code: &str) -> Principal {
    Principal::Staff { account: account.to_owned(), role: Role::TownshipOfficer, area: area(code), second_factor: true }
}

/// Looks and says whether it was allowed.
async fn look(db: &Db, keys: &Keyring, who: &Principal, what: &Resource, context: &Context) -> bool {
    let policies = Policies::load().unwrap();
    let look = Look { who, action: Action::ViewIdentity, what, context, fields: &["name", "identity"], reason: "" };
    let mut tx = db.begin().await.unwrap();
    let decision = open_record(&mut tx, keys, &policies, look).await.unwrap();
    tx.commit().await.unwrap();
    decision.allowed
}

/// SEC-1: every read of a personal field is in the log, the refused ones too.
#[test]
fn every_look_is_in_the_log() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let context = Context::new(Purpose::Identification, NOW);
        for (id, code, allowed) in [("h1", "520222104", true), ("h2", "520222104", true), ("h1", "520222105", false)] {
            assert_eq!(look(&db, &keys, &officer(code, code), &household(id), &context).await, allowed);
        }
        let mut tx = db.read().await.unwrap();
        let h1 = HouseholdKey::new(area("520222"), "h1");
        let looked = store::of_household(&mut tx, &h1, i64::MAX, 10).await.unwrap();
        let said: Vec<(i64, &str, bool, &str)> =
            looked.iter().map(|one| (one.number, one.entry.principal.as_str(), one.entry.allowed, one.entry.policy.as_str())).collect();
        assert_eq!(said, [(3, "staff:520222105", false, "default"), (1, "staff:520222104", true, "staff.township_officer")]);
        assert_eq!(looked[1].entry.fields, "name,identity");
        let page = store::of_household(&mut tx, &h1, 3, 10).await.unwrap();
        assert_eq!(page[..], looked[1..], "the next page");
        let of_officer = store::of_principal(&mut tx, "staff:520222104", i64::MAX, 1).await.unwrap();
        assert_eq!((of_officer.len(), of_officer[0].number), (1, 2));
        assert_eq!(store::verify(&mut tx, &keys).await.unwrap(), Verified::Whole { entries: 3 });
    });
}

#[test]
fn changes_and_deletions_break_the_chain() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let context = Context::new(Purpose::Identification, NOW);
        for n in 0..5 {
            look(&db, &keys, &officer("a", "520222104"), &household(&format!("h{n}")), &context).await;
        }
        for (damage, number) in [
            ("update access_log set reason = 'none' where number = 2", 2),
            ("update access_log set principal = 'staff:b' where number = 1", 1),
            ("update access_log set purpose = 'gossip' where number = 4", 4),
            ("delete from access_log where number = 3", 3),
            ("delete from access_log where number = 1", 1),
            ("delete from access_log where number = 5", 5),
            ("update access_log_head set number = 6", 6),
        ] {
            let mut tx = db.begin().await.unwrap();
            tx.execute(damage, &[]).await.unwrap();
            let found = store::verify(&mut tx, &keys).await.unwrap();
            assert!(matches!(found, Verified::Broken { number: at, .. } if at == number), "{damage}: {found:?}");
        }
        let mut tx = db.begin().await.unwrap();
        tx.execute("delete from access_log where number = 5", &[]).await.unwrap();
        let steps = "update access_log_head set number = 4, hash = (select hash from access_log where number = 4)";
        let (last, hash) = store::head(&mut tx).await.unwrap();
        tx.execute(steps, &[]).await.unwrap();
        assert_eq!(store::verify(&mut tx, &keys).await.unwrap(), Verified::Whole { entries: 4 }, "only a head kept elsewhere tells");
        assert_ne!(store::head(&mut tx).await.unwrap(), (last, hash));
        assert!(matches!(store::verify(&mut tx, &Keyring::generate().unwrap()).await.unwrap(), Verified::Broken { number: 1, .. }));
    });
}

#[test]
fn looks_at_the_same_time_make_one_chain() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Arc::new(Keyring::generate().unwrap());
        let all: Vec<_> = (0..30)
            .map(|n| {
                let (db, keys) = (db.clone(), keys.clone());
                tokio::spawn(async move {
                    let context = Context::new(Purpose::Assistance, NOW + n);
                    look(&db, &keys, &officer("a", "520222104"), &household("h1"), &context).await
                })
            })
            .collect();
        for one in all {
            assert!(one.await.unwrap());
        }
        let mut tx = db.read().await.unwrap();
        assert_eq!(store::verify(&mut tx, &keys).await.unwrap(), Verified::Whole { entries: 30 });
    });
}

#[test]
fn broken_glass_opens_one_household_for_half_an_hour_and_shows_in_the_log() {
    on_each_engine(MIGRATIONS, async |db| {
        let (keys, policies) = (Keyring::generate().unwrap(), Policies::load().unwrap());
        let mut tx = db.begin().await.unwrap();
        let new = account::NewAccount {
            name: "li".into(),
            title: "李".into(),
            role: Role::TownshipOfficer,
            area: area("520222105"),
            password_hash: "-".into(),
            handed_out: false,
        };
        let made = account::create(&mut tx, &new, crate::role::OPERATOR, NOW).await.unwrap();
        let (who, what) = (made.principal(true), household("h1"));
        let asked = Asked { by: &who, what: &what, reason: "landslide, family missing", now: NOW };
        assert!(break_glass::ask(&mut tx, &keys, &policies, Asked { reason: " because ", ..asked }).await.is_err());
        let (decision, grant) = break_glass::ask(&mut tx, &keys, &policies, asked).await.unwrap();
        assert_eq!((decision.allowed, decision.policy.as_str()), (true, "break_glass.ask"));
        let cadre = Principal::Staff { account: made.id.clone(), role: Role::VillageCadre, area: area("520222105"), second_factor: true };
        let (refused, none) = break_glass::ask(&mut tx, &keys, &policies, Asked { by: &cadre, ..asked }).await.unwrap();
        assert_eq!((refused.allowed, none), (false, None));
        let key = what.household.clone().unwrap();
        let found = break_glass::store::find(&mut tx, &made.id, &key, NOW + break_glass::LASTS - 1).await.unwrap();
        assert_eq!(found, grant);
        assert_eq!(break_glass::store::find(&mut tx, &made.id, &key, NOW + break_glass::LASTS).await.unwrap(), None);
        assert_eq!(break_glass::store::list(&mut tx, NOW, 10).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        let context = |at| Context { grant: grant.clone(), ..Context::new(Purpose::Emergency, at) };
        assert!(look(&db, &keys, &who, &what, &context(NOW)).await);
        assert!(!look(&db, &keys, &who, &household("h2"), &context(NOW)).await, "another household");
        assert!(!look(&db, &keys, &officer("b", "520222105"), &what, &context(NOW)).await, "another officer");
        assert!(!look(&db, &keys, &who, &what, &context(NOW + break_glass::LASTS)).await, "later");
        assert!(!look(&db, &keys, &who, &what, &Context { purpose: Purpose::Assistance, ..context(NOW) }).await, "another purpose");
        let mut tx = db.read().await.unwrap();
        let log = store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
        let said: Vec<(Action, bool, &str)> =
            log.iter().rev().take(3).map(|one| (one.entry.action, one.entry.allowed, one.entry.reason.as_str())).collect();
        let reason = "landslide, family missing";
        assert_eq!(said, [(Action::BreakGlass, true, reason), (Action::BreakGlass, false, reason), (Action::ViewIdentity, true, reason)]);
    });
}

fn entry(number: i64) -> Entry {
    let who = officer("many", "520222104");
    let key = HouseholdKey::new(area("520222"), &format!("h{}", number % 7));
    let decision = crate::Decision { allowed: true, policy: "test".to_owned() };
    Entry::of(&who, Action::ViewHousehold, &key, Purpose::Identification, &decision, NOW + number)
}

/// SEC-1 with many at once: everybody's look stands in the chain when they are let on.
#[test]
fn looks_of_many_requests_are_written_together_and_each_is_there() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Arc::new(Keyring::generate().unwrap());
        let group = Arc::new(Group::default());
        let mut running = Vec::new();
        for number in 0..200_i64 {
            let (db, keys, group) = (db.clone(), Arc::clone(&keys), Arc::clone(&group));
            running.push(tokio::spawn(async move {
                let mine = Entry { reason: format!("look {number}"), ..entry(number) };
                group.append(&db, &keys, vec![mine]).await.unwrap();
                let mut tx = db.read().await.unwrap();
                let seen = store::of_household(&mut tx, &entry(number).household, i64::MAX, 1_000).await.unwrap();
                assert!(seen.iter().any(|logged| logged.entry.reason == format!("look {number}")), "let on before it was written");
            }));
            // Some go away while they wait.
            if number % 10 == 0 {
                running.pop().unwrap().abort();
            }
        }
        for one in running {
            one.await.unwrap();
        }
        let mut tx = db.read().await.unwrap();
        assert!(matches!(store::verify(&mut tx, &keys).await.unwrap(), Verified::Whole { entries } if (180..=200).contains(&entries)));
    });
}
