//! The ledger forgets everything or goes back in time while everybody talks: live seats are claimed and nothing is heard twice.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use actors::{
    ledger::{Audited, Broadcast, Claim, Failure, Ledger, Sent, Sequence, Source},
    protocol::{Attributes, Data, Epoch, Kind, Message},
};

use crate::{MAX, Participant, Session, WINDOW, ledger, now};

impl Participant {
    /// Stays in the room through losses, and claims its seat after each. Answers how many it has lived through.
    fn live(&self, is_over: &AtomicBool, words: &AtomicU64) -> u64 {
        let mut session = self.wait_for_seat(0);
        let (mut claims, mut round) = (0, 0);
        while !is_over.load(Ordering::Acquire) {
            self.listen(&mut session);
            match self.speak(&mut session) {
                Ok(()) => drop(words.fetch_add(1, Ordering::AcqRel)),
                Err(Failure::Epoch(epoch)) => {
                    self.listen(&mut session);
                    claims += 1;
                    if !self.claim(&mut session, epoch) {
                        round += 1;
                        session = self.wait_for_seat(round);
                    }
                }
                Err(_) => std::thread::yield_now(),
            }
        }
        claims
    }

    fn wait_for_seat(&self, round: u64) -> Session {
        loop {
            if let Some(session) = self.join(round) {
                return session;
            }
            std::thread::yield_now();
        }
    }

    /// The next word to all, and the same again.
    fn speak(&self, session: &mut Session) -> Result<(), Failure> {
        let cid = session.sent + 1;
        for _ in 0..2 {
            let data = Data::from(format!("{} {cid}", session.session.as_u128()));
            let message = Message { kind: Kind::ChatMessage, data };
            let broadcast =
                Broadcast { from: session.seat, cid: Some(cid), skipped: Vec::new(), message, changes: None };
            match now(self.ledger.broadcast(self.at(session.epoch), broadcast))? {
                Sent::Appended(_) | Sent::Duplicate => session.sent = cid,
                Sent::Fenced | Sent::ReceiverGone | Sent::TooMany => panic!("a live seat is its holder's"),
            }
        }
        Ok(())
    }

    /// Whether the seat is still its own; one that claims too late may have lost it.
    fn claim(&self, session: &mut Session, epoch: Epoch) -> bool {
        session.has_lost = true;
        let sent = vec![Sequence { to: None, cid: session.sent, described: false }];
        let heard = session.sources.iter();
        let heard = heard.map(|((from, broadcast), cid)| Source { from: *from, cid: *cid, broadcast: *broadcast });
        let claim = Claim {
            seat: session.seat,
            user: self.user.clone(),
            name: "somebody".into(),
            session: session.session,
            secret: 0,
            window: WINDOW,
            last_seq: session.cursor.seq(),
            sent,
            heard: heard.collect(),
            skipped: Vec::new(),
            attributes: Attributes::default(),
        };
        let Ok(mut claimed) = now(self.ledger.claim(self.at(session.epoch), vec![claim], Vec::new())) else {
            panic!("claims are taken")
        };
        assert!(claimed.epoch >= epoch, "epochs only rise");
        session.epoch = claimed.epoch;
        match claimed.seats.remove(0) {
            Audited::Held(entries, heard) => {
                session.receive(entries);
                session.hear(&heard);
                true
            }
            Audited::Gap => panic!("all of it is stored"),
            Audited::Ended(_) => false,
        }
    }
}

/// Until so many more words were accepted: seats were claimed and their epoch has settled.
fn wait_for_words(words: &AtomicU64, more: u64) {
    let enough = words.load(Ordering::Acquire) + more;
    while words.load(Ordering::Acquire) < enough {
        std::thread::yield_now();
    }
}

/// A thread that panics keeps nobody waiting for its words.
struct EnoughOnPanic<'a>(&'a AtomicU64);

impl Drop for EnoughOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fetch_add(1 << 40, Ordering::AcqRel);
        }
    }
}

#[test]
fn live_seats_outlive_losses_and_hear_each_other_once() {
    let ((ledger, bytes), is_over) = (ledger(), AtomicBool::new(false));
    let (claims, words) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for number in 0..u128::from(MAX) {
            let participant = Participant::new(&ledger, number);
            let (is_over, claims, words) = (&is_over, &claims, &words);
            scope.spawn(move || {
                let _enough = EnoughOnPanic(words);
                claims.fetch_add(participant.live(is_over, words), Ordering::Relaxed)
            });
        }
        for loss in 0..40 {
            // A fail-over goes back to a moment since the last one.
            wait_for_words(&words, 60);
            let snapshot = ledger.snapshot();
            wait_for_words(&words, 20);
            if loss % 3 == 0 {
                ledger.wipe();
            } else {
                ledger.restore(snapshot);
            }
        }
        is_over.store(true, Ordering::Release);
    });
    eprintln!("{} claims", claims.into_inner());
    ledger.wipe();
    assert_eq!((ledger.rooms(), bytes.total()), (0, 0), "nothing is left");
}
