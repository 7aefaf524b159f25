//! Who sits down, leaves, is lost and comes back.

use actors::{
    ledger::{Address, Join, Joined, Ledger, Push, Resume, Resumed},
    protocol::{LeaveReason, RoomId, SessionId, server::ResumeFailure},
};

use super::{MAX, Speech, Ticket, WINDOW, Walk, node, now, user};
use crate::{op::Op, watch::Watch};

impl Walk {
    pub(super) fn join(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        self.sessions += 1;
        let (user, session, secret) = (user(op.user), SessionId::from_u128(self.sessions), self.sessions ^ 0xa1d15);
        let ask =
            Join { user, name: "somebody".into(), session, secret, node: node(op.node), max: MAX, window: WINDOW };
        let expected = self.naive.join(room, ask.clone());
        let (rev, members, pushes) = match now(self.ledger.join(room, ask)) {
            Joined::Full => {
                assert_eq!(expected, None, "a full room refuses");
                self.seen.mark("full");
                return Vec::new();
            }
            Joined::Seated { rev, members, pushes } => (rev, members, pushes),
        };
        assert_eq!(expected, Some((rev, members.clone())));
        let who = Address { user, session };
        let tickets = self.tickets.entry((room, user)).or_default();
        tickets.push(Ticket { who, secret });
        if tickets.len() > 2 {
            let over = tickets.remove(0);
            self.watches.remove(&(room, over.who.session));
            self.speeches.remove(&over.who.session);
        }
        self.watches.insert((room, session), Watch::new(who, &members));
        self.speeches.insert(session, Speech::default());
        self.seen.mark("joined");
        pushes
    }

    pub(super) fn leave(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(ticket) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let reason = if op.dice.is_multiple_of(2) { LeaveReason::Left } else { LeaveReason::Kicked };
        self.naive.leave(room, ticket.who, reason, &node(op.node));
        self.seen.mark("left");
        now(self.ledger.leave(room, ticket.who, reason, &node(op.node)))
    }

    pub(super) fn gone(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(ticket) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let its_own = self.naive.stay(room, ticket.who).map(|stay| stay.node.clone());
        let asker = its_own.filter(|_| !op.dice.is_multiple_of(5)).unwrap_or_else(|| node(op.node));
        self.naive.gone(room, ticket.who, WINDOW, &asker);
        now(self.ledger.gone(room, ticket.who, WINDOW, &asker));
        Vec::new()
    }

    pub(super) fn resume(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(Ticket { who, secret }) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let Some(watch) = self.watches.get_mut(&(room, who.session)) else { return Vec::new() };
        let last_seq = if op.dice.is_multiple_of(7) { (op.other % 32).into() } else { watch.cursor.seq() };
        let secret = secret ^ u128::from(op.dice.is_multiple_of(13));
        let ask = Resume { user: who.user, session: who.session, secret, node: node(op.node), last_seq };
        let expected = self.naive.resume(room, ask.clone());
        let (rev, members, replay, mut said, pushes) = match now(self.ledger.resume(room, ask)) {
            Resumed::Failed(why) => {
                assert_eq!(expected, Err(why));
                self.seen.mark(match why {
                    ResumeFailure::BadToken => "resume BadToken",
                    ResumeFailure::SeatGone => "resume SeatGone",
                    ResumeFailure::Gap => "resume Gap",
                    ResumeFailure::RoomClosed => panic!("the ledger knows no closed rooms"),
                });
                return Vec::new();
            }
            Resumed::Seated { rev, members, replay, said, pushes } => (rev, members, replay, said, pushes),
        };
        said.sort_by_key(|said| said.to);
        let expected = expected.map(|(rev, members, replay, mut said)| {
            said.sort_by_key(|said| said.to);
            (rev, members, replay, said)
        });
        assert_eq!(expected, Ok((rev, members, replay.clone(), said)));
        assert_eq!(pushes, [], "a resume is seen by nobody else");
        let ledger = self.ledger.clone();
        for (seq, entry) in &replay {
            watch.deliver(*seq, entry, &|who, seq| now(ledger.read(room, who, seq)));
        }
        self.seen.mark("resumed");
        pushes
    }
}
