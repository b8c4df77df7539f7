use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Client, GIVEN_UP_AFTER, Target, Undelivered, address, next_attempt};
use crate::clock::{HOUR, MINUTE};

#[test]
fn addresses_of_private_networks_are_known() {
    let private = |text: &str| address::private(text.parse::<IpAddr>().unwrap());
    for text in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "::7f00:1",
    ] {
        assert!(private(text), "{text}");
    }
    for text in ["1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1", "64:ff9b::8.8.8.8", "2002:808:808::"] {
        assert!(!private(text), "{text}");
    }
}

#[test]
fn only_addresses_that_may_be_sent_to_are_taken() {
    for (text, public, private) in [
        ("https://example.org/hook", true, true),
        ("https://example.org:8443/hook?x=1", true, true),
        ("http://example.org/hook", false, true),
        ("https://127.0.0.1/hook", false, true),
        ("https://[::1]/hook", false, true),
        ("https://169.254.169.254/latest", false, true),
        ("https://user:password@example.org/", false, false),
        ("ftp://example.org/", false, false),
        ("https://", false, false),
        ("/hook", false, false),
        ("https://example.org/#part", false, false),
    ] {
        assert_eq!((Target::parse(text, false).is_ok(), Target::parse(text, true).is_ok()), (public, private), "{text}");
    }
}

#[test]
fn waiting_doubles_and_ends() {
    let mut now = 0;
    let mut waits = Vec::new();
    for failures in 1.. {
        let Some(next) = next_attempt(0, failures, now) else { break };
        waits.push(next - now);
        now = next;
    }
    assert_eq!(waits[..4], [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]);
    assert!(waits.iter().all(|wait| *wait <= 6 * HOUR) && now <= GIVEN_UP_AFTER && now > GIVEN_UP_AFTER - 7 * HOUR);
}

/// A listener that answers one request; what it was sent.
async fn one_answer(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 4096];
        let mut got = Vec::new();
        while !got.ends_with(b"{}") {
            let read = stream.read(&mut buffer).await.unwrap();
            got.extend(&buffer[..read]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(got).unwrap()
    });
    (url, task)
}

#[tokio::test]
async fn a_request_arrives_and_its_status_counts() {
    let client = Client::new(true).unwrap();
    for (answer, outcome) in [
        ("HTTP/1.1 204 No Content\r\n\r\n", Ok(())),
        ("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", Err(Undelivered::Answered(500))),
        // Not followed: where it leads was not looked at.
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", Err(Undelivered::Answered(302))),
        ("no http\r\n\r\n", Err(Undelivered::Unreachable("the connection broke"))),
    ] {
        let (url, received) = one_answer(answer).await;
        assert_eq!(client.post(&url, &[("x-test", "1".to_owned())], b"{}".to_vec()).await, outcome, "{answer}");
        let got = received.await.unwrap();
        assert!(got.starts_with("POST /hook?a=b HTTP/1.1\r\n") && got.contains("x-test: 1\r\n") && got.ends_with("\r\n\r\n{}"), "{got}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = client.post(&format!("http://{closed}/"), &[], b"{}".to_vec()).await;
    assert_eq!(nobody, Err(Undelivered::Unreachable("no connection")));
}

/// The name is resolved and refused by the address behind it.
#[tokio::test]
async fn names_of_private_addresses_are_refused() {
    let client = Client::new(false).unwrap();
    for url in ["https://localhost/hook", "https://127.0.0.1/hook", "http://example.org/hook"] {
        assert_eq!(client.post(url, &[], b"{}".to_vec()).await, Err(Undelivered::Refused), "{url}");
    }
}

/// Answers with these statuses; head and body of what came.
pub(crate) async fn receiver(statuses: Vec<u16>) -> (String, tokio::task::JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut came = Vec::new();
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
            let parts = loop {
                let read = stream.read(&mut buffer).await.unwrap();
                got.extend(&buffer[..read]);
                let text = String::from_utf8_lossy(&got).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n")
                    && serde_json::from_str::<serde_json::Value>(body).is_ok()
                {
                    break (head.to_owned(), body.to_owned());
                }
            };
            came.push(parts);
            stream.write_all(format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
        }
        came
    });
    (url, task)
}
