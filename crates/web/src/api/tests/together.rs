//! Many cases at once: the sheet of a meeting, and the opinion on all that are marked.

use app::{Role, Token};
use kernel::AreaCode;
use registry::case::{Case, CaseState};

use super::world::{Reply, VILLAGE, World};

const COUNTY: &str = "520222";

async fn ask(world: &World, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let body = format!("csrf={}&{body}", Token::parse(token).unwrap().csrf().unwrap());
    let cookie = format!("fupin_session={token}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", cookie.as_str()), ("Accept-Language", "en")];
    world.call(method, path, None, &headers, (method == "POST").then(|| body.into_bytes())).await
}

async fn load(world: &World, case: &Case) -> Case {
    let mut tx = world.service.db.read().await.unwrap();
    registry::case::store::load(&mut tx, COUNTY, &case.id).await.unwrap().0
}

/// The step a case is at.
async fn at(world: &World, case: &Case) -> String {
    load(world, case).await.current.into_keys().collect::<Vec<_>>().join(",")
}

fn row(case: &Case) -> String {
    format!("{}.{}.{}", COUNTY, case.id, case.version)
}

#[tokio::test]
async fn a_meeting_votes_on_each_household_and_leaves_out_those_it_did_not_reach() {
    let world = World::new().await;
    let (one, two) = (world.case_at("h1", 4).await, world.case_at("h2", 4).await);
    assert_eq!(at(&world, &one).await, "evaluation");
    let cadre = world.staff(Role::VillageCadre, true).await;
    let sheet = ask(&world, &cadre, "GET", "/meetings", "").await;
    assert!(sheet.text.contains(&format!("agree-{}", one.id)) && sheet.text.contains(&format!("agree-{}", two.id)));
    let votes = |case: &Case, agree: u32| {
        let (id, version) = (&case.id, case.version);
        format!("&agree-{id}={agree}&disagree-{id}=3&abstain-{id}=2&version-{id}={version}")
    };
    let head = "entitled=30&present=26&document=meeting_minutes&signature=x";
    let wrong = ask(&world, &cadre, "POST", "/meetings", &format!("{head}{}{}", votes(&one, 21), votes(&two, 22))).await;
    assert!(wrong.text.contains("class=\"problems\""), "more votes than people");
    assert_eq!((at(&world, &one).await, at(&world, &two).await), ("evaluation".to_owned(), "evaluation".to_owned()), "all or nothing");
    let empty = format!("&agree-{0}=&disagree-{0}=&abstain-{0}=", two.id);
    let held = ask(&world, &cadre, "POST", "/meetings", &format!("{head}{}{empty}", votes(&one, 21))).await;
    assert_eq!((held.status, held.text.contains("Done")), (200, true), "{}", held.text);
    assert_eq!((at(&world, &one).await, at(&world, &two).await), ("notice".to_owned(), "evaluation".to_owned()));
    assert_eq!(load(&world, &one).await.voting.map(|voting| voting.tally.agree), Some(21));
}

#[tokio::test]
async fn a_day_that_is_none_is_told_at_its_field() {
    let world = World::new().await;
    let case = world.case_at("h1", 5).await;
    let cadre = world.staff(Role::VillageCadre, true).await;
    let path = format!("/cases/{COUNTY}/{}", case.id);
    let wrong = format!("key={}.publish_notice.notice.&from=31+February", case.version);
    let alone = ask(&world, &cadre, "POST", &path, &wrong).await;
    assert!(alone.status == 200 && alone.text.contains("class=\"problems\"") && alone.text.contains("31 February"), "{}", alone.text);
    let wrong = format!("procedure=identification&step=notice&from=tomorrow&row={}", row(&case));
    let many = ask(&world, &cadre, "POST", "/cases/together", &wrong).await;
    assert!(many.status == 200 && many.text.contains("class=\"problems\"") && many.text.contains("tomorrow"), "{}", many.text);
    assert_eq!(load(&world, &case).await.version, case.version, "nothing was published");
}

