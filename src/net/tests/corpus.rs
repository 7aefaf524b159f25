//! Heads as common proxies send them upstream, and the one client, scheme, host and page of each: the files in
//! `tests/corpus/proxies`. `tests/corpus/README.md` says which were recorded, and after what the others were written.

use std::{fs, path::Path};

use hyper::http::Version;

use super::{address, head, rules};
use crate::net::{Page, Request};

/// What a request is, in the files' words.
fn told(known: &Request) -> String {
    let host = known.host.as_ref().ok().and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default();
    let scheme = if known.secure { "https" } else { "http" };
    let page = match &known.page {
        Page::Own(origin) => format!("own page {origin}"),
        Page::None | Page::Allowed(_) | Page::Foreign(_) => "no page of ours".to_owned(),
    };
    format!("client {}, {scheme}, host {host}, {page}", known.client.address)
}

/// What the node takes a recorded request for, and what it should.
fn judged(file: &str) -> (String, String) {
    let (notes, request) = file.split_once("\n\n").expect("notes and a head");
    let note =
        |name: &str| notes.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(' '));
    let trusted: Vec<_> = note("trusted").unwrap_or_default().split_whitespace().map(network).collect();
    let trusted: Vec<_> = trusted.iter().map(String::as_str).collect();
    let (first, fields) = request.split_once('\n').expect("a request line");
    let mut parts = head(&fields.lines().collect::<Vec<_>>());
    let mut words = first.split(' ');
    parts.method = words.next().expect("a method").parse().expect("a method");
    parts.uri = words.next().expect("a target").parse().expect("a target");
    parts.version = if words.next() == Some("HTTP/1.0") { Version::HTTP_10 } else { Version::HTTP_11 };
    let known = rules(note("public_url"), &trusted).request(address(note("peer").expect("a peer")), false, &parts);
    (told(&known), note("is").expect("what it is").to_owned())
}

/// An address is a network of its own.
fn network(text: &str) -> String {
    if text.contains('/') { text.to_owned() } else { format!("{text}/32") }
}

#[test]
fn a_request_through_a_proxy_has_one_client_scheme_host_and_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/proxies");
    let mut counts = [0, 0];
    for entry in fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "http") {
            let file = fs::read_to_string(&path).expect("a text");
            let (found, expected) = judged(&file);
            assert_eq!(found, expected, "{}:\n{file}", path.display());
            counts[usize::from(file.starts_with("# recorded"))] += 1;
        }
    }
    let [written, recorded] = counts;
    assert!(written >= 40 && recorded >= 24, "{written} written after documentation, {recorded} recorded");
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
