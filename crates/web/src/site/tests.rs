use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use app::household_access::FileGateway;
use app::{Db, Keyring, Service, SystemClock, migrations};
use programme::{Programme, SourceFile};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Site, serve};

fn china() -> Programme {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/china")];
    let mut sources = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    Programme::load(sources).unwrap()
}

async fn ask(address: SocketAddr, request: String) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, text)
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    ask(address, format!("GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\nConnection: close\r\n\r\n")).await
}

async fn post(address: SocketAddr, path: &str, headers: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let form = "Content-Type: application/x-www-form-urlencoded";
    ask(
        address,
        format!("POST {path} HTTP/1.1\r\nHost: x\r\n{form}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"),
    )
    .await
}

async fn site() -> (SocketAddr, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("records.db").display())).await.unwrap();
    db.migrate(&migrations()).await.unwrap();
    let service = Service::new(
        db,
        Keyring::generate().unwrap(),
        china(),
        Arc::new(SystemClock),
        Arc::new(FileGateway::new(&folder.path().join("messages"))),
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Site::new(service, false), std::future::pending()));
    (address, folder)
}

/// SEC-1: without a session every page of the desk leads to the sign-in, and every form is refused.
#[tokio::test]
async fn nothing_of_the_desk_opens_without_signing_in() {
    let (address, _folder) = site().await;
    let desk = [
        "/desk",
        "/households",
        "/households/520222/h1",
        "/search?q=x",
        "/cases",
        "/cases/520222/c1",
        "/cases/new?county=1&household=2&procedure=3",
        "/visits",
        "/visits/520222/c1",
        "/visits/declarations/520222/d1",
    ];
    for path in desk {
        let (status, text) = get(address, path).await;
        assert_eq!((status, text.contains("location: /sign-in")), (303, true), "{path}");
    }
    assert_eq!(get(address, "/enrol").await.0, 404);
    for (path, body) in [
        ("/cases/new", "county=1&household=2&procedure=3&csrf=x"),
        ("/cases/520222/c1", "csrf=x&key=1.approve.x."),
        ("/visits/declarations/520222/d1", "csrf=x"),
        ("/mine/appeal/c1", "csrf=x&text=y"),
        ("/sign-out", "csrf=x"),
        ("/enrol", "csrf=x&code=1"),
    ] {
        assert_eq!(post(address, path, "", body).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn what_is_public_opens_and_says_what_browsers_may_do() {
    let (address, _folder) = site().await;
    for path in
        ["/totals", "/totals.csv", "/procedure", "/procedure?id=appeal", "/sign-in", "/declare", "/notices", "/mine/sign-in", "/healthz"]
    {
        let (status, text) = get(address, path).await;
        assert_eq!(status, 200, "{path}: {text}");
        for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "referrer-policy: no-referrer"] {
            assert!(text.contains(header), "{path} lacks {header}");
        }
    }
    let (status, text) = get(address, crate::asset::href(crate::asset::STYLE)).await;
    assert!(status == 200 && text.contains("immutable"));
}

#[tokio::test]
async fn a_wrong_request_is_a_page_that_says_what_to_do() {
    let (address, _folder) = site().await;
    let (status, text) = get(address, "/nowhere").await;
    assert!(status == 404 && text.contains("<h1>") && text.contains("lang=\"en\""), "{text}");
    assert_eq!(get(address, "/totals?area=nonsense").await.0, 400);
    assert_eq!(get(address, "/totals?area=520222104").await.0, 400, "a township alone would undo what is withheld");
    assert_eq!(get(address, "/procedure?id=none").await.0, 404);
    // A form from another site is refused before anything is read.
    assert_eq!(post(address, "/sign-in", "Sec-Fetch-Site: cross-site\r\n", "user=a&password=b").await.0, 403);
    let (status, text) = post(address, "/sign-in", "Sec-Fetch-Site: same-origin\r\n", "user=nobody&password=b").await;
    assert!(status == 200 && text.contains("nobody") && !text.contains("value=\"b\""), "the name is kept, the password is not");
}
