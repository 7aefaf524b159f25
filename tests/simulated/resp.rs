//! The bytes of RESP3: commands in, replies out (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    Nil,
    Whole(i64),
    Status(&'static str),
    Text(Vec<u8>),
    Error(String),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Push(Vec<Self>),
}

impl Reply {
    pub(super) fn text(text: impl Into<Vec<u8>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn maybe(text: Option<&Vec<u8>>) -> Self {
        text.map_or(Self::Nil, |text| Self::Text(text.clone()))
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Whole(i64::try_from(count).expect("a count is small"))
    }

    pub(super) fn list(texts: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::List(texts.into_iter().map(Self::Text).collect())
    }

    /// Appends its bytes.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Nil => to.extend(b"_\r\n"),
            Self::Whole(number) => to.extend(format!(":{number}\r\n").bytes()),
            Self::Status(text) => to.extend(format!("+{text}\r\n").bytes()),
            Self::Error(text) => to.extend(format!("-{text}\r\n").bytes()),
            Self::Text(text) => {
                to.extend(format!("${}\r\n", text.len()).bytes());
                to.extend(text);
                to.extend(b"\r\n");
            }
            Self::List(parts) => write_all('*', parts, to),
            Self::Push(parts) => write_all('>', parts, to),
            Self::Map(pairs) => {
                to.extend(format!("%{}\r\n", pairs.len()).bytes());
                for (key, value) in pairs {
                    key.write(to);
                    value.write(to);
                }
            }
        }
    }
}

fn write_all(sign: char, parts: &[Reply], to: &mut Vec<u8>) {
    to.extend(format!("{sign}{}\r\n", parts.len()).bytes());
    parts.iter().for_each(|part| part.write(to));
}

/// Takes a whole command, an array of bulk strings, from the front of what was read; `None`: its end is not there yet.
pub(super) fn take_command(read: &mut Vec<u8>) -> Option<Vec<Vec<u8>>> {
    let mut at = 0;
    let parts = header(read, &mut at, b'*')?;
    let mut command = Vec::with_capacity(parts);
    for _ in 0..parts {
        let length = header(read, &mut at, b'$')?;
        command.push(read.get(at..at + length)?.to_vec());
        at += length + 2;
    }
    (at <= read.len()).then(|| read.drain(..at))?;
    Some(command)
}

fn header(read: &[u8], at: &mut usize, sign: u8) -> Option<usize> {
    let rest = read.get(*at..)?;
    let end = rest.iter().position(|byte| *byte == b'\r')?;
    assert_eq!(rest[0], sign, "a client writes arrays of bulk strings");
    *at += end + 2;
    std::str::from_utf8(&rest[1..end]).expect("digits").parse().ok()
}
