//! Where a request comes from, also behind a reverse proxy.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;

const FORWARDED: &str = "x-forwarded-for";

/// The sender of a request as throttles and sessions know it. `trusted` are the proxies whose `X-Forwarded-For` is believed: read from
/// its end, where our own proxy wrote, the first address that is none of them. Of IPv6 the first 64 bits count, which one line has.
pub(crate) fn remote(parts: &Parts, trusted: &[IpAddr]) -> String {
    let Some(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical()) else {
        return String::new();
    };
    shown(sender(peer, &parts.headers, trusted))
}

fn sender(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        if headers.contains_key(FORWARDED) && peer.is_loopback() {
            tell_once();
        }
        return peer;
    }
    let lines: Vec<&str> = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut nearest = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        // What cannot be read was written by nobody we trust; the hop after it is the last one known.
        let Some(address) = address(hop.trim()) else { return nearest };
        nearest = address;
        if !trusted.contains(&nearest) {
            return nearest;
        }
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

fn shown(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Behind a proxy that is not named all people count as one: thirty of them who mistype would lock everybody out.
fn tell_once() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| tracing::warn!("a proxy on this machine passes requests on; name it in trusted_proxies (docs/operations.md)"));
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::{sender, shown};

    fn from(peer: &str, lines: &[&'static str]) -> String {
        let trusted: Vec<IpAddr> = ["127.0.0.1", "10.0.0.5"].into_iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        shown(sender(peer.parse().unwrap(), &headers, &trusted))
    }

    #[test]
    fn only_what_a_trusted_proxy_wrote_is_believed() {
        assert_eq!(from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "a stranger says so");
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("127.0.0.1", &["192.0.2.7, 198.51.100.1"]), "198.51.100.1", "the sender made up the first");
        assert_eq!(from("127.0.0.1", &["192.0.2.7, 198.51.100.1, 10.0.0.5"]), "198.51.100.1", "two proxies");
        assert_eq!(from("127.0.0.1", &["192.0.2.7", "198.51.100.1:4711"]), "198.51.100.1", "two lines");
        assert_eq!(from("127.0.0.1", &["192.0.2.7, nonsense, 10.0.0.5"]), "10.0.0.5");
        assert_eq!(from("127.0.0.1", &["10.0.0.5"]), "10.0.0.5", "a proxy that asks for itself");
    }

    #[test]
    fn a_line_of_ipv6_counts_as_one() {
        assert_eq!(from("127.0.0.1", &["2001:db8:1:2:3:4:5:6"]), "2001:db8:1:2::/64");
        assert_eq!(from("127.0.0.1", &["[2001:db8:1:2::9]:443"]), "2001:db8:1:2::/64");
        assert_eq!(from("127.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }
}
