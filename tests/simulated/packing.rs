//! MessagePack as Redis' `cmsgpack` writes it, of what the scripts pack: texts, whole numbers, and lists of them
//! (<https://github.com/msgpack/msgpack/blob/master/spec.md>).

use super::resp::Reply;

/// Appends a value.
pub(super) fn pack(value: &Reply, to: &mut Vec<u8>) {
    match value {
        Reply::Nil => to.push(0xc0),
        Reply::Whole(number) => whole(*number, to),
        Reply::Text(text) => {
            match text.len() {
                length @ 0..32 => to.push(0xa0 | length as u8),
                length @ 32..0x100 => to.extend([0xd9, length as u8]),
                length @ 0x100..0x1_0000 => sized(0xda, &(length as u16).to_be_bytes(), to),
                length => sized(0xdb, &(length as u32).to_be_bytes(), to),
            }
            to.extend(text);
        }
        Reply::List(parts) => {
            match parts.len() {
                length @ 0..16 => to.push(0x90 | length as u8),
                length @ 16..0x1_0000 => sized(0xdc, &(length as u16).to_be_bytes(), to),
                length => sized(0xdd, &(length as u32).to_be_bytes(), to),
            }
            parts.iter().for_each(|part| pack(part, to));
        }
        Reply::Status(_) | Reply::Error(_) | Reply::Map(_) | Reply::Push(_) => panic!("no script packs {value:?}"),
    }
}

fn whole(number: i64, to: &mut Vec<u8>) {
    match number {
        -32..0 => to.push(number as i8 as u8),
        0..0x80 => to.push(number as u8),
        0x80..0x100 => to.extend([0xcc, number as u8]),
        0x100..0x1_0000 => sized(0xcd, &(number as u16).to_be_bytes(), to),
        0x1_0000..0x1_0000_0000 => sized(0xce, &(number as u32).to_be_bytes(), to),
        0x1_0000_0000.. => sized(0xcf, &number.to_be_bytes(), to),
        _ => panic!("no script packs {number}"),
    }
}

fn sized(sign: u8, size: &[u8], to: &mut Vec<u8>) {
    to.push(sign);
    to.extend(size);
}

/// Reads a value that was packed so.
pub(super) fn unpack(bytes: &[u8]) -> Reply {
    value(&mut &*bytes).expect("what was written by `pack`")
}

fn value(bytes: &mut &[u8]) -> Option<Reply> {
    let sign = take(bytes, 1)?[0];
    let mut length = |size| number(bytes, size);
    let list = match sign {
        0xc0 => return Some(Reply::Nil),
        0..0x80 => return Some(Reply::Whole(i64::from(sign))),
        0xe0.. => return Some(Reply::Whole(i64::from(sign as i8))),
        0xcc..=0xcf => return Some(Reply::Whole(length(1 << (sign - 0xcc))? as i64)),
        0xa0..0xc0 => return Some(Reply::text(take(bytes, usize::from(sign & 0x1f))?)),
        0xd9..=0xdb => {
            let length = length(1 << (sign - 0xd9))?;
            return Some(Reply::text(take(bytes, length)?));
        }
        0x90..0xa0 => usize::from(sign & 0x0f),
        0xdc | 0xdd => length(2 << (sign - 0xdc))?,
        _ => return None,
    };
    Some(Reply::List((0..list).map(|_| value(bytes)).collect::<Option<_>>()?))
}

/// A number of so many bytes.
fn number(bytes: &mut &[u8], size: usize) -> Option<usize> {
    Some(take(bytes, size)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
