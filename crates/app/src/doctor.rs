//! Whether the records are whole: the log of looks, versions of households, events of cases, keys.

use database::{Db, Keyring};
use kernel::AreaCode;
use registry::case::store::{self as cases, CaseFilter};
use registry::household::store as households;

use crate::access_log::{Verified, store as log};
use crate::error::Result;
use crate::rotation;

/// Cases read at a time.
const PAGE: usize = 1_000;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    AccessLog,
    Households,
    Cases,
    /// Data keys, each sealed by a master that the key file holds.
    Keys,
}

/// One check: how much was looked at, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub check: Check,
    pub count: i64,
    pub wrong: Vec<String>,
}

/// Checks one consistent state; who serves goes on meanwhile.
pub async fn check(db: &Db, keys: &Keyring) -> Result<Vec<Checked>> {
    let mut tx = db.read().await?;
    let (count, wrong) = match log::verify(&mut tx, keys).await? {
        Verified::Whole { entries } => (entries, Vec::new()),
        Verified::Broken { number, why } => (number, vec![format!("entry {number}: {why}")]),
    };
    let mut checked = vec![Checked { check: Check::AccessLog, count, wrong }];
    let (count, broken) = households::unversioned(&mut tx).await?;
    let wrong = broken.into_iter().map(|id| format!("household {id} is not its newest version")).collect();
    checked.push(Checked { check: Check::Households, count, wrong });
    let (mut count, mut wrong, mut after) = (0, Vec::new(), None);
    let filter = CaseFilter { area: AreaCode::WHOLE, step: "", state: "", due_before: "" };
    loop {
        let lines = cases::list(&mut tx, filter, after.as_ref(), PAGE).await?;
        for line in &lines {
            count += 1;
            match cases::load(&mut tx, &line.county, &line.id).await {
                Ok((case, _)) if i64::try_from(case.version) == Ok(line.version) => {}
                Ok(_) => wrong.push(format!("case {} is not at its last event", line.id)),
                Err(error) => wrong.push(format!("case {}: {error}", line.id)),
            }
        }
        if lines.len() < PAGE {
            break;
        }
        after = lines.into_iter().last();
    }
    checked.push(Checked { check: Check::Cases, count, wrong });
    drop(tx);
    let masters = rotation::masters(db).await?;
    let unknown = masters.iter().filter(|(master, _)| master.is_none_or(|master| !keys.knows(master)));
    let wrong = unknown.map(|(_, count)| format!("{count} data keys are sealed by a master that is not in the key file")).collect();
    checked.push(Checked { check: Check::Keys, count: masters.iter().map(|(_, count)| count).sum(), wrong });
    Ok(checked)
}
