//! Frames (RFC 6455 §5.2): writes a client's, parses a server's. Pure. Must not know sockets.

use crate::limits::FRAME_BYTES_MAX;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// A whole text message: fragments are not written, nor read.
    Text,
    /// A whole binary message, which the protocol does not have.
    Binary,
    /// The end (RFC 6455 §5.5.1).
    Close,
    /// Asks for a pong (§5.5.2).
    Ping,
    /// Answers a ping (§5.5.3).
    Pong,
}

/// Why a server's bytes are not valid frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The first byte has reserved bits or an unknown opcode.
    #[error("the node sent a frame with reserved bits or an unknown opcode (first byte {0:#04x})")]
    Head(u8),
    /// A part of a message.
    #[error("the node sent a fragmented message, which it never does")]
    Fragment,
    /// A binary message.
    #[error("the node sent a binary message, which aldis.v1 does not have")]
    Binary,
    /// A mask.
    #[error("the node masked a frame (RFC 6455 §5.1 forbids it)")]
    Masked,
    /// A frame of so many bytes.
    #[error("the node sent a frame of {0} bytes, more than {FRAME_BYTES_MAX}")]
    TooBig(u64),
}

impl Opcode {
    const fn bits(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    const fn of(bits: u8) -> Option<Self> {
        match bits {
            1 => Some(Self::Text),
            2 => Some(Self::Binary),
            8 => Some(Self::Close),
            9 => Some(Self::Ping),
            10 => Some(Self::Pong),
            _ => None,
        }
    }
}

/// Appends one whole frame to `out`: masked as a client's, or bare as a server's.
pub(super) fn write(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) {
    out.push(0x80 | opcode.bits());
    let masked = if mask.is_some() { 0x80 } else { 0 };
    match payload.len() {
        length @ 0..=125 => out.push(masked | u8::try_from(length).unwrap_or_default()),
        length @ 126..=0xffff => {
            out.push(masked | 126);
            out.extend_from_slice(&u16::try_from(length).unwrap_or_default().to_be_bytes());
        }
        length => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let Some(mask) = mask else { return out.extend_from_slice(payload) };
    out.extend_from_slice(&mask);
    let from = out.len();
    out.extend_from_slice(payload);
    let (words, rest) = out[from..].as_chunks_mut::<4>();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask) {
        *byte ^= key;
    }
}

/// The state between two reads: the beginning of a frame whose end has not come yet, mostly nothing.
#[derive(Debug, Default)]
pub(super) struct Frames {
    begun: Vec<u8>,
}

impl Frames {
    /// Takes the next bytes and shows each whole frame; `each` answers `false` to stop.
    pub(super) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Opcode, &[u8]) -> bool) -> Result<(), BadFrame> {
        if self.begun.is_empty() {
            let rest = whole(bytes, &mut each)?;
            self.begun.extend_from_slice(rest);
            return Ok(());
        }
        let mut begun = std::mem::take(&mut self.begun);
        begun.extend_from_slice(bytes);
        let rest = whole(&begun, &mut each)?;
        self.begun = if rest.is_empty() { Vec::new() } else { rest.to_vec() };
        Ok(())
    }
}

/// Shows the whole frames that `bytes` begin with; answers what is left.
fn whole<'a>(mut bytes: &'a [u8], each: &mut impl FnMut(Opcode, &[u8]) -> bool) -> Result<&'a [u8], BadFrame> {
    while let Some((opcode, head, length)) = head(bytes)? {
        let Some(payload) = bytes.get(head..head + length) else { break };
        bytes = &bytes[head + length..];
        if !each(opcode, payload) {
            return Ok(&[]);
        }
    }
    Ok(bytes)
}

/// A frame's opcode, the bytes of its head, the bytes of its payload; `None` while the head is not whole.
fn head(bytes: &[u8]) -> Result<Option<(Opcode, usize, usize)>, BadFrame> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x80 == 0 || first & 0x0f == 0 {
        return Err(BadFrame::Fragment);
    }
    let opcode = Opcode::of(first & 0x0f).filter(|_| first & 0x70 == 0).ok_or(BadFrame::Head(*first))?;
    if second & 0x80 != 0 {
        return Err(BadFrame::Masked);
    }
    let (head, length) = match second & 0x7f {
        126 => match rest.first_chunk() {
            Some(length) => (4, u64::from(u16::from_be_bytes(*length))),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            Some(length) => (10, u64::from_be_bytes(*length)),
            None => return Ok(None),
        },
        length => (2, u64::from(length)),
    };
    match usize::try_from(length).ok().filter(|length| *length <= FRAME_BYTES_MAX) {
        Some(length) => Ok(Some((opcode, head, length))),
        None => Err(BadFrame::TooBig(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
        let mut bare = Vec::new();
        write(&mut bare, opcode, payload, None);
        bare
    }

    fn fed(chunks: &[&[u8]]) -> Result<Vec<(Opcode, Vec<u8>)>, BadFrame> {
        let (mut frames, mut seen) = (Frames::default(), Vec::new());
        for chunk in chunks {
            frames.feed(chunk, |opcode, payload| {
                seen.push((opcode, payload.to_vec()));
                true
            })?;
        }
        assert!(frames.begun.is_empty(), "{} bytes are left", frames.begun.len());
        Ok(seen)
    }

    #[test]
    fn frames_of_every_length_come_whole_wherever_the_bytes_are_cut() {
        let payloads: Vec<Vec<u8>> = [0, 1, 125, 126, 300, 65_535, 65_536].map(|length| vec![b'x'; length]).into();
        let bytes: Vec<u8> = payloads.iter().flat_map(|payload| server(Opcode::Text, payload)).collect();
        let expected: Vec<_> = payloads.iter().map(|payload| (Opcode::Text, payload.clone())).collect();
        for cut in [1, 2, 3, 7, 4_096, bytes.len()] {
            let chunks: Vec<&[u8]> = bytes.chunks(cut).collect();
            assert_eq!(fed(&chunks).as_ref(), Ok(&expected), "cut every {cut} bytes");
        }
    }

    #[test]
    fn a_mask_is_applied_to_every_byte() {
        let mut frame = Vec::new();
        write(&mut frame, Opcode::Ping, b"hello!", Some([1, 2, 3, 4]));
        assert_eq!(frame[..6], [0x89, 0x86, 1, 2, 3, 4]);
        let plain: Vec<u8> = frame[6..].iter().enumerate().map(|(at, byte)| byte ^ [1, 2, 3, 4][at % 4]).collect();
        assert_eq!(plain, b"hello!");
    }

    #[test]
    fn what_a_node_may_not_send_is_named() {
        assert_eq!(fed(&[&[0x01, 0x00]]), Err(BadFrame::Fragment));
        assert_eq!(fed(&[&[0x80, 0x00]]), Err(BadFrame::Fragment));
        assert_eq!(fed(&[&[0xc1, 0x00]]), Err(BadFrame::Head(0xc1)));
        assert_eq!(fed(&[&[0x83, 0x00]]), Err(BadFrame::Head(0x83)));
        assert_eq!(fed(&[&[0x81, 0x81]]), Err(BadFrame::Masked));
        let big = [&[0x82, 127][..], &(1_u64 << 40).to_be_bytes()].concat();
        assert_eq!(fed(&[&big]), Err(BadFrame::TooBig(1 << 40)));
    }
}
