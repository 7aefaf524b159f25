//! The table of docs/api.md says of each action what decides.

use super::{Action, Grants, another, claim, decide, ours};
use crate::protocol::RoomId;

const PAGE: &str = include_str!("../../../../../docs/api.md");

type Asked = fn(RoomId) -> Action;

/// Rows of the page, by how they begin, and what they are about; `None`: rooms decide, by whether a seat is hidden.
const ROWS: [(&str, Option<Asked>); 13] = [
    ("join, resume", Some(Action::Join)),
    ("chat, `message`", Some(|_| Action::Chat)),
    ("offers, answers, candidates, tracks", None),
    ("`GET /api/rooms/{roomId}`, its messages", Some(Action::ReadRoom)),
    ("`GET /api/ice-servers`", Some(|_| Action::UseIceServers)),
    ("`POST /api/rooms`", Some(|_| Action::CreateRoom)),
    ("`GET /api/rooms` (one's own)", Some(|_| Action::ListOwnRooms)),
    ("`PATCH`, `DELETE /api/rooms/{roomId}` as its host", Some(Action::HostRoom)),
    ("the same, and `/v1/rooms/{roomId}…`, of others' rooms", Some(Action::AdministerRoom)),
    ("remove, ban, mute, hand over, lock, end; who waits: as the room's host", Some(Action::HostRoom)),
    ("the same in others' rooms", Some(Action::AdministerRoom)),
    ("`GET`, `POST /v1/rooms`", Some(|_| Action::AdministerAll)),
    ("`/api/auth/me`, `/api/account/…`", Some(|_| Action::UseAccount)),
];

/// Whether a cell's words are true of these grants.
fn is_met(cell: &str, grants: &Grants) -> bool {
    let word = |word: &str| match word.trim() {
        "`join`" => grants.join,
        "`create`" => grants.create,
        "`admin`" => grants.admin,
        "`publishChat`" => grants.publish_chat,
        "not `hidden`" => !grants.hidden,
        "any token" => true,
        refused if refused.starts_with("refused") => false,
        unknown => panic!("{unknown}: say here what it means"),
    };
    cell.split(" or ").any(|all| all.split(", ").all(word))
}

/// The page's table: cells of each row.
fn table() -> Vec<Vec<&'static str>> {
    let (_, rest) = PAGE.split_once("| action | token without a room |").expect("the table");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn the_page_says_what_each_action_needs() {
    let mut known = ROWS.to_vec();
    for row in table() {
        let place = known.iter().position(|(begins, _)| row[0].starts_with(begins));
        let (_, action) = known.remove(place.unwrap_or_else(|| panic!("{}: say here which action it is", row[0])));
        let Some(action) = action else { continue };
        for json in include_str!("../claims.txt").lines() {
            for (cell, room) in row[1..].iter().zip([None, Some(ours()), Some(another())]) {
                let grants = Grants { room, ..claim(json) };
                let may = decide(Some(&grants), action(ours())).is_ok();
                assert!(*cell == "–" || is_met(cell, &grants) == may, "{}: {cell}: {grants:?}: {may}", row[0]);
            }
        }
    }
    assert!(
        known.is_empty(),
        "no longer on the page: {:?}",
        known.iter().map(|(begins, _)| begins).collect::<Vec<_>>()
    );
}
