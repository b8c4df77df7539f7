use database::Db;
use database::test_db::on_each_engine;
use kernel::AreaCode;

use super::{INSIDE, Narrow, store};
use crate::MIGRATIONS;
use crate::assessment::{Assessment, Counts, Grounds, Run, store as assessments};
use crate::household::store::{HouseholdLine, save};
use crate::household::{Household, HouseholdId};
use crate::observation::{Observation, store as observations};

const STATUSES: [&str; 3] = ["registered", "monitored", "none"];
const PROPOSALS: [&str; 3] = ["admit", "keep", "none"];
const CAUSES: [&str; 3] = ["illness", "schooling", "disability"];

struct Case {
    id: String,
    village: String,
    status: &'static str,
    proposal: &'static str,
    causes: Vec<&'static str>,
}

/// Two counties, five villages each, every combination of standing, proposal and cause.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for place in 0..180_usize {
        let county = if place % 2 == 0 { "520222" } else { "520223" };
        let main = place / 9 % 3;
        let causes = if place % 7 == 0 { Vec::new() } else { vec![CAUSES[main], CAUSES[(main + 1) % 3]] };
        cases.push(Case {
            id: format!("{place:03}"),
            village: format!("{county}10420{}", place % 5),
            status: STATUSES[place % 3],
            proposal: PROPOSALS[place / 3 % 3],
            causes,
        });
    }
    cases
}

fn assessment(case: &Case, causes: &[&str]) -> Assessment {
    let grounds = Grounds {
        registered: Some(case.status != "none"),
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        ..Grounds::default()
    };
    Assessment { household: case.id.clone(), village: case.village.clone(), proposal: case.proposal.to_owned(), priority: 1, grounds }
}

fn run(county: &str, id: &str, at: i64) -> Run {
    let none = String::new;
    Run {
        county: county.to_owned(),
        id: id.to_owned(),
        as_of: "2020-12-31".to_owned(),
        programme: none(),
        model: none(),
        register: none(),
        actor: none(),
        at,
        counts: Counts::default(),
    }
}

async fn filled(db: &Db) -> Vec<Case> {
    let cases = cases();
    let mut tx = db.begin().await.unwrap();
    for case in &cases {
        let mut household = Household::new(&case.id, &case.village, case.status).unwrap();
        save(&mut tx, &mut household, "imported", "t", 1).await.unwrap();
    }
    for county in ["520222", "520223"] {
        let own: Vec<&Case> = cases.iter().filter(|case| case.village.starts_with(county)).collect();
        // An earlier run said something else of everybody; it counts for nothing.
        let before: Vec<Assessment> =
            own.iter().map(|case| Assessment { proposal: "verify".to_owned(), ..assessment(case, &["drought"]) }).collect();
        let latest: Vec<Assessment> = own.iter().map(|case| assessment(case, &case.causes)).collect();
        for (id, at, some) in [("a", 1, before), ("b", 2, latest)] {
            assessments::insert(&mut tx, county, id, &some).await.unwrap();
            assert!(assessments::finish(&mut tx, &run(county, id, at)).await.unwrap());
        }
    }
    tx.commit().await.unwrap();
    cases
}

fn wanted(cases: &[Case], narrow: Narrow<'_>) -> Vec<String> {
    let word = |asked: &str, own: &str| asked.is_empty() || asked == own;
    let inside = |case: &&Case| {
        narrow.area.contains(AreaCode::parse(&case.village).unwrap())
            && (word(narrow.status, case.status) || narrow.status == INSIDE && case.status != "none")
            && word(narrow.proposal, case.proposal)
            && (narrow.cause.is_empty() || case.causes.first() == Some(&narrow.cause))
    };
    let mut found: Vec<(&str, &str)> = cases.iter().filter(inside).map(|case| (case.village.as_str(), case.id.as_str())).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id.to_owned()).collect()
}

