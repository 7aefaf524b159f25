//! A close frame's payload (RFC 6455 §5.5.1, §7.4): nothing, or a code and a UTF-8 reason.

use super::{NOT_UTF8, Utf8, Violation};

/// The payload received so far: two bytes of code, then the reason.
#[derive(Debug, Default)]
pub(super) struct CloseBody {
    code: [u8; 2],
    have: usize,
    reason: Utf8,
}

impl CloseBody {
    pub(super) fn feed(&mut self, mut plain: &[u8]) -> Result<(), Violation> {
        while self.have < 2
            && let Some((next, rest)) = plain.split_first()
        {
            self.code[self.have] = *next;
            self.have += 1;
            plain = rest;
        }
        self.reason.feed(plain).map_err(|_| NOT_UTF8)
    }

    pub(super) fn finish(&self) -> Result<(), Violation> {
        match self.have {
            0 => Ok(()),
            1 => Err(Violation::protocol("close code of one byte")),
            _ if !may_be_sent(u16::from_be_bytes(self.code)) => {
                Err(Violation::protocol("close code that may not be sent"))
            }
            _ if !self.reason.is_complete() => Err(NOT_UTF8),
            _ => Ok(()),
        }
    }
}

/// Codes an endpoint may send: the registered ones, libraries' (3xxx) and applications' (4xxx).
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
