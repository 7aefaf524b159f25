//! A frame's head (RFC 6455 §5.2): gathered byte by byte, judged as early as a byte can tell.

use super::Violation;

/// What a frame carries, by its opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Content {
    fn of(opcode: u8) -> Option<Self> {
        Some(match opcode {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A whole head that breaks no rule by itself.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) fin: bool,
    pub(super) content: Content,
    pub(super) length: u64,
    pub(super) mask: [u8; 4],
}

/// The bytes of a head so far: 2, the longer length (0, 2 or 8), and the mask (4).
#[derive(Debug, Default)]
pub(super) struct HeadBytes {
    bytes: [u8; 14],
    have: u8,
}

impl HeadBytes {
    pub(super) fn is_empty(&self) -> bool {
        self.have == 0
    }

    /// Takes what it lacks from `rest`, and answers how many bytes that was.
    pub(super) fn take(&mut self, rest: &[u8]) -> usize {
        let have = usize::from(self.have);
        let taken = (self.wanted() - have).min(rest.len());
        self.bytes[have..have + taken].copy_from_slice(&rest[..taken]);
        self.have += taken as u8;
        taken
    }

    /// The head, once it is whole.
    pub(super) fn parse(&self) -> Result<Option<Head>, Violation> {
        if self.have < 2 {
            return Ok(None);
        }
        let (fin, content) = self.judge_start()?;
        if usize::from(self.have) < self.wanted() {
            return Ok(None);
        }
        let length = self.length()?;
        let mut mask = [0; 4];
        mask.copy_from_slice(&self.bytes[self.wanted() - 4..self.wanted()]);
        Ok(Some(Head { fin, content, length, mask }))
    }

    fn wanted(&self) -> usize {
        match self.have {
            0 | 1 => 2,
            _ => 6 + self.longer(),
        }
    }

    fn short_length(&self) -> u8 {
        self.bytes[1] & 0x7F
    }

    fn longer(&self) -> usize {
        match self.short_length() {
            126 => 2,
            127 => 8,
            _ => 0,
        }
    }

    /// Everything the first two bytes can break.
    fn judge_start(&self) -> Result<(bool, Content), Violation> {
        let [first, second, ..] = self.bytes;
        let fin = first & 0x80 != 0;
        if first & 0x70 != 0 {
            return Err(Violation::protocol("reserved bit set without an extension that uses it"));
        }
        let content = Content::of(first & 0x0F).ok_or(Violation::protocol("unknown opcode"))?;
        if second & 0x80 == 0 {
            return Err(Violation::protocol("frame without a mask"));
        }
        if content.is_control() && !fin {
            return Err(Violation::protocol("fragmented control frame"));
        }
        if content.is_control() && self.short_length() > 125 {
            return Err(Violation::protocol("control frame of more than 125 bytes"));
        }
        Ok((fin, content))
    }

    fn length(&self) -> Result<u64, Violation> {
        let long = &self.bytes[2..2 + self.longer()];
        let length = long.iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
        let (length, shortest) = match self.longer() {
            0 => return Ok(u64::from(self.short_length())),
            2 => (length, 126),
            _ => (length, 0x1_0000),
        };
        if length < shortest {
            return Err(Violation::protocol("length not in its shortest form"));
        }
        if length >> 63 != 0 {
            return Err(Violation::protocol("length with its highest bit set"));
        }
        Ok(length)
    }
}
