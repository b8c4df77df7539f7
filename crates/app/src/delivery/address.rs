//! Addresses of private networks, of this machine and of nobody: what a stranger's URL must not lead to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is none of the public internet.
#[must_use]
pub fn private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => private_v4(address),
        IpAddr::V6(address) => private_v6(address),
    }
}

/// IANA's registry of special-purpose addresses, without the anycast ones.
fn private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let inner = |high: u16, low: u16| {
        let [[one, two], [three, four]] = [high.to_be_bytes(), low.to_be_bytes()];
        Ipv4Addr::new(one, two, three, four)
    };
    match (a, b) {
        // NAT64 and 6to4 carry an address of version 4.
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => private_v4(inner(g, h)),
        (0x2002, _) => private_v4(inner(b, c)),
        // Teredo and other assignments of the protocol, and documentation.
        (0x2001, 0..0x200) | (0x2001, 0xdb8) => true,
        // Everything that is not global unicast: loopback, local, link, site, multicast.
        _ => a & 0xe000 != 0x2000,
    }
}
