//! `docs/protocol.md`: the prose is written by hand, the tables and examples between its markers are generated here.

use std::fmt::Write;

use actors::settings::{BudgetLimits, LedgerLimits, RoomLimits, SocketLimits, UserLimits};
use aldis_protocol::{Close, Code, code::Comeback, decode, media, sfu};

use crate::{
    examples, made,
    table::{CLIENT, Data, Number, Row, SERVER},
    typescript,
};

const FILE: &str = "docs/protocol.md";

fn error_codes() -> String {
    let mut text = "| `code` | retryable | meaning |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let again = if code.is_retryable() { "yes" } else { "no" };
        let _ = writeln!(text, "| `{}` | {again} | {} |", code.as_str(), code.meaning());
    }
    text
}

fn close_codes() -> String {
    let mut text = "| code | reason | then | meaning |\n|---|---|---|---|\n".to_owned();
    for close in Close::ALL {
        let then = match close.comeback() {
            Comeback::Never => "do not reconnect",
            Comeback::Resume => "reconnect with jittered back-off and resume",
            Comeback::AfterMending => "client bug; do not retry",
        };
        let _ = writeln!(text, "| {} | `{}` | {then} | {} |", close.number(), close.as_str(), close.meaning());
    }
    text
}

/// The shape as TypeScript, with the shapes that only it uses.
fn shape(name: &str, shown: &mut Vec<String>) -> String {
    let shapes = typescript::shapes();
    let Some((_, declaration)) = shapes.iter().find(|(shape, _)| shape == name) else { return String::new() };
    if shown.iter().any(|earlier| earlier == name) {
        return String::new();
    }
    shown.push(name.to_owned());
    let mut text = declaration.clone();
    for (other, _) in shapes.iter().filter(|(other, _)| other != name) {
        if declaration.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == other) {
            text += &shape(other, shown);
        }
    }
    text
}

fn messages(rows: &[Row], texts: &[String]) -> String {
    let mut shown = Vec::new();
    let mut text = String::new();
    for (row, example) in rows.iter().zip(texts) {
        let number = match row.number {
            Number::Neither => "",
            Number::MayCid => " May carry a `cid`.",
            Number::Cid => " Carries the client's number.",
            Number::Seq if row.data == Data::Absent => " Carries the server's number.",
            Number::Seq => " Numbered.",
            Number::MayRid => " May carry a `rid`.",
        };
        let _ = writeln!(text, "### `{}`\n\n{}{number}\n\n```json\n{example}\n```\n", row.kind, row.meaning);
        if let Data::Shape(name) = row.data {
            match shape(name, &mut shown) {
                first if !first.is_empty() => _ = writeln!(text, "```ts\n{first}```\n"),
                _ => _ = writeln!(text, "`data` is a `{name}`, as above.\n"),
            }
        }
    }
    text
}

