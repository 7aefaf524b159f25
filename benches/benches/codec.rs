//! What it costs to read a client's signal and to write it for its receiver: the node's own share of a relayed
//! message, sockets and actors left out.

use std::hint::black_box;

use actors::protocol::{
    ClientToServer, Entry, ServerToClient, UserId, decode,
    encode::{numbered, signal_data, unnumbered},
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ANN: UserId = UserId::from_u128(1);

/// A candidate (255 bytes) and an offer (3 900 bytes, its line ends escaped), as browsers send them.
fn signals() -> [(&'static str, String); 2] {
    let pad = |text: &str, bytes: usize, fill: &str| {
        let missing = bytes - (text.len() - "PAD".len());
        text.replace("PAD", &fill.repeat(missing / fill.len()))
    };
    let candidate = format!(
        r#"{{"type":"ice_candidate","cid":7,"data":{{"targetUserId":"{ANN}","candidate":{{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host PAD","sdpMid":"0","sdpMLineIndex":0}}}}}}"#
    );
    let offer = format!(r#"{{"type":"offer","cid":7,"data":{{"targetUserId":"{ANN}","sdp":"v=0\r\nPAD"}}}}"#);
    [("candidate", pad(&candidate, 255, "x")), ("offer", pad(&offer, 3_900, r"a=rtpmap:111 opus/48000/2\r\n"))]
}

fn entry(text: &str) -> Entry {
    let body = decode(text).expect("a browser's words").body;
    let ClientToServer::Signal(signal) = body else { panic!("no signal: {body:?}") };
    Entry::Message(signal_data(ANN, &signal))
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for (name, text) in signals() {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &text, |bencher, text| {
            bencher.iter(|| decode(black_box(text)))
        });
    }
    group
        .bench_function("heartbeat", |bencher| bencher.iter(|| decode(black_box(r#"{"type":"heartbeat","data":{}}"#))));
}

fn relay(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode and make the entry");
    for (name, text) in signals() {
        group.bench_with_input(BenchmarkId::from_parameter(name), &text, |bencher, text| {
            bencher.iter(|| entry(black_box(text)))
        });
    }
}

fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for (name, text) in signals() {
        let entry = entry(&text);
        group.bench_with_input(BenchmarkId::from_parameter(name), &entry, |bencher, entry| {
            bencher.iter(|| numbered(black_box(12_345), entry))
        });
    }
    group.bench_function("ack", |bencher| bencher.iter(|| unnumbered(black_box(&ServerToClient::Ack(7)))));
}

criterion_group!(codec, read, relay, write);
criterion_main!(codec);
