//! Headers of the frames we write (RFC 6455 §5.2): always final, never masked, always the shortest length.

/// The opcodes a server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

/// A header on the stack.
#[derive(Debug)]
pub(crate) struct Head {
    bytes: [u8; 10],
    len: usize,
}

impl Head {
    pub(crate) fn new(opcode: Opcode, payload: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = 0x80 | opcode as u8;
        let len = match payload {
            0..=125 => {
                bytes[1] = payload as u8;
                2
            }
            126..=0xFFFF => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(payload as u16).to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(payload as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, len }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, Opcode};

    #[test]
    fn a_length_takes_its_shortest_form() {
        let table: [(usize, &[u8]); 6] = [
            (0, &[0x81, 0]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (0xFFFF, &[0x81, 126, 0xFF, 0xFF]),
            (0x1_0000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (0x0102_0304, &[0x81, 127, 0, 0, 0, 0, 1, 2, 3, 4]),
        ];
        for (payload, expected) in table {
            assert_eq!(Head::new(Opcode::Text, payload).bytes(), expected, "payload of {payload} bytes");
        }
    }
}
