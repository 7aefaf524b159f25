//! The memory cost of a hostile client. In a separate process, so that other tests are not measured.

use std::io::Write;

#[path = "edge/client.rs"]
#[allow(dead_code, reason = "shared with the other tests of the edge")]
mod client;
#[path = "edge/echo.rs"]
mod echo;

use client::{Edge, close_code, frame, limits};

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a resident size");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

#[test]
fn two_hundred_megabytes_of_continuations_cost_nothing() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    stream.write_all(&frame(0x01, b"it begins")).expect("sent");
    let (block, before) = (frame(0x00, &[b'a'; 1_000]).repeat(1_000), resident());
    let mut sent = 0;
    while sent < 200_000_000 && stream.write_all(&block).is_ok() {
        sent += block.len();
        assert!(resident() - before < 4_000_000, "grew by {} bytes", resident() - before);
    }
    assert!(sent < 200_000_000, "the edge hung up long before the end");

    let mut stream = edge.open();
    stream.write_all(&block[..100_000]).expect("sent");
    assert_eq!(close_code(&mut stream), Some(1002), "a continuation of nothing");
    let mut stream = edge.open();
    stream.write_all(&[frame(0x01, b"it begins"), block[..100_000].to_vec()].concat()).expect("sent");
    assert_eq!(close_code(&mut stream), Some(1009), "65 kB are enough");
}
