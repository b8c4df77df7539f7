//! Readers and writers against a running service: `load ADDRESS COOKIE CSRF SECONDS READERS WRITERS VILLAGE PATH...`.
//!
//! Readers ask for the paths in turn, writers hand in declarations; each as fast as it is answered. Prints the milliseconds of the
//! answers: median, 95th and 99th percentile, slowest.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Load {
    address: String,
    cookie: String,
    csrf: String,
    until: Instant,
    village: String,
    paths: Vec<String>,
    next: AtomicUsize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, cookie, csrf, seconds, readers, writers, village, paths @ ..] = arguments.as_slice() else {
        return Err("usage: load ADDRESS COOKIE CSRF SECONDS READERS WRITERS VILLAGE PATH...".into());
    };
    let load = Arc::new(Load {
        address: address.clone(),
        cookie: cookie.clone(),
        csrf: csrf.clone(),
        until: Instant::now() + Duration::from_secs(seconds.parse()?),
        village: village.clone(),
        paths: paths.to_vec(),
        next: AtomicUsize::new(0),
    });
    let reading: Vec<_> = (0..readers.parse::<usize>()?).map(|_| tokio::spawn(read(Arc::clone(&load)))).collect();
    let writing: Vec<_> = (0..writers.parse::<usize>()?).map(|number| tokio::spawn(write(Arc::clone(&load), number))).collect();
    for (what, tasks) in [("reads", reading), ("writes", writing)] {
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await??);
        }
        report(what, times)?;
    }
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) -> Result<(), Failure> {
    times.sort_unstable();
    let at =
        |per_mille: usize| times.get((times.len() * per_mille / 1000).min(times.len().saturating_sub(1))).map_or(0, Duration::as_micros);
    let row = serde_json::json!({ "what": what, "count": times.len(), "p50_us": at(500), "p95_us": at(950), "p99_us": at(990), "max_us": at(1000) });
    serde_json::to_writer(std::io::stdout().lock(), &row)?;
    std::io::Write::write_all(&mut std::io::stdout().lock(), b"\n")?;
    Ok(())
}

async fn read(load: Arc<Load>) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while Instant::now() < load.until {
        let place = load.next.fetch_add(1, Ordering::Relaxed);
        let path = load.paths.get(place % load.paths.len().max(1)).ok_or("no path")?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nCookie: fupin_session={}\r\nConnection: close\r\n\r\n", load.cookie);
        times.push(asked(&load, &request, "200").await?);
    }
    Ok(times)
}

async fn write(load: Arc<Load>, number: usize) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while Instant::now() < load.until {
        let (csrf, village, place) = (&load.csrf, &load.village, times.len());
        let body = format!(
            "csrf={csrf}&key=load-{number}-{place}&name=Load&telephone=13900000000&identity=&village={village}&difficulty=illness&risk=illness"
        );
        let head = format!("POST /declare/send HTTP/1.1\r\nHost: x\r\nCookie: fupin_session={}", load.cookie);
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let request = format!("{head}\r\n{kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        times.push(asked(&load, &request, "303").await?);
    }
    Ok(times)
}

/// From the first byte sent to the last byte read.
async fn asked(load: &Load, request: &str, expected: &str) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(&load.address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(answer.get(..200.min(answer.len())).unwrap_or_default()).into_owned();
    if text.split(' ').nth(1) == Some(expected) { Ok(begun.elapsed()) } else { Err(format!("expected {expected}: {text}").into()) }
}
