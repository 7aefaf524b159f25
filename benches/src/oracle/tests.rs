//! The judge judged: a clean call passes, and each broken promise is named. A judge that finds nothing proves nothing.

use super::*;

const ME: UserId = UserId::from_u128(1);
const OLD: UserId = UserId::from_u128(2);
const NEW: UserId = UserId::from_u128(3);
const ELSEWHERE: UserId = UserId::from_u128(4);

/// A client with join order 5, beside [`OLD`] with 2, in a room for three.
struct Seat {
    witness: Witness,
    roster: Roster,
    seq: Seq,
}

impl Seat {
    fn taken() -> Self {
        let roster = Roster::new(3, [(ME, 0), (OLD, 0), (NEW, 0), (ELSEWHERE, 1)].into_iter());
        let mut seat = Self { witness: Witness::new(0), roster, seq: 0 };
        seat.unnumbered(Body::Joined { rev: 5, peers: vec![(OLD, 2)], resume_token: String::new() }).expect("a seat");
        seat
    }

    fn unnumbered(&mut self, body: Body) -> Result<(), Violation> {
        self.witness.see(&Incoming { seq: None, body }, &self.roster, 10)
    }

    fn next(&mut self, body: Body) -> Result<(), Violation> {
        self.seq += 1;
        self.witness.see(&Incoming { seq: Some(self.seq), body }, &self.roster, 10)
    }

    /// All of these pass.
    fn after<const N: usize>(mut self, bodies: [Body; N]) -> Self {
        for body in bodies {
            self.next(body).expect("nothing is wrong so far");
        }
        self
    }
}

const fn marked(from: UserId, n: u64) -> Body {
    Body::Candidate { from, mark: Mark { n, at: 0, rev: 5 } }
}

fn came(user: UserId, rev: u64) -> Body {
    Body::UserJoined { user, rev }
}

#[test]
fn a_correct_call_violates_no_guarantee() {
    let mut seat = Seat::taken().after([
        Body::Offer { from: OLD },
        marked(OLD, 1),
        marked(OLD, 2),
        Body::EndOfCandidates { from: OLD },
        came(NEW, 6),
        Body::Answer { from: NEW },
        marked(NEW, 1),
        Body::UserLeft { user: NEW },
        came(NEW, 7),
        Body::Answer { from: NEW },
        marked(NEW, 1),
        Body::Chat { from: OLD, n: 7, at: 0 },
        Body::Chat { from: OLD, n: 8, at: 0 },
    ]);
    assert!(!seat.witness.offers_to(OLD) && seat.witness.offers_to(NEW));
    assert_eq!(seat.unnumbered(Body::Ack(9)), Ok(()));
    assert_eq!(seat.unnumbered(Body::Ack(10)), Ok(()));
}

#[test]
fn each_violated_guarantee_is_named() {
    let offered = || Seat::taken().after([Body::Offer { from: OLD }, marked(OLD, 1)]);
    let kind = "ice_candidate";
    for (mut seat, body, expected) in [
        (offered(), marked(OLD, 1), Violation::Order { user: OLD, expected: 2, got: 1 }),
        (offered(), marked(OLD, 3), Violation::Order { user: OLD, expected: 2, got: 3 }),
        (
            offered().after([Body::Chat { from: OLD, n: 7, at: 0 }]),
            Body::Chat { from: OLD, n: 9, at: 0 },
            Violation::Order { user: OLD, expected: 8, got: 9 },
        ),
        (offered(), marked(NEW, 1), Violation::Stranger { user: NEW, kind }),
        (Seat::taken(), marked(OLD, 1), Violation::Early { user: OLD }),
        (Seat::taken(), Body::EndOfCandidates { from: OLD }, Violation::Early { user: OLD }),
        (Seat::taken(), Body::Answer { from: OLD }, Violation::WrongSide { user: OLD, kind: "answer" }),
        (Seat::taken(), Body::Offer { from: ELSEWHERE }, Violation::Stranger { user: ELSEWHERE, kind: "offer" }),
        (Seat::taken(), came(ELSEWHERE, 6), Violation::Outsider { user: ELSEWHERE }),
        (Seat::taken(), came(OLD, 6), Violation::JoinedTwice { user: OLD }),
        (Seat::taken(), came(NEW, 4), Violation::JoinOrder { user: NEW, known: 5, got: 4 }),
        (Seat::taken(), Body::UserLeft { user: NEW }, Violation::LeftTwice { user: NEW }),
        (
            Seat::taken().after([came(NEW, 6)]),
            Body::Offer { from: NEW },
            Violation::WrongSide { user: NEW, kind: "offer" },
        ),
    ] {
        assert_eq!(seat.next(body), Err(expected));
    }
}

