//! Probes of frames: bytes on an open socket, and the exact close code that answers them.

use std::io::Write;
use std::net::Shutdown;

use crate::client::{Edge, close_code, frame, limits, read_frame};
use crate::echo::HANG_UP;

const MASK: [u8; 4] = [1, 2, 3, 4];

fn head(first: u8, rest: &[u8]) -> Vec<u8> {
    [&[first][..], rest, &MASK].concat()
}

#[test]
fn broken_frames_get_their_close_code() {
    let edge = Edge::start(limits());
    let close = |code: u16| frame(0x88, &code.to_be_bytes());
    let table: Vec<(&str, Vec<u8>, u16)> = vec![
        ("no mask", vec![0x81, 1, b'a'], 1002),
        ("no mask on a ping", vec![0x89, 0], 1002),
        ("no mask on a close", vec![0x88, 2, 3, 0xE8], 1002),
        ("RSV1 as compression sets it", frame(0xC1, b"a"), 1002),
        ("RSV2", frame(0xA1, b"a"), 1002),
        ("RSV3", frame(0x91, b"a"), 1002),
        ("RSV1 on a ping", frame(0xC9, b""), 1002),
        ("opcode 3", frame(0x83, b""), 1002),
        ("opcode 6", frame(0x86, b""), 1002),
        ("opcode 12", frame(0x8C, b""), 1002),
        ("a fragmented ping", frame(0x09, b"a"), 1002),
        ("a fragmented close", frame(0x08, b""), 1002),
        ("a ping of 126 bytes", frame(0x89, &[0; 126]), 1002),
        ("a pong of 126 bytes", frame(0x8A, &[0; 126]), 1002),
        ("a close of 126 bytes", frame(0x88, &[0; 126]), 1002),
        ("a ping with a 64-bit length", head(0x89, &[0xFF, 0, 0, 0, 0, 0, 0, 0, 1]), 1002),
        ("5 written in 16 bits", head(0x81, &[0xFE, 0, 5]), 1002),
        ("5 written in 64 bits", head(0x81, &[0xFF, 0, 0, 0, 0, 0, 0, 0, 5]), 1002),
        ("a negative length", head(0x81, &[0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0]), 1002),
        ("a continuation of nothing", frame(0x80, b"a"), 1002),
        ("an unfinished continuation of nothing", frame(0x00, b"a"), 1002),
        ("a text in a text", [frame(0x01, b"a"), frame(0x81, b"b")].concat(), 1002),
        ("an unfinished text in a text", [frame(0x01, b"a"), frame(0x01, b"b")].concat(), 1002),
        ("a binary", frame(0x82, b"a"), 1003),
        ("an unfinished binary", frame(0x02, b""), 1003),
        ("FF in a text", frame(0x81, b"\xFF"), 1007),
        ("a lone continuation byte", frame(0x81, b"a\x80"), 1007),
        ("an overlong NUL", frame(0x81, b"\xC0\x80"), 1007),
        ("half a pair", frame(0x81, b"\xED\xB0\x80"), 1007),
        ("half a character", frame(0x81, b"\xE2\x82"), 1007),
        ("a broken text before its end is sent", frame(0x01, b"\xFF"), 1007),
        ("half a character at the end of frames", [frame(1, b"\xE2"), frame(0x80, b"\x82")].concat(), 1007),
        ("64 KiB and a byte", frame(0x81, &[b'a'; 65_537]), 1009),
        ("a gigabyte announced", head(0x81, &[0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0]), 1009),
        ("80 kB in two frames", [frame(0x01, &[b'a'; 40_000]), frame(0x80, &[b'a'; 40_000])].concat(), 1009),
        ("65 frames", [frame(0x01, b""), frame(0x00, b"").repeat(64)].concat(), 1009),
        ("a close of one byte", frame(0x88, &[3]), 1002),
        ("close code 0", close(0), 1002),
        ("close code 999", close(999), 1002),
        ("close code 1004", close(1004), 1002),
        ("close code 1005", close(1005), 1002),
        ("close code 1006", close(1006), 1002),
        ("close code 1015", close(1015), 1002),
        ("close code 2000", close(2000), 1002),
        ("close code 5000", close(5000), 1002),
        ("a close reason that is not UTF-8", frame(0x88, b"\x03\xE8\xFE"), 1007),
        ("a goodbye", close(1000), 1000),
        ("a page that goes away", close(1001), 1001),
        ("a code of our own", close(4409), 4409),
        ("a code of a library", close(3000), 3000),
        ("a goodbye with a reason", frame(0x88, b"\x03\xE8see you"), 1000),
    ];
    for (what, bytes, code) in table {
        let mut stream = edge.open();
        stream.write_all(&bytes).expect("sent");
        assert_eq!(close_code(&mut stream), Some(code), "{what}");
    }
}

#[test]
fn an_empty_close_is_answered_by_an_empty_one() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    stream.write_all(&frame(0x88, b"")).expect("sent");
    assert_eq!(close_code(&mut stream), None);
}

#[test]
fn a_message_before_a_violation_is_answered_first() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    stream.write_all(&[frame(0x81, b"good"), frame(0x83, b"bad")].concat()).expect("sent");
    assert_eq!(read_frame(&mut stream), Some((0x81, b"good".to_vec())));
    assert_eq!(close_code(&mut stream), Some(1002));
}

#[test]
fn a_broken_text_is_refused_before_its_frame_is_complete() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    stream.write_all(&frame(0x81, b"\xF4\x90 and much more that never comes")[..8]).expect("sent");
    assert_eq!(close_code(&mut stream), Some(1007));
}

#[test]
fn messages_survive_being_sent_byte_by_byte() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    let conversation = [
        frame(0x81, "grüße".as_bytes()),
        frame(0x01, b"one "),
        frame(0x89, b"ping"),
        frame(0x80, b"two"),
        frame(0x81, &[b'x'; 300]),
    ];
    for byte in conversation.concat() {
        stream.write_all(&[byte]).expect("sent");
    }
    let expected: [(u8, &[u8]); 4] =
        [(0x81, "grüße".as_bytes()), (0x8A, b"ping"), (0x81, b"one two"), (0x81, &[b'x'; 300])];
    for (first, payload) in expected {
        assert_eq!(read_frame(&mut stream), Some((first, payload.to_vec())));
    }
}

#[test]
fn a_message_of_the_largest_size_passes() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    let text = vec![b'x'; 65_536];
    stream.write_all(&frame(0x81, &text)).expect("sent");
    assert_eq!(read_frame(&mut stream), Some((0x81, text)));
}

#[test]
fn a_client_that_disconnects_without_a_close_frame_is_released() {
    let edge = Edge::start(limits());
    for bytes in [vec![], frame(0x81, b"half a frame")[..7].to_vec(), frame(0x01, b"half a message")] {
        let mut stream = edge.open();
        stream.write_all(&bytes).expect("sent");
        stream.shutdown(Shutdown::Write).expect("half closed");
        assert_eq!(close_code(&mut stream), Some(1000), "the echo still says goodbye");
    }
    edge.join();
}

#[test]
fn a_close_of_the_server_is_over_as_soon_as_the_client_answers() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    stream.write_all(&frame(0x81, HANG_UP.as_bytes())).expect("sent");
    // Messages under way do not disturb the farewell.
    stream.write_all(&frame(0x81, b"too late").repeat(100)).expect("sent");
    assert_eq!(close_code(&mut stream), Some(4409));
    stream.write_all(&frame(0x88, b"\x11\x39")).expect("the other side is still read");
    drop(stream);
    edge.join();
}
