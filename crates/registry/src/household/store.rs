//! Households in the database: current state, all versions, sealed identities.

use std::collections::BTreeMap;

use database::seal::DataKey;
use database::{Keyring, Row, Tx, Value};
use kernel::{AreaCode, AreaLevel};
use sha2::{Digest, Sha256};

use super::{Household, HouseholdId, PersonId};
use crate::error::{Error, Result};
use crate::spell::Spell;

/// Personal columns of a household: (person, or empty for the household itself; column) → text.
pub type Identities = BTreeMap<(String, String), String>;

/// One household as files bring it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub household: Household,
    pub identities: Identities,
    /// Its stays in the programme so far, as the files tell them; stored with a new household only.
    pub spells: Vec<Spell>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub new: u64,
    pub changed: u64,
    /// Already there with the same contents.
    pub same: u64,
}

/// A line of a working list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdLine {
    pub county: String,
    pub id: HouseholdId,
    pub village: String,
    pub status: String,
    pub people: i64,
    pub version: i64,
}

/// Where a list goes on: the last line of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub county: String,
    pub village: String,
    pub id: String,
}

/// One version in the history of a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub at: i64,
    pub actor: String,
    pub event: String,
}

/// What the sealed column is, so that nothing else can be put in its place.
pub(crate) const IDENTITY: &str = "identity";

const FIND: &str = "select v.doc, v.version from household h
  join household_version v on v.county = h.county and v.household_id = h.household_id and v.version = h.version
  where h.county = $1 and h.household_id = $2";
const AMONG: &str = "select v.doc, v.version from household h
  join household_version v on v.county = h.county and v.household_id = h.household_id and v.version = h.version
  where (h.county, h.household_id) in";
const AS_OF: &str = "select doc, version from household_version where county = $1 and household_id = $2 and at <= $3
  order by version desc limit 1";
const VERSIONS: &str = "select version, at, actor, event from household_version where county = $1 and household_id = $2 order by version";
const DIGESTS: &str = "select household_id, digest, version from household where county = $1 and household_id >= $2 and household_id <= $3";
const INSERT: &str = "household (county, household_id, village, status, people, version, at, digest)";
const UPDATE: &str = "update household set village = $3, status = $4, people = $5, version = version + 1, at = $7, digest = $8
  where county = $1 and household_id = $2 and version = $6";
const INSERT_VERSION: &str = "household_version (county, household_id, version, at, actor, event, doc)";
// Bounds of an area compare county and village as one: `county >= … and village >= …` would walk through the whole county.
const LIST: &str = "select county, household_id, village, status, people, version from household
  where (county, village, household_id) > ($1, $2, $3) and (county, village) <= ($4, $5)
  order by county, village, household_id limit $6";
const DOCUMENTS: &str = "select v.doc, v.version from household h
  join household_version v on v.county = h.county and v.household_id = h.household_id and v.version = h.version
  where (h.county, h.village, h.household_id) > ($1, $2, $3) and (h.county, h.village) <= ($4, $5)
  order by h.county, h.village, h.household_id limit $6";
const TALLY: &str = "select substr(village, 1, cast($5 as integer)), status, count(*), cast(sum(people) as bigint) from household
  where (county, village) >= ($1, $3) and (county, village) <= ($2, $4)
  group by 1, 2 order by 1, 2";
const KEY: &str = "select sealed from household_key where county = $1 and household_id = $2";
const INSERT_KEY: &str = "household_key (county, household_id, sealed)";
const REPLACE_KEY: &str = "on conflict (county, household_id) do update set sealed = excluded.sealed";
const IDENTITIES: &str = "select sealed from identity where county = $1 and household_id = $2";
const SEALED: &str = "select k.county, k.household_id, k.sealed, i.sealed from household_key k
  join identity i on i.county = k.county and i.household_id = k.household_id where (k.county, k.household_id) in";
const INSERT_IDENTITY: &str = "identity (county, household_id, at, sealed)";
const REPLACE_IDENTITY: &str = "on conflict (county, household_id) do update set at = excluded.at, sealed = excluded.sealed";
const INSERT_INDEX: &str = "identity_index (county, what, digest, household_id, person_id)";
const INSERT_SPELL: &str = "spell (county, household_id, number, opened_on, opened_by, closed_on, closed_by, closed_how, at)";
const SEARCH: &str = "select distinct i.county, i.household_id, i.person_id from identity_index i
  where i.county >= $1 and i.county <= $2 and i.what = $3 and i.digest = $4 order by 1, 2, 3 limit 50";
