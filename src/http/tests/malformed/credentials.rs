//! Access tokens that are none.

use super::patient;
use crate::http::tests::Ask;

#[tokio::test]
async fn invalid_credentials_are_refused_by_every_authenticated_route() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let (before, after) = token.split_at(token.len() / 2);
    let other = if after.starts_with('x') { 'y' } else { 'x' };
    let changed = format!("{before}{other}{}", &after[1..]);
    let room = "/api/rooms/abc-defg-hij";
    let routes = [
        ("GET", "/api/auth/me"),
        ("GET", "/api/rooms"),
        ("POST", "/api/rooms"),
        ("GET", room),
        ("PATCH", room),
        ("DELETE", room),
        ("GET", "/api/ice-servers"),
    ];
    for (method, path) in routes {
        Ask::new(method, path).send(&bench.router).await.is_problem(401, "auth_required");
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  ",
            "Basic YTpi",
            "Digest x",
            &token,
            &format!("Token {token}"),
            &format!("Bearer {token}x"),
            &format!("Bearer {token} {token}"),
            &format!("Bearer {changed}"),
            &format!("Bearer \"{token}\""),
            "Bearer null",
            "Bearer ...",
            "Bearer eyJhbGciOiJub25lIn0.e30.",
            &format!("Bearer {}", "x".repeat(5000)),
        ] {
            let answer = Ask::new(method, path).header("authorization", value).send(&bench.router).await;
            assert_eq!(answer.status, 401, "{method} {path} with {value:?}");
            let code = if value.trim() == "Bearer" && value.len() > 6 { "auth_required" } else { "auth_invalid" };
            answer.is_problem(401, code);
        }
        for cookie in ["access_token=", "access_token=x", "access_token=a.b.c"] {
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
    }
}
