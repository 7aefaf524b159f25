//! Requests that cannot be, in tables: each gets its exact status and code, as a problem, and nothing panics.

use serde_json::{Value, json};

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
    ("null", 422, "invalid_body"),
    ("7", 422, "invalid_body"),
    ("\"text\"", 422, "invalid_body"),
    ("true", 422, "invalid_body"),
    ("{\"nobody\":\"knows\"}", 422, "invalid_body"),
];

#[tokio::test]
async fn bodies_that_are_no_object_are_refused_by_every_route_that_reads_one() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let room = format!("/api/rooms/{}", bench.room(&token).await);
    let routes = [
        ("POST", "/api/auth/signup"),
        ("POST", "/api/auth/login"),
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
    }
}

/// `(change to a good signup, the field that is named)`.
fn wrong_signups() -> Vec<(Value, &'static str)> {
    let long_label = format!("a@{}.org", "b".repeat(64));
    let long_email = format!("{}@example.org", "a".repeat(250));
    vec![
        (json!({"email": null}), "email"),
        (json!({"email": 7}), "email"),
        (json!({"email": ["a@b.org"]}), "email"),
        (json!({"email": {}}), "email"),
        (json!({"email": true}), "email"),
        (json!({"email": ""}), "email"),
        (json!({"email": " "}), "email"),
        (json!({"email": "a"}), "email"),
        (json!({"email": "@"}), "email"),
        (json!({"email": "a@"}), "email"),
        (json!({"email": "@b.org"}), "email"),
        (json!({"email": "a b@c.org"}), "email"),
        (json!({"email": "a@b@c.org"}), "email"),
        (json!({"email": "a@b..org"}), "email"),
        (json!({"email": "a@.org"}), "email"),
        (json!({"email": "a@b.org."}), "email"),
        (json!({"email": "a@-b.org"}), "email"),
        (json!({"email": "a@b-.org"}), "email"),
        (json!({"email": "a@b_c.org"}), "email"),
        (json!({"email": "ä@b.org"}), "email"),
        (json!({"email": "a@bücher.org"}), "email"),
        (json!({"email": "a\n@b.org"}), "email"),
        (json!({"email": "a\u{0}@b.org"}), "email"),
        (json!({"email": "\"a\"@b.org"}), "email"),
        (json!({"email": "a@[127.0.0.1]"}), "email"),
        (json!({"email": "Ann <a@b.org>"}), "email"),
        (json!({"email": long_label}), "email"),
        (json!({"email": long_email}), "email"),
        (json!({"password": null}), "password"),
        (json!({"password": 12_345_678}), "password"),
        (json!({"password": ""}), "password"),
        (json!({"password": "1234567"}), "password"),
        (json!({"password": "äöüäöüä"}), "password"),
        (json!({"password": "x".repeat(129)}), "password"),
        (json!({"password": ["12345678"]}), "password"),
        (json!({"name": null}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"name": ""}), "name"),
        (json!({"name": " \t "}), "name"),
        (json!({"name": "A\u{0}n"}), "name"),
        (json!({"name": "A\nn"}), "name"),
        (json!({"name": "\u{1b}[31mAnn"}), "name"),
        (json!({"name": "A\u{85}n"}), "name"),
        (json!({"name": "x".repeat(65)}), "name"),
        (json!({"name": {"first": "Ann"}}), "name"),
        (json!({"Email": "a@b.org"}), "Email"),
        (json!({"admin": true}), "admin"),
        (json!({"id": "00000000-0000-0000-0000-000000000000"}), "id"),
    ]
}

#[tokio::test]
async fn a_wrong_signup_names_its_field() {
    let bench = patient().await;
    for (change, field) in wrong_signups() {
        let mut body = json!({"email": "ann@example.org", "password": "correct horse", "name": "Ann"});
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let answer = Ask::post("/api/auth/signup").json(body).send(&bench.router).await;
        let problem = answer.is_problem(422, "invalid_body");
        assert_eq!(problem["errors"][0]["field"], field, "{change}: {problem}");
    }
    for missing in ["email", "password", "name"] {
        let mut body = json!({"email": "ann@example.org", "password": "correct horse", "name": "Ann"});
        body.as_object_mut().expect("an object").remove(missing);
        let problem =
            Ask::post("/api/auth/signup").json(body).send(&bench.router).await.is_problem(422, "invalid_body");
        assert!(
            problem["detail"].as_str().is_some_and(|detail| detail.contains(&format!("missing field `{missing}`"))),
            "{problem}"
        );
    }
    let twice = r#"{"email":"a@b.org","email":"c@d.org","password":"correct horse","name":"Ann"}"#;
    Ask::post("/api/auth/signup").text(twice).send(&bench.router).await.is_problem(422, "invalid_body");
}