const UNVERSIONED: &str = "select h.household_id from household h left join household_version v
  on v.county = h.county and v.household_id = h.household_id and v.version = h.version
  where v.version is null or v.at <> h.at order by h.county, h.household_id limit 10";
const VILLAGES: &str = "select distinct village from household
  where (county, village) >= ($1, $3) and (county, village) <= ($2, $4) order by village limit $5";
const HIGHEST: &str = "select max(household_id) from household
  where county = $1 and household_id >= $2 and household_id <= $3 and length(household_id) = 16";
const SHRED: &str = "update household_key set sealed = $3 where county = $1 and household_id = $2";
const EMPTY_IDENTITY: &str = "update identity set sealed = $3 where county = $1 and household_id = $2";
const FORGET_INDEX: &str = "delete from identity_index where county = $1 and household_id = $2";

pub async fn find(tx: &mut Tx, county: &str, id: &str) -> Result<Household> {
    let row = tx.row(FIND, &[county.into(), id.into()]).await?;
    stored(row.ok_or_else(|| Error::NoHousehold(id.to_owned()))?)
}

/// Those of a county's households that are known; the others are not among them.
pub async fn among(tx: &mut Tx, county: &str, ids: &[&str]) -> Result<Vec<Household>> {
    let keys: Vec<Vec<Value>> = ids.iter().map(|id| vec![county.into(), (*id).into()]).collect();
    tx.rows_among(AMONG, &keys, "").await?.into_iter().map(stored).collect()
}

/// What the register knew at an instant; nothing if it did not know the household yet (REG-2).
pub async fn find_as_of(tx: &mut Tx, county: &str, id: &str, at: i64) -> Result<Option<Household>> {
    tx.row(AS_OF, &[county.into(), id.into(), at.into()]).await?.map(stored).transpose()
}

#[expect(clippy::needless_pass_by_value, reason = "a row is read once")]
pub(crate) fn stored(row: Row) -> Result<Household> {
    let mut household: Household = serde_json::from_str(&row.text(0)?)?;
    household.version = row.long(1)?;
    Ok(household)
}

pub async fn versions(tx: &mut Tx, county: &str, id: &str) -> Result<Vec<Version>> {
    let rows = tx.rows(VERSIONS, &[county.into(), id.into()]).await?;
    rows.iter().map(|row| Ok(Version { number: row.long(0)?, at: row.long(1)?, actor: row.text(2)?, event: row.text(3)? })).collect()
}

/// Stores a changed household as its next version; the one it was read as must still be current.
pub async fn save(tx: &mut Tx, household: &mut Household, event: &str, actor: &str, at: i64) -> Result<()> {
    let doc = serde_json::to_string(household)?;
    let key: [Value; 2] = [household.county.as_str().into(), household.id.0.as_str().into()];
    let [county, id] = key.clone();
    let (village, status) = (household.village.as_str().into(), household.status.as_str().into());
    let (people, digest) = (household.people().into(), digest(&doc, &Identities::new()).into());
    if household.version == 0 {
        let row = vec![county, id, village, status, people, 1_i64.into(), at.into(), digest];
        tx.insert(INSERT, &[row], "").await?;
    } else {
        let values = [county, id, village, status, people, household.version.into(), at.into(), digest];
        tx.execute_one(UPDATE, &values).await?;
    }
    household.version += 1;
    let [county, id] = key;
    let version = vec![county, id, household.version.into(), at.into(), actor.into(), event.into(), doc.into()];
    tx.insert(INSERT_VERSION, &[version], "").await?;
    Ok(())
}

