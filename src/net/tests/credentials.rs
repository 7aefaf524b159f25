//! The table carrier × state × page: which token counts.

use super::head;
use crate::net::{CredentialError, TokenWay, cookie, credential};

/// `a.b.c` in base64url.
const ENTRY: &str = "bearer.YS5iLmM";

type Found = Result<Option<(TokenWay, String)>, CredentialError>;

fn found(lines: &[&str], protocols: &[&str], cookie: Option<bool>) -> Found {
    let token = credential(&head(lines).headers, protocols, cookie)?;
    Ok(token.map(|token| (token.way, token.text().to_owned())))
}

fn is(way: TokenWay, text: &str) -> Found {
    Ok(Some((way, text.to_owned())))
}

#[test]
fn a_chosen_token_beats_the_cookie_that_a_browser_adds() {
    let (protocol, authorization) = (is(TokenWay::Protocol, "a.b.c"), is(TokenWay::Authorization, "a.b.c"));
    for jar in [
        "",
        "access_token=a.b.c",
        "access_token=x.y.z",
        "access_token=\"Bearer a.b.c\"",
        "access_token=x.y.z; access_token=u.v.w",
    ] {
        let jar = format!("cookie: {jar}");
        for page in [None, Some(false), Some(true)] {
            assert_eq!(found(&[&jar, "authorization: Bearer a.b.c"], &[], page), authorization, "{jar} {page:?}");
            assert_eq!(found(&[&jar, "authorization: bearer   a.b.c "], &[], page), authorization, "{jar} {page:?}");
            assert_eq!(found(&[&jar], &["aldis.v1", ENTRY], page), protocol, "{jar} {page:?}");
            assert_eq!(found(&[&jar], &["aldis.v1", ENTRY, ENTRY], page), protocol, "the same twice");
            assert_eq!(
                found(&[&jar, "authorization: Bearer a.b.c"], &[ENTRY], page),
                protocol,
                "the same by two carriers"
            );
            assert_eq!(found(&[&jar, "authorization: Bearer x"], &[ENTRY], page), Err(CredentialError::Two));
            assert_eq!(
                found(&[&jar, "authorization: Bearer x", "authorization: Bearer y"], &[], page),
                Err(CredentialError::Two)
            );
            assert_eq!(found(&[&jar, "authorization: Bearer"], &[], page), Err(CredentialError::Malformed));
        }
    }
}

#[test]
fn a_cookie_that_cannot_be_meant_is_absent() {
    let good = is(TokenWay::Cookie, "a.b.c");
    for (jar, expected) in [
        ("access_token=a.b.c", &good),
        ("theme=dark; access_token=a.b.c; x=y", &good),
        ("access_token=\"a.b.c\"", &good),
        ("access_token=a.b.c; access_token=a.b.c", &good),
        // Another program's on the same host.
        ("access_token=\"Bearer a.b.c\"; access_token=a.b.c", &good),
        ("access_token=deadbeef; access_token=a.b.c", &good),
        ("access_token=a.b.c; access_token=x.y.z", &Ok(None)),
        ("access_token=", &Ok(None)),
        ("access_token", &Ok(None)),
        ("access_token=a.b", &Ok(None)),
        ("access_token=a.b.c.d", &Ok(None)),
        ("access_token=a..c", &Ok(None)),
        ("access_token=a.b.c/d", &Ok(None)),
        ("access_token=a.b.%63", &Ok(None)),
        ("Access_Token=a.b.c", &Ok(None)),
        ("xaccess_token=a.b.c", &Ok(None)),
        ("__Host-access_token=a.b.c", &Ok(None)),
        ("__Secure-access_token=a.b.c", &Ok(None)),
    ] {
        assert_eq!(found(&[&format!("cookie: {jar}")], &[], Some(false)), *expected, "{jar}");
        assert_eq!(found(&[&format!("cookie: {jar}")], &[], None), Ok(None), "without an allowed page: {jar}");
        assert_eq!(
            found(&[&format!("cookie: {jar}"), "authorization: Basic dTpw"], &[], Some(false)),
            *expected,
            "a proxy's own login: {jar}"
        );
    }
    let long = format!("cookie: access_token=a.b.{}", "c".repeat(5_000));
    assert_eq!(found(&[&long], &[], Some(false)), Ok(None));
    let lines = ["cookie: access_token=a.b.c", "cookie: access_token=x.y.z"];
    assert_eq!(found(&lines, &[], Some(false)), Ok(None), "two lines");
}

#[test]
fn over_tls_only_the_cookie_that_no_sibling_domain_can_set_counts() {
    for (jar, expected) in [
        ("__Host-access_token=a.b.c", is(TokenWay::Cookie, "a.b.c")),
        ("access_token=x.y.z; __Host-access_token=a.b.c", is(TokenWay::Cookie, "a.b.c")),
        ("access_token=a.b.c", Ok(None)),
        ("__Secure-access_token=a.b.c", Ok(None)),
        ("__host-access_token=a.b.c", Ok(None)),
    ] {
        assert_eq!(found(&[&format!("cookie: {jar}")], &[], Some(true)), expected, "{jar}");
    }
    let refresh = |jar: &str, secure| cookie::refresh(&head(&[&format!("cookie: {jar}")]).headers, secure);
    assert_eq!(refresh("__Host-refresh_token=abc_-1", true).as_deref(), Some("abc_-1"));
    assert_eq!(refresh("refresh_token=abc", true), None);
    assert_eq!(refresh("refresh_token=abc", false).as_deref(), Some("abc"));
    assert_eq!(refresh("refresh_token=abc; refresh_token=def", false), None);
}

#[test]
fn malformed_chosen_tokens_are_refused() {
    let long = format!("authorization: Bearer {}", "a".repeat(4097));
    for line in [
        "authorization: Bearer",
        "authorization: Bearer a b",
        "authorization: Bearer \u{e9}",
        "authorization: BEARER a\tb",
        &long,
    ] {
        assert_eq!(found(&[line], &[], None), Err(CredentialError::Malformed), "{line}");
    }
    for entry in ["bearer.", "bearer.*", "bearer._w", "bearer.YQ==", "bearer.YSBi", "bearer.AA"] {
        assert_eq!(found(&[], &["aldis.v1", entry], None), Err(CredentialError::Malformed), "{entry}");
    }
    for other in ["", "Basic dTpw", "Digest x", "a.b.c", "Token a.b.c", "Bearer:a.b.c", "Bearertoken a"] {
        assert_eq!(
            found(&[&format!("authorization: {other}")], &[], Some(false)),
            Ok(None),
            "no token of ours: {other}"
        );
    }
    let token = credential(&head(&["authorization: Bearer secret"]).headers, &[], None).expect("a token");
    assert!(!format!("{token:?}").contains("secret"), "a token's text never shows");
}
