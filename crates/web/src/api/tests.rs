//! The API as programs see it: over a socket.

mod abuse;
mod dci;
mod imports;
mod lists;
mod matrix;
mod observe;
mod pages;
mod privacy;
mod records;
mod together;
mod world;

use std::collections::BTreeSet;

use serde_json::json;
use world::World;

use super::document::openapi;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Every documented operation has a route, and every route is documented.
#[tokio::test]
async fn the_document_and_the_routes_are_the_same() {
    let world = World::new().await;
    let document = openapi().unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 12);
    for (path, item) in paths {
        let documented: BTreeSet<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        let asked = path.replace("{county}", "520222").replace("{id}", "x");
        for method in METHODS {
            let reply = world.call(method, &asked, None, &[], None).await;
            let code = reply.json["code"].as_str().unwrap_or_default();
            assert_ne!(code, "api.no_route", "{method} {path}");
            assert_eq!(code != "api.method", documented.contains(method), "{method} {path}: {}", reply.text);
            if code == "api.method" {
                let allowed: BTreeSet<&str> = reply.header("allow").unwrap_or_default().split(',').filter(|m| *m != "HEAD").collect();
                assert_eq!(allowed, documented.iter().map(String::as_str).collect(), "{path}");
            }
        }
    }
    let sources = include_str!("../api.rs").matches(".route(").count();
    assert_eq!(sources, 1, "routes are made from the list of endpoints only");
    let ids: BTreeSet<&str> = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), super::endpoints().len());
}

#[tokio::test]
async fn whatever_is_wrong_is_a_problem_with_its_place() {
    let world = World::new().await;
    let bearer = world.officer().await;
    let token = Some(bearer.as_str());
    let case = json!({"procedure": "identification", "county": "520222", "household": "h1"});
    let key = ("Idempotency-Key", "k");
    let reply = |method, path, headers: Vec<(&'static str, &'static str)>, body: Option<Vec<u8>>| {
        let world = &world;
        async move { world.call(method, path, token, &headers, body).await }
    };
    let body = |value: serde_json::Value| Some(value.to_string().into_bytes());
    let mut unknown = case.clone();
    unknown["hosuehold"] = json!("x");
    let mut typed = case.clone();
    typed["flagged"] = json!("yes");
    let mut missing = case.clone();
    missing.as_object_mut().unwrap().remove("county");
    for (sent, pointer) in [(unknown, "/hosuehold"), (typed, "/flagged"), (missing, "/county")] {
        let found = reply("POST", "/api/v1/cases", vec![key], body(sent)).await;
        assert_eq!((found.status, found.json["pointer"].as_str()), (400, Some(pointer)), "{}", found.text);
        assert_eq!(found.header("content-type"), Some("application/problem+json"));
        assert!(found.json["reference"].as_str().is_some_and(|reference| reference.len() > 20));
    }
    let acts = "/api/v1/cases/520222/none/acts";
    for (sent, pointer) in [
        (json!({"kind": "visit", "step": "visit", "record": {"documents": [1]}}), "/record/documents/0"),
        (json!({"kind": "visit", "step": 5}), "/step"),
        (json!({"kind": "visit"}), "/step"),
        (json!({"kind": "visit", "step": "x", "reason": "y"}), "/reason"),
        (json!({"kind": "publish_notice", "step": "x", "from": "soon"}), "/from"),
    ] {
        let found = reply("POST", acts, vec![key, ("If-Match", "\"1\"")], body(sent)).await;
        assert_eq!((found.status, found.json["pointer"].as_str()), (400, Some(pointer)), "{}", found.text);
    }
    for (method, path, headers, sent, status) in [
        ("POST", "/api/v1/cases", vec![key], Some(b"{".to_vec()), 400),
        ("POST", "/api/v1/cases", vec![key], Some(b"\"\xff\"".to_vec()), 400),
        ("POST", "/api/v1/cases", vec![key], Some(vec![b' '; 2_000_000]), 413),
        ("POST", "/api/v1/cases", vec![], body(case.clone()), 400),
        ("POST", "/api/v1/cases", vec![key, ("Content-Type", "text/plain")], body(case.clone()), 415),
        ("POST", acts, vec![key], body(json!({"kind": "open_evidence"})), 428),
        ("POST", acts, vec![key, ("If-Match", "x")], body(json!({"kind": "open_evidence"})), 400),
        ("GET", "/api/v1/households?limit=0", vec![], None, 400),
        ("GET", "/api/v1/households?limit=1&limit=2", vec![], None, 400),
        ("GET", "/api/v1/households?nonsense=1", vec![], None, 400),
        ("GET", "/api/v1/households?area=%FF", vec![], None, 400),
        ("GET", "/api/v1/households?after=zzz", vec![], None, 400),
        ("GET", "/api/v1/households/520222/%FF", vec![], None, 400),
        ("GET", "/api/v1/households/520222/%00", vec![], None, 400),
        ("GET", "/api/v1/households/5202/h1", vec![], None, 400),
        ("GET", "/api/v1/households/520222/h1?as_of=then", vec![], None, 400),
        ("GET", "/api/v1/households", vec![("Accept", "text/html")], None, 406),
        ("GET", "/api/v1/households.ndjson?reason=r", vec![("Accept", "application/json")], None, 406),
        ("POST", "/api/v1/submissions", vec![("Content-Type", "text/csv")], Some(b"KEY".to_vec()), 415),
        ("POST", "/api/v1/submissions", vec![("Content-Type", "application/zip")], Some(b"no zip".to_vec()), 400),
        ("POST", "/api/v1/submissions", vec![("Content-Type", "application/zip")], Some(vec![0; (16 << 20) + 1]), 413),
        ("POST", "/api/v1/submissions?form=tax", vec![("Content-Type", "application/zip")], Some(b"x".to_vec()), 400),
        ("GET", "/api/v1/questionnaire.xlsx", vec![("Accept", "application/json")], None, 406),
        ("GET", "/api/v1/nowhere", vec![], None, 404),
        ("GET", "/api/v1/totals?area=520222104", vec![], None, 400),
        ("PUT", "/api/v1/totals", vec![], None, 405),
    ] {
        let found = reply(method, path, headers, sent).await;
        assert_eq!(found.status, status, "{method} {path}: {}", found.text);
        assert_eq!(found.header("content-type"), Some("application/problem+json"), "{method} {path}");
        assert_eq!(found.json["status"], status);
    }
    let nobody = world.call("GET", "/api/v1/households", None, &[], None).await;
    assert_eq!((nobody.status, nobody.header("www-authenticate")), (401, Some("Bearer")));
    // A browser's cookie is no token here.
    let cookie = format!("fupin_session={bearer}");
    assert_eq!(world.call("GET", "/api/v1/households", None, &[("Cookie", &cookie)], None).await.status, 401);
}