/// Brings households of one county in; the same again changes nothing.
pub async fn import(tx: &mut Tx, keys: &Keyring, incoming: Vec<Incoming>, actor: &str, at: i64) -> Result<ImportCounts> {
    let ids = || incoming.iter().map(|one| &one.household.id.0);
    let (Some(one), Some(first), Some(last)) = (incoming.first(), ids().min(), ids().max()) else { return Ok(ImportCounts::default()) };
    let county = one.household.county.clone();
    if incoming.iter().any(|other| other.household.county != county) {
        return Err(Error::Refused("an import goes in county by county"));
    }
    let known = tx.rows(DIGESTS, &[county.as_str().into(), first.into(), last.into()]).await?;
    let known: BTreeMap<String, (Vec<u8>, i64)> =
        known.iter().map(|row| Ok((row.text(0)?, (row.bytes(1)?, row.long(2)?)))).collect::<Result<_>>()?;
    let mut counts = ImportCounts::default();
    let mut rows = Rows::default();
    for Incoming { mut household, identities, spells } in incoming {
        let doc = serde_json::to_string(&household)?;
        let digest = digest(&doc, &identities);
        match known.get(&household.id.0) {
            Some((same, _)) if *same == digest => {
                counts.same += 1;
                continue;
            }
            Some((_, version)) => {
                household.version = *version;
                counts.changed += 1;
                save(tx, &mut household, "imported", actor, at).await?;
                tx.execute_one(
                    "update household set digest = $3 where county = $1 and household_id = $2",
                    &[county.as_str().into(), (&household.id.0).into(), digest.into()],
                )
                .await?;
                identify(tx, keys, &household, &identities, at).await?;
            }
            None => {
                counts.new += 1;
                rows.add(&household, doc, digest, actor, at);
                rows.spells(&household, &spells, at);
                rows.seal(keys, &household, &identities, at)?;
            }
        }
    }
    rows.insert(tx).await?;
    Ok(counts)
}

/// Rows of new households, to go in with few statements.
#[derive(Default)]
struct Rows {
    households: Vec<Vec<Value>>,
    versions: Vec<Vec<Value>>,
    keys: Vec<Vec<Value>>,
    identities: Vec<Vec<Value>>,
    indexes: Vec<Vec<Value>>,
    spells: Vec<Vec<Value>>,
}

impl Rows {
    fn add(&mut self, household: &Household, doc: String, digest: Vec<u8>, actor: &str, at: i64) {
        let key = || -> [Value; 2] { [household.county.as_str().into(), household.id.0.as_str().into()] };
        let [county, id] = key();
        let (village, status) = (household.village.as_str().into(), household.status.as_str().into());
        let people = household.people().into();
        self.households.push(vec![county, id, village, status, people, 1_i64.into(), at.into(), digest.into()]);
        let [county, id] = key();
        self.versions.push(vec![county, id, 1_i64.into(), at.into(), actor.into(), "imported".into(), doc.into()]);
    }

    fn spells(&mut self, household: &Household, spells: &[Spell], at: i64) {
        for spell in spells {
            let (county, id) = (household.county.as_str().into(), household.id.0.as_str().into());
            let closed = [&spell.closed_on, &spell.closed_by, &spell.closed_how].map(|text| Value::from(text.clone()));
            let [on, by, how] = closed;
            let opened = [&spell.opened_on, &spell.opened_by].map(Value::from);
            let [opened_on, opened_by] = opened;
            self.spells.push(vec![county, id, spell.number.into(), opened_on, opened_by, on, by, how, at.into()]);
        }
    }

    fn seal(&mut self, keys: &Keyring, household: &Household, identities: &Identities, at: i64) -> Result<()> {
        if identities.is_empty() {
            return Ok(());
        }
        let (key, sealed) = keys.new_key(&owner(household))?;
        self.keys.push(vec![household.county.as_str().into(), household.id.0.as_str().into(), sealed.into()]);
        self.seal_with(keys, &key, household, identities, at)
    }

    fn seal_with(&mut self, keys: &Keyring, key: &DataKey, household: &Household, identities: &Identities, at: i64) -> Result<()> {
        let (county, id): (Value, Value) = (household.county.as_str().into(), household.id.0.as_str().into());
        let listed: Vec<(&String, &String, &String)> = identities.iter().map(|((person, field), text)| (person, field, text)).collect();
        let sealed = key.seal(IDENTITY, &serde_json::to_string(&listed)?)?;
        self.identities.push(vec![county.clone(), id.clone(), at.into(), sealed.into()]);
        for ((person, field), text) in identities {
            for (what, value) in indexed(field, text) {
                let digest = keys.index(&what, &value);
                self.indexes.push(vec![county.clone(), what.into(), digest.into(), id.clone(), person.into()]);
            }
        }
        Ok(())
    }

    async fn insert(self, tx: &mut Tx) -> Result<()> {
        tx.insert(INSERT, &self.households, "").await?;
        tx.insert(INSERT_VERSION, &self.versions, "").await?;
        tx.insert(INSERT_KEY, &self.keys, REPLACE_KEY).await?;
        tx.insert(INSERT_IDENTITY, &self.identities, REPLACE_IDENTITY).await?;
        tx.insert(INSERT_INDEX, &self.indexes, "on conflict do nothing").await?;
        tx.insert(INSERT_SPELL, &self.spells, "").await?;
        Ok(())
    }
}

