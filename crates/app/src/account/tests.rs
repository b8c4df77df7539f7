use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;

use super::{Account, Credentials, NewAccount, SignIn, sign_in, store, totp};
use crate::MIGRATIONS;
use crate::clock::{MINUTE, SECOND};
use crate::role::{OPERATOR, Role};

const NOW: i64 = 1_700_000_010_000_000;
const PASSWORD: &str = "correct horse battery";

async fn made(db: &Db, name: &str, area: &str) -> Account {
    let new = NewAccount {
        name: name.to_owned(),
        title: "张伟".to_owned(),
        role: Role::TownshipOfficer,
        area: AreaCode::parse(area).unwrap(),
        password_hash: super::hash_password(PASSWORD.to_owned()).await.unwrap(),
        handed_out: false,
    };
    let mut tx = db.begin().await.unwrap();
    let account = super::create(&mut tx, &new, OPERATOR, NOW).await.unwrap();
    tx.commit().await.unwrap();
    account
}

async fn enrolled(db: &Db, keys: &Keyring, account: &Account) -> String {
    let mut tx = db.begin().await.unwrap();
    let enrolment = super::begin_totp(&mut tx, keys, &account.id, NOW).await.unwrap();
    assert!(enrolment.url.starts_with("otpauth://totp/") && enrolment.url.contains(&enrolment.secret), "{}", enrolment.url);
    assert!(!store::find(&mut tx, &account.id).await.unwrap().unwrap().enrolled, "not before a code was shown");
    assert!(!super::confirm_totp(&mut tx, keys, &account.id, "000000", 0).await.unwrap());
    let code = totp::code_at(&enrolment.secret, NOW - 10 * MINUTE).unwrap();
    assert!(super::confirm_totp(&mut tx, keys, &account.id, &code, NOW - 10 * MINUTE).await.unwrap());
    tx.commit().await.unwrap();
    enrolment.secret
}

async fn attempt(db: &Db, keys: &Keyring, password: &str, code: Option<&str>, now: i64) -> SignIn {
    sign_in(db, keys, Credentials { name: "Zhang", password, code, remote: "10.0.0.1" }, now).await.unwrap()
}

#[test]
fn a_password_alone_is_no_second_factor() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let account = made(&db, "Zhang", "520222104").await;
        assert_eq!(account.name, "zhang");
        assert_eq!(attempt(&db, &keys, PASSWORD, None, NOW).await, SignIn::Accepted { account: account.clone(), second_factor: false });
        assert_eq!(attempt(&db, &keys, "wrong horse battery", None, NOW).await, SignIn::Refused);
        let stranger = Credentials { name: "nobody", password: PASSWORD, code: None, remote: "10.0.0.1" };
        assert_eq!(sign_in(&db, &keys, stranger, NOW).await.unwrap(), SignIn::Refused);
    });
}

#[test]
fn a_code_is_taken_once_and_one_step_early_or_late() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let account = made(&db, "zhang", "520222104").await;
        let secret = enrolled(&db, &keys, &account).await;
        assert_eq!(attempt(&db, &keys, PASSWORD, None, NOW).await, SignIn::CodeWanted);
        let code = |at: i64| totp::code_at(&secret, at).unwrap();
        for (at, taken) in [(-60, false), (-30, true), (-30, false), (0, true), (0, false), (-30, false), (60, false), (30, true)] {
            let given = attempt(&db, &keys, PASSWORD, Some(&code(NOW + at * SECOND)), NOW).await;
            assert_eq!(matches!(given, SignIn::Accepted { second_factor: true, .. }), taken, "{at}: {given:?}");
        }
        assert_eq!(attempt(&db, &keys, "wrong horse battery", Some(&code(NOW + MINUTE)), NOW + MINUTE).await, SignIn::Refused);
        let right = attempt(&db, &keys, PASSWORD, Some(&code(NOW + MINUTE)), NOW + MINUTE).await;
        assert!(matches!(right, SignIn::Accepted { .. }), "a wrong password does not use up the code");
        let mut tx = db.begin().await.unwrap();
        store::forget_totp(&mut tx, &account.id, NOW).await.unwrap();
        assert!(!store::find(&mut tx, &account.id).await.unwrap().unwrap().enrolled);
    });
}