#[tokio::test]
async fn a_program_signs_in_and_out() {
    let world = World::new().await;
    let (user, password, secret) = world.program().await;
    let sign_in = |body: serde_json::Value| {
        let world = &world;
        async move { world.call("POST", "/api/v1/sessions", None, &[], Some(body.to_string().into_bytes())).await }
    };
    let first = sign_in(json!({"user": user, "password": password})).await;
    assert_eq!((first.status, first.json["code"].as_str()), (401, Some("api.code_wanted")));
    let code = world::code(&secret);
    let opened = sign_in(json!({"user": user, "password": password, "code": code})).await;
    assert_eq!((opened.status, opened.json["second_factor"].as_bool()), (201, Some(true)), "{}", opened.text);
    assert_eq!(sign_in(json!({"user": user, "password": password, "code": code})).await.json["code"], "api.refused");
    let token = opened.json["token"].as_str();
    assert_eq!(world.call("GET", "/api/v1/households", token, &[], None).await.status, 200);
    assert_eq!(world.call("DELETE", opened.header("location").unwrap(), token, &[], None).await.status, 204);
    assert_eq!(world.call("GET", "/api/v1/households", token, &[], None).await.json["code"], "api.token");
    for _ in 0..6 {
        sign_in(json!({"user": "nobody", "password": "x"})).await;
    }
    let waits = sign_in(json!({"user": "nobody", "password": "x"})).await;
    assert_eq!(waits.status, 429);
    assert!(waits.header("retry-after").unwrap().parse::<i64>().unwrap() > 0);
}
