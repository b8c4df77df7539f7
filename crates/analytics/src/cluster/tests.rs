use super::{Role, host_and_port, run_parts};

#[test]
fn an_address_has_a_host_and_a_port() {
    assert_eq!(host_and_port("10.0.0.7:50050").unwrap(), ("10.0.0.7".to_owned(), 50_050));
    for wrong in ["50050", ":50050", "host", "host:", "host:70000"] {
        let message = host_and_port(wrong).unwrap_err().to_string();
        assert!(message.contains("is not HOST:PORT"), "{message}");
    }
}

#[test]
fn a_scheduler_that_is_not_there_is_named() {
    // Port 1 belongs to nobody.
    let role = Role::without_work("0123456789abcdef".to_owned());
    let message = run_parts("127.0.0.1:1", &role, "job", &["one".to_owned(), "two".to_owned()]).unwrap_err().to_string();
    assert!(message.contains("no scheduler answers at 127.0.0.1:1"), "{message}");
}
