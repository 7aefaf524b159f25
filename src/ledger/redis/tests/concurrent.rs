//! Many clients at once on a real Redis: they join, send, send again, send with a fence that is stale, resume on another node and leave, while
//! their nodes' connections are cut. By seed; `ALDIS_REDIS_OPS` and `ALDIS_REDIS_SEED` say how many operations and which.

use std::{cell::RefCell, collections::HashMap};

use actors::{
    ledger::{Audit, Audited, Join, Joined, Ledger, Resume, Resumed, Send},
    ports::SeededEntropy,
    protocol::{Attributes, Entry, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId, UserId},
};
use futures_util::future::join_all;
use redis::cmd;

use super::{super::*, connection, difference::from_environment, failing::run, server::Server};

const CLIENTS: u64 = 60;
const ROOMS: u64 = 6;
/// More want to be in a room.
const SEATS_MAX: u32 = 8;
const STEPS: u64 = 100;
/// Operations between two cuts.
const CUT_EVERY: u64 = 300;
const NODES: [&str; 3] = ["a", "b", "c"];

/// Numbers, in order, that one seat of a room has sent to another.
type Numbers = HashMap<(RoomId, u64, u64), Vec<u64>>;

/// What all clients share: the nodes, and what the ledger has accepted.
struct World {
    nodes: Vec<(NodeId, RedisLedger)>,
    entropy: SeededEntropy,
    accepted: RefCell<Numbers>,
    /// Seats of each room that somebody was given and may still be in.
    seated: RefCell<HashMap<RoomId, Vec<u64>>>,
    counts: RefCell<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sessions: u64,
    messages: u64,
    duplicates: u64,
    fenced: u64,
    resumes: u64,
    answered: u64,
    unanswered: u64,
}

/// One client, with the seat that it has.
struct Client {
    number: u64,
    at: Place,
    seat: Option<Seat>,
    joins: u64,
}

/// A room, and the node through which it is asked.
#[derive(Clone, Copy)]
struct Place {
    room: RoomId,
    node: usize,
}

struct Seat {
    id: SeatId,
    session: SessionId,
    cid: u64,
    seen: u64,
    /// Its last message: receiver and number.
    last: Option<(u64, u64)>,
    received: Numbers,
}

impl World {
    fn below(&self, bound: u64) -> u64 {
        self.entropy.next() % bound
    }

