//! Who joins, leaves, disconnects, resumes and is reaped.

use actors::{
    ledger::{Fact, Join, Joined, Lease, Ledger, Push, Resume, Resumed, ResumedSeat, SeatsMax, Skipped},
    protocol::{Code, JoinOrder, LeaveReason, Member, NodeId, RoomId, SessionId, server::ResumeFailure},
};

use super::{LEASE, MAX, PAGE, WINDOW, Walk, at, node, now, read, user};
use crate::{
    naive,
    op::Op,
    watch::{Watch, attributes},
};

impl Walk {
    pub(super) fn join(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        self.sessions += 1;
        let (session, secret) = (SessionId::from_u128(self.sessions), self.sessions ^ 0xa1d15);
        self.join_as(Watch::new(room, (user(op.user), session, secret), node(op.node)))
    }

    pub(super) fn join_again(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watch(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        let Watch { user, session, secret, node: asker, .. } = watch;
        let (join, asker) = (join(user.clone(), *session, *secret, 0), asker.clone());
        if self.naive.sessions(room).iter().all(|there| there.session != join.session) {
            return (asker, Vec::new()); // a member who has left does not repeat its join
        }
        let expected = self.naive.join(room, (join.clone(), &asker, 0), None).expect("in any epoch");
        let Joined::Seated { seat, members, replaced, pushes, .. } =
            now(self.ledger.join(at(room, &asker, 0), join)).expect("it is seated")
        else {
            panic!("it is seated")
        };
        assert_eq!(expected, Some((seat, members, replaced)));
        (asker, pushes)
    }

    fn join_as(&mut self, mut watch: Watch) -> (NodeId, Vec<Push>) {
        let (room, asker) = (watch.room, watch.node.clone());
        let join =
            join(watch.user.clone(), watch.session, watch.secret, u64::try_from(self.sessions % 4).expect("it fits"));
        let answer = now(self.ledger.join(at(room, &asker, 0), join.clone()));
        let order = match &answer {
            Ok(Joined::Seated { seat, .. }) => Some(seat.order),
            Ok(Joined::Full | Joined::Crowded) | Err(_) => None,
        };
        let expected = self.naive.join(room, (join, &asker, 0), order);
        let (seat, epoch, members, replaced, pushes) = match answer {
            Ok(Joined::Seated { seat, epoch, members, replaced, media, pushes }) => {
                assert_eq!(media, self.naive.media(room), "the newcomer is told how media flows");
                (seat, epoch, members, replaced, pushes)
            }
            Ok(full @ (Joined::Full | Joined::Crowded)) => {
                assert_eq!(expected, Ok(None), "a full room refuses");
                self.seen.mark(if full == Joined::Full { "full" } else { "crowded" });
                return (asker, Vec::new());
            }
            Err(why) => {
                assert_eq!(expected, Err(why));
                self.seen.mark("join waits");
                return (asker, Vec::new());
            }
        };
        assert_eq!(expected, Ok(Some((seat, members.clone(), replaced))));
        if let Some(replaced) = replaced {
            self.remember(room, Fact::Freed(replaced, LeaveReason::Replaced));
        }
        if self.sessions.is_multiple_of(5) {
            let known = members.iter().map(|member| member.order).chain([seat.order]).collect();
            self.remember(room, Fact::Known(known));
        }
        (watch.seat, watch.epoch) = (seat, epoch);
        watch.see(&members);
        let seats = self.seats.entry((room, watch.user.clone())).or_default();
        seats.push(seat.order);
        if seats.len() > 2 {
            let over = seats.remove(0);
            self.watches.remove(&(room, over));
        }
        self.watches.insert((room, seat.order), watch);
        self.seen.mark(if members.iter().any(Member::is_hidden) { "joined beside somebody hidden" } else { "joined" });
        (asker, pushes)
    }

    pub(super) fn leave(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watch(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        let (mut seat, epoch) = (watch.seat, watch.epoch);
        let asker = if op.dice.is_multiple_of(6) { node(op.node) } else { watch.node.clone() };
        if op.dice.is_multiple_of(4) {
            seat.fence -= 1; // a socket that was taken over
        } else {
            watch.is_live = false;
        }
        let answer = now(self.ledger.leave(at(room, &asker, epoch), seat, LeaveReason::Left));
        let expected = self.naive.judge(epoch).map(|()| self.naive.leave(room, seat, LeaveReason::Left, &asker));
        assert_eq!(answer.as_ref().map(|_| ()), expected.as_ref().copied());
        self.remember(room, Fact::Freed(seat, LeaveReason::Left));
        self.seen.mark("left");
        (asker, answer.unwrap_or_default())
    }

    pub(super) fn evict(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let asker = node(op.node);
        self.naive.evict(room, user(op.user), LeaveReason::Kicked);
        let pushes = now(self.ledger.evict(at(room, &asker, 0), user(op.user), u64::MAX, LeaveReason::Kicked));
        (asker, pushes.expect("in any epoch"))
    }

    pub(super) fn disconnect(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watch(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        let (mut seat, epoch, asker) = (watch.seat, watch.epoch, watch.node.clone());
        if op.dice.is_multiple_of(4) {
            seat.fence -= 1;
        } else {
            watch.is_live = false;
        }
        let mut skipped = Vec::new();
        if op.dice.is_multiple_of(3) && seat == watch.seat {
            let refused = watch.next_cid();
            skipped.extend(refused.map(|cid| Skipped { cid, refused: Some(Code::RateLimited) }));
        }
        let answer = now(self.ledger.gone(at(room, &asker, epoch), seat, WINDOW, skipped.clone()));
        let expected = self.naive.judge(epoch).map(|()| self.naive.gone(room, seat, WINDOW, &skipped));
        assert_eq!(answer, expected);
        self.remember(room, Fact::Disconnected(seat, WINDOW));
        if op.dice.is_multiple_of(3) {
            self.remember(room, Fact::Skipped(seat, skipped));
        }
        (asker, Vec::new())
    }

    pub(super) fn resume(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let asker = node(op.node);
        let Some(order) = self.watched(room, op.user, op.dice) else { return (asker, Vec::new()) };
        let Some(watch) = self.watches.get_mut(&(room, order)) else { return (asker, Vec::new()) };
        let last_seq = if op.dice.is_multiple_of(7) { (op.other % 32).into() } else { watch.cursor.seq() };
        let secret = watch.secret ^ u128::from(op.dice.is_multiple_of(13));
        let reclaims = op.other.is_multiple_of(3).then(|| watch.seat.fence - u64::from(op.other % 2));
        let resume = Resume { user: watch.user.clone(), order, session: watch.session, secret, last_seq, reclaims };
        let expected = self.naive.resume(room, &resume, &asker);
        let resumed = match now(self.ledger.resume(at(room, &asker, 0), resume)).expect("in any epoch") {
            Resumed::Seated(resumed) => resumed,
            Resumed::Failed(why) => {
                assert_eq!(expected, Err(Some(why)));
                self.seen.mark(match why {
                    ResumeFailure::BadToken => "resume BadToken",
                    ResumeFailure::SeatGone => "resume SeatGone",
                    ResumeFailure::Gap => "resume Gap",
                    ResumeFailure::RoomClosed => panic!("the ledger knows no closed rooms"),
                });
                return (asker, Vec::new());
            }
            Resumed::Moved => {
                assert_eq!(expected, Err(None));
                self.seen.mark("moved elsewhere");
                return (asker, Vec::new());
            }
        };
        let ResumedSeat {
            seat,
            epoch,
            members,
            replay,
            sent,
            applied,
            skipped,
            heard,
            lost,
            media,
            attributes,
            pushes,
        } = *resumed;
        assert_eq!(media, self.naive.media(room), "who resumes is told how media flows");
        let answer = naive::Resumed { seat, members, replay, sent, applied, skipped, heard, lost, attributes };
        assert_eq!(expected.as_ref(), Ok(&answer));
        watch.resumed(answer, last_seq, (asker.clone(), epoch));
        self.seen.mark("resumed");
        if lost {
            self.seen.mark("resumed with a loss");
        }
        (asker, pushes)
    }

    /// Everybody in the room reads what has not arrived, and then sees what is.
    pub(super) fn catch_up(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let ledger = self.ledger.clone();
        let all: Vec<JoinOrder> = self.naive.sessions(room).iter().map(|session| session.order).collect();
        for order in all {
            let Some(watch) = self.watches.get_mut(&(room, order)) else { continue };
            if watch.epoch != self.naive.epoch || watch.is_over || !watch.is_live {
                continue;
            }
            let audit = actors::ledger::Audit { seat: watch.seat, last_seq: watch.cursor.seq(), acked: 0 };
            let _same = self.naive.audit(room, audit, &watch.node.clone());
            watch.catch_up(&|watch| read(&ledger, watch));
            let session = self.naive.session(room, order).expect("listed");
            if watch.is_over || !session.marks.is_empty() {
                continue;
            }
            assert_eq!(watch.cursor.seq(), session.last(), "all has arrived");
            let members = self.naive.members(room).into_iter();
            let shown = members.filter(|member| member.order != order && !member.is_hidden());
            let others = shown.map(|member| (member.order, member.user)).collect();
            assert!(watch.losses > 0 || watch.view == others, "who caught up sees who is there");
        }
        if op.dice.is_multiple_of(4) {
            self.compare_stored();
        }
        (node(0), Vec::new())
    }

    pub(super) fn renew(&mut self, asker: NodeId) -> (NodeId, Vec<Push>) {
        let known = if self.chance.one_in(4) { 1 } else { self.naive.epoch };
        let lease = now(self.ledger.renew(&asker, LEASE, known)).expect("leases are always answered");
        assert_eq!(lease, self.naive.renew(&asker, LEASE, known));
        if lease == Lease::Lapsed {
            self.seen.mark("lease lapsed");
        }
        (asker, Vec::new())
    }

    pub(super) fn release(&mut self, asker: NodeId) -> (NodeId, Vec<Push>) {
        self.naive.release(&asker);
        now(self.ledger.release(&asker)).expect("leases are always answered");
        (asker, Vec::new())
    }

    pub(super) fn reap(&mut self, room: RoomId, asker: NodeId) -> (NodeId, Vec<Push>) {
        let mut due = now(self.ledger.due(PAGE)).expect("always answered");
        due.rooms.sort();
        assert_eq!(due, self.naive.due());
        if !due.dead.is_empty() {
            self.seen.mark("node died");
        }
        let unclaimed = self.naive.sessions(room).iter().filter(|it| it.is_connected() && !it.marks.is_empty()).count();
        let freed = self.naive.reap(room, &due.dead, &asker);
        let reaped = now(self.ledger.reap(at(room, &asker, 0), &due.dead)).expect("in any epoch");
        assert_eq!(reaped.freed, freed);
        for seat in freed {
            self.seen.mark(if unclaimed > 0 { "unclaimed seat freed" } else { "lost" });
            self.remember(room, Fact::Freed(seat, LeaveReason::Lost));
        }
        (asker, reaped.pushes)
    }
}

fn join(user: actors::protocol::UserId, session: SessionId, secret: u128, revision: u64) -> Join {
    let attributes = attributes(secret, secret.is_multiple_of(3).then_some("token"));
    let max = SeatsMax { own: MAX, unplaced: MAX, mesh: MAX - 1 };
    Join { user, name: "somebody".into(), session, secret, max, window: WINDOW, revision, attributes }
}
