//! The account of buffered bytes of one node, by class, and load shedding when memory runs short.
//!
//! Buffers (inboxes, early candidates, outboxes) book their bytes here. When memory runs short, load is shed by class:
//! inboxes of disconnected seats first, then chat, then joins; signals of established calls last.

use std::sync::atomic::{AtomicU64, Ordering};

/// The class of a buffered byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Buffer {
    /// An entry in the inbox of a connected seat, until its client acknowledges it.
    Inbox,
    /// An entry in the inbox of a disconnected seat, until it resumes.
    Absent,
    /// An early candidate, until its description is sent.
    Candidate,
    /// A frame, until a slow reader takes it.
    Outbox,
}

impl Buffer {
    /// Every class, in the order of its discriminant.
    pub const ALL: [Self; 4] = [Self::Inbox, Self::Absent, Self::Candidate, Self::Outbox];

    /// The name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Absent => "absent_inbox",
            Self::Candidate => "early_candidate",
            Self::Outbox => "outbox",
        }
    }
}

/// Memory pressure; each level also sheds everything that lower levels shed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Below half of the limit.
    None,
    /// From half on: inboxes of disconnected seats are dropped (their resume gets `gap`), early candidates refused.
    ShedAbsent,
    /// From 70 %: chat is refused.
    ShedChat,
    /// From 80 %: joins are refused.
    ShedNewcomers,
    /// From 95 %: everything is refused.
    ShedAll,
}

/// The part of the free bytes that one buffer may hold (a *dynamic threshold*, as switches share their memory): many full
/// buffers leave room for others, because each further one may be smaller.
const SHARE: u64 = 128;

/// Buffered bytes by class, against one limit. Shared; each booking is one atomic step.
#[derive(Debug)]
pub struct BufferedBytes {
    limit: u64,
    held: [AtomicU64; 4],
}

impl BufferedBytes {
    /// An empty account with this limit in bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit: limit.max(1), held: Default::default() }
    }

    /// The limit in bytes.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Adds bytes to a class.
    pub fn add(&self, class: Buffer, bytes: usize) {
        self.held[class as usize].fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Removes bytes that were booked before.
    pub fn remove(&self, class: Buffer, bytes: usize) {
        self.held[class as usize].fetch_sub(bytes as u64, Ordering::Relaxed);
    }

    /// Moves bytes from one class to another.
    pub fn shift(&self, from: Buffer, to: Buffer, bytes: usize) {
        self.remove(from, bytes);
        self.add(to, bytes);
    }

    /// Bytes buffered in this class.
    #[must_use]
    pub fn held(&self, class: Buffer) -> u64 {
        self.held[class as usize].load(Ordering::Relaxed)
    }

    /// Bytes buffered in all classes.
    #[must_use]
    pub fn total(&self) -> u64 {
        Buffer::ALL.into_iter().map(|class| self.held(class)).sum()
    }

    /// Bytes that one buffer may hold while so much is buffered elsewhere.
    #[must_use]
    pub fn share(&self) -> u64 {
        self.limit.saturating_sub(self.total()) / SHARE
    }

    /// The current memory pressure.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        let percent = self.total().saturating_mul(100) / self.limit;
        match percent {
            0..50 => Pressure::None,
            50..70 => Pressure::ShedAbsent,
            70..80 => Pressure::ShedChat,
            80..95 => Pressure::ShedNewcomers,
            95.. => Pressure::ShedAll,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_rises_with_what_is_buffered_and_falls_with_it() {
        let bytes = BufferedBytes::new(1_000);
        let steps = [(499, Pressure::None), (1, Pressure::ShedAbsent), (200, Pressure::ShedChat)];
        for (more, pressure) in steps {
            bytes.add(Buffer::Inbox, more);
            assert_eq!(bytes.pressure(), pressure);
        }
        bytes.shift(Buffer::Inbox, Buffer::Absent, 700);
        assert_eq!((bytes.held(Buffer::Inbox), bytes.held(Buffer::Absent), bytes.total()), (0, 700, 700));
        bytes.add(Buffer::Outbox, 250);
        assert_eq!(bytes.pressure(), Pressure::ShedAll);
        bytes.remove(Buffer::Absent, 700);
        assert_eq!(bytes.pressure(), Pressure::None);
    }

    #[test]
    fn however_many_buffers_take_their_share_some_of_the_limit_stays_free() {
        let bytes = BufferedBytes::new(128 << 20);
        let mut smallest = bytes.share();
        assert_eq!(smallest, 1 << 20);
        for _ in 0..2 * SHARE {
            let share = bytes.share();
            assert!(share <= smallest, "the more is buffered, the less may be");
            smallest = share;
            bytes.add(Buffer::Outbox, usize::try_from(share).expect("fits"));
        }
        assert!(bytes.pressure() < Pressure::ShedAll, "{} bytes", bytes.total());
    }
}
