//! What administrators do with the accounts of others: recorded in the same transaction, and by two of them where one could take an
//! account over.

use database::Tx;
use kernel::AreaCode;

use super::store::{self, find};
use super::{Account, NewAccount, folded};
use crate::clock::DAY;
use crate::error::{Error, Result};
use crate::role::OPERATOR;

/// For so long one administrator may not give an account both a new password and a new second factor, and one who was locked still counts
/// as another: locking the other frees nobody.
pub const APART: i64 = 30 * DAY;

/// What was done to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountAct {
    Created,
    Locked,
    Unlocked,
    /// Another title, role or area.
    Changed,
    /// A new password was handed out.
    PasswordSet,
    /// Its owner chose a password.
    PasswordChosen,
    FactorForgotten,
    FactorSetUp,
}

impl AccountAct {
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Locked,
        Self::Unlocked,
        Self::Changed,
        Self::PasswordSet,
        Self::PasswordChosen,
        Self::FactorForgotten,
        Self::FactorSetUp,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Locked => "locked",
            Self::Unlocked => "unlocked",
            Self::Changed => "changed",
            Self::PasswordSet => "password_set",
            Self::PasswordChosen => "password_chosen",
            Self::FactorForgotten => "factor_forgotten",
            Self::FactorSetUp => "factor_set_up",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let unknown = || Error::Unknown { what: "account_event.act", value: text.to_owned() };
        Self::ALL.into_iter().find(|act| act.name() == text).ok_or_else(unknown)
    }
}

/// Something that was done to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// Sorted by time.
    pub id: String,
    /// [`Account::name`].
    pub account: String,
    pub at: i64,
    /// [`crate::Principal::key`] of who did it, or [`OPERATOR`].
    pub by: String,
    pub act: AccountAct,
}

/// Creates an account. What an administrator makes where there is another one is locked until the other unlocks it.
pub async fn create(tx: &mut Tx, new: &NewAccount, by: &str, now: i64) -> Result<Account> {
    let name = folded(&new.name);
    if name.is_empty() || name.len() > 64 || name.chars().any(|c| c.is_whitespace() || c == ':') {
        return Err(Error::Invalid { field: "name", why: "expected 1 to 64 characters without spaces and colons" });
    }
    let disabled = by != OPERATOR && others(tx, new.area, by, now).await?;
    let made = store::insert(tx, &NewAccount { name, ..new.clone() }, disabled, now).await?;
    store::note(tx, &made.id, by, AccountAct::Created, now).await?;
    Ok(made)
}

/// Sets a password, as an administrator does for somebody who forgot it: they choose their own at the next sign-in. All sessions of the
/// account end.
pub async fn set_password(tx: &mut Tx, id: &str, password_hash: &str, by: &str, now: i64) -> Result<()> {
    let account = existing(tx, id).await?;
    apart(tx, &account, &[AccountAct::FactorForgotten], by, now).await?;
    store::set_password(tx, id, password_hash, true, now).await?;
    store::note(tx, id, by, AccountAct::PasswordSet, now).await?;
    ended(tx, id).await
}

/// Removes the second factor of somebody who lost the telephone; the next sign-in sets it up anew. All sessions of the account end.
pub async fn forget_totp(tx: &mut Tx, id: &str, by: &str, now: i64) -> Result<()> {
    let account = existing(tx, id).await?;
    apart(tx, &account, &[AccountAct::PasswordSet, AccountAct::Created], by, now).await?;
    store::forget_totp(tx, id, now).await?;
    store::note(tx, id, by, AccountAct::FactorForgotten, now).await?;
    ended(tx, id).await
}

/// Disables or enables an account, or gives it another role or area, if it still has the version that was seen. All its sessions end.
/// Who made an account does not unlock it.
pub async fn change(tx: &mut Tx, account: &Account, by: &str, now: i64) -> Result<()> {
    let before = existing(tx, &account.id).await?;
    let act = match (before.disabled, account.disabled) {
        (false, true) => AccountAct::Locked,
        (true, false) => AccountAct::Unlocked,
        (true, true) | (false, false) => AccountAct::Changed,
    };
    if act == AccountAct::Unlocked
        && store::acted(tx, &account.id, by, &[AccountAct::Created], 0).await?
        && others(tx, account.area, by, now).await?
    {
        return Err(Error::AnotherAdministrator);
    }
    store::update(tx, account, now).await?;
    store::note(tx, &account.id, by, act, now).await?;
    ended(tx, &account.id).await
}

/// What was done to accounts of an area, newest first; `before` is the id of the last event of the page before, or nothing.
pub async fn events(tx: &mut Tx, area: AreaCode, before: &str, limit: i64) -> Result<Vec<AccountEvent>> {
    store::events(tx, area, before, limit).await
}

async fn existing(tx: &mut Tx, id: &str) -> Result<Account> {
    find(tx, id).await?.ok_or_else(|| Error::NotFound { what: "account", id: id.to_owned() })
}

async fn ended(tx: &mut Tx, id: &str) -> Result<()> {
    crate::session::store::close_all(tx, &format!("staff:{id}")).await?;
    Ok(())
}

/// Refused to who did one of `acts` to the account lately, where somebody else could do this.
async fn apart(tx: &mut Tx, account: &Account, acts: &[AccountAct], by: &str, now: i64) -> Result<()> {
    if by != OPERATOR && store::acted(tx, &account.id, by, acts, now - APART).await? && others(tx, account.area, by, now).await? {
        return Err(Error::AnotherAdministrator);
    }
    Ok(())
}

/// Whether another administrator keeps accounts of this area.
async fn others(tx: &mut Tx, area: AreaCode, by: &str, now: i64) -> Result<bool> {
    let all = store::administrators(tx, now - APART).await?;
    Ok(all.into_iter().any(|(id, place)| place.contains(area) && format!("staff:{id}") != by))
}
