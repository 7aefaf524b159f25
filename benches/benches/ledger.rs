//! What one step of the ledger in memory costs: a signal between two seats, a whole stay in a room of four.

use std::hint::black_box;
use std::time::Duration;

use actors::ledger::{Address, Answer, Join, Joined, Ledger as _, MemoryLedger, Send, Sent};
use actors::protocol::{LeaveReason, Message, NodeId, RoomId, SessionId, UserId, cluster::MessageKind};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

/// Rooms that take turns, so that no room stays in the processor's nearest cache.
const ROOMS: u128 = 500;
/// How often a client acknowledges.
const ACK_EVERY: u64 = 8;

fn room(n: u128) -> RoomId {
    let letters = n.to_be_bytes();
    let [.., a, b] = letters;
    RoomId::from_letters([a / 26, a % 26, b / 26, b % 26, 0, 0, 0, 0, 0, 0])
}

fn seat(n: u128) -> Address {
    Address { user: UserId::from_u128(n), session: SessionId::from_u128(n) }
}

fn now<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Now(answer) => answer.expect("memory always answers"),
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

fn join(ledger: &MemoryLedger, room: RoomId, (who, node): (Address, &NodeId)) -> Joined {
    let Address { user, session } = who;
    let join = Join {
        user,
        name: "Ann".into(),
        session,
        secret: 7,
        node: node.clone(),
        max: 4,
        window: Duration::from_secs(5),
    };
    now(ledger.join(room, join))
}

fn candidate() -> Message {
    Message { kind: MessageKind::IceCandidate, data: format!(r#"{{"candidate":"{}"}}"#, "x".repeat(200)).into() }
}

fn send(criterion: &mut Criterion) {
    let (ledger, node) = (MemoryLedger::default(), NodeId::new("one"));
    for n in 0..ROOMS {
        join(&ledger, room(n), (seat(2 * n), &node));
        join(&ledger, room(n), (seat(2 * n + 1), &node));
    }
    let (message, mut cid) = (candidate(), 0);
    criterion.bench_function("ledger/send", |bencher| {
        bencher.iter(|| {
            cid += 1;
            let n = u128::from(cid) % ROOMS;
            let (from, to) = (seat(2 * n), seat(2 * n + 1));
            let send = Send { from, to, cid: Some(cid), messages: vec![message.clone()] };
            let sent = now(ledger.send(room(n), black_box(send), &node));
            assert!(matches!(sent, Sent::Appended(_)), "{sent:?}");
            if (cid / u64::try_from(ROOMS).unwrap_or(1)).is_multiple_of(ACK_EVERY) {
                now(ledger.acked(room(n), to, cid));
            }
            sent
        });
    });
}

fn stay(criterion: &mut Criterion) {
    let node = NodeId::new("one");
    criterion.bench_function("ledger/join the fourth and leave", |bencher| {
        let ledger = MemoryLedger::default();
        for n in 1..4 {
            join(&ledger, room(0), (seat(n), &node));
        }
        let mut n = 100;
        bencher.iter_batched(
            || {
                n += 1;
                seat(n)
            },
            |who| {
                let joined = join(&ledger, room(0), (who, &node));
                assert!(matches!(joined, Joined::Seated { .. }));
                now(ledger.leave(room(0), who, LeaveReason::Left, &node))
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(ledger, send, stay);
criterion_main!(ledger);
