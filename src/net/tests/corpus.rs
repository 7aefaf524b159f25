//! Heads as common proxies send them upstream, and the one client, scheme, host and page of each. The table is
//! `proxies.txt`: `== what the case shows`, the settings and the peer, `--`, the head, `--`, what it is.
//!
//! The fields are those that each proxy's documentation describes.

use super::{address, head, rules};
use crate::net::{Page, Request};

const TABLE: &str = include_str!("proxies.txt");

/// What a request is, in the table's words.
fn told(known: &Request) -> String {
    let host = known.host.as_ref().ok().and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default();
    let scheme = if known.secure { "https" } else { "http" };
    let page = if matches!(known.page, Page::Own(_)) { "own page" } else { "no page of ours" };
    format!("client {}, {scheme}, host {host}, {page}", known.client.address)
}

#[test]
fn a_request_through_a_proxy_has_one_client_scheme_host_and_page() {
    let cases: Vec<_> = TABLE.split("== ").skip(1).collect();
    assert!(cases.len() >= 35, "{} cases", cases.len());
    for case in cases {
        let mut parts = case.split("\n--\n");
        let [settings, lines, expected] = [(); 3].map(|()| parts.next().expect("three parts"));
        let setting = |name: &str| settings.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let trusted: Vec<_> = setting("trusted ").unwrap_or_default().split_whitespace().collect();
        let peer = address(setting("peer ").expect("a peer"));
        let known =
            rules(setting("public_url "), &trusted).request(peer, false, &head(&lines.lines().collect::<Vec<_>>()));
        assert_eq!(told(&known), expected.trim(), "{case}");
    }
}

const PRIVATE: &[&str] = &["10.0.0.0/8", "fd00::/8"];

#[test]
fn forwarding_fields_of_any_form_neither_panic_nor_name_an_address_that_no_proxy_wrote() {
    let rules = rules(None, PRIVATE);
    let junk = [
        "",
        ",",
        ",,,",
        " , ",
        "unknown",
        "\"",
        "\"203.0.113.7",
        "for",
        "for=",
        "=x",
        ";;",
        "[",
        "[]",
        "[::1",
        "::1]",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4:",
        "1.2.3.4:x",
        "1.2.3.4:99999",
        "1.2.3.4/8",
        "0x7f.1",
        "127.1",
        "fe80::1%eth0",
        "\u{e9}",
        "for=\"[::1\"",
        "\\",
        "\"\\",
        "for=1.2.3.4;for=5.6.7.8",
        "for=\"1.2.3.4",
        "a=b;c",
        "-",
        "_",
        "203.0.113.7 198.51.100.1",
        "203.0.113.7;198.51.100.1",
    ];
    for field in ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "forwarded"] {
        for text in junk {
            let line = format!("{field}: {text}");
            let known = rules.request(address("10.0.0.1"), false, &head(&["host: a", &line]));
            let address = known.client.address.to_string();
            let may_be = ["10.0.0.1", "1.2.3.4"].contains(&address.as_str());
            assert!(may_be, "{line}: {known:?}");
            let behind = rules.request(
                super::address("10.0.0.1"),
                false,
                &head(&["host: a", &line, "x-forwarded-for: 203.0.113.7"]),
            );
            assert_eq!(behind.client.address.to_string(), "203.0.113.7", "{line}: the proxy's own entry is the last");
        }
    }
    let many = format!("x-forwarded-for: {}203.0.113.7", "1.1.1.1,".repeat(1_000));
    let known = rules.request(address("10.0.0.1"), false, &head(&["host: a", &many, "x-forwarded-proto: https"]));
    assert_eq!((known.client.address.to_string().as_str(), known.secure), ("203.0.113.7", true));
}