/// Stores personal columns of a household that is there already; those not named stay as they are.
pub async fn identify(tx: &mut Tx, keys: &Keyring, household: &Household, identities: &Identities, at: i64) -> Result<()> {
    if identities.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::default();
    let (county, id) = (household.county.as_str(), household.id.0.as_str());
    let wrapped = tx.row(KEY, &[county.into(), id.into()]).await?.map(|row| row.bytes(0)).transpose()?;
    // A household that was erased and comes again gets a new key.
    match wrapped.filter(|wrapped| !wrapped.is_empty()) {
        Some(wrapped) => {
            let key = keys.unwrap(&wrapped, &owner(household))?;
            let mut known = opened(tx, &key, county, id).await?;
            known.extend(identities.clone());
            tx.execute(FORGET_INDEX, &[county.into(), id.into()]).await?;
            rows.seal_with(keys, &key, household, &known, at)?;
        }
        None => rows.seal(keys, household, identities, at)?,
    }
    rows.insert(tx).await
}

/// Opens the personal columns of a household. Whoever calls this writes the access log in the same transaction (SEC-1).
pub async fn identities(tx: &mut Tx, keys: &Keyring, county: &str, id: &str) -> Result<Identities> {
    let Some(row) = tx.rows_among(SEALED, &[vec![county.into(), id.into()]], "").await?.into_iter().next() else {
        return Ok(Identities::new());
    };
    let key = keys.unwrap(&row.bytes(2)?, &format!("{county}/{id}"))?;
    unsealed(&key, &row.bytes(3)?)
}

/// As [`identities`] for the rows of a list, by county and number; those that were erased or never had any are not among them.
pub async fn identities_among(tx: &mut Tx, keys: &Keyring, wanted: &[(&str, &str)]) -> Result<BTreeMap<(String, String), Identities>> {
    let wanted: Vec<Vec<Value>> = wanted.iter().map(|&(county, id)| vec![county.into(), id.into()]).collect();
    let mut found = BTreeMap::new();
    for row in tx.rows_among(SEALED, &wanted, "").await? {
        let (county, id) = (row.text(0)?, row.text(1)?);
        let key = match keys.unwrap(&row.bytes(2)?, &format!("{county}/{id}")) {
            Ok(key) => key,
            Err(database::Error::Shredded) => continue,
            Err(error) => return Err(error.into()),
        };
        found.insert((county, id), unsealed(&key, &row.bytes(3)?)?);
    }
    Ok(found)
}

async fn opened(tx: &mut Tx, key: &DataKey, county: &str, id: &str) -> Result<Identities> {
    let Some(row) = tx.row(IDENTITIES, &[county.into(), id.into()]).await? else { return Ok(Identities::new()) };
    unsealed(key, &row.bytes(0)?)
}

/// The personal columns in their sealed text.
pub(crate) fn unsealed(key: &DataKey, sealed: &[u8]) -> Result<Identities> {
    let listed: Vec<(String, String, String)> = serde_json::from_str(&key.open(IDENTITY, sealed)?)?;
    Ok(listed.into_iter().map(|(person, field, text)| ((person, field), text)).collect())
}

/// Households with this exact value in a personal column, or with these last digits (`field` `identity_tail`, `phone_tail`).
pub async fn search(tx: &mut Tx, keys: &Keyring, area: AreaCode, field: &str, value: &str) -> Result<Vec<(String, HouseholdId, PersonId)>> {
    let [from, to, ..] = area.bounds();
    let digest = keys.index(field, value);
    let rows = tx.rows(SEARCH, &[from.into(), to.into(), field.into(), digest.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, HouseholdId(row.text(1)?), PersonId(row.text(2)?)))).collect()
}

/// How many households there are, and up to ten that are not what their newest version says.
pub async fn unversioned(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let count = tx.row("select count(*) from household", &[]).await?.map_or(Ok(0), |row| row.long(0))?;
    let rows = tx.rows(UNVERSIONED, &[]).await?;
    Ok((count, rows.iter().map(|row| row.text(0)).collect::<std::result::Result<_, _>>()?))
}

