//! What it costs to judge a client's frames as their bytes pass: paid once for every byte a node receives.

use std::hint::black_box;

use aldis::ws::guard::{Guard, Limits};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// One masked text frame with so many bytes of payload (RFC 6455 §5.2).
fn frame(bytes: u16) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let payload = (0..usize::from(bytes)).map(|at| b'x' ^ mask[at % 4]);
    let [high, low] = bytes.to_be_bytes();
    [0x81, 0x80 | 126, high, low].into_iter().chain(mask).chain(payload).collect()
}

fn feed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("guard");
    for bytes in [255, 3_900, 60_000] {
        let frame = frame(bytes);
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(bytes), &frame, |bencher, frame| {
            bencher.iter(|| {
                let mut guard = Guard::new(Limits::default());
                assert_eq!(guard.feed(black_box(frame)), frame.len());
                guard.delivered()
            });
        });
    }
}

criterion_group!(guard, feed);
criterion_main!(guard);