    /// The answer to an operation, asked for until there is one, as a node does.
    async fn ask<T: Unpin>(&self, Place { room, node }: Place, ask: impl Fn(&RedisLedger, At<'_>) -> Answer<T>) -> T {
        let (name, ledger) = &self.nodes[node];
        loop {
            match ask(ledger, At { room, node: name, epoch: ledger.epoch() }).await {
                Ok(answer) => {
                    self.counts.borrow_mut().answered += 1;
                    return answer;
                }
                Err(_) => self.counts.borrow_mut().unanswered += 1,
            }
            tokio::task::yield_now().await;
        }
    }

    async fn step(&self, client: &mut Client) {
        let Some(seat) = &mut client.seat else { return self.join(client).await };
        match self.below(20) {
            0..9 => self.send(client.at, seat).await,
            9..11 => self.send_again(client.at, seat).await,
            11..13 => self.send_stale(client.at, seat).await,
            13..15 => {
                client.at.node = self.below(NODES.len() as u64) as usize;
                self.resume(client.number, client.at, seat).await;
            }
            15..19 => self.audit(client.at, seat).await,
            _ => self.leave(client).await,
        }
    }

    async fn join(&self, client: &mut Client) {
        client.joins += 1;
        let session = SessionId::from_u128(u128::from(client.number * 1_000_000 + client.joins));
        let join = || Join {
            user: UserId::from_u128(u128::from(client.number)),
            name: "Ann".into(),
            session,
            secret: 1,
            max: SEATS_MAX.into(),
            window: Duration::from_secs(600),
            revision: 1,
            attributes: Attributes::default(),
        };
        if let Joined::Seated { seat: id, members, .. } =
            self.ask(client.at, |ledger, at| ledger.join(at, join())).await
        {
            assert!(members.len() < SEATS_MAX as usize, "one more than the room has seats: {members:?}");
            self.seated.borrow_mut().entry(client.at.room).or_default().push(id.order);
            client.seat = Some(Seat { id, session, cid: 0, seen: 0, last: None, received: Numbers::new() });
            self.counts.borrow_mut().sessions += 1;
        }
    }

    async fn leave(&self, client: &mut Client) {
        let Some(mut seat) = client.seat.take() else { return };
        self.audit(client.at, &mut seat).await;
        let leave = |ledger: &RedisLedger, at: At<'_>| ledger.leave(at, seat.id, LeaveReason::Left);
        drop(self.ask(client.at, leave).await);
        if let Some(seated) = self.seated.borrow_mut().get_mut(&client.at.room) {
            seated.retain(|order| *order != seat.id.order);
        }
        self.is_a_beginning(client.at.room, &seat);
    }

    async fn sent(&self, at: Place, from: SeatId, to: u64, cid: u64) -> Sent {
        let send = || {
            let message = Message { kind: Kind::IceCandidate, data: format!("{} {cid}", from.order).as_str().into() };
            Send { from, to, cid: Some(cid), skipped: Vec::new(), released: Vec::new(), messages: vec![message] }
        };
        self.ask(at, |ledger, at| ledger.send(at, send())).await
    }

    async fn send(&self, at: Place, seat: &mut Seat) {
        let Some(to) = self.other(at.room, seat) else { return };
        seat.cid += 1;
        match self.sent(at, seat.id, to, seat.cid).await {
            // A duplicate: it was appended, and the answer was lost.
            Sent::Appended(_) | Sent::Duplicate => {
                seat.last = Some((to, seat.cid));
                self.accepted.borrow_mut().entry((at.room, seat.id.order, to)).or_default().push(seat.cid);
                self.counts.borrow_mut().messages += 1;
            }
            Sent::ReceiverGone => {}
            other @ (Sent::Fenced | Sent::TooMany) => panic!("{:?} sends: {other:?}", seat.id),
        }
    }

    async fn send_again(&self, at: Place, seat: &Seat) {
        let Some((to, cid)) = seat.last else { return };
        match self.sent(at, seat.id, to, cid).await {
            Sent::Duplicate => self.counts.borrow_mut().duplicates += 1,
            Sent::ReceiverGone => {}
            other @ (Sent::Appended(_) | Sent::Fenced | Sent::TooMany) => {
                panic!("{:?} sends {cid} again: {other:?}", seat.id)
            }
        }
    }

    /// As a socket that does not know yet that its session went on elsewhere.
    async fn send_stale(&self, at: Place, seat: &Seat) {
        let (Some(to), Some(fence)) = (self.other(at.room, seat), seat.id.fence.checked_sub(1)) else { return };
        let answer = self.sent(at, SeatId { fence, ..seat.id }, to, seat.cid + 1).await;
        assert_eq!(answer, Sent::Fenced, "{:?} sends with an older fence", seat.id);
        self.counts.borrow_mut().fenced += 1;
    }

    async fn resume(&self, number: u64, at: Place, seat: &mut Seat) {
        let resume = || Resume {
            user: UserId::from_u128(u128::from(number)),
            order: seat.id.order,
            session: seat.session,
            secret: 1,
            last_seq: seat.seen,
            reclaims: None,
        };
        match self.ask(at, |ledger, at| ledger.resume(at, resume())).await {
            Resumed::Seated(resumed) => {
                assert!(resumed.seat.fence > seat.id.fence, "a resume raises the fence");
                assert!(!resumed.lost, "nothing is lost");
                seat.id = resumed.seat;
                seat.receive(at.room, resumed.replay);
            }
            Resumed::Failed(failure) => panic!("{:?} resumes: {failure:?}", seat.id),
            Resumed::Moved => panic!("{:?} reclaims nothing", seat.id),
        }
        self.counts.borrow_mut().resumes += 1;
    }

    async fn audit(&self, at: Place, seat: &mut Seat) {
        let audit = || vec![Audit { seat: seat.id, last_seq: seat.seen, acked: seat.seen }];
        let answers = self.ask(at, |ledger, at| ledger.audit(at, audit())).await;
        let [Audited::Held(entries, _)] = &answers[..] else { panic!("{:?} is audited: {answers:?}", seat.id) };
        seat.receive(at.room, entries.clone());
    }

    /// Somebody else in the room, or who was there.
    fn other(&self, room: RoomId, seat: &Seat) -> Option<u64> {
        let seated = self.seated.borrow();
        let others: Vec<u64> = seated.get(&room)?.iter().copied().filter(|order| *order != seat.id.order).collect();
        others.get(self.below(others.len().max(1) as u64) as usize).copied()
    }

    /// What a seat has received from each sender is what was accepted first, or all of it.
    fn is_a_beginning(&self, room: RoomId, seat: &Seat) {
        for ((_, from, to), received) in &seat.received {
            let accepted = self.accepted.borrow();
            let accepted = accepted.get(&(room, *from, *to)).map_or(&[][..], Vec::as_slice);
            // The last one may be on its way back to its sender.
            let known = received.len().min(accepted.len());
            assert_eq!(received[..known], accepted[..known], "from {from} to {to}");
            assert!(received.len() <= accepted.len() + 1, "from {from} to {to}: {received:?}, accepted {accepted:?}");
        }
    }
}

impl Seat {
    fn receive(&mut self, room: RoomId, entries: Vec<(u64, Entry)>) {
        for (seq, entry) in entries {
            assert_eq!(seq, self.seen + 1, "entries of {:?} are numbered without a hole", self.id);
            self.seen = seq;
            if let Entry::Message(message) = entry {
                let text = message.data.to_string();
                let (from, cid) = text.split_once(' ').expect("a sender and a number");
                let key = (room, from.parse().expect("an order"), self.id.order);
                self.received.entry(key).or_default().push(cid.parse().expect("a number"));
            }
        }
    }
}

/// Cuts all connections of nodes whenever so many more operations were answered: however slow the machine is, there is progress.
async fn cut(url: &str, world: &World) {
    let mut connection = connection(url).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let mut next = CUT_EVERY;
    loop {
        ticks.tick().await;
        let answered = world.counts.borrow().answered;
        if answered < next {
            continue;
        }
        next = answered + CUT_EVERY;
        let kill = cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes").take();
        let _: u64 = kill.query_async(&mut connection).await.expect("connections are cut");
    }
}

#[test]
fn sixty_clients_at_once_lose_and_repeat_nothing_while_connections_are_cut() {
    let steps = from_environment("ALDIS_REDIS_OPS").map_or(STEPS, |ops| (ops / CLIENTS).max(STEPS));
    let seed = from_environment("ALDIS_REDIS_SEED").unwrap_or_else(rand::random);
    eprintln!("ALDIS_REDIS_SEED={seed}");
    run(async {
        let server = Server::start();
        let node = |name: &&str| {
            let limits = RedisLimits::default();
            let ledger = RedisLedger::start(&server.url().into(), "aldis:", limits).expect("an address");
            (NodeId::new(name), ledger)
        };
        let nodes = NODES.iter().map(node).collect();
        let rooms: Vec<RoomId> = (0..ROOMS).map(|letter| RoomId::from_letters([letter as u8; 10])).collect();
        let (accepted, seated, counts) = (RefCell::default(), RefCell::default(), RefCell::default());
        let world = World { nodes, entropy: SeededEntropy::new(seed), accepted, seated, counts };
        let lives = (1..=CLIENTS).map(|number| {
            let (world, room) = (&world, rooms[(number % ROOMS) as usize]);
            async move {
                let mut client =
                    Client { number, at: Place { room, node: number as usize % NODES.len() }, seat: None, joins: 0 };
                for _ in 0..steps {
                    world.step(&mut client).await;
                }
                client
            }
        });
        let url = server.url();
        let clients = tokio::select! { clients = join_all(lives) => clients, () = cut(&url, &world) => Vec::new() };
        for mut client in clients {
            let Some(mut seat) = client.seat.take() else { continue };
            world.audit(client.at, &mut seat).await;
            let accepted = world.accepted.borrow();
            let to_it = accepted.iter().filter(|((room, _, to), _)| *room == client.at.room && *to == seat.id.order);
            let to_it: Numbers = to_it.map(|(pair, numbers)| (*pair, numbers.clone())).collect();
            assert_eq!(seat.received, to_it, "{:?} has received what was accepted", seat.id);
        }
        let counts = world.counts.borrow();
        eprintln!("{counts:?}");
        let Counts { sessions, messages, duplicates, fenced, resumes, unanswered, answered: _ } = *counts;
        assert!(sessions > CLIENTS && messages > 10 * CLIENTS, "{counts:?}");
        assert!([duplicates, fenced, resumes, unanswered].iter().all(|count| *count > 0), "{counts:?}");
    });
}
