//! Where messages may go.

use std::net::{IpAddr, Ipv4Addr};

use forecourt_kernel::target::{Reach, Target, is_public};
use proptest::prelude::*;

fn code(url: &str, reach: Reach) -> &'static str {
    Target::parse(url, reach).map_or_else(|error| error.code, |_| "taken")
}

#[test]
fn addresses_of_nobodys_own_network_are_public() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "198.17.255.255",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn private_addresses_are_not_however_they_are_wrapped() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn an_address_is_known_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST.",
        "db.localhost",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:a9fe:a9fe]",
        "[64:ff9b::a00:1]",
        "[fd00::1]",
    ] {
        let url = format!("https://{host}/hook");
        assert_eq!(code(&url, Reach::Public), "private_address", "{url}");
        assert_eq!(code(&url, Reach::Anywhere), "taken", "{url}");
    }
}

#[test]
fn a_url_is_https_and_holds_no_secret() {
    assert_eq!(code("https://hooks.example.com/in?x=1", Reach::Public), "taken");
    assert_eq!(code("http://hooks.example.com", Reach::Public), "https_required");
    assert_eq!(code("http://hooks.example.com", Reach::Anywhere), "taken");
    assert_eq!(
        code("https://ann:secret@example.com", Reach::Anywhere),
        "credentials_in_url"
    );
    assert_eq!(
        code("https://ann@example.com", Reach::Anywhere),
        "credentials_in_url"
    );
    assert_eq!(
        code(
            &format!("https://example.com/{}", "a".repeat(2_000)),
            Reach::Public
        ),
        "too_long"
    );
    for url in [
        "",
        "example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https://a/#b",
    ] {
        assert_eq!(code(url, Reach::Anywhere), "malformed_url", "{url}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading_of_a_url(text: String) {
        let _ = Target::parse(&text, Reach::Public);
        let _ = Target::parse(&format!("https://{text}"), Reach::Public);
    }

    #[test]
    fn wrapping_an_address_changes_nothing(bits: u32) {
        let plain = Ipv4Addr::from_bits(bits);
        prop_assert_eq!(is_public(plain.into()), is_public(IpAddr::V6(plain.to_ipv6_mapped())));
        let spelled = format!("https://{bits}/");
        prop_assert_eq!(Target::parse(&spelled, Reach::Public).is_ok(), is_public(plain.into()));
    }
}
