//! Declarations in the database.

use database::seal::Keyring;
use database::{Row, Tx, Value};
use kernel::AreaCode;

use super::{Answers, Declaration, State};
use crate::error::{Error, Result};

const INSERT: &str = "declaration (county, declaration_id, village, state, due_on, at, actor, household_id, wrapped, sealed)";
const FIND: &str =
    "select county, declaration_id, village, state, due_on, at, actor, household_id, case_id, wrapped, sealed from declaration
  where county = $1 and declaration_id = $2";
const LIST: &str =
    "select county, declaration_id, village, state, due_on, at, actor, household_id, case_id, wrapped, sealed from declaration
  where county >= $1 and county <= $2 and state = $3 and village >= $4 and village <= $5
  order by county, due_on, declaration_id limit $6";
const ANSWER: &str = "update declaration set state = $3, household_id = $4, case_id = $5, answered_by = $6
  where county = $1 and declaration_id = $2 and state = 'new'";
/// The place that a sealed declaration belongs to.
pub(crate) const PLACE: &str = "declaration";

/// Keeps a declaration; what was said is sealed under a key of its own.
pub async fn insert(tx: &mut Tx, keys: &Keyring, declaration: &Declaration, answers: &Answers) -> Result<()> {
    let owner = owner(&declaration.county, &declaration.id);
    let (key, wrapped) = keys.new_key(&owner)?;
    let sealed = key.seal(PLACE, &serde_json::to_string(answers)?)?;
    let row: Vec<Value> = vec![
        declaration.county.as_str().into(),
        declaration.id.as_str().into(),
        declaration.village.as_str().into(),
        declaration.state.name().into(),
        declaration.due_on.as_str().into(),
        declaration.at.into(),
        declaration.actor.as_str().into(),
        Value::Text(declaration.household.clone()),
        wrapped.into(),
        sealed.into(),
    ];
    tx.insert(INSERT, &[row], "").await?;
    Ok(())
}

/// A declaration and what was said in it. Whoever calls this writes the access log in the same transaction (SEC-1).
pub async fn open(tx: &mut Tx, keys: &Keyring, county: &str, id: &str) -> Result<(Declaration, Answers)> {
    let row = tx.row(FIND, &[county.into(), id.into()]).await?.ok_or_else(|| Error::NoDeclaration(id.to_owned()))?;
    let key = keys.unwrap(&row.bytes(9)?, &owner(county, id))?;
    let answers = serde_json::from_str(&key.open(PLACE, &row.bytes(10)?)?)?;
    Ok((read(&row)?, answers))
}

/// What became of a declaration, without what was said.
pub async fn find(tx: &mut Tx, county: &str, id: &str) -> Result<Option<Declaration>> {
    tx.row(FIND, &[county.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// Declarations of an area in one state, the most urgent first.
pub async fn list(tx: &mut Tx, area: AreaCode, state: State, limit: i64) -> Result<Vec<Declaration>> {
    let [from, to, first, last] = area.bounds();
    let values = [from.into(), to.into(), state.name().into(), first.into(), last.into(), limit.into()];
    tx.rows(LIST, &values).await?.iter().map(read).collect()
}

/// Ends the wait of a new declaration; stale if somebody was faster.
pub async fn answer(tx: &mut Tx, declaration: &Declaration, by: &str) -> Result<()> {
    let values = [
        declaration.county.as_str().into(),
        declaration.id.as_str().into(),
        declaration.state.name().into(),
        Value::Text(declaration.household.clone()),
        Value::Text(declaration.case.clone()),
        by.into(),
    ];
    Ok(tx.execute_one(ANSWER, &values).await?)
}

fn read(row: &Row) -> Result<Declaration> {
    Ok(Declaration {
        county: row.text(0)?,
        id: row.text(1)?,
        village: row.text(2)?,
        state: State::parse(&row.text(3)?).ok_or(Error::Refused("a declaration is in no known state"))?,
        due_on: row.text(4)?,
        at: row.long(5)?,
        actor: row.text(6)?,
        household: row.text_or_none(7)?,
        case: row.text_or_none(8)?,
    })
}

pub(crate) fn owner(county: &str, id: &str) -> String {
    format!("declaration/{county}/{id}")
}
