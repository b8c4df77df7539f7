//! Accounts of staff: a password (argon2id) and a one-time password (TOTP) that is taken once.

mod administration;
mod password;
pub mod store;
pub(crate) mod totp;

use database::{Db, Keyring, Tx};
use kernel::AreaCode;

pub use administration::{APART, AccountAct, AccountEvent, change, create, events, forget_totp, set_password};
pub use password::{SHORTEST, hash_password};
pub use totp::Enrolment;

use crate::error::{Error, Result};
use crate::metrics::{METRICS, SignInOutcome, SignInWith};
use crate::role::{Principal, Role};
use crate::throttle;

/// A member of staff who may sign in. Its secrets stay in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    /// What is typed at sign-in; lower-case.
    pub name: String,
    /// The person's name.
    pub title: String,
    pub role: Role,
    /// Where the role is held.
    pub area: AreaCode,
    /// Whether a one-time password is wanted at sign-in.
    pub enrolled: bool,
    pub disabled: bool,
    /// Its password was made by somebody else: nothing opens until its owner chose one.
    pub handed_out: bool,
    pub version: i64,
}

impl Account {
    #[must_use]
    pub fn principal(&self, second_factor: bool) -> Principal {
        Principal::Staff { account: self.id.clone(), role: self.role, area: self.area, second_factor }
    }
}

/// What an account is made from; the password comes already hashed ([`hash_password`]), which takes a while and holds no transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub name: String,
    pub title: String,
    pub role: Role,
    pub area: AreaCode,
    pub password_hash: String,
    /// Somebody else knows the password; at the first sign-in its owner chooses one.
    pub handed_out: bool,
}

/// What is typed at sign-in.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    pub name: &'a str,
    pub password: &'a str,
    /// The one-time password, if it was asked for.
    pub code: Option<&'a str>,
    /// Where the request came from.
    pub remote: &'a str,
}

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Open a session ([`crate::session::store::open`]) for `account.principal(second_factor)`. Without a second factor, and with a password
    /// that was handed out, policies allow only what is public: let them choose a password, then enrol.
    Accepted { account: Account, second_factor: bool },
    /// The password is right; ask for the one-time password.
    CodeWanted,
    /// Name, password or code is wrong, or the account is disabled: which of them is not told.
    Refused,
    /// Too many failures; nothing was looked at.
    Wait { until: i64 },
}

/// Signs in with what was typed.
///
/// The attempt is counted as a failure before anything is looked at and forgiven when it succeeds, so that guesses made at the same time
/// are all counted. Hashing takes place outside any transaction.
pub async fn sign_in(db: &Db, keys: &Keyring, typed: Credentials<'_>, now: i64) -> Result<SignIn> {
    let outcome = attempt(db, keys, typed, now).await?;
    METRICS.signed_in(SignInWith::Password, SignInOutcome::from(&outcome));
    Ok(outcome)
}

async fn attempt(db: &Db, keys: &Keyring, typed: Credentials<'_>, now: i64) -> Result<SignIn> {
    let name = folded(typed.name);
    let (subject, remote) = (format!("account:{name}"), format!("remote:{}", typed.remote));
    let mut tx = db.begin().await?;
    let mut waits = None;
    for (who, limit) in [(&remote, throttle::REMOTE), (&subject, throttle::SUBJECT)] {
        waits = waits.max(throttle::store::attempt(&mut tx, who, limit, now).await?);
        if waits.is_some() {
            break;
        }
    }
    let found = if waits.is_none() { store::find_secrets(&mut tx, &name).await? } else { None };
    tx.commit().await?;
    if let Some(until) = waits {
        return Ok(SignIn::Wait { until });
    }
    let hash = found.as_ref().map(|(_, secrets)| secrets.password_hash.clone());
    let right = password::verify(typed.password.to_owned(), hash).await?;
    let Some((account, secrets)) = found.filter(|(account, _)| right && !account.disabled) else { return Ok(SignIn::Refused) };
    let second_factor = match (account.enrolled, typed.code) {
        (true, None) => {
            // No guess: wrong codes are counted when they come.
            let mut tx = db.begin().await?;
            for who in [&subject, &remote] {
                throttle::store::take_back(&mut tx, who, now).await?;
            }
            tx.commit().await?;
            return Ok(SignIn::CodeWanted);
        }
        (false, _) => false,
        (true, Some(code)) => {
            let Some(step) = totp::step_of(keys, &account.id, &secrets, code, now)? else { return Ok(SignIn::Refused) };
            let mut tx = db.begin().await?;
            if !store::take_step(&mut tx, &account.id, step).await? {
                return Ok(SignIn::Refused);
            }
            tx.commit().await?;
            !account.handed_out
        }
    };
    let mut tx = db.begin().await?;
    throttle::store::succeeded(&mut tx, &subject).await?;
    throttle::store::take_back(&mut tx, &remote, now).await?;
    tx.commit().await?;
    Ok(SignIn::Accepted { account, second_factor })
}

