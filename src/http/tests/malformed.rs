//! Requests that cannot be, in tables: each gets its exact status and code, as a problem, and nothing panics.

mod accounts;
mod credentials;
mod paths;
mod rooms;

use super::{Ask, Bench, bench_with};
use crate::http::{Settings, rate};

/// No limits of rate: the tables ask a lot.
async fn patient() -> Bench {
    let off = rate::Rate { burst: 0, per: std::time::Duration::from_secs(1) };
    let rates =
        rate::Limits { address: off, user: off, auth_address: off, login_email: off, ..rate::Limits::default() };
    bench_with(Settings { rates, ..Settings::default() }).await
}

/// Bodies that are no JSON object at all: the same for every route that reads one.
const NO_BODIES: &[(&str, u16, &str)] = &[
    ("{", 400, "malformed_body"),
    ("}", 400, "malformed_body"),
    ("{]", 400, "malformed_body"),
    ("nul", 400, "malformed_body"),
    ("{\"a\":}", 400, "malformed_body"),
    ("{'email':'a@b.c'}", 400, "malformed_body"),
    ("{\"email\":\"\\x\"}", 400, "malformed_body"),
    ("{} {}", 400, "malformed_body"),
    ("<xml/>", 400, "malformed_body"),
    ("email=a&password=b", 400, "malformed_body"),
    ("\u{feff}{}", 400, "malformed_body"),
    ("\0", 400, "malformed_body"),
    ("{\"email\":\"\\ud800\"}", 422, "invalid_body"),
    ("[]", 422, "invalid_body"),
    ("[\"a@b.org\",\"correct horse\",\"Ann\"]", 422, "invalid_body"),
    ("7", 422, "invalid_body"),
    ("\"text\"", 422, "invalid_body"),
    ("true", 422, "invalid_body"),
    ("{\"nobody\":\"knows\"}", 422, "invalid_body"),
];

#[tokio::test]
async fn bodies_that_are_not_objects_are_refused_by_every_route() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let room = format!("/api/rooms/{}", bench.room(&token).await);
    let routes = [
        ("POST", "/api/auth/signup"),
        ("POST", "/api/auth/login"),
        ("POST", "/api/auth/password/forgot"),
        ("POST", "/api/auth/password/reset"),
        ("POST", "/api/auth/verify"),
        ("POST", "/api/auth/refresh"),
        ("POST", "/api/auth/logout"),
        ("POST", "/api/rooms"),
        ("PATCH", &room),
    ];
    for (method, path) in routes {
        for (body, status, code) in NO_BODIES {
            let answer = Ask::new(method, path).bearer(&token).text(*body).send(&bench.router).await;
            answer.is_problem(*status, code);
        }
        let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        Ask::new(method, path).bearer(&token).text(nested).send(&bench.router).await.is_problem(422, "invalid_body");
        let deep = format!("{{\"email\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        Ask::new(method, path).bearer(&token).text(deep).send(&bench.router).await.is_problem(422, "invalid_body");
        Ask::new(method, path)
            .bearer(&token)
            .text(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'])
            .send(&bench.router)
            .await
            .is_problem(400, "malformed_body");
        let huge = format!("{{\"email\":\"{}\"}}", "a".repeat(16 * 1024));
        Ask::new(method, path)
            .bearer(&token)
            .text(huge.clone())
            .send(&bench.router)
            .await
            .is_problem(413, "payload_too_large");
        let declared = Ask::new(method, path).bearer(&token).header("content-length", "16385").text("{}");
        declared.send(&bench.router).await.is_problem(413, "payload_too_large");
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "json",
            "",
        ] {
            let mut ask = Ask::new(method, path).bearer(&token).header("content-type", kind);
            ask.body = "{}".into();
            ask.send(&bench.router).await.is_problem(415, "unsupported_media_type");
        }
        let mut untyped = Ask::new(method, path).bearer(&token);
        untyped.body = "{}".into();
        untyped.send(&bench.router).await.is_problem(415, "unsupported_media_type");
    }
    for (method, path) in [("POST", "/api/auth/signup"), ("POST", "/api/auth/login"), ("PATCH", &room)] {
        Ask::new(method, path).bearer(&token).send(&bench.router).await.is_problem(400, "malformed_body");
        Ask::new(method, path).bearer(&token).text("null").send(&bench.router).await.is_problem(422, "invalid_body");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    #[test]
    fn no_body_causes_a_server_error(route in 0_usize..8, body in proptest::prop_oneof![".{0,200}", "[\\[\\]{}\",:a-z0-9\\\\ ]{0,200}"]) {
        static SHARED: std::sync::LazyLock<(tokio::runtime::Runtime, Bench, String)> = std::sync::LazyLock::new(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let (bench, token) = runtime.block_on(async {
                let bench = patient().await;
                let (token, _) = bench.signup("ann").await;
                (bench, token)
            });
            (runtime, bench, token)
        });
        let (runtime, bench, token) = &*SHARED;
        let path = [
            "/api/auth/signup",
            "/api/auth/login",
            "/api/auth/refresh",
            "/api/auth/logout",
            "/api/auth/password/forgot",
            "/api/auth/password/reset",
            "/api/auth/verify",
            "/api/rooms",
        ][route];
        let answer = runtime.block_on(Ask::post(path).bearer(token).text(body).send(&bench.router));
        proptest::prop_assert!(!answer.status.is_server_error(), "{answer:?}");
        if answer.status.is_client_error() {
            proptest::prop_assert_eq!(answer.header("content-type"), super::problem::MEDIA_TYPE);
        }
    }
}
