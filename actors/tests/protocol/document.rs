//! `docs/protocol.md`: the prose is written by hand, the tables and examples between its markers are made here.

use std::fmt::Write;

use actors::{
    ledger,
    protocol::{Close, Code, code::Comeback, decode},
    room, socket,
};

use crate::{
    examples, made,
    table::{CLIENT, Data, Number, Row, SERVER},
    typescript,
};

const FILE: &str = "docs/protocol.md";

fn error_codes() -> String {
    let mut text = "| `code` | again later? | what it means |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let again = if code.is_retryable() { "yes" } else { "no" };
        let _ = writeln!(text, "| `{}` | {again} | {} |", code.as_str(), code.meaning());
    }
    text
}

fn close_codes() -> String {
    let mut text = "| number | reason | then | what it means |\n|---|---|---|---|\n".to_owned();
    for close in Close::ALL {
        let then = match close.comeback() {
            Comeback::Never => "stop",
            Comeback::Resume => "come back with jitter and resume",
            Comeback::AfterMending => "mend the client first",
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
        };
        let _ = writeln!(text, "### `{}`\n\n{}{number}\n\n```json\n{example}\n```\n", row.kind, row.says);
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
    let (socket, room, inbox) = (socket::Limits::default(), room::Limits::default(), ledger::Limits::default());
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let rows = [
        ("one message, all its fragments together", format!("{} KiB", socket.message_bytes_max / 1024), "close 1009"),
        ("messages a second, sustained", socket.messages_per_second.to_string(), "`rate_limited`, with `retryAfterMs`"),
        ("messages at once after a pause", socket.burst.to_string(), "likewise"),
        ("refusals for rate in a row", socket.refusals_max.to_string(), "close 4529"),
        ("from opening to `hello`", seconds(socket.hello_within), "close 4508"),
        ("silence: no message at all", seconds(socket.heartbeat_within), "close 4508; the seat is kept for its window"),
        ("WebSocket ping, to be answered before the next", seconds(socket.ping_every), "close 4508, likewise"),
        (
            "bytes waiting for a slow reader",
            format!("{} KiB", socket.outbox_bytes_max / 1024),
            "close 4530; the inbox is kept",
        ),
        ("early candidates for one member", room.candidates_max.to_string(), "`candidates_overflow`"),
        ("how long one waits for its description", seconds(room.candidates_within), "`candidates_overflow`"),
        ("messages kept for a resume", inbox.inbox_entries_max.to_string(), "`resume_failed` with `gap`"),
        ("bytes kept for a resume", format!("{} KiB", inbox.inbox_bytes_max / 1024), "likewise"),
        ("characters of a chat message", decode::CHAT_CHARS_MAX.to_string(), "`bad_message`"),
        ("bytes of a `renegotiate` reason", decode::REASON_BYTES_MAX.to_string(), "`bad_message`"),
        ("the largest `cid` and `seq`", "2^53 - 1".to_owned(), "`bad_message`"),
    ];
    assert_eq!(decode::NUMBER_MAX, (1 << 53) - 1, "what the table says");
    let mut text = "| what | limit | beyond it |\n|---|---|---|\n".to_owned();
    for (what, limit, beyond) in rows {
        let _ = writeln!(text, "| {what} | {limit} | {beyond} |");
    }
    text
}

#[test]
fn the_document_says_what_the_code_does() {
    let text = std::fs::read_to_string(made::file(FILE)).expect("docs/protocol.md, whose prose is written by hand");
    let client: Vec<String> = examples::client().into_iter().map(|said| said.text).collect();
    let server: Vec<String> = examples::server().into_iter().map(|(_, text)| text).collect();
    let parts = [
        ("client messages", messages(CLIENT, &client)),
        ("server messages", messages(SERVER, &server)),
        ("error codes", error_codes()),
        ("close codes", close_codes()),
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
        let says = match number {
            4400..=4499 => Some(Comeback::Never),
            4500..=4599 => Some(Comeback::Resume),
            _ => None,
        };
        assert!(says.is_none_or(|says| says == close.comeback()), "44xx stop, 45xx come back: {close:?}");
        assert!(matches!(number, 1000..=1003 | 1007..=1013 | 4000..=4999), "RFC 6455 §7.4 lets {close:?} be sent");
        assert!(close.as_str().len() <= 123, "a close frame's reason has at most 123 bytes");
    }
}
