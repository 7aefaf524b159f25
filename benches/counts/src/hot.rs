//! The hot functions as a table. Each name is a line of `benches/counts.toml`.

use std::hint::black_box;
use std::time::Duration;

use actors::ledger::{Answer, At, Audit, Join, Joined, Ledger as _, MemoryLedger, Send, Sent};
use actors::protocol::{
    Attributes, ClientToServer, Entry, Message, NodeId, RoomId, SeatId, SessionId, Signal, UserId, decode,
    encode::{numbered, signal_data},
};

use crate::relay;
use crate::ws::guard::{Limits, Whole};

const ANN: UserId = UserId::from_u128(1);
/// Rooms of the ledger that are used in rotation.
const ROOMS: u64 = 8;
/// How often a client acknowledges.
const ACK_EVERY: u64 = 8;

/// A function under count: its name, and how to call it so often.
pub struct Hot {
    /// As in the file of counts.
    pub name: &'static str,
    /// Calls it so many times.
    pub call: fn(u64),
}

/// All of them.
pub const HOT: [Hot; 10] = [
    Hot { name: "decode_candidate", call: |times| decoding(&candidate(), times) },
    Hot { name: "decode_offer", call: |times| decoding(&offer(), times) },
    Hot { name: "encode_candidate", call: |times| encoding(&candidate(), times) },
    Hot { name: "encode_offer", call: |times| encoding(&offer(), times) },
    Hot { name: "guard_candidate", call: |times| guarding(&candidate(), times) },
    Hot { name: "guard_offer", call: |times| guarding(&offer(), times) },
    Hot { name: "ledger_send", call: sending },
    Hot { name: "relay_candidate", call: |times| relay::candidates(&candidate(), times, 1, 2) },
    Hot { name: "relay_8_candidates", call: |times| relay::candidates(&candidate(), times, 8, 2) },
    // T3: `baseline` compares it with the room of two.
    Hot { name: "relay_candidate_room_of_100", call: |times| relay::candidates(&candidate(), times, 1, 100) },
];

/// A candidate as browsers send it: 255 bytes.
fn candidate() -> String {
    let (head, tail) = (
        format!(
            r#"{{"type":"ice_candidate","cid":7,"data":{{"targetUserId":"{ANN}","candidate":{{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host "#
        ),
        r#"","sdpMid":"0","sdpMLineIndex":0}}}"#,
    );
    let ufrag = "x".repeat(255 - head.len() - tail.len());
    head + &ufrag + tail
}

/// An offer: 3 900 bytes, its line ends escaped.
fn offer() -> String {
    let mut offer = format!(r#"{{"type":"offer","cid":7,"data":{{"targetUserId":"{ANN}","sdp":"v=0\r\n"#);
    let line = r"a=rtpmap:111 opus/48000/2\r\n";
    offer += &line.repeat((3_900 - offer.len()) / line.len());
    offer + r#""}}"#
}

fn signal(text: &str) -> Signal {
    let body = decode(text).expect("a browser's words").body;
    let ClientToServer::Signal(signal) = body else { panic!("no signal: {body:?}") };
    signal
}

/// Reading a client's message.
fn decoding(text: &str, times: u64) {
    for _ in 0..times {
        assert!(black_box(decode(black_box(text))).is_ok());
    }
}

/// Making the entry of the inbox, and its envelope for the receiver.
fn encoding(text: &str, times: u64) {
    let signal = signal(text);
    for seq in 0..times {
        let entry = Entry::Message(signal_data(ANN, black_box(&signal)));
        let (head, data, tail) = numbered(1_000_000 + seq, &entry);
        black_box((head.as_str(), data, tail));
    }
}

/// Judging one masked text frame that came whole (RFC 6455 §5.2), and what it takes to look at its text.
fn guarding(text: &str, times: u64) {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let [high, low] = u16::try_from(text.len()).expect("two bytes of length").to_be_bytes();
    let payload = text.bytes().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key);
    let frame: Vec<u8> = [0x81, 0x80 | 126, high, low].into_iter().chain(mask).chain(payload).collect();
    let (limits, mut read) = (Limits::default(), frame.clone());
    for _ in 0..times {
        read.copy_from_slice(black_box(&frame));
        let whole = Whole::at_front(&read, &limits).expect("a whole frame");
        let payload = whole.unmask(&mut read);
        assert!(black_box(std::str::from_utf8(payload)).is_ok());
    }
}

fn now<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Now(answer) => answer.expect("memory always answers"),
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

fn number(room: u64) -> RoomId {
    RoomId::from_letters([u8::try_from(room).expect("few rooms"); 10])
}

fn message() -> Message {
    signal_data(ANN, &signal(&candidate()))
}

/// A candidate into an inbox, and every so often an audit with its acknowledgement, which trims it.
fn sending(times: u64) {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("one"));
    let at = |room| At { room: number(room), node: &node, epoch: 1 };
    let seats: Vec<SeatId> = (0..2 * ROOMS).map(|n| join(&ledger, at(n / 2), n)).collect();
    let message = message();
    for turn in 0..times {
        let (which, cid) = (turn % ROOMS, turn / ROOMS + 1);
        let place = usize::try_from(2 * which).expect("few rooms");
        let (from, to) = (seats[place], seats[place + 1]);
        let (skipped, released, messages) = (Vec::new(), Vec::new(), vec![message.clone()]);
        let send = Send { from, to: to.order, cid: Some(cid), skipped, released, messages };
        let sent = now(ledger.send(at(which), black_box(send)));
        assert!(matches!(sent, Sent::Appended(_)), "{sent:?}");
        if cid.is_multiple_of(ACK_EVERY) {
            now(ledger.audit(at(which), vec![Audit { seat: to, last_seq: cid, acked: cid }]));
        }
    }
}

fn join(ledger: &MemoryLedger, at: At<'_>, number: u64) -> SeatId {
    let (user, session) = (UserId::from_u128(number.into()), SessionId::from_u128(number.into()));
    let join = Join {
        user,
        name: "Ann".into(),
        session,
        secret: 7,
        max: 4.into(),
        window: Duration::from_secs(5),
        revision: 1,
        attributes: Attributes::default(),
    };
    let Joined::Seated { seat, .. } = now(ledger.join(at, join)) else { panic!("there is room") };
    seat
}
