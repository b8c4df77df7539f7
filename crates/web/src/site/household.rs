//! Everything about one household.

use std::collections::BTreeMap;

use app::access_log::Look as Looking;
use app::{Action, HouseholdKey, Resource, access_log, civil};
use axum::extract::Path;
use axum::response::Response;
use kernel::AreaCode;
use registry::Cell;
use registry::case::store as cases;
use registry::household::store::{self, Identities};
use registry::household::{Cells, Household};
use registry::observation::{Observation, latest, store as observations};

use super::case::{procedure_title, state_text, step_title};
use super::overview::trail;
use super::visit::{purpose_text, role_text};
use super::{Fault, Visit, see_other, shown};
use crate::view::page::failure::Kind;
use crate::view::page::household as view;
use crate::view::page::word::Status;
use crate::view::part::{Event, Link, Pair, mask_identity, mask_telephone};

/// Looks that the page of a household names.
const LOOKS: i64 = 20;
/// What an official may begin from a household's page.
const PROCEDURES: [&str; 4] = ["identification", "risk_elimination", "strike_off", "fast_reentry"];

pub(super) fn status(code: &str) -> Status {
    Status::ALL.into_iter().find(|status| status.code() == code).unwrap_or(Status::None)
}

/// The personal columns; of a household that was erased none.
async fn opened(visit: &Visit, tx: &mut app::Tx, county: &str, id: &str) -> Result<Identities, Fault> {
    match store::identities(tx, &visit.site.service.keys, county, id).await {
        Ok(known) => Ok(known),
        Err(error) if error.code() == "database.shredded" => Ok(Identities::new()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn mask_name(name: &str) -> String {
    name.chars().enumerate().map(|(place, c)| if place == 0 { c } else { '*' }).collect()
}

pub(super) async fn page(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let household = store::find(&mut tx, &county, &id).await?;
    drop(tx);
    let village = AreaCode::parse(&household.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    let key = HouseholdKey::new(app::cases::county(&county)?, &id);
    let resource = Resource::of_household(village, key.clone());
    let fields = ["name", "identity", "phone"];
    let (context, action) = (visit.context(), Action::ViewHousehold);
    let look = Looking { who: &visit.who, action, what: &resource, context: &context, fields: &fields, reason: "" };
    if !service.look(&[look]).await?.iter().all(|decision| decision.allowed) {
        return Err(Fault::of(Kind::Forbidden));
    }
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let identities = opened(&visit, &mut tx, &county, &id).await?;
    let spells = registry::spell::store::list(&mut tx, &county, &id).await?;
    let versions = store::versions(&mut tx, &county, &id).await?;
    let seen = observations::list(&mut tx, &county, &id).await?;
    let files = cases::of_household(&mut tx, &county, &id).await?;
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, LOOKS).await?;
    let score = super::run::score(&visit, &mut tx, &county, &id).await?;
    let actors = versions.iter().map(|version| version.actor.as_str()).chain(seen.iter().map(|seen| seen.actor.as_str()));
    let names = names(&mut tx, actors.chain(looks.iter().map(|look| look.entry.principal.as_str()))).await?;
    let mut timeline: Vec<Event> = files.iter().map(|line| case_event(&visit, line)).collect();
    timeline.extend(versions.iter().rev().map(|v| Event {
        at: civil(v.at),
        what: visit.words().fill("desk.version", &[("number", &v.number.to_string()), ("event", &v.event)]),
        by: named(&visit, &names, &v.actor),
        link: None,
    }));
    let view = view::Household {
        number: id.clone(),
        head: identities.iter().find(|((_, field), _)| field == "name").map_or_else(|| id.clone(), |(_, name)| name.clone()),
        trail: trail(&visit, village, "/desk"),
        status: status(&household.status),
        summary: summary(&visit, &household, &identities),
        members: members(&visit, &household, &identities),
        dwelling: pairs(&visit, "household", &household.cells, |column| !column.ends_with("_income")),
        facts: facts(&visit, &household, &seen),
        income: income(&visit, &household.cells),
        score,
        timeline,
        spells: spells.iter().filter_map(|spell| spell_row(&visit, spell)).collect(),
        documents: Vec::new(),
        visits: seen.iter().rev().map(|seen| visit_row(&visit, seen, &names)).collect(),
        looks: looks.into_iter().map(|look| look_row(&visit, look, &names)).collect(),
        actions: actions(&visit, &resource, &county, &id),
    };
    Ok(shown(&view::page(&visit.frame, &view)))
}

fn visit_row(visit: &Visit, seen: &Observation, names: &BTreeMap<String, String>) -> view::VisitRecord {
    let w = visit.words();
    let result = w.fill("desk.answers", &[("count", &seen.cells.len().to_string())]);
    view::VisitRecord { on: civil(seen.at).date(), by: named(visit, names, &seen.actor), result, href: format!("#{}", seen.number) }
}

/// What the household declared beside what the last visit saw.
pub(super) fn facts(visit: &Visit, household: &Household, seen: &[Observation]) -> Vec<view::Fact> {
    let (w, programme) = (visit.words(), &visit.site.service.programme);
    let base = programme.view.base.get_ref();
    let fact = |(column, (cell, observation)): (&str, (&Cell, &Observation))| {
        let known = programme.table(base).and_then(|table| table.part.column(column))?;
        let declared = household.cells.get(column);
        let said = |cell: &Cell, source: &str, on: chrono::NaiveDate| view::Said {
            value: word(visit, base, column, cell),
            source: source.to_owned(),
            on,
        };
        Some(view::Fact {
            name: known.title.pick(visit.frame.language).to_owned(),
            declared: declared.map(|cell| said(cell, w.get("desk.register"), programme.meta.as_of)),
            observed: observation.on.parse().ok().map(|on| said(cell, w.get("desk.visit"), on)),
            compared: None,
            differs: declared.is_some_and(|declared| declared != cell),
        })
    };
    latest(seen).into_iter().filter_map(fact).collect()
}

fn case_event(visit: &Visit, line: &cases::CaseLine) -> Event {
    let at = line.id.get(..13).and_then(|text| i64::from_str_radix(text, 16).ok()).unwrap_or(0);
    Event {
        at: civil(at),
        what: format!("{} · {}", procedure_title(visit, &line.procedure), state_text(visit.words(), &line.state)),
        by: step_title(visit, &line.procedure, &line.step),
        link: Some(Link::new(visit.words().get("desk.open"), format!("/cases/{}/{}", line.county, line.id))),
    }
}

fn actions(visit: &Visit, resource: &Resource, county: &str, id: &str) -> Vec<Link> {
    let service = &visit.site.service;
    if service.permit(&visit.who, Action::OpenCase, resource, app::purpose(&visit.who)).is_err() {
        return Vec::new();
    }
    let link = |procedure: &&str| {
        Link::new(procedure_title(visit, procedure), format!("/cases/new?county={county}&household={id}&procedure={procedure}"))
    };
    PROCEDURES.iter().map(link).collect()
}

/// A village with what it lies in, as far as names are known.
pub(super) fn address(visit: &Visit, code: &str) -> String {
    let known = AreaCode::parse(code).map(|area| visit.site.service.areas.address(area, visit.frame.language));
    known.filter(|address| !address.is_empty()).unwrap_or_else(|| code.to_owned())
}

fn summary(visit: &Visit, household: &Household, identities: &Identities) -> Vec<Pair> {
    let w = visit.words();
    let mut pairs = vec![
        Pair::new(w.get("household.village"), address(visit, &household.village)),
        Pair::new(w.get("household.persons"), household.people().to_string()),
    ];
    if let Some((_, phone)) = identities.iter().find(|((_, field), _)| field == "phone") {
        pairs.push(Pair::new(w.get("declare.telephone"), mask_telephone(phone)));
    }
    pairs
}

/// The record as its own household reads it: the summary and each member.
pub(super) fn members_pairs(visit: &Visit, household: &Household, identities: &Identities) -> Vec<Pair> {
    let mut pairs = summary(visit, household, identities);
    let people = members(visit, household, identities).into_iter();
    pairs.extend(people.map(|member| Pair::new(member.relation, format!("{} {}", member.name, member.masked_identity))));
    pairs.extend(self::pairs(visit, "household", &household.cells, |_| true));
    pairs
}

fn members(visit: &Visit, household: &Household, identities: &Identities) -> Vec<view::Member> {
    let text = |cells: &Cells, column: &str| cells.get(column).map_or_else(String::new, |cell| word(visit, "person", column, cell));
    let personal = |person: &str, field: &str| identities.get(&(person.to_owned(), field.to_owned())).cloned().unwrap_or_default();
    household
        .present()
        .map(|member| view::Member {
            name: personal(&member.id.0, "name"),
            relation: text(&member.cells, "relation"),
            masked_identity: mask_identity(&personal(&member.id.0, "identity")),
            sex: text(&member.cells, "sex"),
            born_on: match member.cells.get("born_on") {
                Some(Cell::Text(day)) => day.parse().ok(),
                Some(Cell::Flag(_) | Cell::Number(_)) | None => None,
            },
            education: text(&member.cells, "education"),
            health: text(&member.cells, "health"),
            labour: text(&member.cells, "labour"),
            work: text(&member.cells, "employer"),
        })
        .collect()
}

/// A value in words: codes by their list, money with its unit, yes and no.
pub(super) fn word(visit: &Visit, table: &str, column: &str, cell: &Cell) -> String {
    let (programme, w) = (&visit.site.service.programme, visit.words());
    let known = programme.table(table).and_then(|table| table.part.column(column));
    match cell {
        Cell::Flag(true) => w.get("desk.yes").to_owned(),
        Cell::Flag(false) => w.get("desk.no").to_owned(),
        Cell::Number(value) => match known.map(|column| column.column_type) {
            Some(programme::ColumnType::Money) => w.yuan(*value),
            Some(_) | None => value.to_string(),
        },
        Cell::Text(text) => {
            let list = known.and_then(|column| column.list.as_ref()).and_then(|list| programme.code_list(list.get_ref()));
            let code = list.and_then(|list| list.part.codes.iter().map(toml::Spanned::get_ref).find(|code| code.code == *text));
            code.map_or_else(
                || text.clone(),
                |code| match visit.frame.language {
                    kernel::Language::Zh => code.zh.clone(),
                    kernel::Language::En => code.en.clone(),
                },
            )
        }
    }
}

fn pairs(visit: &Visit, table: &str, cells: &Cells, wanted: impl Fn(&str) -> bool) -> Vec<Pair> {
    let Some(definition) = visit.site.service.programme.table(table) else { return Vec::new() };
    let columns = definition.part.column.iter().filter(|column| wanted(column.name()));
    let pair = |column: &programme::TableColumn| {
        let cell = cells.get(column.name())?;
        Some(Pair::new(column.title.pick(visit.frame.language), word(visit, table, column.name(), cell)))
    };
    columns.filter_map(pair).collect()
}

fn income(visit: &Visit, cells: &Cells) -> view::Income {
    let Some(table) = visit.site.service.programme.table("household") else {
        return view::Income { year: 0, parts: Vec::new(), per_head_fen: None, line_fen: None };
    };
    let kinds: BTreeMap<&str, &str> =
        [("wage_income", ""), ("production_income", ""), ("property_income", ""), ("transfer_income", ""), ("production_cost", "-")].into();
    let part = |column: &programme::TableColumn| match cells.get(column.name()) {
        Some(Cell::Number(fen)) if *fen != 0 => {
            let sign = kinds.get(column.name())?;
            Some((column.title.pick(visit.frame.language).to_owned(), if *sign == "-" { -fen } else { *fen }))
        }
        Some(Cell::Number(_) | Cell::Flag(_) | Cell::Text(_)) | None => None,
    };
    let number = |column: &str| match cells.get(column) {
        Some(Cell::Number(fen)) => Some(*fen),
        Some(Cell::Flag(_) | Cell::Text(_)) | None => None,
    };
    let year = chrono::Datelike::year(&visit.site.service.programme.meta.as_of);
    let parts = table.part.column.iter().filter_map(part).collect();
    view::Income { year, parts, per_head_fen: number("income_per_head_declared"), line_fen: None }
}

fn spell_row(visit: &Visit, spell: &registry::spell::Spell) -> Option<view::Spell> {
    let w = visit.words();
    let kind = if spell.number == 1 { "desk.first_spell" } else { "desk.later_spell" };
    Some(view::Spell {
        kind: w.fill(kind, &[("number", &spell.number.to_string())]),
        from: spell.opened_on.parse().ok()?,
        until: spell.closed_on.as_ref().and_then(|day| day.parse().ok()),
        reason: spell.closed_how.clone().unwrap_or_else(|| spell.opened_by.clone()),
    })
}

/// Names of the accounts behind principals, as pages show them.
pub(super) async fn names(tx: &mut app::Tx, principals: impl Iterator<Item = &str>) -> Result<BTreeMap<String, String>, Fault> {
    let ids: std::collections::BTreeSet<&str> = principals.filter_map(|key| key.strip_prefix("staff:")).collect();
    let titles = app::account::store::titles(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(titles.into_iter().map(|(id, title)| (format!("staff:{id}"), title)).collect())
}

pub(super) fn named(visit: &Visit, names: &BTreeMap<String, String>, principal: &str) -> String {
    let own = || if principal.starts_with("household:") { visit.words().get("role.household").to_owned() } else { principal.to_owned() };
    names.get(principal).cloned().unwrap_or_else(own)
}

pub(super) fn look_row(visit: &Visit, logged: access_log::Logged, names: &BTreeMap<String, String>) -> view::Look {
    let (entry, w) = (logged.entry, visit.words());
    let why = if entry.reason.is_empty() { purpose_text(w, entry.purpose).to_owned() } else { entry.reason };
    let own = if entry.role == app::role::OPERATOR { "role.operator" } else { "role.household" };
    let role = app::Role::parse(&entry.role).map_or_else(|| w.get(own), |role| role_text(w, role));
    let fields = entry.fields.split(',').map(|field| match field {
        "name" => w.get("declare.name"),
        "identity" => w.get("declare.identity"),
        "phone" => w.get("declare.telephone"),
        "difficulty" => w.get("declare.difficulty"),
        _ => "",
    });
    let what = fields.filter(|field| !field.is_empty()).collect::<Vec<_>>().join(w.get("desk.comma"));
    view::Look { at: civil(entry.at), who: named(visit, names, &entry.principal), role: role.to_owned(), why, what }
}