#[tokio::test]
async fn an_opinion_counts_for_every_marked_case_once() {
    let world = World::new().await;
    let (one, two, three) = (world.case_at("h1", 5).await, world.case_at("h2", 5).await, world.case_at("h3", 5).await);
    let cadre = world.staff(Role::VillageCadre, true).await;
    let about = "procedure=identification&step=notice";
    let page = ask(&world, &cadre, "GET", &format!("/cases/together?{about}"), "").await;
    assert!([&one, &two, &three].iter().all(|case| page.text.contains(&row(case))), "{}", page.text);
    let from = world.service.moment().on;
    let both = format!("{about}&decision=do&from={from}&row={}&row={}", row(&one), row(&two));
    let posted = ask(&world, &cadre, "POST", "/cases/together", &both).await;
    assert_eq!(posted.text.matches("Done").count(), 2, "{}", posted.text);
    let posted = [&one, &two, &three].map(|case| async { load(&world, case).await.posting.is_some() });
    let [first, second, third] = posted;
    assert_eq!((first.await, second.await, third.await), (true, true, false));
    // Sent twice: the second finds that the cases are no longer as they were.
    let again = ask(&world, &cadre, "POST", "/cases/together", &both).await;
    assert_eq!(again.text.matches("Done").count(), 0);
    assert!(again.text.contains("Something changed meanwhile"), "{}", again.text);
    let none = ask(&world, &cadre, "POST", "/cases/together", &format!("{about}&decision=do")).await;
    assert!(none.text.contains("class=\"problems\""));
}

#[tokio::test]
async fn a_contradicted_case_is_approved_together_only_after_its_evidence_was_opened() {
    let world = World::new().await;
    let village = AreaCode::parse(VILLAGE).unwrap();
    let mut cases = Vec::new();
    for (household, flagged) in [("h1", "yes"), ("h2", "no")] {
        let case = world.case_at(household, 3).await;
        assert_eq!(at(&world, &case).await, "comparison");
        let officer = world.staff(Role::DepartmentOfficer, true).await;
        let body = format!("key={}.compare.comparison.&document=comparison_result&flagged={flagged}", case.version);
        let path = format!("/cases/{}/{}", COUNTY, case.id);
        assert_eq!(ask(&world, &officer, "POST", &path, &body).await.status, 303);
        cases.push(app::demo::advance(&world.service, village, load(&world, &case).await, 2).await.unwrap());
    }
    world.days(15);
    for case in &mut cases {
        *case = app::demo::advance(&world.service, village, load(&world, case).await, 2).await.unwrap();
        assert_eq!(at(&world, case).await, "county_approval");
    }
    let county = world.staff(Role::CountyOfficer, true).await;
    let about = "procedure=identification&step=county_approval";
    let both = format!("{about}&decision=do&document=approval_form&signature=x&row={}&row={}", row(&cases[0]), row(&cases[1]));
    let page = ask(&world, &county, "GET", &format!("/cases/together?{about}"), "").await;
    let boxed = |case: &Case| page.text.split("<input").find(|input| input.contains(&row(case))).unwrap().to_owned();
    assert!(boxed(&cases[0]).contains("disabled") && !boxed(&cases[1]).contains("disabled"));
    // Even if the box is forced.
    let answer = ask(&world, &county, "POST", "/cases/together", &both).await;
    assert_eq!(answer.text.matches("Done").count(), 1, "{}", answer.text);
    assert_eq!(load(&world, &cases[0]).await.state, CaseState::Open);
    assert_eq!(load(&world, &cases[1]).await.state, CaseState::Approved);
    let open = format!("key={}.open_evidence..", cases[0].version);
    assert_eq!(ask(&world, &county, "POST", &format!("/cases/{}/{}", COUNTY, cases[0].id), &open).await.status, 303);
    // Back to the township with a reason.
    let now = load(&world, &cases[0]).await;
    let without = format!("{about}&decision=return&to=township_review&row={}", row(&now));
    assert!(ask(&world, &county, "POST", "/cases/together", &without).await.text.contains("class=\"problems\""));
    let back = ask(&world, &county, "POST", "/cases/together", &format!("{without}&reason=look+again")).await;
    assert!(back.text.contains("Done"), "{}", back.text);
    assert_eq!(at(&world, &cases[0]).await, "township_review");
}
