//! What claims mean: users, names, rooms and roles; and that no two issuers name the same user.

use actors::{
    ports::{Action, Verifier, grants::decide},
    protocol::{RoomId, UserId},
};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{ISS, Node};
use crate::{
    auth::{
        TokenError,
        issuers::{
            ClaimNames, IssuerSettings,
            tests::{Signer, set_of, settings},
        },
        token::foreign::claims::read,
    },
    config::{self, Sources},
};

fn with(claims: ClaimNames) -> IssuerSettings {
    IssuerSettings { claims, ..settings(ISS, "corp:") }
}

fn names(room: Option<&str>, role: Option<&str>) -> ClaimNames {
    ClaimNames { room: room.map(str::to_owned), role: role.map(str::to_owned), ..ClaimNames::default() }
}

#[test]
fn users_have_the_prefix_of_their_issuer_and_any_id_that_fits() {
    let settings = settings(ISS, "corp:");
    for (sub, expected) in [("ann", "corp:ann"), ("auth0|5f7c", "corp:auth0|5f7c"), ("a@b.c", "corp:a@b.c")] {
        assert_eq!(read(&json!({ "sub": sub }), &settings).expect("good").user, expected);
    }
    let longest = "a".repeat(128 - "corp:".len());
    assert_eq!(read(&json!({ "sub": longest }), &settings).expect("good").user.len(), 128);
    for sub in [json!(null), json!(7), json!(""), json!("a b"), json!("ä"), json!("a\"b"), json!("a".repeat(124))] {
        let refused = read(&json!({ "sub": sub }), &settings);
        assert!(matches!(&refused, Err(TokenError::WrongClaim { claim, .. }) if claim == "sub"), "{sub}: {refused:?}");
    }
}

#[test]
fn claims_are_found_by_name_or_by_path() {
    let by = |user: &str| with(ClaimNames { user: user.to_owned(), ..ClaimNames::default() });
    let payload = json!({ "sub": "s", "https://example.org/id": "n", "act": { "id": "p" }, "/a": "no" });
    for (name, expected) in [("https://example.org/id", "corp:n"), ("/act/id", "corp:p"), ("sub", "corp:s")] {
        assert_eq!(read(&payload, &by(name)).expect("good").user, expected);
    }
    assert!(read(&payload, &by("/a")).is_err(), "a path, not a name");
}

#[test]
fn a_name_that_cannot_be_shown_is_replaced_by_the_id_and_a_long_one_is_cut() {
    let settings = settings(ISS, "corp:");
    for (name, expected) in [
        (json!("Ann Lee"), "Ann Lee"),
        (json!("Ann"), "Ann"),
        (json!("  Ann  Lee "), "Ann Lee"),
        (json!("Åsa"), "Åsa"),
        (json!("\u{202e}nnA"), "ann"),
        (json!("A\u{0}"), "ann"),
        (json!(""), "ann"),
        (json!(7), "ann"),
        (json!(null), "ann"),
        (json!("x".repeat(100)), &"x".repeat(64)),
    ] {
        assert_eq!(read(&json!({ "sub": "ann", "name": name }), &settings).expect("good").name, expected, "{name}");
    }
}

/// What a token may: join this room, join another one, create rooms, administer this one, administer another one.
fn may(payload: &Value, settings: &IssuerSettings) -> Result<[bool; 5], TokenError> {
    let (here, there): (RoomId, RoomId) =
        ("abc-defg-hij".parse().expect("a room"), "xyz-defg-hij".parse().expect("a room"));
    let grants = read(payload, settings)?.grants;
    let may = |action| decide(grants.as_ref(), action).is_ok();
    let all = may(Action::AdministerAll);
    assert!(!all, "{payload}: of all rooms only a backend is an administrator");
    Ok([
        may(Action::Join(here)),
        may(Action::Join(there)),
        may(Action::CreateRoom),
        may(Action::AdministerRoom(here)),
        may(Action::AdministerRoom(there)),
    ])
}

const THIS: [bool; 5] = [true, false, false, false, false];
const HOST: [bool; 5] = [true, false, false, true, false];
const ALL: [bool; 5] = [true, true, true, false, false];
const MEMBER: [bool; 5] = [true, true, false, false, false];

