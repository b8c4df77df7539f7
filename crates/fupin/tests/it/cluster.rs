//! One scheduler and two executors on loopback: the same bytes as on one machine, also when an executor is killed.

#![expect(clippy::disallowed_methods, reason = "what other processes do can only be looked at again and again")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{county, folder, fupin, ok, path, programme, tree};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(args: &[&str]) -> Running {
    start_program(Path::new(env!("CARGO_BIN_EXE_fupin")), args, Stdio::inherit())
}

fn start_program(program: &Path, args: &[&str], err: Stdio) -> Running {
    Running(Command::new(program).args(args).stdout(Stdio::null()).stderr(err).spawn().expect("the binary runs"))
}

/// An address nobody listens on, with a free port after it.
fn address() -> String {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = first.local_addr().expect("an address").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return format!("127.0.0.1:{port}");
        }
    }
}

fn listening(address: &str) {
    let started = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        assert!(started.elapsed() < Duration::from_secs(30), "{address} does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
}

struct Cluster {
    address: String,
    _scheduler: Running,
    executors: Vec<Running>,
}

fn cluster(scratch: &Path) -> Cluster {
    let scheduler = address();
    let running = start(&["scheduler", "--bind", &scheduler]);
    listening(&scheduler);
    let executors = ["a", "b"].map(|name| {
        let (bind, scratch) = (address(), path(scratch, name));
        let executor = start(&["executor", "--scheduler", &scheduler, "--bind", &bind, "--threads", "1", "--scratch", &scratch]);
        listening(&bind);
        executor
    });
    Cluster { address: scheduler, _scheduler: running, executors: executors.into() }
}

fn assert_same(here: &Path, there: &Path) {
    let (here, there) = (tree(here), tree(there));
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    for (name, bytes) in &here {
        assert!(there[name] == *bytes, "{} differs", name.display());
    }
}

#[test]
fn a_killed_executor_changes_nothing() {
    let work = folder();
    let china = programme("china");
    let (nation, register) = (path(work.path(), "nation"), path(work.path(), "nation/register"));
    let (here, there) = (path(work.path(), "here"), path(work.path(), "there"));
    ok(&["simulate", "--national", "--households", "310000", "--programme", &china, "--out", &nation]);
    ok(&["identify", "--programme", &china, "--data", &register, "--out", &here]);
    let mut cluster = cluster(work.path());
    let args = ["identify", "--programme", &china, "--data", &register, "--out", &there, "--cluster", &cluster.address];
    let mut client = start(&args);
    // In the middle: some parts are whole, most are not.
    let parts = work.path().join("there.new/parts");
    let notes = |name: &str| name.ends_with(".json") && name != "job.json";
    let whole = || std::fs::read_dir(&parts).map_or(0, |all| all.flatten().filter(|e| notes(&e.file_name().to_string_lossy())).count());
    let started = Instant::now();
    while whole() < 4 {
        assert!(started.elapsed() < Duration::from_secs(120), "the parts do not come");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(cluster.executors.pop());
    assert!(whole() < 31, "the executor was killed too late to show anything");
    assert!(client.0.wait().expect("it ends").success());
    assert_same(Path::new(&here), Path::new(&there));
}

#[test]
fn lists_of_a_county_come_out_the_same() {
    let work = folder();
    let china = programme("china");
    let (data, model) = (path(county(), "county/data"), path(county(), "model.json"));
    let (here, there) = (path(work.path(), "here"), path(work.path(), "there"));
    ok(&["identify", "--programme", &china, "--data", &data, "--model", &model, "--out", &here]);
    let cluster = cluster(work.path());
    ok(&["identify", "--programme", &china, "--data", &data, "--model", &model, "--out", &there, "--cluster", &cluster.address]);
    assert_same(Path::new(&here), Path::new(&there));
}

#[test]
fn another_build_may_not_take_part() {
    let work = folder();
    let cluster = cluster(work.path());
    // The same program with one byte more: it runs, but it is not the same build.
    let other = work.path().join("other-fupin");
    let mut bytes = std::fs::read(env!("CARGO_BIN_EXE_fupin")).expect("the binary");
    bytes.push(0);
    std::fs::write(&other, bytes).expect("written");
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");

    let bind = address();
    let output = Command::new(&other).args(["executor", "--scheduler", &cluster.address, "--bind", &bind]).output().expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("FP0504") && err.contains("start the same program"), "{err}");

    let (data, out) = (path(county(), "county/data"), path(work.path(), "out"));
    let output = Command::new(&other)
        .args(["identify", "--programme", &programme("china"), "--data", &data, "--out", &out, "--cluster", &cluster.address])
        .output()
        .expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("another build of fupin"), "{err}");
}

#[test]
fn without_a_scheduler_the_message_says_what_to_start() {
    let work = folder();
    let (data, out) = (path(county(), "county/data"), path(work.path(), "out"));
    let run = fupin(&["identify", "--programme", &programme("china"), "--data", &data, "--out", &out, "--cluster", "127.0.0.1:1"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("fupin scheduler"), "{}", run.err);
}
