//! Whether a request's `Origin` may use the user's cookies: our own site, or one of `http.allowed_origins`.

use axum::http::{HeaderMap, header};

use super::{
    Settings,
    problem::{Code, Problem},
};

/// The header's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// None: not a browser, or a browser's plain GET.
    Absent,
    Allowed,
    Foreign,
}

fn of(headers: &HeaderMap, settings: &Settings) -> Origin {
    let Some(origin) = headers.get(header::ORIGIN) else { return Origin::Absent };
    let Ok(origin) = origin.to_str() else { return Origin::Foreign };
    if settings.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
        return Origin::Allowed;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (authority(origin), host) {
        (Some((own, port)), Some(host))
            if host.eq_ignore_ascii_case(own) || host.eq_ignore_ascii_case(&format!("{own}:{port}")) =>
        {
            Origin::Allowed
        }
        _ => Origin::Foreign,
    }
}

/// The authority of an http(s) origin as written in `Host`, and the port its scheme implies.
fn authority(origin: &str) -> Option<(&str, u16)> {
    let (own, port) = match origin.split_once("://")? {
        ("https", own) => (own, 443),
        ("http", own) => (own, 80),
        _ => return None,
    };
    (!own.is_empty()).then_some((own, port))
}

/// For changes with the access cookie (SameSite=Lax): the Origin must be present and allowed.
///
/// # Errors
/// `origin_not_allowed`.
pub(super) fn must_be_allowed(headers: &HeaderMap, settings: &Settings) -> Result<(), Problem> {
    match of(headers, settings) {
        Origin::Allowed => Ok(()),
        Origin::Absent => Err(refusal(
            "a change with a cookie needs the header Origin; send the token as `Authorization: Bearer …` instead",
        )),
        Origin::Foreign => Err(refusal("its Origin is neither this site nor one of http.allowed_origins")),
    }
}

/// For requests that cannot be forged by cookie alone (the refresh cookie is SameSite=Strict, logins contain a
/// password): if an Origin is present, it must be allowed.
///
/// # Errors
/// `origin_not_allowed`.
pub(super) fn must_not_be_foreign(headers: &HeaderMap, settings: &Settings) -> Result<(), Problem> {
    match of(headers, settings) {
        Origin::Allowed | Origin::Absent => Ok(()),
        Origin::Foreign => Err(refusal("its Origin is neither this site nor one of http.allowed_origins")),
    }
}

fn refusal(why: &str) -> Problem {
    Problem::new(Code::OriginNotAllowed, format!("The request was refused: {why}."))
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, Origin, Settings, header, of};

    #[test]
    fn our_own_site_and_configured_origins_are_allowed() {
        let settings = Settings { allowed_origins: vec!["https://app.example.org".to_owned()], ..Settings::default() };
        for (origin, host, expected) in [
            (None, "a.org", Origin::Absent),
            (Some("https://a.org"), "a.org", Origin::Allowed),
            (Some("https://A.org"), "a.ORG", Origin::Allowed),
            (Some("https://a.org"), "a.org:443", Origin::Allowed),
            (Some("http://localhost:8080"), "localhost:8080", Origin::Allowed),
            (Some("http://a.org"), "a.org:443", Origin::Foreign),
            (Some("https://a.org:444"), "a.org", Origin::Foreign),
            (Some("https://b.org"), "a.org", Origin::Foreign),
            (Some("https://a.org.b.org"), "a.org", Origin::Foreign),
            (Some("null"), "a.org", Origin::Foreign),
            (Some(""), "a.org", Origin::Foreign),
            (Some("https://"), "", Origin::Foreign),
            (Some("ftp://a.org"), "a.org", Origin::Foreign),
            (Some("https://app.example.org"), "a.org", Origin::Allowed),
            (Some("http://app.example.org"), "a.org", Origin::Foreign),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a host"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().expect("an origin"));
            }
            assert_eq!(of(&headers, &settings), expected, "{origin:?} to {host}");
        }
    }
}
