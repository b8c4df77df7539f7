use database::Db;
use database::test_db::on_each_engine;
use kernel::AreaCode;

use super::store::{counts, find, finish, insert, list, move_counts, moves, of_household, runs};
use super::{Assessment, Counts, Grounds, Run};
use crate::MIGRATIONS;

const COUNTY: &str = "520222";

fn run(id: &str, at: i64) -> Run {
    let none = String::new;
    let counts = Counts { households: 4, admit: 2, keep: 0, verify: 1, review_removal: 0 };
    Run {
        county: COUNTY.to_owned(),
        id: id.to_owned(),
        as_of: "2020-12-31".to_owned(),
        programme: "china".to_owned(),
        model: none(),
        register: none(),
        actor: "identify".to_owned(),
        at,
        counts,
    }
}

fn assessed(household: &str, village: &str, proposal: &str, priority: i64) -> Assessment {
    let grounds = Grounds { reasons: vec![("income_below_line".to_owned(), Some(-0.25))], ..Grounds::default() };
    Assessment { household: household.to_owned(), village: village.to_owned(), proposal: proposal.to_owned(), priority, grounds }
}

async fn stored(db: &Db, run: &Run, some: &[Assessment]) -> bool {
    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, COUNTY, &run.id, some).await.unwrap();
    let new = finish(&mut tx, run).await.unwrap();
    tx.commit().await.unwrap();
    new
}

fn first() -> Vec<Assessment> {
    vec![
        assessed("1", "520222104201", "admit", 10),
        assessed("2", "520222104202", "admit", 90),
        assessed("3", "520222104202", "verify", 90),
        assessed("4", "520222104202", "none", 0),
    ]
}

#[test]
fn the_most_urgent_come_first_page_by_page_and_village_by_village() {
    on_each_engine(MIGRATIONS, async |db| {
        assert!(stored(&db, &run("a", 1), &first()).await);
        assert!(!stored(&db, &run("a", 2), &first()).await, "the same run again changes nothing");
        let mut tx = db.read().await.unwrap();
        let county = AreaCode::parse(COUNTY).unwrap();
        let page = list(&mut tx, (COUNTY, "a"), county, "admit", None, 1).await.unwrap();
        assert_eq!(page, first()[1..2]);
        let next = list(&mut tx, (COUNTY, "a"), county, "admit", Some(&(90, "2".to_owned())), 5).await.unwrap();
        assert_eq!(next, first()[..1]);
        let village = AreaCode::parse("520222104202").unwrap();
        assert_eq!(list(&mut tx, (COUNTY, "a"), village, "admit", None, 5).await.unwrap(), first()[1..2]);
        let by_proposal = counts(&mut tx, (COUNTY, "a"), village).await.unwrap();
        assert_eq!(by_proposal, [("admit", 1), ("none", 1), ("verify", 1)].map(|(word, n)| (word.to_owned(), n)));
        assert_eq!(find(&mut tx, COUNTY, "a").await.unwrap(), Some(run("a", 1)));
        assert_eq!(find(&mut tx, "520223", "a").await.unwrap(), None);
    });
}

#[test]
fn two_runs_differ_only_by_the_households_whose_proposal_changed() {
    on_each_engine(MIGRATIONS, async |db| {
        stored(&db, &run("a", 1), &first()).await;
        let mut second = first();
        second[0].proposal = "none".to_owned();
        second.remove(3);
        second.push(assessed("5", "520222104201", "admit", 5));
        stored(&db, &run("b", 2), &second).await;
        let mut tx = db.read().await.unwrap();
        let county = AreaCode::parse(COUNTY).unwrap();
        let found = moves(&mut tx, COUNTY, ("a", "b"), county, "", 10).await.unwrap();
        let word = |side: &Option<(String, Grounds)>| side.as_ref().map(|(word, _)| word.clone());
        let seen: Vec<_> = found.iter().map(|one| (one.household.as_str(), word(&one.before), word(&one.after))).collect();
        let text = |word: &str| Some(word.to_owned());
        assert_eq!(seen, [("1", text("admit"), text("none")), ("4", text("none"), None), ("5", None, text("admit"))]);
        assert_eq!(moves(&mut tx, COUNTY, ("a", "b"), county, "1", 1).await.unwrap(), found[1..2]);
        let totals = move_counts(&mut tx, COUNTY, ("a", "b"), county).await.unwrap();
        let expected = [("", "admit", 1), ("admit", "admit", 1), ("admit", "none", 1), ("none", "", 1), ("verify", "verify", 1)];
        assert_eq!(totals, expected.map(|(before, after, n)| (before.to_owned(), after.to_owned(), n)));
        let latest: Vec<String> = runs(&mut tx, county, 5).await.unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(latest, ["b", "a"]);
        let (assessment, run) = of_household(&mut tx, COUNTY, "1").await.unwrap().unwrap();
        assert_eq!((assessment.proposal.as_str(), run.as_str()), ("none", "b"));
    });
}

#[test]
fn a_run_that_broke_off_is_not_shown() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, COUNTY, "half", &first()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        assert_eq!(runs(&mut tx, AreaCode::WHOLE, 5).await.unwrap(), []);
        assert_eq!(of_household(&mut tx, COUNTY, "1").await.unwrap(), None);
    });
}
