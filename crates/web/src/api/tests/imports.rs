//! Files brought in on the page.

use app::{Role, Token};

use super::world::{Reply, World};

const HOUSEHOLDS: &str = "\
household,village,status,size,wage_income,production_income,property_income,transfer_income,production_cost,net_income
5202221042039001,520222104203,registered,1,1000,0,0,0,0,1000
5202221042039002,here,none,1,1000,0,0,0,0,1000
";
const PERSONS: &str = "household,person,name,sex,relation\n5202221042039001,1,王大山,male,head\n";

async fn page(world: &World, token: &str, path: &str) -> Reply {
    let cookie = format!("fupin_session={token}");
    world.call("GET", path, None, &[("Cookie", cookie.as_str()), ("Accept-Language", "en")], None).await
}

/// A form with files: the token first, as the page has it.
async fn upload(world: &World, token: &str, csrf: &str, files: &[(&str, &str, &str)]) -> Reply {
    let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
    for (table, name, content) in files {
        body.push_str(&format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{table}\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n"
        ));
    }
    body.push_str("--edge--\r\n");
    let cookie = format!("fupin_session={token}");
    let headers = [("Content-Type", "multipart/form-data; boundary=edge"), ("Cookie", cookie.as_str()), ("Accept-Language", "en")];
    world.call("POST", "/imports", None, &headers, Some(body.into_bytes())).await
}

async fn act(world: &World, token: &str, path: &str, act: &str) -> Reply {
    let body = format!("csrf={}&act={act}", Token::parse(token).unwrap().csrf().unwrap());
    let cookie = format!("fupin_session={token}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", cookie.as_str())];
    world.call("POST", path, None, &headers, Some(body.into_bytes())).await
}

/// The page once nothing is under way any more.
async fn settled(world: &World, token: &str, path: &str) -> Reply {
    for _ in 0..600 {
        let reply = page(world, token, path).await;
        if !reply.text.contains("data-running") {
            return reply;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("still under way");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_checked_shown_and_accepted_by_who_brought_them() {
    let world = World::new().await;
    let (token, other) = (world.staff(Role::TownshipOfficer, true).await, world.staff(Role::TownshipOfficer, true).await);
    let csrf = Token::parse(&token).unwrap().csrf().unwrap();
    let both = [("household", "农户.csv", HOUSEHOLDS), ("person", "成员.csv", PERSONS)];
    assert_eq!(upload(&world, &token, "x", &both).await.status, 403, "not from our page");
    let one = upload(&world, &token, &csrf, &[("household", "a.exe", HOUSEHOLDS)]).await;
    assert!(one.status == 200 && one.text.contains("class=\"problems\"") && one.text.contains(".xlsm"), "{}", one.text);
    let sent = upload(&world, &token, &csrf, &both).await;
    let place = sent.header("location").unwrap_or_default().to_owned();
    assert!(sent.status == 303 && place.starts_with("/imports/"), "{} {place}", sent.status);
    let checked = settled(&world, &token, &place).await;
    assert!(checked.text.contains("value=\"accept\"") && checked.text.contains("FP0"), "{}", checked.text);
    assert_eq!(page(&world, &token, "/households/520222/5202221042039001").await.status, 404, "nothing is stored yet");
    let refused = page(&world, &token, &format!("{place}/refused")).await;
    assert_eq!((refused.status, refused.text.get(..2)), (200, Some("PK")));
    for path in [place.clone(), format!("{place}/refused")] {
        assert_eq!(page(&world, &other, &path).await.status, 404, "the files name people: nobody else's");
    }
    assert_eq!(act(&world, &other, &place, "accept").await.status, 404);
    assert_eq!(act(&world, &token, &place, "accept").await.status, 303);
    assert_eq!(act(&world, &token, &place, "accept").await.status, 303, "sent twice");
    let stored = settled(&world, &token, &place).await;
    assert!(stored.text.contains("in the records") && !stored.text.contains("value=\"accept\""), "{}", stored.text);
    assert_eq!(page(&world, &token, "/households/520222/5202221042039001").await.status, 200);
    assert!(page(&world, &token, "/imports").await.text.contains("农户.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused_on_the_way() {
    let world = World::new().await;
    let token = world.staff(Role::CountyOfficer, true).await;
    let csrf = Token::parse(&token).unwrap().csrf().unwrap();
    let much = "x".repeat(app::import_batch::MOST_BYTES + (2 << 20));
    let reply = upload(&world, &token, &csrf, &[("household", "h.csv", &much)]).await;
    assert_eq!(reply.status, 413);
}