#[tokio::test]
async fn a_login_that_cannot_be_is_refused_whatever_its_text() {
    let bench = patient().await;
    bench.signup("ann").await;
    for (email, password) in [
        ("", ""),
        ("ann@example.org", ""),
        ("ann@example.org", "correct horse "),
        ("ann@example.org", "CORRECT HORSE"),
        ("ann@example.org\u{0}", "correct horse"),
        ("ann@example.org'--", "correct horse"),
        ("' OR 1=1 --", "x"),
        ("%", "correct horse"),
        ("ann@example.org", "\u{0}"),
        ("ann@example.org", "x\u{10ffff}"),
        ("äöü", "correct horse"),
    ] {
        let answer =
            Ask::post("/api/auth/login").json(json!({"email": email, "password": password})).send(&bench.router).await;
        answer.is_problem(401, "credentials_invalid");
    }
    let long = "x".repeat(15_000);
    Ask::post("/api/auth/login")
        .json(json!({"email": "ann@example.org", "password": long}))
        .send(&bench.router)
        .await
        .is_problem(401, "credentials_invalid");
    for body in [
        json!({}),
        json!({"email": "a@b.org"}),
        json!({"password": "x"}),
        json!({"email": 1, "password": "x"}),
        json!({"email": "a@b.org", "password": null}),
        json!({"email": "a@b.org", "password": "x", "name": "Ann"}),
    ] {
        Ask::post("/api/auth/login").json(body).send(&bench.router).await.is_problem(422, "invalid_body");
    }
}

#[tokio::test]
async fn refresh_tokens_that_are_none_are_refused() {
    let bench = patient().await;
    Ask::post("/api/auth/refresh").send(&bench.router).await.is_problem(401, "refresh_invalid");
    let unknown = "A".repeat(43);
    for token in [
        "",
        "x",
        "null",
        "a.b.c",
        "äöü",
        &unknown,
        &"A".repeat(42),
        &"A".repeat(44),
        &"!".repeat(43),
        &"A".repeat(10_000),
    ] {
        Ask::post("/api/auth/refresh")
            .json(json!({"refreshToken": token}))
            .send(&bench.router)
            .await
            .is_problem(401, "refresh_invalid");
    }
    for cookie in [
        "refresh_token=",
        "refresh_token=x",
        &format!("refresh_token={unknown}"),
        "refresh_token",
        ";;;=",
        "refresh_token=\"x\"; refresh_token=y",
    ] {
        Ask::post("/api/auth/refresh")
            .header("cookie", cookie)
            .send(&bench.router)
            .await
            .is_problem(401, "refresh_invalid");
    }
    for body in [
        json!({}),
        json!({"refreshToken": null}),
        json!({"refreshToken": 7}),
        json!({"refresh_token": unknown}),
        json!({"refreshToken": unknown, "more": 1}),
    ] {
        Ask::post("/api/auth/refresh").json(body).send(&bench.router).await.is_problem(422, "invalid_body");
    }
    for (path, value) in [("/api/auth/login", "cookie"), ("/api/auth/login", ""), ("/api/auth/signup", "BODY")] {
        Ask::post(path)
            .header("x-refresh-token", value)
            .json(json!({}))
            .send(&bench.router)
            .await
            .is_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn credentials_that_are_none_are_refused_by_every_route_that_needs_one() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let changed = format!("{}x{}", &token[..token.len() / 2], &token[token.len() / 2 + 1..]);
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

/// `(wish, the field that is named)`, for making and for changing a room.
fn wrong_rooms() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"maxParticipants": 0}), "maxParticipants"),
        (json!({"maxParticipants": 101}), "maxParticipants"),
        (json!({"maxParticipants": -1}), "maxParticipants"),
        (json!({"maxParticipants": 4.5}), "maxParticipants"),
        (json!({"maxParticipants": 4_294_967_296_u64}), "maxParticipants"),
        (json!({"maxParticipants": 1e300}), "maxParticipants"),
        (json!({"maxParticipants": "4"}), "maxParticipants"),
        (json!({"maxParticipants": [4]}), "maxParticipants"),
        (json!({"maxParticipants": {}}), "maxParticipants"),
        (json!({"maxParticipants": true}), "maxParticipants"),
        (json!({"seatWindowSeconds": 121}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": -5}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": 0.5}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": "5s"}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": 18_446_744_073_709_551_615_u64}), "seatWindowSeconds"),
        (json!({"max_participants": 4}), "max_participants"),
        (json!({"roomId": "abc-defg-hij"}), "roomId"),
        (json!({"hostId": "00000000-0000-0000-0000-000000000000"}), "hostId"),
        (json!({"createdAt": "2026-01-01T00:00:00Z"}), "createdAt"),
        (json!({"participants": 1}), "participants"),
    ]
}