/// Changes one's own password; the old one must be given. All sessions of the account end.
pub async fn change_password(db: &Db, id: &str, old: &str, new: &str, now: i64) -> Result<bool> {
    let subject = format!("password:{id}");
    let mut tx = db.begin().await?;
    let waits = throttle::store::attempt(&mut tx, &subject, throttle::SUBJECT, now).await?;
    let secrets = store::secrets(&mut tx, id).await?;
    tx.commit().await?;
    if waits.is_some() || !password::verify(old.to_owned(), Some(secrets.password_hash)).await? {
        return Ok(false);
    }
    let hash = hash_password(new.to_owned()).await?;
    let mut tx = db.begin().await?;
    throttle::store::succeeded(&mut tx, &subject).await?;
    store::set_password(&mut tx, id, &hash, false, now).await?;
    let own = format!("staff:{id}");
    store::note(&mut tx, id, &own, AccountAct::PasswordChosen, now).await?;
    crate::session::store::close_all(&mut tx, &own).await?;
    tx.commit().await?;
    Ok(true)
}

/// A new TOTP secret, which counts only once [`confirm_totp`] was given a code made from it.
pub async fn begin_totp(tx: &mut Tx, keys: &Keyring, id: &str, now: i64) -> Result<Enrolment> {
    let account = store::find(tx, id).await?.ok_or_else(|| Error::NotFound { what: "account", id: id.to_owned() })?;
    let (enrolment, key, sealed) = totp::new_secret(keys, &account)?;
    store::offer_totp(tx, id, key, sealed, now).await?;
    Ok(enrolment)
}

/// Sets a second factor up at once, for somebody who is handed the secret: a demonstration, a program.
pub async fn enrolled(tx: &mut Tx, keys: &Keyring, account: &Account, now: i64) -> Result<String> {
    let enrolment = begin_totp(tx, keys, &account.id, now).await?;
    // A code of the past: the first real one still counts.
    let then = now.saturating_sub(crate::clock::MINUTE);
    let code = totp::code_at(&enrolment.secret, then)?;
    if confirm_totp(tx, keys, &account.id, &code, then).await? {
        Ok(enrolment.secret)
    } else {
        Err(Error::Secret("its own code was not accepted".to_owned()))
    }
}

/// Whether `code` was made from the secret offered by [`begin_totp`]; from then on sign-in asks for codes. Sessions of the account end.
pub async fn confirm_totp(tx: &mut Tx, keys: &Keyring, id: &str, code: &str, now: i64) -> Result<bool> {
    let secrets = store::secrets(tx, id).await?;
    let offered = store::Secrets { totp_key: secrets.offered_key.clone(), totp: secrets.offered.clone(), step: 0, ..secrets };
    let Some(step) = totp::step_of(keys, id, &offered, code, now)? else { return Ok(false) };
    store::confirm_totp(tx, id, step, now).await?;
    let own = format!("staff:{id}");
    store::note(tx, id, &own, AccountAct::FactorSetUp, now).await?;
    crate::session::store::close_all(tx, &own).await?;
    Ok(true)
}

fn folded(name: &str) -> String {
    kernel::text::fold(name).to_lowercase()
}

#[cfg(test)]
mod tests;
