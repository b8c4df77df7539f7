//! Working lists as pages: kept by name, taken along with a reason.

use app::{Action, Role, Token, access_log};
use kernel::AreaCode;

use super::world::{OTHER, Reply, VILLAGE, World};

async fn form(world: &World, token: &str, path: &str, body: &str) -> Reply {
    let body = format!("csrf={}&{body}", Token::parse(token).unwrap().csrf().unwrap());
    let cookie = format!("fupin_session={token}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", cookie.as_str()), ("Accept-Language", "en")];
    world.call("POST", path, None, &headers, Some(body.into_bytes())).await
}

async fn page(world: &World, token: &str, path: &str) -> Reply {
    let cookie = format!("fupin_session={token}");
    world.call("GET", path, None, &[("Cookie", cookie.as_str()), ("Accept-Language", "en")], None).await
}

#[tokio::test]
async fn a_list_is_kept_by_name_for_its_owner_and_forgotten_again() {
    let world = World::new().await;
    let (token, other) = (world.staff(Role::CountyOfficer, true).await, world.staff(Role::CountyOfficer, true).await);
    // What was searched for, and anything that no list knows, is not kept.
    let body = "query=status%3Dmonitored%26q%3DWang%26next%3Dhttps%3A%2F%2Felsewhere%26column%3Dnumber&name=To+visit";
    let kept = form(&world, &token, "/households/lists", body).await;
    assert_eq!((kept.status, kept.header("location")), (303, Some("/households?status=monitored&column=number")));
    let list = page(&world, &token, "/households").await.text;
    assert!(list.contains("href=\"/households?status=monitored&amp;column=number\"") && list.contains("To visit"), "{list}");
    assert!(!page(&world, &other, "/households").await.text.contains("To visit"), "nobody else's");
    let wrong = form(&world, &token, "/households/lists", "query=&name=").await;
    assert!(wrong.status == 200 && wrong.text.contains("class=\"problems\""));
    let gone = form(&world, &token, "/households/lists", "query=&forget=To+visit").await;
    assert_eq!(gone.status, 303);
    assert!(!page(&world, &token, "/households").await.text.contains("To visit"));
}

#[tokio::test]
async fn a_list_goes_out_only_with_a_reason_that_each_household_can_read() {
    let world = World::new().await;
    let token = world.staff(Role::CountyOfficer, true).await;
    world.household(VILLAGE, "l1").await;
    world.household(OTHER, "l2").await;
    let without = form(&world, &token, "/households/export", "query=&reason=x").await;
    assert!(without.status == 200 && without.text.contains("class=\"problems\""), "{}", without.status);
    let out = form(&world, &token, "/households/export", "query=&reason=spot+check").await;
    assert_eq!((out.status, out.text.get(..2)), (200, Some("PK")), "a workbook");
    assert!(out.header("content-disposition").is_some_and(|name| name.contains(".xlsx")));
    let looks = async |county: &str, id: &str| {
        let mut tx = world.service.db.read().await.unwrap();
        let key = app::HouseholdKey::new(AreaCode::parse(county).unwrap(), id);
        let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
        looks.into_iter().filter(|look| look.entry.action == Action::ExportList).map(|look| look.entry.reason).collect::<Vec<_>>()
    };
    assert_eq!(looks(VILLAGE.get(..6).unwrap(), "l1").await, ["spot check"]);
    assert!(looks(OTHER.get(..6).unwrap(), "l2").await.is_empty(), "another county's household is not on the list");
}

/// A register that cannot be read shows who came as far as reading it.
#[tokio::test]
async fn a_rule_is_tried_on_a_household_only_by_who_may_open_its_page() {
    let world = World::with(|mut site| {
        site.service.register = Some("nowhere".into());
        site
    })
    .await;
    world.household(VILLAGE, "5202221042030001").await;
    world.household(OTHER, "5203211010010001").await;
    let body = |household: &str| format!("rule=true&household={household}");
    let (county, bank) = (world.staff(Role::CountyOfficer, true).await, world.staff(Role::BankOfficer, true).await);
    let own = form(&world, &county, "/programme", &body("5202221042030001")).await;
    assert_eq!(own.status, 500);
    for household in ["5203211010010001", "5202221042039999", "x"] {
        let other = form(&world, &county, "/programme", &body(household)).await;
        assert!(other.status == 200 && other.text.contains("class=\"problems\""), "{household}");
    }
    assert_ne!(form(&world, &bank, "/programme", &body("5202221042030001")).await.status, 500);
    let mut tx = world.service.db.read().await.unwrap();
    let key = app::HouseholdKey::new(AreaCode::parse("520222").unwrap(), "5202221042030001");
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, 10).await.unwrap();
    assert!(looks.iter().any(|look| look.entry.action == Action::ViewHousehold && look.entry.allowed));
}
