use std::sync::Arc;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::{AreaCode, Language};

use super::{ATTEMPTS, Answer, CODE_LASTS, CodeWanted, FileGateway, Message, SmsGateway, issue_card, send_code, sign_in_card, store};
use crate::MIGRATIONS;
use crate::role::HouseholdKey;

const NOW: i64 = 1_700_000_000_000_000;

struct Phone {
    db: Db,
    keys: Keyring,
    file: tempfile::NamedTempFile,
    household: HouseholdKey,
}

impl Phone {
    fn new(db: Db) -> Self {
        let household = HouseholdKey::new(AreaCode::parse("520222").unwrap(), "h1");
        Self { db, keys: Keyring::generate().unwrap(), file: tempfile::NamedTempFile::new().unwrap(), household }
    }

    async fn ask(&self, phone: Option<&str>, now: i64) -> Answer<()> {
        let gateway = Arc::new(FileGateway::new(self.file.path()));
        let wanted = CodeWanted { household: &self.household, phone, language: Language::Zh, remote: "10.0.0.1" };
        send_code(&self.db, &self.keys, gateway, wanted, now).await.unwrap()
    }

    fn messages(&self) -> Vec<Message> {
        let text = std::fs::read_to_string(self.file.path()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The code of the last message.
    fn code(&self) -> String {
        self.messages().last().unwrap().text.chars().filter(char::is_ascii_digit).collect()
    }

    async fn enter(&self, code: &str, now: i64) -> Answer<()> {
        super::sign_in_code(&self.db, &self.keys, Some(&self.household), code, "10.0.0.1", now).await.unwrap()
    }
}

fn other(code: &str, n: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + n) % 1_000_000)
}

#[test]
fn a_code_gets_in_once_and_in_time() {
    on_each_engine(MIGRATIONS, async |db| {
        let phone = Phone::new(db);
        assert_eq!(phone.ask(Some("13800000000"), NOW).await, Answer::Done(()));
        assert_eq!((phone.messages().len(), phone.messages()[0].phone.as_str(), phone.code().len()), (1, "13800000000", 6));
        assert_eq!(phone.enter(&other(&phone.code(), 1), NOW).await, Answer::Refused);
        let spaced = phone.code().chars().fold(String::new(), |typed, digit| format!("{typed} {digit}"));
        assert_eq!(phone.enter(&spaced, NOW + CODE_LASTS - 1).await, Answer::Done(()));
        assert_eq!(phone.enter(&phone.code(), NOW + 1).await, Answer::Refused, "spent");
        phone.ask(Some("13800000000"), NOW).await;
        let first = phone.code();
        phone.ask(Some("13800000000"), NOW + 1).await;
        assert!(first == phone.code() || phone.enter(&first, NOW + 2).await == Answer::Refused, "a new code spends the old one");
        assert_eq!(phone.enter(&phone.code(), NOW + 1 + CODE_LASTS).await, Answer::Refused, "too late");
        let mut tx = phone.db.begin().await.unwrap();
        assert_eq!(store::sweep(&mut tx, NOW + 2 * CODE_LASTS).await.unwrap(), 3);
    });
}

#[test]
fn codes_cannot_be_guessed_nor_asked_for_without_end() {
    on_each_engine(MIGRATIONS, async |db| {
        let phone = Phone::new(db);
        phone.ask(Some("13800000000"), NOW).await;
        for n in 1..=u32::try_from(ATTEMPTS).unwrap() {
            assert_eq!(phone.enter(&other(&phone.code(), n), NOW).await, Answer::Refused);
        }
        assert_eq!(phone.enter(&phone.code(), NOW).await, Answer::Refused, "five guesses spend it");
        assert_eq!(phone.ask(Some("13800000000"), NOW).await, Answer::Done(()));
        assert_eq!(phone.ask(Some("13800000000"), NOW).await, Answer::Done(()));
        assert!(matches!(phone.ask(Some("13800000000"), NOW).await, Answer::Wait { .. }));
        assert_eq!(phone.messages().len(), 3);
    });
}

#[test]
fn without_a_telephone_the_answer_is_the_same() {
    on_each_engine(MIGRATIONS, async |db| {
        let phone = Phone::new(db);
        assert_eq!(phone.ask(None, NOW).await, Answer::Done(()));
        assert!(phone.messages().is_empty());
        assert_eq!(phone.enter("000000", NOW).await, Answer::Refused);
    });
}

#[test]
fn a_card_gets_in_until_it_is_revoked() {
    on_each_engine(MIGRATIONS, async |db| {
        let phone = Phone::new(db.clone());
        let mut tx = db.begin().await.unwrap();
        let (id, secret) = issue_card(&mut tx, &phone.keys, &phone.household, "staff:a", NOW).await.unwrap();
        tx.commit().await.unwrap();
        let typed = secret.to_lowercase().replace('-', " ");
        let enter = async |text: &str| sign_in_card(&db, &phone.keys, text, "10.0.0.1", NOW).await.unwrap();
        assert_eq!(enter(&typed).await, Answer::Done(phone.household.clone()));
        assert_eq!(enter("0000-0000-0000-0000").await, Answer::Refused);
        let mut tx = db.begin().await.unwrap();
        let neighbour = HouseholdKey::new(phone.household.county, "h2");
        assert!(!store::revoke_card(&mut tx, &neighbour, &id, "staff:a", NOW).await.unwrap(), "another household's card");
        assert!(store::revoke_card(&mut tx, &phone.household, &id, "staff:a", NOW + 1).await.unwrap());
        assert!(!store::revoke_card(&mut tx, &phone.household, &id, "staff:a", NOW + 2).await.unwrap());
        assert_eq!(store::cards(&mut tx, &phone.household).await.unwrap()[0].revoked_at, Some(NOW + 1));
        tx.commit().await.unwrap();
        assert_eq!(enter(&secret).await, Answer::Refused);
    });
}

#[test]
fn a_gateway_that_cannot_write_says_so() {
    let gateway = FileGateway::new(std::path::Path::new("/nowhere/messages"));
    let error = gateway.send(&Message { phone: String::new(), text: String::new(), at: NOW }).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("app.gateway", crate::Kind::Unavailable));
}
