//! The desk: an area at a glance, down to its villages.

use app::{Action, Principal, Role};
use axum::extract::Query;
use axum::response::Response;
use kernel::{AreaCode, AreaLevel};
use registry::case::store::{CaseFilter, list as cases, step_load};
use registry::household::store::tally;
use serde::Deserialize;

use super::case::{procedure_title, step_title};
use super::{Fault, Visit, see_other, shown};
use crate::view::chart::Tile;
use crate::view::page::overview::{Overview, StepLoad, Task, page};
use crate::view::page::word::Status;
use crate::view::part::{Figure, Link};

/// Overdue tasks that the desk names.
const OVERDUE: usize = 10;

#[derive(Deserialize)]
pub(super) struct Asked {
    area: Option<String>,
}

pub(super) async fn home(visit: Visit) -> Response {
    see_other(match &visit.who {
        Principal::Household(_) => "/mine",
        Principal::Staff { role: Role::VillageCadre, .. } => "/visits",
        Principal::Staff { .. } => "/desk",
        Principal::Public => "/totals",
    })
}

pub(super) async fn desk(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ViewOverview, asked.area.as_deref())?;
    let (service, w) = (&visit.site.service, visit.words());
    let today = service.moment().on;
    let below = below(area);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let counts = tally(&mut tx, area, below).await?;
    let load = step_load(&mut tx, area, today).await?;
    let day = today.to_string();
    let filter = CaseFilter { area, step: "", state: "", due_before: &day };
    let late = cases(&mut tx, filter, None, OVERDUE).await?;
    let load = load.into_iter().map(|(procedure, step, waiting, late)| StepLoad {
        title: format!("{} · {}", procedure_title(&visit, &procedure), step_title(&visit, &procedure, &step)),
        href: super::together::path(&visit, area, &procedure, &step).unwrap_or_else(|| format!("/cases?area={area}&step={step}")),
        waiting: count(waiting),
        late: count(late),
    });
    let overdue = late.iter().map(|line| Task {
        title: format!("{} · {}", line.household, step_title(&visit, &line.procedure, &line.step)),
        href: format!("/cases/{}/{}", line.county, line.id),
        who: visit.place_of(&line.village),
        due_on: line.due_on.parse().unwrap_or(today),
    });
    let causes = super::household_list::causes(&visit, &mut tx, area).await?;
    let alerts = super::run::alerts(&visit, &mut tx, area).await?;
    let view = Overview {
        area: visit.place(area),
        trail: trail(&visit, area, "/desk"),
        today,
        figures: figures(&visit, area, &counts),
        measure: w.get("desk.share_inside").to_owned(),
        tiles: tiles(&visit, area, below, &counts),
        causes,
        alerts,
        overdue: overdue.collect(),
        steps: load.collect(),
    };
    Ok(shown(&page(&visit.frame, &view)))
}

type Count = (String, String, i64, i64);

fn figures(visit: &Visit, area: AreaCode, counts: &[Count]) -> Vec<Figure> {
    let w = visit.words();
    let sum = |wanted: Option<Status>| -> (i64, i64) {
        let of = counts.iter().filter(|(_, status, _, _)| wanted.is_none_or(|wanted| wanted.code() == status));
        of.fold((0, 0), |(households, people), (_, _, h, p)| (households + h, people + p))
    };
    let figure = |name: &str, wanted: Option<Status>| {
        let (households, people) = sum(wanted);
        let status = wanted.map_or("", Status::code);
        Figure {
            name: name.to_owned(),
            value: w.count(count(households)),
            href: Some(format!("/households?area={area}&status={status}")),
            small: Some(w.fill("desk.people", &[("count", &w.count(count(people)))])),
        }
    };
    let mut figures = vec![figure(w.get("desk.households"), None)];
    figures.extend(Status::ALL.into_iter().filter(|status| sum(Some(*status)).0 > 0).map(|status| figure(status.text(w), Some(status))));
    figures
}

/// Sub-areas, shaded by the share of their households that are in the programme.
fn tiles(visit: &Visit, area: AreaCode, below: AreaLevel, counts: &[Count]) -> Vec<Tile> {
    let mut areas: std::collections::BTreeMap<&str, (i64, i64)> = std::collections::BTreeMap::new();
    for (code, status, households, _) in counts {
        let (all, inside) = areas.entry(code).or_default();
        *all += households;
        if matches!(status.as_str(), "registered" | "monitored") {
            *inside += households;
        }
    }
    let tile = |(code, (all, inside)): (&str, (i64, i64))| {
        let per_mille = inside * 1000 / all.max(1);
        let path = if below == AreaLevel::Village || area.level() == Some(AreaLevel::Village) { "/households" } else { "/desk" };
        Tile {
            name: visit.place_of(code),
            href: format!("{path}?area={code}"),
            value: format!("{inside} / {all}"),
            shade: u8::try_from((per_mille / 60).clamp(0, 4)).ok(),
        }
    };
    areas.into_iter().map(tile).collect()
}

/// The level under an area's own.
fn below(area: AreaCode) -> AreaLevel {
    match area.level() {
        None => AreaLevel::Province,
        Some(AreaLevel::Province) => AreaLevel::Prefecture,
        Some(AreaLevel::Prefecture) => AreaLevel::County,
        Some(AreaLevel::County) => AreaLevel::Township,
        Some(AreaLevel::Township | AreaLevel::Village) => AreaLevel::Village,
    }
}

/// From the widest area the visitor may see down to the one above `area`.
pub(super) fn trail(visit: &Visit, area: AreaCode, path: &str) -> Vec<Link> {
    let Some(scope) = visit.site.service.policies.scope(&visit.who, Action::ViewOverview, &visit.context()) else { return Vec::new() };
    let above = AreaLevel::ALL.into_iter().filter(|level| area.level().is_some_and(|own| *level < own));
    let areas = above.map(|level| area.at(level)).filter(|above| scope.contains(*above));
    areas.map(|above| Link::new(visit.place(above), format!("{path}?area={above}"))).collect()
}

pub(super) fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
