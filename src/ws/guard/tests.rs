//! Tables of rules and the one property that matters: how the bytes are split changes nothing.

use actors::protocol::Close;
use proptest::prelude::*;

use super::{Guard, Kind, Limits, Whole};

const SMALL: Limits = Limits { message_bytes_max: 200, fragments_max: 4, binary: false };
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// A masked frame with its length in the shortest form.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// A whole connection at once: bytes passed, the verdict, whether the guard is at rest.
fn judge(bytes: &[u8]) -> (usize, Option<Close>, bool) {
    let mut guard = Guard::new(SMALL);
    let passed = guard.feed(bytes);
    (passed, guard.violation().map(|violation| violation.close), guard.at_rest())
}

#[test]
fn valid_frames_pass_and_leave_the_guard_at_rest() {
    let table: [(&str, Vec<Vec<u8>>); 9] = [
        ("a text", vec![frame(0x81, b"hello")]),
        ("an empty text", vec![frame(0x81, b"")]),
        ("a text of the largest size", vec![frame(0x81, &[b'a'; 200])]),
        ("a ping", vec![frame(0x89, b"are you there")]),
        ("an unasked pong of 125 bytes", vec![frame(0x8A, &[0xFF; 125])]),
        ("a message in four frames", vec![frame(1, b"a"), frame(0, b"b"), frame(0, b""), frame(0x80, b"c")]),
        ("a ping inside a message", vec![frame(1, b"a"), frame(0x89, b""), frame(0x80, b"c")]),
        ("a character split over frames", vec![frame(1, b"\xF0\x9F"), frame(0, b"\x98"), frame(0x80, b"\x80")]),
        ("two messages", vec![frame(0x81, "grüße".as_bytes()), frame(0x81, b"two")]),
    ];
    for (what, frames) in table {
        let bytes = frames.concat();
        assert_eq!(judge(&bytes), (bytes.len(), None, true), "{what}");
    }
}

