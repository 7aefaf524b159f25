//! A valid request, and the effect of one invalid line.

use hyper::http::Request;
use hyper::http::request::Parts;
use hyper::{Method, Version};
use proptest::prelude::*;

use super::{Origin, Policy, Refusal, TokenWay, judge};

const GOOD: [(&str, &str); 5] = [
    ("host", "aldis.example"),
    ("upgrade", "websocket"),
    ("connection", "keep-alive, Upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// The valid request with fields changed (a new value), added (another of the name: `+name`) or removed (`-name`).
fn request(changes: &[(&str, &str)]) -> Parts {
    let mut builder = Request::get("/ws");
    let changed = |name: &str| changes.iter().any(|(change, _)| change.trim_start_matches('-') == name);
    for (name, value) in GOOD.iter().filter(|(name, _)| !changed(name)) {
        builder = builder.header(*name, *value);
    }
    for (name, value) in changes.iter().filter(|(name, _)| !name.starts_with('-')) {
        builder = builder.header(name.trim_start_matches('+'), value.as_bytes());
    }
    builder.body(()).expect("a request").into_parts().0
}

fn policy() -> Policy {
    Policy { allowed_origins: vec!["https://app.example".parse().expect("an origin")] }
}

fn judged(head: &Parts) -> Result<Option<(TokenWay, String)>, Refusal> {
    judge(head, &policy(), false).map(|accepted| accepted.token.map(|token| (token.way, token.text().to_owned())))
}

fn refusal(changes: &[(&str, &str)]) -> Option<Refusal> {
    judged(&request(changes)).err()
}

#[test]
fn the_example_of_the_rfc_is_accepted_with_its_answer() {
    let accepted = judge(&request(&[]), &policy(), false).expect("accepted");
    assert_eq!(accepted.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(!accepted.protocol && accepted.token.is_none() && accepted.origin.is_none());
}

#[test]
fn harmless_variations_are_accepted() {
    let table: [&[(&str, &str)]; 9] = [
        &[("upgrade", "WebSocket")],
        &[("connection", "UPGRADE")],
        &[("connection", "keep-alive"), ("+connection", "upgrade")],
        &[("sec-websocket-protocol", "aldis.v1")],
        &[("sec-websocket-protocol", "aldis.v2, aldis.v1")],
        &[("sec-websocket-extensions", "permessage-deflate")],
        &[("authorization", "Basic dTpw")],
        &[("content-length", "0")],
        &[("host", "[2001:db8::1]:8080")],
    ];
    for changes in table {
        assert_eq!(refusal(changes), None, "{changes:?}");
    }
}

#[test]
fn a_client_offers_a_resume_beside_our_protocol() {
    let resumes = |offered| judge(&request(&[("sec-websocket-protocol", offered)]), &policy(), false);
    for (offered, expected) in [
        ("aldis.v1, aldis.resume", true),
        ("aldis.resume, aldis.v1", true),
        ("aldis.v1, aldis.resume, bearer.YS5iLmM", true),
        ("aldis.v1, Aldis.Resume", false),
        ("aldis.v1, aldis.resume.x", false),
        ("aldis.v1", false),
    ] {
        assert_eq!(resumes(offered).expect("accepted").resumes, expected, "{offered}");
    }
    assert_eq!(resumes("aldis.resume").err(), Some(Refusal::Protocol), "alone it is no protocol of ours");
    assert!(!judge(&request(&[]), &policy(), false).expect("accepted").resumes);
}

#[test]
fn every_broken_rule_is_refused_by_its_name() {
    let twenty = (0..20).map(|n| format!("p{n}")).chain(["aldis.v1".to_owned()]).collect::<Vec<_>>().join(", ");
    let table: [(&[(&str, &str)], Refusal); 26] = [
        (&[("-host", "")], Refusal::Host),
        (&[("host", "")], Refusal::Host),
        (&[("+host", "evil.example")], Refusal::Host),
        (&[("host", "user@aldis.example")], Refusal::Host),
        (&[("host", "aldis.example:")], Refusal::Host),
        (&[("host", "aldis.example/path")], Refusal::Host),
        (&[("-upgrade", "")], Refusal::NotAnUpgrade),
        (&[("upgrade", "h2c")], Refusal::NotAnUpgrade),
        (&[("-connection", "")], Refusal::Connection),
        (&[("connection", "keep-alive")], Refusal::Connection),
        (&[("-sec-websocket-version", "")], Refusal::Version),
        (&[("sec-websocket-version", "8")], Refusal::Version),
        (&[("sec-websocket-version", "13, 8")], Refusal::Version),
        (&[("+sec-websocket-version", "13")], Refusal::Repeated),
        (&[("-sec-websocket-key", "")], Refusal::Key),
        (&[("sec-websocket-key", "")], Refusal::Key),
        (&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ")], Refusal::Key),
        (&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZTE=")], Refusal::Key),
        (&[("sec-websocket-key", "****IHNhbXBsZSBub25jZQ==")], Refusal::Key),
        (&[("+sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")], Refusal::Repeated),
        (&[("sec-websocket-protocol", "chat")], Refusal::Protocol),
        (&[("sec-websocket-protocol", "")], Refusal::Protocol),
        (&[("sec-websocket-protocol", "aldis.v1, no token")], Refusal::Protocol),
        (&[("sec-websocket-protocol", &twenty)], Refusal::Protocol),
        (&[("content-length", "5")], Refusal::Body),
        (&[("transfer-encoding", "chunked")], Refusal::Body),
    ];
    for (changes, expected) in table {
        assert_eq!(refusal(changes), Some(expected), "{changes:?}");
    }
}

#[test]
fn other_methods_and_versions_are_refused() {
    let mut head = request(&[]);
    head.method = Method::POST;
    assert_eq!(judged(&head), Err(Refusal::Method));
    let mut head = request(&[]);
    head.version = Version::HTTP_10;
    assert_eq!(judged(&head), Err(Refusal::HttpVersion));
}

#[test]
fn a_page_may_connect_to_its_own_host_and_where_it_is_allowed() {
    let table = [
        ("https://aldis.example", "aldis.example", false, true),
        ("https://ALDIS.example", "aldis.EXAMPLE:443", true, true),
        ("http://aldis.example", "aldis.example", false, true),
        ("http://aldis.example", "aldis.example", true, false),
        ("http://localhost:8080", "localhost:8080", false, true),
        ("http://localhost:3000", "localhost:8080", false, false),
        ("https://app.example", "aldis.example", true, true),
        ("https://app.example:444", "aldis.example", true, false),
        ("http://app.example", "aldis.example", false, false),
        ("https://sub.aldis.example", "aldis.example", false, false),
        ("https://aldis.example.evil.example", "aldis.example", false, false),
        ("https://aldis.example@evil.example", "aldis.example", false, false),
        ("https://aldis.example/", "aldis.example", false, false),
        ("null", "aldis.example", false, false),
        ("", "aldis.example", false, false),
        ("file://", "aldis.example", false, false),
    ];
    for (origin, host, tls, may) in table {
        let judged = judge(&request(&[("host", host), ("origin", origin)]), &policy(), tls);
        assert_eq!(judged.is_ok(), may, "{origin} at {host}, tls {tls}");
        assert!(may || judged.err() == Some(Refusal::Origin), "{origin} at {host}, tls {tls}");
    }
    assert_eq!(
        refusal(&[("origin", "https://aldis.example"), ("+origin", "https://app.example")]),
        Some(Refusal::Repeated)
    );
}

#[test]
fn an_origin_is_shown_as_browsers_write_it() {
    for (given, shown) in [
        ("HTTPS://App.Example:443", "https://app.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://[2001:DB8::1]:444", "https://[2001:db8::1]:444"),
    ] {
        assert_eq!(given.parse::<Origin>().expect("an origin").to_string(), shown);
    }
    assert!("https://app.example/path".parse::<Origin>().is_err());
}

/// `a.b.c` in base64url.
const ENTRY: &str = "aldis.v1, bearer.YS5iLmM";

#[test]
fn a_token_has_any_one_carrier() {
    let own = ("origin", "http://aldis.example");
    let table: [(&[(&str, &str)], TokenWay); 5] = [
        (&[("sec-websocket-protocol", ENTRY)], TokenWay::Protocol),
        (&[("authorization", "Bearer a.b.c")], TokenWay::Authorization),
        (&[("authorization", "bearer  a.b.c")], TokenWay::Authorization),
        (&[("cookie", "theme=dark; access_token=a.b.c"), own], TokenWay::Cookie),
        // The browser adds the cookie by itself; the page chose the other.
        (&[("cookie", "access_token=x.y.z"), ("sec-websocket-protocol", ENTRY), own], TokenWay::Protocol),
    ];
    for (changes, way) in table {
        assert_eq!(judged(&request(changes)), Ok(Some((way, "a.b.c".to_owned()))), "{changes:?}");
    }
    assert_eq!(judged(&request(&[("cookie", "access_token=; theme=dark")])), Ok(None), "an empty cookie is none");
}

#[test]
fn a_malformed_or_repeated_token_is_refused() {
    let long = format!("Bearer {}", "a".repeat(4097));
    let own = ("origin", "http://aldis.example");
    let table: [(&[(&str, &str)], Refusal); 13] = [
        (&[("sec-websocket-protocol", "bearer.YS5iLmM")], Refusal::Protocol),
        (&[("sec-websocket-protocol", "aldis.v1, bearer.")], Refusal::Token),
        (&[("sec-websocket-protocol", "aldis.v1, bearer.*")], Refusal::Token),
        (&[("sec-websocket-protocol", "aldis.v1, bearer._w")], Refusal::Token),
        (&[("sec-websocket-protocol", "aldis.v1, bearer.YQ, bearer.YQ")], Refusal::TwoTokens),
        (&[("authorization", "Bearer")], Refusal::Token),
        (&[("authorization", "Bearer a b")], Refusal::Token),
        (&[("authorization", &long)], Refusal::Token),
        (&[("authorization", "Bearer a"), ("+authorization", "Bearer b")], Refusal::Repeated),
        (&[("authorization", "Bearer a"), ("sec-websocket-protocol", ENTRY)], Refusal::TwoTokens),
        (&[("authorization", "Bearer a"), ("cookie", "access_token=b"), own], Refusal::TwoTokens),
        (&[("cookie", "access_token=a; access_token=b"), own], Refusal::TwoTokens),
        (&[("cookie", "access_token=a")], Refusal::CookieWithoutOrigin),
    ];
    for (changes, expected) in table {
        assert_eq!(refusal(changes), Some(expected), "{changes:?}");
    }
}

#[test]
fn a_token_in_the_query_is_refused_however_it_is_spelt() {
    for query in [
        "token=x",
        "access_token=x",
        "a=1&accessToken=x",
        "a=1;jwt=x",
        "JWT",
        "bearer=x",
        "%74oken=x",
        "auth=x",
        "resume_token=x",
        "q=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    ] {
        let mut head = request(&[]);
        head.uri = format!("/ws?{query}").parse().expect("a URI");
        assert_eq!(judged(&head), Err(Refusal::TokenInQuery), "{query}");
    }
    for query in ["", "a=1", "v=2&room=abc-defg-hij", "author=x", "%zz=%", "q=eyJ"] {
        let mut head = request(&[]);
        head.uri = format!("/ws?{query}").parse().expect("a URI");
        assert_eq!(judged(&head), Ok(None), "{query}");
    }
}

#[test]
fn a_tokens_text_never_shows() {
    let accepted = judge(&request(&[("authorization", "Bearer secret")]), &policy(), false).expect("accepted");
    assert!(!format!("{accepted:?}").contains("secret"));
}

proptest! {
    /// No field causes a panic; and an accepted request is valid in every other respect.
    #[test]
    fn any_request_gets_a_verdict(
        name in prop::sample::select(vec![
            "host", "upgrade", "connection", "sec-websocket-version", "sec-websocket-key", "sec-websocket-protocol",
            "origin", "authorization", "cookie", "content-length",
        ]),
        value in "([ -~]{0,40}|[\\x80-\\xff]{1,8}|bearer\\.[A-Za-z0-9_-]{0,20}|access_token=[!-~]{0,20})",
        query in "[!-~&&[^#]]{0,20}",
        again: bool,
    ) {
        let added = format!("+{name}");
        let mut head = request(&[(if again { &added } else { name }, &value)]);
        if let Ok(uri) = format!("/ws?{query}").parse() {
            head.uri = uri;
        }
        if let Ok(accepted) = judge(&head, &policy(), false) {
            prop_assert_eq!(accepted.accept.len(), 28);
            prop_assert!(accepted.token.is_none_or(|token| !token.text().is_empty()));
        }
    }
}