#[test]
fn guessing_is_slowed_down_also_when_done_at_once() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = std::sync::Arc::new(Keyring::generate().unwrap());
        made(&db, "zhang", "520222104").await;
        let guesses: Vec<_> = (0..20)
            .map(|n| {
                let (db, keys) = (db.clone(), keys.clone());
                tokio::spawn(async move { attempt(&db, &keys, &format!("guess number {n}"), None, NOW).await })
            })
            .collect();
        let mut looked_at = 0;
        for guess in guesses {
            looked_at += i64::from(guess.await.unwrap() == SignIn::Refused);
        }
        assert_eq!(looked_at, crate::throttle::SUBJECT.free + 1);
        assert_eq!(attempt(&db, &keys, PASSWORD, None, NOW).await, SignIn::Wait { until: NOW + 30 * SECOND });
        assert!(matches!(attempt(&db, &keys, PASSWORD, None, NOW + 31 * SECOND).await, SignIn::Accepted { .. }));
        assert!(matches!(attempt(&db, &keys, PASSWORD, None, NOW + 31 * SECOND).await, SignIn::Accepted { .. }), "forgiven");
    });
}

#[test]
fn one_address_cannot_guess_through_all_accounts() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let mut tx = db.begin().await.unwrap();
        for _ in 0..=crate::throttle::REMOTE.free {
            crate::throttle::store::attempt(&mut tx, "remote:10.0.0.9", crate::throttle::REMOTE, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        let typed = Credentials { name: "someone", password: PASSWORD, code: None, remote: "10.0.0.9" };
        let waits = sign_in(&db, &keys, typed, NOW).await.unwrap();
        assert_eq!(waits, SignIn::Wait { until: NOW + 30 * SECOND });
    });
}

#[test]
fn passwords_change_with_the_old_one_and_end_sessions() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let account = made(&db, "zhang", "520222104").await;
        let mut tx = db.begin().await.unwrap();
        let token = crate::session::store::open(&mut tx, &account.principal(false), "10.0.0.1", None, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let new = "a wholly new password";
        assert!(!super::change_password(&db, &account.id, "not the old one", new, NOW).await.unwrap());
        let short = super::change_password(&db, &account.id, PASSWORD, "short", NOW).await.unwrap_err();
        assert_eq!(short.code(), "app.invalid");
        assert!(super::change_password(&db, &account.id, PASSWORD, new, NOW).await.unwrap());
        assert_eq!(attempt(&db, &keys, PASSWORD, None, NOW).await, SignIn::Refused);
        assert!(matches!(attempt(&db, &keys, new, None, NOW).await, SignIn::Accepted { .. }));
        let mut tx = db.read().await.unwrap();
        assert!(crate::session::store::find(&mut tx, &token, NOW).await.unwrap().is_none());
    });
}

#[test]
fn accounts_are_listed_by_area_and_changed_by_version() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let mut zhang = made(&db, "zhang", "520222104").await;
        made(&db, "li", "520222").await;
        made(&db, "wang", "520300").await;
        let mut tx = db.begin().await.unwrap();
        let names = async |tx: &mut database::Tx, area: &str, after: &str, limit| -> Vec<String> {
            let area = AreaCode::parse(area).unwrap();
            store::list(tx, area, after, limit).await.unwrap().into_iter().map(|account| account.name).collect()
        };
        assert_eq!(names(&mut tx, "520222", "", 10).await, ["li", "zhang"]);
        assert_eq!(names(&mut tx, "00", "li", 1).await, ["wang"]);
        zhang.disabled = true;
        super::change(&mut tx, &zhang, OPERATOR, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(attempt(&db, &keys, PASSWORD, None, NOW).await, SignIn::Refused, "disabled");
        let mut tx = db.begin().await.unwrap();
        let stale = super::change(&mut tx, &zhang, OPERATOR, NOW).await.unwrap_err();
        assert_eq!(stale.code(), "database.stale");
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let again = NewAccount {
            name: "ZHANG".into(),
            title: String::new(),
            role: Role::Admin,
            area: AreaCode::WHOLE,
            password_hash: "x".into(),
            handed_out: false,
        };
        assert_eq!(super::create(&mut tx, &again, OPERATOR, NOW).await.unwrap_err().kind(), crate::Kind::Conflict);
        let spaced = NewAccount { name: "a b".into(), ..again };
        assert_eq!(super::create(&mut tx, &spaced, OPERATOR, NOW).await.unwrap_err().kind(), crate::Kind::Invalid);
    });
}

