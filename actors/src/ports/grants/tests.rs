//! The table: every grant × every action. `claims.txt` has its claims, for the tests of whoever asks.

mod page;

use super::{Action, Denied, Grants, decide};
use crate::protocol::RoomId;

fn ours() -> RoomId {
    RoomId::from_letters([0; 10])
}

fn another() -> RoomId {
    RoomId::from_letters([1; 10])
}

/// Every action, by the name of its column.
fn actions() -> [(&'static str, Action); 14] {
    [
        ("join ours", Action::Join(ours())),
        ("join another", Action::Join(another())),
        ("chat", Action::Chat),
        ("read ours", Action::ReadRoom(ours())),
        ("read another", Action::ReadRoom(another())),
        ("create", Action::CreateRoom),
        ("list own", Action::ListOwnRooms),
        ("host ours", Action::HostRoom(ours())),
        ("host another", Action::HostRoom(another())),
        ("ice", Action::UseIceServers),
        ("administer ours", Action::AdministerRoom(ours())),
        ("administer another", Action::AdministerRoom(another())),
        ("administer all", Action::AdministerAll),
        ("account", Action::UseAccount),
    ]
}

fn may(grants: Option<&Grants>) -> Vec<&'static str> {
    actions().into_iter().filter(|(_, action)| decide(grants, *action).is_ok()).map(|(name, _)| name).collect()
}

fn claim(json: &str) -> Grants {
    serde_json::from_str(json).expect("grants")
}

#[test]
fn each_grant_allows_these_actions_and_no_others() {
    let table = [
        ("{}", &["chat", "list own", "host ours", "host another"][..]),
        (r#"{"publishChat":false}"#, &["list own", "host ours", "host another"]),
        (
            r#"{"join":true}"#,
            &[
                "join ours",
                "join another",
                "chat",
                "read ours",
                "read another",
                "list own",
                "host ours",
                "host another",
                "ice",
            ],
        ),
        (r#"{"room":"aaa-aaaa-aaa","join":true}"#, &["join ours", "chat", "read ours", "host ours", "ice"]),
        (r#"{"room":"aaa-aaaa-aaa","join":true,"publishChat":false}"#, &["join ours", "read ours", "host ours", "ice"]),
        (r#"{"create":true}"#, &["chat", "create", "list own", "host ours", "host another"]),
        (r#"{"room":"aaa-aaaa-aaa","create":true}"#, &["chat", "create", "host ours"]),
        (
            r#"{"admin":true}"#,
            &[
                "chat",
                "read ours",
                "read another",
                "create",
                "list own",
                "host ours",
                "host another",
                "administer ours",
                "administer another",
                "administer all",
            ],
        ),
        (r#"{"room":"aaa-aaaa-aaa","admin":true}"#, &["chat", "read ours", "host ours", "administer ours"]),
        (r#"{"metadata":"gold"}"#, &["chat", "list own", "host ours", "host another"]),
        (r#"{"hidden":true}"#, &["list own", "host ours", "host another"]),
        (r#"{"room":"aaa-aaaa-aaa","join":true,"hidden":true}"#, &["join ours", "read ours", "host ours", "ice"]),
    ];
    for (json, expected) in table {
        assert_eq!(may(Some(&claim(json))), expected, "{json}");
    }
    assert_eq!(include_str!("claims.txt").lines().collect::<Vec<_>>(), table.map(|(json, _)| json));
}

#[test]
fn the_owner_of_an_account_may_do_all_but_administer_the_rooms_of_others() {
    let not: Vec<_> =
        actions().into_iter().filter(|(_, action)| decide(None, *action).is_err()).map(|(name, _)| name).collect();
    assert_eq!(not, ["administer ours", "administer another", "administer all"]);
}

#[test]
fn a_denial_says_what_is_missing() {
    let only = claim(r#"{"room":"aaa-aaaa-aaa","join":true}"#);
    let text = |grants: Option<&Grants>, action| decide(grants, action).expect_err("denied").to_string();
    assert_eq!(text(Some(&only), Action::Join(another())), "this token is for room aaa-aaaa-aaa only");
    assert_eq!(text(Some(&only), Action::CreateRoom), "this token does not grant `create`");
    assert_eq!(
        text(Some(&only), Action::AdministerAll),
        "this token is for room aaa-aaaa-aaa only, and this concerns other rooms"
    );
    assert_eq!(decide(Some(&only), Action::UseAccount), Err(Denied::NoAccount));
    assert_eq!(decide(None, Action::AdministerAll), Err(Denied::NoAdmin));
}

#[test]
fn grants_are_written_as_they_are_read_and_unknown_ones_are_refused() {
    for json in [
        "{}",
        r#"{"room":"abc-defg-hij","join":true}"#,
        r#"{"create":true,"admin":true,"publishChat":false,"hidden":true,"metadata":"x"}"#,
    ] {
        assert_eq!(serde_json::to_string(&claim(json)).expect("json"), json);
    }
    for wrong in [r#"{"Join":true}"#, r#"{"room":"abc"}"#, r#"{"join":"yes"}"#, r#"{"publish_chat":false}"#, "1"] {
        assert!(serde_json::from_str::<Grants>(wrong).is_err(), "{wrong} was taken");
    }
}
