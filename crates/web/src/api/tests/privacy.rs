use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::world::{IDENTITY, NAME, TELEPHONE, World};

/// What was logged.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// SEC-1: no name, identity number or telephone gets into a log line or an address, whatever is sent and wherever.
#[tokio::test]
async fn nobody_is_named_in_logs_and_addresses() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    let token = world.officer().await;
    let mut addresses = Vec::new();
    let bodies = [
        json!({"procedure": NAME, "county": "520222", "household": "h1"}),
        json!({"procedure": "identification", "county": NAME, "household": IDENTITY}),
        json!({"procedure": "identification", "county": "520222", "household": IDENTITY}),
        json!({"procedure": "identification", "county": "520222", "household": "h1", "flagged": NAME}),
        json!({"procedure": "identification", "county": "520222", "household": "h1", NAME: TELEPHONE}),
        json!({"procedure": "identification", "county": "520222", "household": "h1"}),
        json!({"kind": "withdraw", "reason": NAME}),
        json!({"kind": NAME, "step": TELEPHONE}),
        json!({"user": NAME, "password": TELEPHONE}),
    ];
    for (place, body) in bodies.into_iter().enumerate() {
        for path in ["/api/v1/cases", "/api/v1/cases/520222/none/acts", "/api/v1/sessions"] {
            let key = format!("{place}");
            let headers = [("Idempotency-Key", key.as_str()), ("If-Match", "\"1\"")];
            let reply = world.call("POST", path, Some(&token), &headers, Some(body.to_string().into_bytes())).await;
            addresses.extend(["location", "link"].map(|name| reply.header(name).unwrap_or_default().to_owned()));
            assert!(reply.status < 500, "{}", reply.text);
            assert!(reply.status == 404 || !reply.text.contains(TELEPHONE), "{}", reply.text);
        }
    }
    for path in [
        "/api/v1/households?limit=2".to_owned(),
        "/api/v1/households/520222/h1?identities=true".to_owned(),
        "/api/v1/households.ndjson?reason=r".to_owned(),
        format!("/api/v1/households/520222/{IDENTITY}"),
        format!("/api/v1/households?area={IDENTITY}"),
        format!("/api/v1/households?status={TELEPHONE}"),
        format!("/api/v1/procedures/{TELEPHONE}"),
    ] {
        let reply = world.call("GET", &path, Some(&token), &[], None).await;
        addresses.extend(["location", "link"].map(|name| reply.header(name).unwrap_or_default().to_owned()));
    }
    let log = lines.text();
    assert!(log.contains("api_refused"), "the log was caught");
    for personal in [NAME, IDENTITY, TELEPHONE] {
        // What the driver of the database logs of its statements holds places, never values.
        assert!(!log.contains(personal), "{}", log.lines().find(|line| line.contains(personal)).unwrap_or_default());
        assert!(addresses.iter().all(|address| !address.contains(personal)));
    }
}