#[test]
fn every_way_of_narrowing_finds_what_looking_at_each_household_finds() {
    on_each_engine(MIGRATIONS, async |db| {
        let cases = filled(&db).await;
        let mut tx = db.read().await.unwrap();
        let words = |some: &[&'static str]| std::iter::once("").chain(some.iter().copied()).collect::<Vec<_>>();
        for area in ["", "520222", "520223104", "520222104202", "99"] {
            let area = if area.is_empty() { AreaCode::WHOLE } else { AreaCode::parse(area).unwrap_or(AreaCode::WHOLE) };
            for status in words(&STATUSES).into_iter().chain([INSIDE]) {
                for proposal in words(&PROPOSALS) {
                    for cause in words(&CAUSES) {
                        let narrow = Narrow { area, status, proposal, cause };
                        let (mut found, mut after) = (Vec::new(), None);
                        loop {
                            let page = store::list_page(&mut tx, narrow, after.as_ref(), 7).await.unwrap();
                            assert!(page.lines.len() == 7 || page.next.is_none());
                            found.extend(page.lines.into_iter().map(|line| line.id.0));
                            after = page.next;
                            if after.is_none() {
                                break;
                            }
                        }
                        assert_eq!(found, wanted(&cases, narrow), "{narrow:?}");
                    }
                }
            }
        }
    });
}

#[test]
fn who_moved_since_the_run_is_listed_once_and_only_where_it_lives() {
    on_each_engine(MIGRATIONS, async |db| {
        filled(&db).await;
        let mut tx = db.begin().await.unwrap();
        let mut moved = crate::household::store::find(&mut tx, "520222", "000").await.unwrap();
        assert_eq!(moved.village, "520222104200");
        "520222104204".clone_into(&mut moved.village);
        save(&mut tx, &mut moved, "moved", "t", 9).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        let mut seen = async |area: &str| {
            let narrow = Narrow { proposal: "admit", ..Narrow::of(AreaCode::parse(area).unwrap()) };
            let page = store::list_page(&mut tx, narrow, None, 100).await.unwrap();
            page.lines.iter().filter(|line| line.id.0 == "000").map(|line| line.village.clone()).collect::<Vec<_>>()
        };
        assert_eq!(seen("520222").await, ["520222104204"]);
        assert!(seen("520222104200").await.is_empty());
    });
}

#[test]
fn causes_are_counted_by_the_main_one_of_those_in_the_programme() {
    on_each_engine(MIGRATIONS, async |db| {
        let cases = filled(&db).await;
        let mut tx = db.read().await.unwrap();
        let village = AreaCode::parse("520222104202").unwrap();
        for area in [AreaCode::WHOLE, village] {
            let counted = store::causes(&mut tx, area).await.unwrap();
            for cause in CAUSES {
                let inside = |case: &&Case| {
                    area.contains(AreaCode::parse(&case.village).unwrap()) && case.status != "none" && case.causes.first() == Some(&cause)
                };
                let expected = i64::try_from(cases.iter().filter(inside).count()).unwrap();
                let found = counted.iter().find(|(name, _)| name == cause).map_or(0, |(_, n)| *n);
                assert_eq!(found, expected, "{cause}");
            }
            assert!(counted.iter().all(|(name, _)| name != "drought"), "an earlier run counts for nothing");
        }
    });
}

#[test]
fn a_page_says_what_the_latest_run_made_of_it_and_when_somebody_was_there() {
    on_each_engine(MIGRATIONS, async |db| {
        filled(&db).await;
        let keys = database::Keyring::generate().unwrap();
        let mut tx = db.begin().await.unwrap();
        for (number, on) in [(1, "2020-03-01"), (2, "2020-05-07")] {
            let (case, actor) = (String::new(), "t".to_owned());
            let seen = Observation { number, case, on: on.to_owned(), at: 1, actor, cells: crate::household::Cells::new(), photo: false };
            observations::insert(&mut tx, &keys, ("520222", "002"), &seen, None).await.unwrap();
        }
        let line = |county: &str, id: &str| HouseholdLine {
            county: county.to_owned(),
            id: HouseholdId(id.to_owned()),
            village: String::new(),
            status: String::new(),
            people: 0,
            version: 0,
        };
        let lines = [line("520222", "002"), line("520223", "003"), line("520223", "gone")];
        let assessed = store::assessed(&mut tx, AreaCode::WHOLE, &lines).await.unwrap();
        let words: Vec<(&str, &str)> = assessed.iter().map(|((_, id), one)| (id.as_str(), one.proposal.as_str())).collect();
        assert_eq!(words, [("002", "admit"), ("003", "keep")]);
        let visited = store::visited(&mut tx, &lines).await.unwrap();
        assert_eq!(visited.into_iter().collect::<Vec<_>>(), [(("520222".to_owned(), "002".to_owned()), "2020-05-07".to_owned())]);
    });
}