/// Codes of the villages of an area that have households, in order.
pub async fn villages(tx: &mut Tx, area: AreaCode, limit: i64) -> Result<Vec<String>> {
    let [from, to, first, last] = area.bounds();
    let rows = tx.rows(VILLAGES, &[from.into(), to.into(), first.into(), last.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(row.text(0)?)).collect()
}

/// The number of the next household of a village: its code and four digits more than the highest so far.
pub async fn next_number(tx: &mut Tx, county: &str, village: &str) -> Result<String> {
    let highest = tx.row(HIGHEST, &[county.into(), format!("{village}0000").into(), format!("{village}9999").into()]).await?;
    let highest = highest.map(|row| row.text_or_none(0)).transpose()?.flatten();
    let tail = highest.as_deref().and_then(|id| id.get(12..)).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    if tail >= 9999 {
        return Err(Error::Refused("a village has no more than 9,999 household numbers"));
    }
    Ok(format!("{village}{:04}", tail + 1))
}

/// Makes the personal columns of a household unreadable for good; its figures and decisions stay.
pub async fn shred(tx: &mut Tx, county: &str, id: &str) -> Result<()> {
    for sql in [SHRED, EMPTY_IDENTITY] {
        tx.execute(sql, &[county.into(), id.into(), Vec::<u8>::new().into()]).await?;
    }
    tx.execute(FORGET_INDEX, &[county.into(), id.into()]).await?;
    Ok(())
}

/// A page of the households of an area, by village and number.
pub async fn list(tx: &mut Tx, area: AreaCode, after: Option<&After>, limit: usize) -> Result<Vec<HouseholdLine>> {
    let mut values = page(area, after);
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    tx.rows(LIST, &values).await?.iter().map(line).collect()
}

/// A household from the first six columns of a row.
pub(crate) fn line(row: &Row) -> Result<HouseholdLine> {
    Ok(HouseholdLine {
        county: row.text(0)?,
        id: HouseholdId(row.text(1)?),
        village: row.text(2)?,
        status: row.text(3)?,
        people: row.long(4)?,
        version: row.long(5)?,
    })
}

/// Whole households of an area, by village and number, for who looks through many.
pub async fn documents(tx: &mut Tx, area: AreaCode, after: Option<&After>, limit: usize) -> Result<Vec<Household>> {
    let mut values = page(area, after);
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    tx.rows(DOCUMENTS, &values).await?.into_iter().map(stored).collect()
}

/// Where a page of an area begins and where the area ends: county, village and household after which it goes on, last county and village.
pub(crate) fn page(area: AreaCode, after: Option<&After>) -> Vec<Value> {
    let [from, to, first, last] = area.bounds();
    let beginning = After { county: from, village: first, id: String::new() };
    // A cursor from before the area begins at the area.
    let place = |after: &After| (after.county.clone(), after.village.clone(), after.id.clone());
    let after = after.filter(|after| place(after) > place(&beginning)).unwrap_or(&beginning);
    [after.county.as_str(), &after.village, &after.id, &to, &last].map(Value::from).to_vec()
}

/// Households and people by sub-area of `level` and status: (area, status, households, people).
pub async fn tally(tx: &mut Tx, area: AreaCode, level: AreaLevel) -> Result<Vec<(String, String, i64, i64)>> {
    let [from, to, first, last] = area.bounds();
    let rows = tx.rows(TALLY, &[from.into(), to.into(), first.into(), last.into(), level.digits().into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.long(2)?, row.long(3)?))).collect()
}

/// What a data key belongs to.
fn owner(household: &Household) -> String {
    format!("{}/{}", household.county, household.id.0)
}

/// What people are looked for by: name, whole numbers, and the last digits that stand on their papers.
fn indexed(field: &str, text: &str) -> Vec<(String, String)> {
    let mut indexes = Vec::new();
    if matches!(field, "name" | "identity" | "phone") {
        indexes.push((field.to_owned(), text.to_owned()));
    }
    if matches!(field, "identity" | "phone") {
        let shown: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let tail: String = shown.iter().skip(shown.len().saturating_sub(4)).collect();
        indexes.push((format!("{field}_tail"), tail));
    }
    indexes
}

/// Over the document and the personal columns, so that a change of either is noticed.
fn digest(doc: &str, identities: &Identities) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(doc.as_bytes());
    for ((person, field), text) in identities {
        for part in [person, field, text] {
            hash.update([0]);
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().to_vec()
}