#[test]
fn every_broken_rule_has_its_close_code() {
    use Close::{Binary, NotUtf8, Protocol, TooBig};
    let unmasked = vec![0x81, 1, b'a'];
    let long_control = [vec![0x89, 0x80 | 126, 0, 126], MASK.to_vec()].concat();
    let padded_16 = [vec![0x81, 0x80 | 126, 0, 125], MASK.to_vec()].concat();
    let padded_64 = [vec![0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], MASK.to_vec()].concat();
    let negative = [vec![0x81, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0], MASK.to_vec()].concat();
    let huge = [vec![0x81, 0x80 | 127, 0, 0, 0, 1, 0, 0, 0, 0], MASK.to_vec()].concat();
    let in_pieces = |size: usize| [frame(1, &vec![b'a'; size]), frame(0x80, &vec![b'a'; size])].concat();
    let table = [
        ("no mask", unmasked, Protocol),
        ("RSV1", frame(0xC1, b""), Protocol),
        ("RSV2", frame(0xA1, b""), Protocol),
        ("RSV3 on a ping", frame(0x99, b""), Protocol),
        ("opcode 3", frame(0x83, b""), Protocol),
        ("opcode 7", frame(0x87, b""), Protocol),
        ("opcode 11", frame(0x8B, b""), Protocol),
        ("opcode 15", frame(0x8F, b""), Protocol),
        ("a fragmented ping", frame(0x09, b""), Protocol),
        ("a fragmented close", frame(0x08, b""), Protocol),
        ("a control frame of 126 bytes", long_control, Protocol),
        ("a length of 125 in 16 bits", padded_16, Protocol),
        ("a length of 65535 in 64 bits", padded_64, Protocol),
        ("a length with its highest bit", negative, Protocol),
        ("a continuation of nothing", frame(0x80, b"a"), Protocol),
        ("a continuation after the last", [frame(0x81, b"a"), frame(0, b"b")].concat(), Protocol),
        ("a text inside a message", [frame(1, b"a"), frame(0x81, b"b")].concat(), Protocol),
        ("a binary message", frame(0x82, b""), Binary),
        ("a binary message in frames", frame(0x02, b""), Binary),
        ("not UTF-8", frame(0x81, b"\xFF"), NotUtf8),
        ("an overlong slash", frame(0x81, b"\xC0\xAF"), NotUtf8),
        ("a surrogate", frame(0x81, b"\xED\xA0\x80"), NotUtf8),
        ("beyond Unicode", frame(0x81, b"\xF4\x90\x80\x80"), NotUtf8),
        ("half a character at the end", frame(0x81, b"a\xC3"), NotUtf8),
        ("half a character before an empty last frame", [frame(1, b"\xC3"), frame(0x80, b"")].concat(), NotUtf8),
        ("a byte too many", frame(0x81, &[b'a'; 201]), TooBig),
        ("4 GiB announced", huge, TooBig),
        ("a byte too many over two frames", [in_pieces(100), in_pieces(101)].concat(), TooBig),
        ("five frames", [frame(1, b""), frame(0, b"").repeat(3), frame(0x80, b"")].concat(), TooBig),
        ("a close code of one byte", frame(0x88, b"\x03"), Protocol),
        ("close code 0", frame(0x88, b"\0\0"), Protocol),
        ("close code 999", frame(0x88, &999u16.to_be_bytes()), Protocol),
        ("close code 1004", frame(0x88, &1004u16.to_be_bytes()), Protocol),
        ("close code 1005", frame(0x88, &1005u16.to_be_bytes()), Protocol),
        ("close code 1006", frame(0x88, &1006u16.to_be_bytes()), Protocol),
        ("close code 1015", frame(0x88, &1015u16.to_be_bytes()), Protocol),
        ("close code 2999", frame(0x88, &2999u16.to_be_bytes()), Protocol),
        ("close code 5000", frame(0x88, &5000u16.to_be_bytes()), Protocol),
        ("a reason that is not UTF-8", frame(0x88, b"\x03\xE8\xFF"), NotUtf8),
        ("a reason that ends in half a character", frame(0x88, b"\x03\xE8\xC3"), NotUtf8),
    ];
    for (what, bytes, close) in table {
        assert_eq!(judge(&bytes).1, Some(close), "{what}");
    }
}

#[test]
fn the_frames_before_a_violation_pass() {
    let good = frame(0x81, b"hello");
    let bytes = [good.clone(), frame(0x81, b"\xFF")].concat();
    let (passed, violation, _) = judge(&bytes);
    assert!(passed >= good.len() && passed < bytes.len(), "passed {passed}");
    assert_eq!(violation, Some(Close::NotUtf8));
}

#[test]
fn nothing_passes_after_a_close_frame() {
    for reason in [&b""[..], b"\x03\xE8", b"\x0F\xA0bye", b"\x13\x87"] {
        let close = frame(0x88, reason);
        let mut guard = Guard::new(SMALL);
        assert_eq!(guard.feed(&[close.clone(), frame(0x81, b"late")].concat()), close.len(), "close {reason:?}");
        assert!(guard.is_over() && guard.violation().is_none(), "close {reason:?}");
    }
}

#[test]
fn invalid_utf8_is_detected_at_its_first_impossible_byte() {
    let bytes = frame(0x81, b"abc\xF4\x90\x80\x80 and more");
    let mut guard = Guard::new(SMALL);
    assert_eq!(guard.feed(&bytes[..6 + 4]), 10, "F4 may begin a character");
    assert_eq!(guard.feed(&bytes[10..11]), 0, "90 may not follow it");
}

#[test]
fn a_guard_inside_a_frame_or_message_is_not_at_rest() {
    let mut guard = Guard::new(SMALL);
    for (bytes, rests) in [(&frame(1, b"ab")[..], false), (&frame(0x89, b"")[..], false), (&frame(0x80, b"")[..], true)]
    {
        for byte in &bytes[..bytes.len() - 1] {
            guard.feed(&[*byte]);
            assert!(!guard.at_rest());
        }
        guard.feed(&bytes[bytes.len() - 1..]);
        assert_eq!(guard.at_rest(), rests);
    }
    assert_eq!(guard.delivered(), 2);
}

