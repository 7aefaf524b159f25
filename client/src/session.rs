//! A session as its member keeps it, over one connection or several: numbers in both directions, and what is resent after
//! a resume. Pure. Must not know connections.

use std::collections::VecDeque;

use aldis_protocol::client::{Cid, Seq};

use crate::limits::KEPT_MAX;
use crate::messages;

/// The messages sent in a session: their numbers, and those that the node has not acknowledged.
#[derive(Debug)]
pub struct Sent<T> {
    last: Cid,
    kept: VecDeque<(Cid, T)>,
}

/// A session: what was received, what was sent, and the token that resumes it.
#[derive(Debug)]
pub struct Session<T> {
    resume_token: Option<String>,
    seq: Seq,
    /// What was sent.
    pub sent: Sent<T>,
}

/// A message was lost, repeated, or came out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("message {received} came after {last}: one was lost, repeated, or is out of order")]
pub struct Gap {
    /// The last number before.
    pub last: Seq,
    /// The number that came.
    pub received: Seq,
}

impl<T> Default for Sent<T> {
    fn default() -> Self {
        Self { last: 0, kept: VecDeque::new() }
    }
}

impl<T> Default for Session<T> {
    fn default() -> Self {
        Self { resume_token: None, seq: 0, sent: Sent::default() }
    }
}

impl<T> Sent<T> {
    /// The number of the next message.
    pub const fn number(&mut self) -> Cid {
        self.last += 1;
        self.last
    }

    /// The last number used; 0: none.
    pub const fn last(&self) -> Cid {
        self.last
    }

    /// Keeps the message numbered last until it is acknowledged; `false`: as many are kept as may be.
    pub fn keep(&mut self, message: T) -> bool {
        let has_place = self.kept.len() < KEPT_MAX;
        if has_place {
            self.kept.push_back((self.last, message));
        }
        has_place
    }

    /// The messages that are settled now that the node has acknowledged everything up to this number.
    pub fn settle(&mut self, acked: Cid) -> impl Iterator<Item = T> + '_ {
        let settled = self.kept.partition_point(|(cid, _)| *cid <= acked);
        self.kept.drain(..settled).map(|(_, message)| message)
    }

    /// The message that the node has refused, if it was kept: it is not resent.
    pub fn refuse(&mut self, cid: Cid) -> Option<T> {
        let place = self.kept.iter().position(|(kept, _)| *kept == cid)?;
        self.kept.remove(place).map(|(_, message)| message)
    }

    /// What is kept, in the order it was sent.
    pub fn unacknowledged(&self) -> impl ExactSizeIterator<Item = &(Cid, T)> {
        self.kept.iter()
    }

    /// A new session numbers from 1; returns what was not acknowledged in the one before.
    pub fn restart(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.last = 0;
        std::mem::take(&mut self.kept).into_iter().map(|(_, message)| message)
    }

    /// Forgets what is kept; numbers go on.
    pub fn forget(&mut self) {
        self.kept.clear();
    }
}

impl<T> Session<T> {
    /// The hello of a connection: it resumes the session if there is one.
    pub fn hello(&self, token: &str) -> String {
        let mut text = String::new();
        match &self.resume_token {
            Some(resume_token) => messages::hello_again(&mut text, token, (resume_token, self.seq)),
            None => messages::hello(&mut text, token),
        }
        text
    }

    /// Whether there is a session to resume.
    pub const fn may_resume(&self) -> bool {
        self.resume_token.is_some()
    }

    /// The last number received; 0: none.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Notes a received message's number.
    ///
    /// # Errors
    ///
    /// It is not the next one; the session goes on after it.
    pub fn received(&mut self, seq: Seq) -> Result<(), Gap> {
        let last = std::mem::replace(&mut self.seq, seq);
        if seq == last + 1 { Ok(()) } else { Err(Gap { last, received: seq }) }
    }

    /// A session has begun, both of whose sides number from 1; returns what was not acknowledged in the one before.
    pub fn begin(&mut self, resume_token: &str) -> impl Iterator<Item = T> + use<T> {
        (self.resume_token, self.seq) = (Some(resume_token.to_owned()), 0);
        self.sent.restart()
    }

    /// The session cannot be resumed.
    pub fn end(&mut self) {
        self.resume_token = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(sent: &Sent<&'static str>) -> Vec<Cid> {
        sent.unacknowledged().map(|(cid, _)| *cid).collect()
    }

    #[test]
    fn what_is_neither_acknowledged_nor_refused_is_kept_in_order() {
        let mut sent = Sent::default();
        for text in ["a", "b", "c", "d"] {
            sent.number();
            assert!(sent.keep(text));
        }
        assert_eq!(sent.settle(2).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((sent.refuse(3), sent.refuse(3)), (Some("c"), None));
        assert_eq!((kept(&sent), sent.last()), (vec![4], 4));
        assert_eq!(sent.restart().collect::<Vec<_>>(), ["d"]);
        assert_eq!((sent.number(), kept(&sent)), (1, Vec::new()));
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let mut sent = Sent::default();
        let taken = (0..=KEPT_MAX).filter(|_| {
            sent.number();
            sent.keep(())
        });
        assert_eq!(taken.count(), KEPT_MAX);
    }

    #[test]
    fn a_hello_resumes_after_the_last_number_received() {
        let mut session = Session::<()>::default();
        assert_eq!(session.hello("t"), r#"{"type":"hello","data":{"token":"t"}}"#);
        session.begin("r").for_each(drop);
        assert_eq!((session.received(1), session.received(3)), (Ok(()), Err(Gap { last: 1, received: 3 })));
        assert!(session.hello("t").contains(r#""resume":{"resumeToken":"r","seq":3}"#));
        session.end();
        assert!(!session.may_resume());
    }
}
