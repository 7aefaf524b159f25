//! Which pages may connect: our own, those of allowed origins, and nobody's by DNS rebinding.

use super::{address, head, rules};
use crate::net::{Origin, Page, Rules};

const PUBLIC: Option<&str> = Some("https://call.example.org");

/// `http.public_url`, whether over our own TLS, Host, Origin, and what the page is.
type Case = (Option<&'static str>, bool, &'static str, &'static str, &'static str);

const PAGES: &[Case] = &[
    (None, false, "a.org", "https://a.org", "own"),
    (None, false, "A.org", "https://a.ORG", "own"),
    (None, false, "a.org:443", "https://a.org", "own"),
    (None, false, "a.org", "https://a.org:443", "own"),
    (None, false, "a.org:8443", "https://a.org:8443", "own"),
    (None, true, "a.org", "https://a.org", "own"),
    (None, true, "a.org", "http://a.org", "foreign"),
    (None, true, "127.0.0.1", "http://127.0.0.1", "foreign"),
    (None, false, "localhost:8080", "http://localhost:8080", "own"),
    (None, false, "localhost:8080", "http://localhost:3000", "foreign"),
    (None, false, "192.168.1.7:8080", "http://192.168.1.7:8080", "own"),
    (None, false, "[::1]:8080", "http://[::1]:8080", "own"),
    (None, false, "[0:0::1]:8080", "http://[::1]:8080", "own"),
    (None, false, "aldis", "http://aldis", "own"),
    (None, false, "a.org", "http://a.org", "foreign"),
    (None, false, "a.org:8080", "http://a.org:8080", "foreign"),
    (None, false, "127.0.0.1.nip.io", "http://127.0.0.1.nip.io", "foreign"),
    (None, false, "a.org:443", "http://a.org", "foreign"),
    (None, false, "a.org", "https://a.org:444", "foreign"),
    (None, false, "a.org", "https://b.org", "foreign"),
    (None, false, "a.org", "https://sub.a.org", "foreign"),
    (None, false, "a.org", "https://a.org.b.org", "foreign"),
    (None, false, "a.org", "https://a.org@b.org", "foreign"),
    (None, false, "a.org", "https://b.org@a.org", "foreign"),
    (None, false, "a.org", "https://a.org/", "foreign"),
    (None, false, "a.org", "https://a.org/x", "foreign"),
    (None, false, "a.org", "https://a.org?x", "foreign"),
    (None, false, "a.org", "https://a.org#x", "foreign"),
    (None, false, "a.org", "https://a.org:", "foreign"),
    (None, false, "a.org", "//a.org", "foreign"),
    (None, false, "a.org", "a.org", "foreign"),
    (None, false, "a.org", "https://a.org https://b.org", "foreign"),
    (None, false, "a.org", "https:a.org", "foreign"),
    (None, false, "a.org", "ws://a.org", "foreign"),
    (None, false, "a.org", "null", "foreign"),
    (None, false, "a.org", "NULL", "foreign"),
    (None, false, "a.org", "", "foreign"),
    (None, false, "a.org", "https://", "foreign"),
    (None, false, "a.org", "file://", "foreign"),
    (None, false, "a.org", "https://app.example.org", "allowed"),
    (None, false, "a.org", "https://APP.example.org:443", "allowed"),
    (None, false, "a.org", "http://app.example.org", "foreign"),
    // nginx: its default Host, $host, $http_host.
    (PUBLIC, false, "127.0.0.1:8080", "https://call.example.org", "own"),
    (PUBLIC, false, "aldis_upstream", "https://call.example.org", "own"),
    (PUBLIC, false, "call.example.org", "https://call.example.org", "own"),
    (Some("https://call.example.org:8443"), false, "call.example.org", "https://call.example.org:8443", "own"),
    (PUBLIC, false, "call.example.org", "https://call.example.org:8443", "foreign"),
    (PUBLIC, false, "b.org", "https://b.org", "foreign"),
    (PUBLIC, false, "b.org", "http://b.org", "foreign"),
    (PUBLIC, false, "localhost:8080", "http://localhost:8080", "own"),
    (PUBLIC, true, "b.org", "https://b.org", "foreign"),
    (Some("http://a.org:8080"), false, "a.org:8080", "http://a.org:8080", "own"),
];

/// `own`, `allowed`, `foreign` or `none`.
fn page(rules: &Rules, over_tls: bool, lines: &[&str]) -> &'static str {
    match rules.request(address("192.0.2.1"), over_tls, &head(lines)).page {
        Page::None => "none",
        Page::Own(_) => "own",
        Page::Allowed(_) => "allowed",
        Page::Foreign(_) => "foreign",
    }
}

#[test]
fn a_page_is_our_own_by_the_public_url_or_by_a_host_that_is_certain() {
    for (public_url, over_tls, host, origin, expected) in PAGES.iter().copied() {
        let lines = [&format!("host: {host}") as &str, &format!("origin: {origin}")];
        let found = page(&rules(public_url, &[]), over_tls, &lines);
        assert_eq!(found, expected, "{origin} at {host}, public_url {public_url:?}, over our TLS: {over_tls}");
    }
    assert_eq!(page(&rules(None, &[]), false, &["host: a.org"]), "none");
    assert_eq!(
        page(&rules(None, &[]), false, &["host: a.org", "origin: https://a.org", "origin: https://a.org"]),
        "foreign"
    );
    assert_eq!(
        page(&rules(PUBLIC, &[]), false, &["origin: https://call.example.org"]),
        "own",
        "the public URL needs no Host"
    );
}

#[test]
fn apps_are_allowed_by_their_exact_origin() {
    let apps = [
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://.",
        "chrome-extension://abcdefghijklmnop",
        "file://",
        "null",
        "moz-extension://1b2c-3d",
    ];
    for app in apps {
        let rules = Rules { allowed_origins: vec![app.parse().expect("an origin")], ..Rules::default() };
        let line = format!("origin: {app}");
        assert_eq!(page(&rules, false, &["host: a.org", &line]), "allowed", "{app}");
        for other in ["capacitor://evil", "app://..", "NULL", "file:///", "tauri://localhost:1"] {
            let line = format!("origin: {other}");
            assert_eq!(page(&rules, false, &["host: a.org", &line]), "foreign", "{other} where {app} is allowed");
        }
    }
}

#[test]
fn an_origin_is_shown_as_browsers_write_it_and_others_are_refused_with_the_reason() {
    for (given, shown) in [
        ("HTTPS://App.Example:443", "https://app.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://[2001:DB8::1]:444", "https://[2001:db8::1]:444"),
        ("null", "null"),
        ("app://.", "app://."),
    ] {
        assert_eq!(given.parse::<Origin>().expect("an origin").to_string(), shown);
    }
    for (given, why) in [
        ("https://app.example/path", "an origin has no path"),
        ("app.example", "no scheme"),
        ("https://", "no host"),
        ("https://ann@app.example", "an origin has no user"),
        ("https://app.example:", "no port after the colon"),
        ("https://app.example:70000", "not a URL"),
        ("wss://app.example", "a page has the scheme http or https, not ws or wss"),
        ("1app://x", "not a URL"),
        ("app://x/y", "an origin has no path"),
        ("app://\u{e9}", "not a URL"),
    ] {
        assert_eq!(given.parse::<Origin>().expect_err("no origin").to_string(), why, "{given}");
    }
}