#[test]
fn a_whole_frame_is_found_with_its_payload_and_nothing_else_is() {
    let whole = |bytes: &[u8]| Whole::at_front(bytes, &SMALL);
    for (first, kind) in [(0x81, Kind::Text), (0x89, Kind::Ping), (0x8A, Kind::Pong)] {
        let bytes = frame(first, b"hello");
        assert_eq!(whole(&[&bytes[..], b"more"].concat()), Some(Whole { kind, payload: 6..11, mask: MASK }));
        assert!((0..bytes.len()).all(|end| whole(&bytes[..end]).is_none()));
    }
    for first in [0x01, 0x00, 0x80, 0x88, 0x82, 0xC1, 0x83, 0x09] {
        assert_eq!(whole(&frame(first, b"hello")), None, "{first:#x}");
    }
    assert_eq!(whole(&frame(0x82, b"hello")), None, "not spoken here");
    let limits = Limits { binary: true, ..SMALL };
    assert_eq!(Whole::at_front(&frame(0x82, b""), &limits).map(|whole| whole.kind), Some(Kind::Binary));
    assert!(whole(&frame(0x81, &[b'a'; 200])).is_some() && whole(&frame(0x81, &[b'a'; 201])).is_none());
    assert_eq!(Whole::at_front(&frame(0x81, b""), &Limits { fragments_max: 0, ..SMALL }), None);
}

/// Mostly sensible frames, so that arbitrary conversations go deep.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![0x81u8, 0x01, 0x00, 0x80, 0x89, 0x8A]),
        1 => prop::sample::select(vec![0x88u8, 0x82, 0x02]),
        1 => any::<u8>(),
    ];
    let payload =
        prop_oneof![4 => "\\PC{0,40}".prop_map(String::into_bytes), 1 => prop::collection::vec(any::<u8>(), 0..140)];
    (first, payload).prop_map(|(first, payload)| frame(first, &payload))
}

proptest! {
    #[test]
    fn any_split_of_the_bytes_gives_the_same_verdict(
        frames in prop::collection::vec(any_frame(), 0..8),
        noise in prop::collection::vec(any::<u8>(), 0..4),
        sizes in prop::collection::vec(1usize..40, 1..20),
    ) {
        let bytes = [frames.concat(), noise].concat();
        let mut whole = Guard::new(SMALL);
        whole.feed(&bytes);
        let mut split = Guard::new(SMALL);
        let mut rest = &bytes[..];
        for size in sizes.iter().cycle() {
            let (piece, later) = rest.split_at(rest.len().min(*size));
            split.feed(piece);
            rest = later;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(whole.violation(), split.violation());
        prop_assert_eq!(whole.delivered(), split.delivered());
        prop_assert_eq!(whole.is_over(), split.is_over());
        if !whole.is_over() {
            prop_assert_eq!(whole.at_rest(), split.at_rest());
        }
    }

    #[test]
    fn frames_on_the_fast_path_pass_the_guard(
        frames in prop::collection::vec(any_frame(), 0..8),
        noise in prop::collection::vec(any::<u8>(), 0..4),
        binary: bool,
    ) {
        let bytes = [frames.concat(), noise].concat();
        let limits = Limits { binary, ..SMALL };
        let (mut guard, mut at, mut found) = (Guard::new(limits), 0, 0);
        while let Some(Whole { kind, payload, mask }) = Whole::at_front(&bytes[at..], &limits) {
            let mut plain = bytes[at..][payload.clone()].to_vec();
            fastwebsockets::unmask(&mut plain, mask);
            let passed = guard.feed(&bytes[at..at + payload.end]);
            if kind == Kind::Text && std::str::from_utf8(&plain).is_err() {
                prop_assert_eq!(guard.violation().map(|violation| violation.close), Some(Close::NotUtf8));
                break;
            }
            (at, found) = (at + payload.end, found + 1);
            prop_assert_eq!(passed, payload.end);
            prop_assert!(guard.at_rest() && !guard.is_over() && guard.delivered() == found);
        }
    }
}