/// REG-3: nobody acts as somebody else, and what an administrator does leaves a trace.
#[test]
fn one_administrator_cannot_take_an_account_over() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let mut tx = db.begin().await.unwrap();
        let new = |name: &str, role| {
            let area = AreaCode::parse("520222").unwrap();
            NewAccount { name: name.into(), title: String::new(), role, area, password_hash: "x".into(), handed_out: true }
        };
        let first = super::create(&mut tx, &new("first", Role::Admin), OPERATOR, NOW).await.unwrap();
        let by_first = first.principal(true).key();
        let alone = super::create(&mut tx, &new("alone", Role::CountyOfficer), &by_first, NOW).await.unwrap();
        assert!(!alone.disabled, "nobody else could open it");
        let mut second = super::create(&mut tx, &new("second", Role::Admin), OPERATOR, NOW).await.unwrap();
        let by_second = second.principal(true).key();
        let mut officer = super::create(&mut tx, &new("officer", Role::CountyOfficer), &by_first, NOW).await.unwrap();
        assert!(officer.disabled && officer.handed_out);
        officer.disabled = false;
        let refused = super::change(&mut tx, &officer, &by_first, NOW).await.unwrap_err();
        assert_eq!(refused.code(), "app.another_administrator");
        super::change(&mut tx, &officer, &by_second, NOW + SECOND).await.unwrap();
        // Locking the other does not help.
        second.disabled = true;
        super::change(&mut tx, &second, &by_first, NOW).await.unwrap();
        super::set_password(&mut tx, &officer.id, "y", &by_first, NOW + 2 * SECOND).await.unwrap();
        let refused = super::forget_totp(&mut tx, &officer.id, &by_first, NOW + 3 * SECOND).await.unwrap_err();
        assert_eq!(refused.code(), "app.another_administrator");
        super::forget_totp(&mut tx, &officer.id, &by_second, NOW + 4 * SECOND).await.unwrap();
        let events = super::events(&mut tx, officer.area, "", 100).await.unwrap();
        let acts: Vec<(&str, &str)> = events.iter().filter(|e| e.account == "officer").map(|e| (e.act.name(), e.by.as_str())).collect();
        let (a, b) = (by_first.as_str(), by_second.as_str());
        assert_eq!(acts, [("factor_forgotten", b), ("password_set", a), ("unlocked", b), ("created", a)]);
        assert!(super::events(&mut tx, AreaCode::parse("520300").unwrap(), "", 100).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        drop(keys);
    });
}

#[test]
fn a_password_that_was_handed_out_opens_nothing_until_its_owner_chose_one() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let account = made(&db, "zhang", "520222104").await;
        let secret = enrolled(&db, &keys, &account).await;
        let handed = "handed over by hand";
        let hash = super::hash_password(handed.to_owned()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        super::set_password(&mut tx, &account.id, &hash, OPERATOR, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let code = |at| totp::code_at(&secret, at).unwrap();
        let given = attempt(&db, &keys, handed, Some(&code(NOW)), NOW).await;
        let SignIn::Accepted { account, second_factor: false } = given else { panic!("{given:?}") };
        assert!(account.handed_out);
        let mut tx = db.begin().await.unwrap();
        let token = crate::session::store::open(&mut tx, &account.principal(true), "10.0.0.1", None, NOW).await.unwrap();
        let session = crate::session::store::find(&mut tx, &token, NOW).await.unwrap().unwrap();
        assert_eq!(session.principal, account.principal(false), "whatever the session says");
        tx.commit().await.unwrap();
        let chosen = "a wholly new password";
        assert!(super::change_password(&db, &account.id, handed, chosen, NOW + SECOND).await.unwrap());
        let given = attempt(&db, &keys, chosen, Some(&code(NOW + MINUTE)), NOW + MINUTE).await;
        assert!(matches!(given, SignIn::Accepted { second_factor: true, .. }), "{given:?}");
        let mut tx = db.read().await.unwrap();
        let last = super::events(&mut tx, AreaCode::WHOLE, "", 1).await.unwrap().remove(0);
        assert_eq!((last.act, last.by), (super::AccountAct::PasswordChosen, account.principal(true).key()));
    });
}