#[test]
fn a_gap_a_duplicate_and_a_missing_number_are_detected() {
    for got in [0, 2, 3] {
        let mut seat = Seat::taken().after([Body::Offer { from: OLD }, marked(OLD, 1)]);
        seat.seq = got;
        let expected = if got == 2 { Ok(()) } else { Err(Violation::Seq { expected: 3, got: got + 1 }) };
        assert_eq!(seat.next(marked(OLD, 2)), expected);
    }
    assert_eq!(Seat::taken().unnumbered(Body::Offer { from: OLD }), Err(Violation::Unnumbered { kind: "offer" }));
}

#[test]
fn an_ack_names_a_sent_number_and_never_decreases() {
    let mut seat = Seat::taken();
    assert_eq!(seat.unnumbered(Body::Ack(11)), Err(Violation::AckAhead { acked: 11, said: 10 }));
    let mut seat = Seat::taken();
    assert_eq!(seat.unnumbered(Body::Ack(8)), Ok(()));
    assert_eq!(seat.unnumbered(Body::Ack(8)), Err(Violation::AckBack { acked: 8, before: 8 }));
}

#[test]
fn an_overfull_room_is_detected_by_its_members_and_by_the_total() {
    let roster = Roster::new(2, [(ME, 0), (OLD, 0), (NEW, 0)].into_iter());
    let mut witness = Witness::new(0);
    let joined = Incoming {
        seq: None,
        body: Body::Joined { rev: 3, peers: vec![(OLD, 1), (NEW, 2)], resume_token: String::new() },
    };
    assert_eq!(witness.see(&joined, &roster, 1), Err(Violation::OverFull { got: 3, limit: 2 }));

    assert_eq!((roster.seated(0), roster.seated(0)), (Ok(()), Ok(())));
    assert_eq!(roster.seated(0), Err(Violation::OverFull { got: 3, limit: 2 }));
    roster.left(0);
    roster.left(0);
    assert_eq!(roster.seated(0), Ok(()));
}

#[test]
fn a_session_continues_where_it_was_and_messages_of_an_earlier_one_are_no_loss() {
    let mut seat = Seat::taken().after([Body::Offer { from: OLD }, marked(OLD, 1)]);
    assert_eq!(seat.unnumbered(Body::Ack(8)), Ok(()));
    assert_eq!(seat.unnumbered(Body::Resumed { from_seq: 3 }), Ok(()));
    assert_eq!(seat.unnumbered(Body::Ack(8)), Ok(()), "the socket before it heard of 8, this one not yet");
    assert_eq!(seat.next(marked(OLD, 2)), Ok(()));
    assert_eq!(seat.unnumbered(Body::Resumed { from_seq: 3 }), Err(Violation::Resumed { expected: 4, got: 3 }));
    let to = |rev| Body::Candidate { from: OLD, mark: Mark { n: 9, at: 0, rev } };
    assert_eq!(seat.next(to(4)), Ok(()));
    assert_eq!(seat.next(to(6)), Err(Violation::OtherStay { user: OLD, rev: 5, got: 6 }));
}
