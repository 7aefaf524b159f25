//! Signups, logins and refresh tokens that cannot be.

use serde_json::{Value, json};

use super::patient;
use crate::http::tests::Ask;

/// `(change to a valid signup, the field that is named)`.
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
async fn an_invalid_signup_names_its_field() {
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
async fn an_impossible_login_is_refused_for_any_text() {
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
async fn invalid_refresh_tokens_are_refused() {
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
