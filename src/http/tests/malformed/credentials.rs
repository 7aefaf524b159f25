//! Access tokens that are none.

use super::patient;
use crate::http::tests::Ask;

/// Every route that needs a token.
const ROUTES: [(&str, &str); 7] = [
    ("GET", "/api/auth/me"),
    ("GET", "/api/rooms"),
    ("POST", "/api/rooms"),
    ("GET", "/api/rooms/abc-defg-hij"),
    ("PATCH", "/api/rooms/abc-defg-hij"),
    ("DELETE", "/api/rooms/abc-defg-hij"),
    ("GET", "/api/ice-servers"),
];

#[tokio::test]
async fn invalid_credentials_are_refused_by_every_authenticated_route() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let (before, after) = token.split_at(token.len() / 2);
    let other = if after.starts_with('x') { 'y' } else { 'x' };
    let changed = format!("{before}{other}{}", &after[1..]);
    for (method, path) in ROUTES {
        Ask::new(method, path).send(&bench.router).await.is_problem(401, "auth_required");
        for (value, code) in [
            ("", "auth_required"),
            ("Bearer", "auth_invalid"),
            ("Bearer ", "auth_invalid"),
            ("Bearer  ", "auth_invalid"),
            ("Basic YTpi", "auth_required"),
            ("Digest x", "auth_required"),
            (&token, "auth_required"),
            (&format!("Token {token}"), "auth_required"),
            (&format!("Bearer {token}x"), "auth_invalid"),
            (&format!("Bearer {token} {token}"), "auth_invalid"),
            (&format!("Bearer {changed}"), "auth_invalid"),
            (&format!("Bearer \"{token}\""), "auth_invalid"),
            ("Bearer null", "auth_invalid"),
            ("Bearer ...", "auth_invalid"),
            ("Bearer eyJhbGciOiJub25lIn0.e30.", "auth_invalid"),
            (&format!("Bearer {}", "x".repeat(5000)), "auth_invalid"),
        ] {
            let answer = Ask::new(method, path).header("authorization", value).send(&bench.router).await;
            answer.is_problem(401, code);
        }
        let twice = Ask::new(method, path).bearer(&token).bearer(&changed).send(&bench.router).await;
        twice.is_problem(400, "two_tokens");
        for cookie in [
            "access_token=",
            "access_token=x",
            "access_token=a.b.c",
            "access_token=a.b.c; access_token=x.y.z",
            "__Host-access_token=a.b.c",
        ] {
            let answer = Ask::new(method, path)
                .header("cookie", cookie)
                .header("origin", "https://a.org")
                .send(&bench.router)
                .await;
            assert_eq!(answer.status, 401, "{method} {path} with {cookie:?}");
        }
        let cookie = format!("access_token={token}");
        let both = Ask::new(method, path)
            .header("authorization", "Bearer x")
            .header("cookie", &cookie)
            .send(&bench.router)
            .await;
        both.is_problem(401, "auth_invalid");
        // A bad cookie of another program on this host hides no good bearer token.
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_token_of_ours_is_absent_and_hides_no_good_one() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for (method, path) in ROUTES {
        for cookie in ["access_token=\"Bearer a.b.c\"", "access_token=x.y.z", "access_token=x; access_token=y"] {
            let answer = Ask::new(method, path).bearer(&token).header("cookie", cookie).send(&bench.router).await;
            assert!(answer.status != 401, "{method} {path} with {cookie}: {answer:?}");
        }
    }
}