#[test]
fn rooms_and_roles_grant_what_the_page_says() {
    let (room, both, role) = (names(Some("room"), None), names(Some("room"), Some("role")), names(None, Some("/r/a")));
    for (names, claims, expected) in [
        (&ClaimNames::default(), json!({ "room": "abc-defg-hij", "role": "member" }), ALL),
        (&room, json!({ "room": "abc-defg-hij" }), THIS),
        (&room, json!({ "room": "*" }), ALL),
        (&both, json!({ "room": "abc-defg-hij" }), THIS),
        (&both, json!({ "room": "abc-defg-hij", "role": "member" }), THIS),
        (&both, json!({ "room": "abc-defg-hij", "role": "host" }), HOST),
        (&both, json!({ "room": "abc-defg-hij", "role": ["x", "member", "host"] }), HOST),
        (&both, json!({ "room": "*", "role": "host" }), ALL),
        (&both, json!({ "room": "*", "role": ["member"] }), MEMBER),
        (&role, json!({ "r": { "a": "host" } }), ALL),
        (&role, json!({ "r": {} }), MEMBER),
    ] {
        let mut payload = claims.clone();
        payload["sub"] = json!("ann");
        assert_eq!(may(&payload, &with(names.clone())), Ok(expected), "{names:?} {claims}");
    }
    for (names, claims, claim) in [
        (&room, json!({}), "room"),
        (&room, json!({ "room": null }), "room"),
        (&room, json!({ "room": "Lobby" }), "room"),
        (&room, json!({ "room": ["abc-defg-hij"] }), "room"),
        (&both, json!({ "room": "*", "role": "admin" }), "role"),
        (&both, json!({ "room": "*", "role": [] }), "role"),
        (&both, json!({ "room": "*", "role": true }), "role"),
    ] {
        let mut payload = claims.clone();
        payload["sub"] = json!("ann");
        let refused = may(&payload, &with(names.clone()));
        assert!(matches!(&refused, Err(TokenError::WrongClaim { claim: named, .. }) if named == claim), "{claims}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_claim_and_never_its_value() {
    let signer = Signer::ed25519("o");
    let node = Node::trusting(vec![with(names(Some("room"), None))], set_of(&[&signer])).await;
    let why = node.verified(&signer, &json!({ "room": "Canary" })).expect_err("refused").to_string();
    assert!(why.contains("`room`") && why.contains("abc-defg-hij") && !why.contains("Canary"), "{why}");
}

/// Prefixes that the configuration's rules judge: good ones, and some that are not.
fn prefix() -> impl Strategy<Value = String> {
    prop_oneof!["[a-b]{0,2}[:|/~#]", "[a-b:|]{0,4}", "[a-f0-9]{8}-[a-f0-9]{4}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn two_issuers_never_name_the_same_user(
        (one, two) in (prefix(), prefix()),
        (ann, bob) in ("[a-b:|]{1,4}", "[a-b:|]{1,4}"),
        accounts in proptest::sample::select(vec!["on", "off"]),
    ) {
        let issuer = |n: usize, prefix: &str| format!(
            "[[auth.issuers]]\nissuer = 'https://{n}.example.org'\njwks_url = 'https://{n}.example.org'\naudience = 'calls'\nuser_prefix = '{prefix}'\n"
        );
        let text = format!("[auth]\naccounts = '{accounts}'\n{}{}", issuer(1, &one), issuer(2, &two));
        let sources = Sources { file: Some(("aldis.toml".to_owned(), text)), ..Sources::default() };
        if config::load(&sources).is_ok() {
            let user = |prefix: &str, sub: &str| read(&json!({ "sub": sub }), &settings(ISS, prefix)).expect("good").user;
            prop_assert!(user(&one, &ann) != user(&two, &bob), "{one:?} {ann:?} {two:?} {bob:?}");
            for id in [user(&one, &ann), user(&two, &bob)] {
                let id: UserId = id.parse().expect("an id");
                prop_assert_eq!(id.as_uuid(), None, "no account and no guest has it");
            }
        } else {
            let ends = [':', '|', '/', '~', '#'];
            let apart = !one.starts_with(&*two) && !two.starts_with(&*one);
            prop_assert!(!(apart && one.ends_with(ends) && two.ends_with(ends)), "{one:?} and {two:?} are fine");
        }
    }
}

#[tokio::test]
async fn no_token_of_ours_takes_the_place_of_theirs_for_whoever_is_moved() {
    let signer = Signer::ed25519("o");
    let node = Node::trusting(vec![with(names(Some("room"), None))], set_of(&[&signer])).await;
    let token = signer.token(&node.claims(&json!({ "room": "abc-defg-hij" })));
    let identity = Verifier::verify(&node.tokens, &token).expect("good");
    let room = identity.grants.as_ref().and_then(|grants| grants.room);
    assert_eq!(room, Some("abc-defg-hij".parse().expect("a room")));
    let moved = node.tokens.token_for(&identity, "xyz-abcd-efg".parse().expect("a room"));
    assert_eq!(moved, None, "a guest may renew such a token forever");
}
