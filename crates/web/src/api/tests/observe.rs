use app::Role;
use serde_json::json;

use super::privacy::Lines;
use super::world::{IDENTITY, NAME, TELEPHONE, VILLAGE, World};

/// The value of a counter with these labels.
fn count(metrics: &str, start: &str, labels: &[&str]) -> u64 {
    let fits = |line: &&str| line.starts_with(start) && labels.iter().all(|label| line.contains(label));
    let lines: Vec<&str> = metrics.lines().filter(fits).collect();
    lines.iter().map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// A text as addresses and forms carry it.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Asks pages and programs for somebody by name, number and telephone, wherever one could.
async fn name_everywhere(world: &World, officer: &str) {
    let cookie = format!("fupin_session={officer}");
    for personal in [NAME, IDENTITY, TELEPHONE] {
        let text = encoded(personal);
        for path in [
            format!("/search?q={text}"),
            format!("/households/520222/{text}"),
            format!("/households?status={text}"),
            format!("/cases/520222/{text}"),
            format!("/notices/520222/{text}"),
            format!("/mine/appeal/{text}"),
            format!("/{text}"),
            format!("/api/v1/{text}"),
            format!("/api/v1/households/520222/{text}"),
            format!("/api/v1/procedures/{text}"),
        ] {
            world.call("GET", &path, None, &[("Cookie", &cookie)], None).await;
            world.call("GET", &path, Some(officer), &[], None).await;
        }
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        for (path, fields) in [
            ("/sign-in", format!("user={text}&password={text}")),
            ("/declare", format!("name={text}&telephone={text}&identity={text}")),
            ("/mine/sign-in", format!("number={text}")),
            ("/mine/code", format!("number={text}&code=1")),
            ("/mine/card", format!("secret={text}")),
        ] {
            world.call("POST", path, None, &form, Some(fields.into_bytes())).await;
        }
        world.call(personal.get(..3).filter(|text| text.is_ascii()).unwrap_or("BREW"), "/", None, &[], None).await;
        world
            .call("POST", "/api/v1/sessions", None, &[], Some(json!({"user": personal, "password": personal}).to_string().into_bytes()))
            .await;
    }
}

/// SEC-1: neither the log nor the counters name anybody, whatever was asked for, by pages and by programs.
#[tokio::test]
async fn log_and_counters_name_nobody() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let world = World::new().await;
    let (officer, cadre) = (world.officer().await, world.staff(Role::VillageCadre, true).await);
    let before = world.call("GET", "/metrics", None, &[], None).await.text;
    name_everywhere(&world, &officer).await;
    let case = world.case(VILLAGE, "h1").await;
    let acts = format!("/api/v1/cases/520222/{case}/acts");
    let lead = json!({"kind": "submit", "step": "lead", "record": {"persons": [NAME]}}).to_string().into_bytes();
    let done = world.call("POST", &acts, Some(&cadre), &[("Idempotency-Key", "k"), ("If-Match", "\"3\"")], Some(lead)).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let shown = world.call("GET", "/api/v1/households/520222/h1?identities=true", Some(&officer), &[], None).await;
    assert!(shown.text.contains(IDENTITY));

    let scraped = world.call("GET", "/metrics", None, &[], None).await;
    assert_eq!(scraped.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let (metrics, log) = (scraped.text, lines.text());
    for (named, text) in [("the counters", &metrics), ("the log", &log)] {
        for personal in [NAME, IDENTITY, TELEPHONE, &encoded(NAME), &encoded(TELEPHONE), &case, &officer] {
            let found = text.lines().find(|line| line.contains(personal));
            assert!(found.is_none(), "{named}: {found:?}");
        }
        // Numbers of households and codes of areas are data of somebody too.
        assert!(!text.contains("520222"), "{named}: {:?}", text.lines().find(|line| line.contains("520222")));
    }
    let more = |start, labels: &[&str]| count(&metrics, start, labels) - count(&before, start, labels);
    assert_eq!(more("fupin_requests_total", &["route=\"/api/v1/households/{county}/{id}\"", "class=\"2xx\""]), 1);
    assert!(more("fupin_requests_total", &["route=\"/households/{county}/{id}\""]) >= 6);
    assert!(more("fupin_requests_total", &["route=\"elsewhere\""]) >= 6);
    assert!(more("fupin_requests_total", &["method=\"other\""]) >= 3);
    assert!(more("fupin_request_seconds_count", &["route=\"/api/v1/sessions\""]) >= 3);
    assert!(more("fupin_sign_ins_total", &["with=\"password\"", "outcome=\"failed\""]) >= 6);
    assert!(more("fupin_case_acts_total", &["kind=\"submit\""]) >= 1);
    assert!(more("fupin_access_log_entries", &[]) >= 2);
    assert_eq!(count(&metrics, "fupin_database_up", &[]), 1);
    let line = log.lines().find(|line| line.contains("route=\"/api/v1/households/{county}/{id}\"") && line.contains("status=200")).unwrap();
    assert!(line.contains("request{id=") && line.contains(" ms=") && line.contains("method=\"GET\""), "{line}");
    let id = shown.header("x-request-id").unwrap();
    assert!(line.contains(id), "{line}");
}

/// A database that is gone is counted, and told in the counters' own words.
#[tokio::test]
async fn a_lost_database_is_counted() {
    let world = World::new().await;
    let token = world.officer().await;
    let before = world.call("GET", "/metrics", None, &[], None).await.text;
    world.lose().await;
    assert_eq!(world.call("GET", "/api/v1/households", Some(&token), &[], None).await.status, 503);
    let after = world.call("GET", "/metrics", None, &[], None).await.text;
    let lost = |text: &str| count(text, "fupin_database_failures_total", &["kind=\"lost\""]);
    assert_eq!(lost(&after), lost(&before) + 1);
    assert_eq!(count(&after, "fupin_database_up", &[]), 0);
}
