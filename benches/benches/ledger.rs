//! What one step of the ledger in memory costs: a signal between two seats, a whole stay in a room of four.

use std::hint::black_box;
use std::time::Duration;

use actors::ledger::{Answer, At, Audit, Join, Joined, Ledger as _, MemoryLedger, Send, Sent};
use actors::protocol::{Attributes, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

/// Rooms used in rotation, so that no room stays in the processor's nearest cache.
const ROOMS: u128 = 500;
/// How often a client acknowledges.
const ACK_EVERY: u64 = 8;

fn room(n: u128) -> RoomId {
    let letters = n.to_be_bytes();
    let [.., a, b] = letters;
    RoomId::from_letters([a / 26, a % 26, b / 26, b % 26, 0, 0, 0, 0, 0, 0])
}

fn now<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Now(answer) => answer.expect("memory always answers"),
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

fn join(ledger: &MemoryLedger, at: At<'_>, who: u128) -> SeatId {
    let (user, session) = (UserId::from_u128(who), SessionId::from_u128(who));
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

fn candidate() -> Message {
    Message { kind: Kind::IceCandidate, data: format!(r#"{{"candidate":"{}"}}"#, "x".repeat(200)).into() }
}

fn send(criterion: &mut Criterion) {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("one"));
    let at = |n| At { room: room(n), node: &node, epoch: 1 };
    let seats: Vec<_> = (0..ROOMS).map(|n| (join(&ledger, at(n), 2 * n), join(&ledger, at(n), 2 * n + 1))).collect();
    let (message, mut cid) = (candidate(), 0);
    criterion.bench_function("ledger/send", |bencher| {
        bencher.iter(|| {
            cid += 1;
            let n = u128::from(cid) % ROOMS;
            let (from, to) = seats[usize::try_from(n).unwrap_or(0)];
            let (skipped, released, messages) = (Vec::new(), Vec::new(), vec![message.clone()]);
            let send = Send { from, to: to.order, cid: Some(cid), skipped, released, messages };
            let sent = now(ledger.send(at(n), black_box(send)));
            assert!(matches!(sent, Sent::Appended(_)), "{sent:?}");
            if (cid / u64::try_from(ROOMS).unwrap_or(1)).is_multiple_of(ACK_EVERY) {
                now(ledger.audit(at(n), vec![Audit { seat: to, last_seq: 0, acked: cid }]));
            }
            sent
        });
    });
}

fn session(criterion: &mut Criterion) {
    let node = NodeId::new("one");
    let at = At { room: room(0), node: &node, epoch: 1 };
    criterion.bench_function("ledger/join the fourth and leave", |bencher| {
        let ledger = MemoryLedger::default();
        for n in 1..4 {
            join(&ledger, at, n);
        }
        let mut n = 100;
        bencher.iter_batched(
            || {
                n += 1;
                n
            },
            |who| {
                let seat = join(&ledger, at, who);
                now(ledger.leave(at, seat, LeaveReason::Left))
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(ledger, send, session);
criterion_main!(ledger);
