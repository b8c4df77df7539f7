//! What a stranger, or an official with time to spare, must not be able to do.

use app::account::Credentials;
use app::{Action, Role, SignIn, access_log};
use kernel::AreaCode;

use super::world::{VILLAGE, World};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_stranger_cannot_object_without_end() {
    let world = World::new().await;
    let case = world.case_at("h1", 6).await;
    let path = format!("/notices/520222/{}/object", case.id);
    let object = async |text: &str| {
        let body = format!("text={text}").into_bytes();
        world.call("POST", &path, None, &[("Content-Type", FORM)], Some(body)).await
    };
    let long = object(&"x".repeat(2_001)).await;
    assert!(long.status == 200 && long.text.contains("class=\"problems\""), "{}", long.status);
    let mut taken = 0;
    for number in 0..40 {
        taken += usize::from(object(&format!("wrong{number}")).await.status == 200);
    }
    assert_eq!(taken, 20, "the others wait for an answer first");
}

#[tokio::test]
async fn signing_in_in_two_steps_counts_as_no_failure() {
    let world = World::new().await;
    let (user, password, _) = world.program().await;
    for _ in 0..40 {
        let typed = Credentials { name: &user, password: &password, code: None, remote: "10.0.0.7" };
        let answer = app::sign_in(&world.service.db, &world.service.keys, typed, world.service.now()).await.unwrap();
        assert!(matches!(answer, SignIn::CodeWanted), "{answer:?}");
    }
}

/// SEC-1: the form of a visit shows figures.
#[tokio::test]
async fn the_form_of_a_visit_stands_in_the_log_of_its_household() {
    let world = World::new().await;
    let case = world.case_at("h2", 2).await;
    let token = world.staff(Role::VillageCadre, true).await;
    let cookie = format!("fupin_session={token}");
    let form = world.call("GET", &format!("/visits/520222/{}", case.id), None, &[("Cookie", cookie.as_str())], None).await;
    assert_eq!(form.status, 200, "{}", form.text);
    let mut tx = world.service.db.read().await.unwrap();
    let key = app::HouseholdKey::new(AreaCode::parse(VILLAGE.get(..6).unwrap()).unwrap(), "h2");
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
    assert!(looks.iter().any(|look| look.entry.action == Action::RecordVisit && look.entry.allowed));
}

#[tokio::test]
async fn no_page_leads_to_another_site() {
    let world = World::new().await;
    let missing = world.call("GET", "//evil.example/x", None, &[], None).await;
    assert!(!missing.text.contains("href=\"//"), "{}", missing.text);
}