fn limits() -> String {
    let (socket, room, inbox) = (SocketLimits::default(), RoomLimits::default(), LedgerLimits::default());
    let (budget, user) = (BudgetLimits::default(), UserLimits::default());
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let kib = |bytes: usize| format!("{} KiB", bytes / 1024);
    let rows = [
        ("one message, all its fragments together", kib(socket.message_bytes_max), "close 1009"),
        ("one candidate as JSON", kib(decode::CANDIDATE_BYTES_MAX), "`payload_too_large`"),
        ("levels of arrays and objects in a candidate", decode::JSON_DEPTH_MAX.to_string(), "`bad_message`"),
        ("characters of a chat message", decode::CHAT_CHARS_MAX.to_string(), "`bad_message`"),
        ("an application's message as JSON", kib(decode::MESSAGE_DATA_BYTES_MAX), "`payload_too_large`"),
        ("bytes of its topic", decode::TOPIC_BYTES_MAX.to_string(), "`bad_message`"),
        ("an `sfu_*` message's `data` as JSON", kib(sfu::DATA_BYTES_MAX), "`payload_too_large`"),
        ("requests to the media server that are not answered", media::OPEN_MAX.to_string(), "`media_limit`"),
        (
            "bytes of a media server's id, and of a track's `source`",
            format!("{}, {}", media::ID_BYTES_MAX, sfu::SOURCE_BYTES_MAX),
            "`bad_message`",
        ),
        ("entries of `streams`", decode::STREAMS_MAX.to_string(), "`bad_message`"),
        ("bytes of a `renegotiate` reason", decode::REASON_BYTES_MAX.to_string(), "`bad_message`"),
        ("the largest `cid` and `seq`", "2^53 - 1".to_owned(), "`bad_message`"),
        ("tokens per second, sustained", budget.socket_per_second.to_string(), "`rate_limited`, with `retryAfterMs`"),
        ("tokens at once after a pause", budget.socket_burst.to_string(), "likewise"),
        ("the same for all sockets of a user", format!("{} times as much", budget.user_factor), "likewise"),
        (
            "the same for all clients of an address",
            format!("{} times as much", budget.address_factor),
            "likewise; new connections: 503",
        ),
        ("messages refused for rate since the last quiet time", budget.flood_max.to_string(), "close 4529"),
        ("refusals that the client has not received", socket.refusals_max.to_string(), "close 4529"),
        ("messages taken and not settled", socket.in_flight_max.to_string(), "further ones wait in the connection"),
        (
            "while none of them is settled",
            seconds(socket.settle_within),
            "`unavailable`, with `retryAfterMs`; heartbeats and pongs are still read",
        ),
        ("from opening to `hello`", seconds(socket.hello_within), "close 4508"),
        ("no message of any kind", seconds(socket.heartbeat_within), "close 4508; the seat is kept for its window"),
        ("from a WebSocket ping to its pong", seconds(socket.pong_within), "likewise"),
        (
            "sockets of one user on one node",
            user.sockets_max.to_string(),
            "opening another closes the oldest with 4409",
        ),
        ("bytes that wait for a slow reader", kib(socket.outbox_bytes_max), "close 4530; the inbox is kept"),
        ("one blocked write", seconds(socket.write_within), "likewise"),
        ("early candidates for one member", room.candidates_max.to_string(), "`candidates_overflow`"),
        ("how long one waits for its description", seconds(room.candidates_within), "`candidates_overflow`"),
        ("messages kept for a resume", inbox.inbox_entries_max.to_string(), "`resume_failed` with `gap`"),
        ("bytes kept for a resume", kib(inbox.inbox_bytes_max), "likewise"),
    ];
    assert_eq!(decode::NUMBER_MAX, (1 << 53) - 1, "as in the table");
    let mut text = "| what | limit | beyond it |\n|---|---|---|\n".to_owned();
    for (what, limit, beyond) in rows {
        let _ = writeln!(text, "| {what} | {limit} | {beyond} |");
    }
    text
}

/// What messages cost.
fn costs() -> String {
    let budget = BudgetLimits::default();
    let rows = [
        ("a message", "1".to_owned()),
        ("a ping, or a pong that was not asked for", "0.1".to_owned()),
        ("`hello` with `resume`", "5".to_owned()),
        ("a new connection, for its address", "5".to_owned()),
        ("`join_room`", format!("{} for each notified member, at least {0}", budget.join_cost)),
        ("… that replaces an older seat of the same user", format!("{} more", budget.takeover_cost)),
        ("… of a room that does not exist", format!("{} more", budget.miss_cost)),
    ];
    let mut text = "| what | tokens |\n|---|---|\n".to_owned();
    for (what, tokens) in rows {
        let _ = writeln!(text, "| {what} | {tokens} |");
    }
    text
}

#[test]
fn the_document_says_what_the_code_does() {
    let text = std::fs::read_to_string(made::file(FILE)).expect("docs/protocol.md, whose prose is written by hand");
    let client: Vec<String> = examples::client().into_iter().map(|example| example.text).collect();
    let server: Vec<String> = examples::server().into_iter().map(|(_, text)| text).collect();
    let parts = [
        ("client messages", messages(CLIENT, &client)),
        ("server messages", messages(SERVER, &server)),
        ("error codes", error_codes()),
        ("close codes", close_codes()),
        ("costs", costs()),
        ("limits", limits()),
    ];
    made::check(FILE, &made::with_parts(&text, &parts));
}

#[test]
fn error_and_close_codes_are_told_apart_by_their_names_and_numbers() {
    for (place, code) in Code::ALL.iter().enumerate() {
        assert!(Code::ALL[..place].iter().all(|other| other.as_str() != code.as_str()), "{code:?} is named twice");
        assert_eq!(serde_json::to_value(code).expect("a name"), code.as_str(), "one name on the wire and in the table");
        assert!(code.meaning().ends_with('.') && !code.meaning().contains("  "), "{code:?}: {}", code.meaning());
    }
    for (place, close) in Close::ALL.iter().enumerate() {
        let (number, before) = (close.number(), &Close::ALL[..place]);
        assert!(before.iter().all(|other| other.number() < number), "{close:?} stands in order, once");
        let expected = match number {
            4400..=4499 => Some(Comeback::Never),
            4500..=4599 => Some(Comeback::Resume),
            _ => None,
        };
        assert!(
            expected.is_none_or(|expected| expected == close.comeback()),
            "44xx: do not reconnect, 45xx: reconnect: {close:?}"
        );
        assert!(matches!(number, 1000..=1003 | 1007..=1013 | 4000..=4999), "RFC 6455 §7.4 lets {close:?} be sent");
        assert!(close.as_str().len() <= 123, "a close frame's reason has at most 123 bytes");
    }
}
