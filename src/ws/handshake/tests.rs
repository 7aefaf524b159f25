//! A valid request, and the effect of one invalid line.

use std::time::Duration;

use hyper::http::Request;
use hyper::http::request::Parts;
use hyper::{Method, Version};
use proptest::prelude::*;

use super::{Accepted, Busy, Refusal, TokenWay};
use crate::http::problem::Code;
use crate::net::{CredentialError, HostError, Rules};

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

fn judge(head: &Parts) -> Result<Accepted, Refusal> {
    let allowed_origins = vec!["https://app.example".parse().expect("an origin")];
    let rules = Rules { allowed_origins, ..Rules::default() };
    super::judge(head, &rules.request("192.0.2.1".parse().expect("an address"), false, head))
}

/// The token of an accepted request, or its refusal.
type Judged = Result<Option<(TokenWay, String)>, Refusal>;

fn judged(head: &Parts) -> Judged {
    judge(head).map(|accepted| accepted.token.map(|token| (token.way, token.text().to_owned())))
}

fn refusal(changes: &[(&str, &str)]) -> Option<Refusal> {
    judged(&request(changes)).err()
}

#[test]
fn the_example_of_the_rfc_is_accepted_with_its_answer() {
    let accepted = judge(&request(&[])).expect("accepted");
    assert_eq!(accepted.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(!accepted.protocol && accepted.token.is_none() && accepted.origin.is_none());
}

#[test]
fn harmless_variations_are_accepted() {
    let table: [&[(&str, &str)]; 11] = [
        &[("upgrade", "WebSocket")],
        &[("connection", "UPGRADE")],
        &[("connection", "keep-alive"), ("+connection", "upgrade")],
        &[("sec-websocket-protocol", "aldis.v1")],
        &[("sec-websocket-protocol", "aldis.v2, aldis.v1")],
        &[("sec-websocket-extensions", "permessage-deflate")],
        &[("authorization", "Basic dTpw")],
        &[("content-length", "0")],
        &[("host", "[2001:db8::1]:8080")],
        &[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")],
        &[("sec-websocket-protocol", "bearer.YS5iLmM"), ("+sec-websocket-protocol", "aldis.v1")],
    ];
    for changes in table {
        assert_eq!(refusal(changes), None, "{changes:?}");
    }
}

#[test]
fn a_client_offers_a_resume_beside_our_protocol() {
    let resumes = |offered| judge(&request(&[("sec-websocket-protocol", offered)]));
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
    assert!(!judge(&request(&[])).expect("accepted").resumes);
}

#[test]
fn every_broken_rule_is_refused_by_its_name() {
    let twenty = (0..20).map(|n| format!("p{n}")).chain(["aldis.v1".to_owned()]).collect::<Vec<_>>().join(", ");
    let table: [(&[(&str, &str)], Refusal); 26] = [
        (&[("-host", "")], Refusal::Host(HostError::Missing)),
        (&[("host", "")], Refusal::Host(HostError::Invalid)),
        (&[("+host", "evil.example")], Refusal::Host(HostError::Repeated)),
        (&[("host", "user@aldis.example")], Refusal::Host(HostError::Invalid)),
        (&[("host", "aldis.example:")], Refusal::Host(HostError::Invalid)),
        (&[("host", "aldis.example/path")], Refusal::Host(HostError::Invalid)),
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
fn a_page_of_another_site_is_refused() {
    for (origin, may) in
        [("https://aldis.example", true), ("https://app.example", true), ("https://evil.example", false)]
    {
        let judged = judge(&request(&[("origin", origin)]));
        assert_eq!(judged.is_ok(), may, "{origin}");
        assert!(may || matches!(judged, Err(Refusal::Origin(_))), "{origin}");
    }
    let two = [("origin", "https://aldis.example"), ("+origin", "https://app.example")];
    assert_eq!(refusal(&two), Some(Refusal::Repeated));
}

#[test]
fn the_key_of_the_rfcs_own_example_is_accepted() {
    for key in ["AQIDBAUGBwgJCgsMDQ4PEC==", "dGhlIHNhbXBsZSBub25jZR=="] {
        assert!(judge(&request(&[("sec-websocket-key", key)])).is_ok(), "{key}");
    }
}

#[test]
fn every_refusal_has_a_code_of_the_edges_table() {
    let all = [
        (Refusal::Method, Code::MethodNotAllowed),
        (Refusal::HttpVersion, Code::BadHandshake),
        (Refusal::Host(HostError::Missing), Code::BadHandshake),
        (Refusal::NotAnUpgrade, Code::UpgradeRequired),
        (Refusal::Version, Code::UpgradeRequired),
        (Refusal::Key, Code::BadHandshake),
        (Refusal::Origin(String::new()), Code::OriginNotAllowed),
        (Refusal::Token(CredentialError::Malformed), Code::AuthInvalid),
        (Refusal::Token(CredentialError::Two), Code::TwoTokens),
        (Refusal::TokenInQuery, Code::TokenInQuery),
        (Refusal::Connections, Code::TooManyConnections),
        (Refusal::Rate(Duration::from_secs(3)), Code::RateLimited),
        (Refusal::Busy(Busy { why: "this node is draining", retry_after: Duration::from_secs(5) }), Code::Unavailable),
    ];
    for (refusal, code) in all {
        let problem = refusal.problem();
        assert_eq!((problem.code, refusal.code()), (code, code.as_str()));
        let waits = matches!(code, Code::TooManyConnections | Code::RateLimited | Code::Unavailable);
        assert_eq!(problem.retry_after.is_some(), waits, "{refusal:?}");
    }
}

/// `a.b.c` in base64url.
const ENTRY: &str = "aldis.v1, bearer.YS5iLmM";

#[test]
fn a_token_comes_by_any_carrier_and_a_cookie_only_from_a_page_that_may_use_it() {
    let own = ("origin", "http://aldis.example");
    let way = |way: TokenWay| Ok(Some((way, "a.b.c".to_owned())));
    let table: [(&[(&str, &str)], Judged); 10] = [
        (&[("sec-websocket-protocol", ENTRY)], way(TokenWay::Protocol)),
        (&[("authorization", "Bearer a.b.c")], way(TokenWay::Authorization)),
        (&[("cookie", "theme=dark; access_token=a.b.c"), own], way(TokenWay::Cookie)),
        (&[("cookie", "access_token=a.b.c")], Ok(None)),
        (&[("cookie", "access_token=x.y.z"), ("sec-websocket-protocol", ENTRY), own], way(TokenWay::Protocol)),
        // React Native sends the shared cookie jar beside the app's own header.
        (&[("cookie", "access_token=a.b.c"), ("authorization", "Bearer a.b.c")], way(TokenWay::Authorization)),
        (&[("cookie", "access_token=\"Bearer a.b.c\""), own], Ok(None)),
        (&[("cookie", "access_token=a.b.c; access_token=x.y.z"), own], Ok(None)),
        (
            &[("authorization", "Bearer a"), ("sec-websocket-protocol", ENTRY)],
            Err(Refusal::Token(CredentialError::Two)),
        ),
        (&[("sec-websocket-protocol", "aldis.v1, bearer.*")], Err(Refusal::Token(CredentialError::Malformed))),
    ];
    for (changes, expected) in table {
        assert_eq!(judged(&request(changes)), expected, "{changes:?}");
    }
    assert_eq!(refusal(&[("sec-websocket-protocol", "bearer.YS5iLmM")]), Some(Refusal::Protocol));
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
        if let Ok(accepted) = judge(&head) {
            prop_assert_eq!(accepted.accept.len(), 28);
            prop_assert!(accepted.token.is_none_or(|token| !token.text().is_empty()));
        }
    }
}
