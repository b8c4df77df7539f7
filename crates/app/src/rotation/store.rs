//! Sealed secrets of this crate's tables: each with its data key in the same row.

use database::{Keyring, Tx};
use registry::sealing::UnderMaster;

use crate::account::totp;
use crate::error::Result;
use crate::{dci, webhook};

/// One pair of columns, a data key and what it seals.
pub(super) struct Secret {
    masters: &'static str,
    list: &'static str,
    update: &'static str,
    owner: fn(&str) -> String,
    place: fn(&str) -> String,
}

pub(super) const SECRETS: [Secret; 4] = [
    Secret {
        masters: "select substr(totp_key, 1, 4), count(*) from account where totp_key is not null group by 1",
        list: "select id, totp_key, totp from account where totp_key is not null and id > $1 order by id limit $2",
        update: "update account set totp_key = $2, totp = $3 where id = $1 and totp_key = $4",
        owner: totp::owner,
        place: totp::place,
    },
    Secret {
        masters: "select substr(offered_key, 1, 4), count(*) from account where offered_key is not null group by 1",
        list: "select id, offered_key, offered from account where offered_key is not null and id > $1 order by id limit $2",
        update: "update account set offered_key = $2, offered = $3 where id = $1 and offered_key = $4",
        owner: totp::owner,
        place: totp::place,
    },
    Secret {
        masters: "select substr(wrapped, 1, 4), count(*) from partner_question where length(wrapped) > 0 group by 1",
        list: "select id, wrapped, sealed from partner_question where length(wrapped) > 0 and id > $1 order by id limit $2",
        update: "update partner_question set wrapped = $2, sealed = $3 where id = $1 and wrapped = $4",
        owner: dci::store::owner,
        place: |_| dci::store::PLACE.to_owned(),
    },
    Secret {
        masters: "select substr(wrapped, 1, 4), count(*) from webhook group by 1",
        list: "select id, wrapped, sealed from webhook where id > $1 order by id limit $2",
        update: "update webhook set wrapped = $2, sealed = $3 where id = $1 and wrapped = $4",
        owner: webhook::store::owner,
        place: |_| webhook::store::PLACE.to_owned(),
    },
];

impl Secret {
    /// Seals some rows anew that follow `after`: how many were, and the last one looked at, if any.
    pub(super) async fn anew(&self, tx: &mut Tx, keys: &Keyring, after: &str, limit: i64) -> Result<(u64, Option<String>)> {
        let (mut sealed, mut last) = (0, None);
        for row in tx.rows(self.list, &[after.into(), limit.into()]).await? {
            let (id, wrapped) = (row.text(0)?, row.bytes(1)?);
            if Keyring::sealed_by(&wrapped) != Some(keys.current()) {
                let place = (self.place)(&id);
                let (key, columns) = keys.reseal(&(self.owner)(&id), &wrapped, &[(&place, row.bytes(2)?)])?;
                for column in columns {
                    tx.execute_one(self.update, &[(&id).into(), key.clone().into(), column.into(), wrapped.clone().into()]).await?;
                }
                sealed += 1;
            }
            last = Some(id);
        }
        Ok((sealed, last))
    }
}

/// Data keys by the master that sealed them.
pub(super) async fn masters(tx: &mut Tx) -> Result<Vec<UnderMaster>> {
    let mut found = Vec::new();
    for secret in &SECRETS {
        for row in tx.rows(secret.masters, &[]).await? {
            found.push((Keyring::sealed_by(&row.bytes(0)?), row.long(1)?));
        }
    }
    Ok(found)
}