#[tokio::test]
async fn a_wrong_wish_for_a_room_names_its_field() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let room = format!("/api/rooms/{}", bench.room(&token).await);
    for (method, path) in [("POST", "/api/rooms"), ("PATCH", &room)] {
        for (wish, field) in wrong_rooms() {
            let problem = Ask::new(method, path)
                .bearer(&token)
                .json(wish.clone())
                .send(&bench.router)
                .await
                .is_problem(422, "invalid_body");
            assert_eq!(problem["errors"][0]["field"], field, "{method} {wish}: {problem}");
        }
    }
    for mode in [json!("p2p"), json!("MESH"), json!(""), json!(1), json!({"mesh": null}), json!(["mesh"])] {
        Ask::post("/api/rooms")
            .bearer(&token)
            .json(json!({"mode": mode}))
            .send(&bench.router)
            .await
            .is_problem(422, "invalid_body");
    }
    for wish in [json!({"active": "yes"}), json!({"active": 1}), json!({"mode": "sfu"})] {
        Ask::new("PATCH", &room).bearer(&token).json(wish).send(&bench.router).await.is_problem(422, "invalid_body");
    }
    Ask::post("/api/rooms")
        .bearer(&token)
        .json(json!({"active": true}))
        .send(&bench.router)
        .await
        .is_problem(422, "invalid_body");
}

#[tokio::test]
async fn paths_and_queries_that_cannot_be_are_refused() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for room in [
        "x",
        "abc",
        "ABC-DEFG-HIJ",
        "abc-defg-hijk",
        "abc_defg_hij",
        "%00",
        "%ff",
        "abc-defg-hi%0a",
        "..%2f..%2fetc",
        "%F0%9F%98%80",
        "1' OR '1'='1",
        &"a".repeat(2000),
        "abc-defg-hij",
    ] {
        let room = room.replace(' ', "%20");
        for method in ["GET", "PATCH", "DELETE"] {
            let answer = Ask::new(method, &format!("/api/rooms/{room}"))
                .bearer(&token)
                .json(json!({}))
                .send(&bench.router)
                .await;
            answer.is_problem(404, "room_not_found");
        }
    }
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "cursor=",
        "cursor=x",
        "cursor=1.x",
        "cursor=.abc-defg-hij",
        "cursor=x.abc-defg-hij",
        "cursor=99999999999999999999.abc-defg-hij",
        "cursor=1.abc-defg-hij%00",
        "page=2",
        "limit=%ff",
    ] {
        Ask::get(&format!("/api/rooms?{query}"))
            .bearer(&token)
            .send(&bench.router)
            .await
            .is_problem(400, "bad_request");
    }
    for path in [
        "/api",
        "/api/",
        "/api/rooms/",
        "/api//rooms",
        "/api/rooms/abc-defg-hij/more",
        "/API/rooms",
        "/api/auth",
        "/.well-known/",
        "/.git/config",
        "/..%2f..%2fetc/passwd",
        "/index.php",
        "/r",
    ] {
        Ask::get(path).bearer(&token).send(&bench.router).await.is_problem(404, "not_found");
    }
    for (method, path) in [
        ("GET", "/api/auth/signup"),
        ("PUT", "/api/auth/login"),
        ("POST", "/api/auth/me"),
        ("DELETE", "/api/rooms"),
        ("PUT", "/api/rooms/abc-defg-hij"),
        ("POST", "/api/ice-servers"),
        ("POST", "/.well-known/jwks.json"),
        ("POST", "/health/live"),
        ("TRACE", "/api/rooms"),
        ("OPTIONS", "/api/rooms"),
        ("BREW", "/api/rooms"),
        ("POST", "/"),
        ("POST", "/openapi.json"),
    ] {
        let answer = Ask::new(method, path).bearer(&token).send(&bench.router).await;
        answer.is_problem(405, "method_not_allowed");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    #[test]
    fn no_body_is_answered_with_a_server_error(route in 0_usize..5, body in proptest::prop_oneof![".{0,200}", "[\\[\\]{}\",:a-z0-9\\\\ ]{0,200}"]) {
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
        let path = ["/api/auth/signup", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout", "/api/rooms"][route];
        let answer = runtime.block_on(Ask::post(path).bearer(token).text(body).send(&bench.router));
        proptest::prop_assert!(!answer.status.is_server_error(), "{answer:?}");
        if answer.status.is_client_error() {
            proptest::prop_assert_eq!(answer.header("content-type"), super::problem::MEDIA_TYPE);
        }
    }
}
