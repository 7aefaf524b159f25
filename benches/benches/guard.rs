//! What it costs to judge a client's frames as their bytes pass: paid once for every byte a node receives.

use std::hint::black_box;

use aldis::ws::guard::{Guard, Limits, Whole};
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

/// The same where the frame came whole: its head is judged, then it is unmasked and looked at where it stands.
fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole frame");
    for bytes in [255, 3_900] {
        let (frame, limits) = (frame(bytes), Limits::default());
        let mut read = frame.clone();
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(bytes), |bencher| {
            bencher.iter(|| {
                read.copy_from_slice(black_box(&frame));
                let whole = Whole::at_front(&read, &limits).expect("a whole frame");
                let payload = whole.unmask(&mut read);
                std::str::from_utf8(payload).map(str::len)
            });
        });
    }
}

criterion_group!(guard, feed, whole);
criterion_main!(guard);
