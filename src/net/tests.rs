//! Requests as real proxies, browsers, apps and attackers send them, and what each of them is.

mod corpus;
mod credentials;
mod origins;

use std::net::IpAddr;

use hyper::http::request::{Builder, Parts};
use hyper::http::{Request, Version};

use super::{Page, Rules};

/// The head of a GET with these lines, `name: value`.
fn head(lines: &[&str]) -> Parts {
    let add = |builder: Builder, line: &&str| {
        let (name, value) = line.split_once(':').expect("a field");
        builder.header(name, value.trim())
    };
    let builder = lines.iter().fold(Request::get("/"), add);
    builder.body(()).expect("a request").into_parts().0
}

fn rules(public_url: Option<&str>, proxies: &[&str]) -> Rules {
    Rules {
        public_url: public_url.map(|url| url.parse().expect("an origin")),
        allowed_origins: vec!["https://app.example.org".parse().expect("an origin")],
        trusted_proxies: proxies.iter().map(|network| network.parse().expect("a network")).collect(),
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn a_request_has_exactly_one_valid_host() {
    let good =
        ["a.org", "A.org:8080", "[::1]:8080", "127.0.0.1", "localhost", "xn--bcher-kva.example", "a_b.c", "a.org."];
    for host in good {
        let head = head(&[&format!("host: {host}")]);
        let known = Rules::default().request(address("192.0.2.1"), false, &head);
        assert!(matches!(known.host, Ok(Some(_))), "{host}: {known:?}");
    }
    let bad = [
        "",
        "a.org:",
        "a.org:x",
        "a.org:65536",
        "a.org:-1",
        "u@a.org",
        "a.org/x",
        "a b",
        "[::1",
        "::1",
        "[::g]",
        "a.org, b.org",
        "a?b",
        "http://a.org",
        "[127.0.0.1]",
        "a.org:80:80",
        "#",
        "\\",
    ];
    for host in bad {
        let head = head(&[&format!("host: {host}")]);
        let known = Rules::default().request(address("192.0.2.1"), false, &head);
        assert!(known.host.is_err(), "{host}: {known:?}");
    }
    for (lines, target, version, valid) in [
        (&["host: a.org", "host: a.org"][..], "/", Version::HTTP_11, false),
        (&[], "/", Version::HTTP_11, false),
        (&[], "/", Version::HTTP_10, true),
        (&["host: a.org"], "http://a.org/", Version::HTTP_11, true),
        (&["host: a.org"], "http://b.org/", Version::HTTP_11, false),
        (&["host: a.org"], "ftp://a.org/", Version::HTTP_11, false),
        (&["host: a.org"], "http://a.org:81/", Version::HTTP_11, false),
    ] {
        let mut head = head(lines);
        (head.uri, head.version) = (target.parse().expect("a target"), version);
        let known = Rules::default().request(address("192.0.2.1"), false, &head);
        assert_eq!(known.host.is_ok(), valid, "{lines:?} {target}");
    }
}

#[test]
fn names_that_only_this_network_can_give_are_certain() {
    for (host, certain) in [
        ("127.0.0.1:8080", true),
        ("[::1]", true),
        ("[2001:db8::1]:80", true),
        ("localhost", true),
        ("app.localhost:3000", true),
        ("aldis", true),
        ("node.local", true),
        ("node.local.", true),
        ("aldis.default.svc.cluster.local", true),
        ("call.home.arpa", true),
        ("aldis.internal", true),
        ("a.org", false),
        ("local.a.org", false),
        ("notlocal.org", false),
        ("xlocal", true),
        ("a.notlocal", false),
        ("127.0.0.1.nip.io", false),
    ] {
        assert_eq!(super::Host::parse(host).expect("a host").is_certain(), certain, "{host}");
    }
}

#[test]
fn ipv6_customers_are_counted_as_one_and_mapped_addresses_as_ipv4() {
    for (one, other, same) in [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::ffff:192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false),
    ] {
        let of = |text| Rules::default().request(address(text), false, &head(&["host: a"])).client.network();
        assert_eq!(of(one) == of(other), same, "{one} {other}");
    }
}

#[test]
fn a_refused_page_is_told_both_origins_and_the_setting() {
    let why = |rules: &Rules, lines: &[&str]| {
        let page = rules.request(address("192.0.2.1"), false, &head(lines)).page;
        let Page::Foreign(why) = page else { panic!("{page:?}") };
        why
    };
    let told = why(&rules(None, &[]), &["host: 127.0.0.1:8080", "origin: https://call.example.org:8443"]);
    for part in [
        "https://call.example.org:8443",
        "127.0.0.1:8080 (the header Host)",
        "http.public_url = \"https://call",
        "http.allowed_origins",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = why(&rules(Some("https://call.example.org"), &[]), &["host: b.org", "origin: https://b.org"]);
    assert!(told.contains("https://b.org") && told.contains("http.public_url is https://call.example.org"), "{told}");
    let told = why(&rules(None, &[]), &["host: b.org:8080", "origin: http://b.org:8080"]);
    assert!(told.contains("DNS rebinding") && told.contains("http.public_url = \"http://b.org:8080\""), "{told}");
    let long = format!("origin: https://{}", "a".repeat(5_000));
    assert!(why(&rules(None, &[]), &["host: b.org", &long]).len() < 400);
}
