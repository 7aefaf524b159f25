//! A frame's header (RFC 6455 §5.2): collected byte by byte, validated as early as possible.

use super::Violation;

/// The content of a frame, by its opcode.
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

/// A whole header that violates no rule by itself.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) fin: bool,
    pub(super) content: Content,
    pub(super) length: u64,
    pub(super) mask: [u8; 4],
    /// Its own bytes.
    pub(super) bytes: usize,
}

/// Bytes of a head before the longer length: flags and opcode, mask bit and short length.
const START: usize = 2;
/// Bytes of the mask, the end of a head.
const MASK: usize = 4;
/// Bytes of the longest head.
const BYTES_MAX: usize = START + 8 + MASK;

impl Head {
    /// The head that these bytes begin with, once it is whole.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let Some((&[first, second], rest)) = bytes.split_first_chunk() else { return Ok(None) };
        let (fin, content) = judge_start(first, second)?;
        let longer = longer(second);
        let (Some(length), Some(mask)) = (rest.get(..longer), rest.get(longer..).and_then(<[u8]>::first_chunk)) else {
            return Ok(None);
        };
        let length = if longer == 0 { u64::from(short(second)) } else { self::length(length)? };
        Ok(Some(Self { fin, content, length, mask: *mask, bytes: START + longer + MASK }))
    }
}

/// The bytes of a head so far: 2, the longer length (0, 2 or 8), and the mask (4).
#[derive(Debug, Default)]
pub(super) struct HeadBytes {
    bytes: [u8; BYTES_MAX],
    have: u8,
}

impl HeadBytes {
    pub(super) fn is_empty(&self) -> bool {
        self.have == 0
    }

    /// Takes the missing bytes from `rest`, and returns their number.
    pub(super) fn take(&mut self, rest: &[u8]) -> usize {
        let have = usize::from(self.have);
        let taken = (self.wanted() - have).min(rest.len());
        self.bytes[have..have + taken].copy_from_slice(&rest[..taken]);
        self.have += taken as u8;
        taken
    }

    /// The head, once it is whole.
    pub(super) fn parse(&self) -> Result<Option<Head>, Violation> {
        Head::read(&self.bytes[..usize::from(self.have)])
    }

    fn wanted(&self) -> usize {
        match self.have {
            0 | 1 => START,
            _ => START + longer(self.bytes[1]) + MASK,
        }
    }
}

const fn short(second: u8) -> u8 {
    second & 0x7F
}

const fn longer(second: u8) -> usize {
    match short(second) {
        126 => 2,
        127 => 8,
        _ => 0,
    }
}

/// All rules on the first two bytes.
fn judge_start(first: u8, second: u8) -> Result<(bool, Content), Violation> {
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
    if content.is_control() && short(second) > 125 {
        return Err(Violation::protocol("control frame of more than 125 bytes"));
    }
    Ok((fin, content))
}

/// The longer length, of two bytes or eight.
fn length(long: &[u8]) -> Result<u64, Violation> {
    let length = long.iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
    let shortest = if long.len() == 2 { 126 } else { 0x1_0000 };
    if length < shortest {
        return Err(Violation::protocol("length not in its shortest form"));
    }
    if length >> 63 != 0 {
        return Err(Violation::protocol("length with its highest bit set"));
    }
    Ok(length)
}
