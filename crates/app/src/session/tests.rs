use database::Tx;
use database::test_db::on_each_engine;
use kernel::AreaCode;

use super::{ABSOLUTE, IDLE, TOUCH, store};
use crate::account::{self, NewAccount};
use crate::role::{HouseholdKey, Principal, Role};
use crate::{MIGRATIONS, Token};

const NOW: i64 = 1_700_000_000_000_000;

fn household(id: &str) -> Principal {
    Principal::Household(HouseholdKey::new(AreaCode::parse("520222").unwrap(), id))
}

async fn opened(tx: &mut Tx, who: &Principal) -> Token {
    store::open(tx, who, "10.0.0.1", None, NOW).await.unwrap()
}

#[test]
fn sessions_end_when_idle_and_in_any_case() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let token = opened(&mut tx, &household("h1")).await;
        let found = store::find(&mut tx, &token, NOW).await.unwrap().unwrap();
        assert_eq!((found.principal, found.ends_at, found.touch), (household("h1"), NOW + IDLE, false));
        assert!(store::find(&mut tx, &Token::new().unwrap(), NOW).await.unwrap().is_none());
        assert!(store::find(&mut tx, &token, NOW + TOUCH).await.unwrap().unwrap().touch);
        assert!(store::find(&mut tx, &token, NOW + IDLE).await.unwrap().is_none(), "idle");
        let mut now = NOW;
        while now + IDLE - 1 < NOW + ABSOLUTE {
            now += IDLE - 1;
            assert!(store::find(&mut tx, &token, now).await.unwrap().is_some());
            store::touch(&mut tx, &token, now).await.unwrap();
        }
        let last = store::find(&mut tx, &token, now).await.unwrap().unwrap();
        assert_eq!(last.ends_at, NOW + ABSOLUTE);
        assert!(store::find(&mut tx, &token, NOW + ABSOLUTE).await.unwrap().is_none(), "in any case");
        assert_eq!(store::sweep(&mut tx, NOW + IDLE).await.unwrap(), 0);
        assert_eq!(store::sweep(&mut tx, NOW + ABSOLUTE).await.unwrap(), 1);
    });
}

#[test]
fn signing_in_rotates_and_signing_out_everywhere_ends_all() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let planted = opened(&mut tx, &household("attacker")).await;
        let token = store::open(&mut tx, &household("h1"), "10.0.0.2", Some(&planted), NOW + 1).await.unwrap();
        assert!(store::find(&mut tx, &planted, NOW).await.unwrap().is_none());
        let second = opened(&mut tx, &household("h1")).await;
        let other = opened(&mut tx, &household("h2")).await;
        let places = store::list(&mut tx, "household:520222/h1").await.unwrap();
        assert_eq!(places, [(NOW + 1, NOW + 1, "10.0.0.2".to_owned()), (NOW, NOW, "10.0.0.1".to_owned())]);
        assert_eq!(store::close_all(&mut tx, "household:520222/h1").await.unwrap(), 2);
        for ended in [&token, &second] {
            assert!(store::find(&mut tx, ended, NOW).await.unwrap().is_none());
        }
        store::close(&mut tx, &other).await.unwrap();
        assert!(store::find(&mut tx, &other, NOW).await.unwrap().is_none());
        assert!(store::open(&mut tx, &Principal::Public, "x", None, NOW).await.is_err());
    });
}

#[test]
fn only_the_hash_is_stored_and_role_and_area_are_those_of_now() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let new = NewAccount {
            name: "li".into(),
            title: "李".into(),
            role: Role::CountyOfficer,
            area: AreaCode::parse("520222").unwrap(),
            password_hash: "-".into(),
            handed_out: false,
        };
        let made = account::create(&mut tx, &new, crate::role::OPERATOR, NOW).await.unwrap();
        let token = opened(&mut tx, &made.principal(true)).await;
        let row = tx.row("select hash from session", &[]).await.unwrap().unwrap();
        assert_ne!(row.bytes(0).unwrap(), Token::parse(&token.reveal()).unwrap().reveal().into_bytes());
        assert_eq!(row.bytes(0).unwrap(), token.hash());
        assert_eq!(store::find(&mut tx, &token, NOW).await.unwrap().unwrap().principal, made.principal(true));
        tx.execute("update account set role = 'auditor', area = 0", &[]).await.unwrap();
        let moved = Principal::Staff { account: made.id.clone(), role: Role::Auditor, area: AreaCode::WHOLE, second_factor: true };
        assert_eq!(store::find(&mut tx, &token, NOW).await.unwrap().unwrap().principal, moved);
        tx.execute("update account set disabled = $1", &[true.into()]).await.unwrap();
        assert!(store::find(&mut tx, &token, NOW).await.unwrap().is_none());
    });
}
