//! Answers of scripts as the port's values; the shapes are in the head of each script. Knows no connection.

use std::collections::BTreeSet;

use actors::{
    ledger::{Audited, Claimed, Due, Joined, Placed, Published, Push, Pushed, Reaped, Resumed, ResumedSeat},
    protocol::{
        Entry, Epoch, Member, NodeId, RoomId, SeatId, SessionId, client::Seq, media::Host, server::ResumeFailure,
    },
};
use redis::Value;

use super::codec::{self, Malformed, Read, parse, words};

/// The parts of an answer, taken one after the other.
#[derive(Debug)]
pub(super) struct Parts(std::vec::IntoIter<Value>);

/// The first word of answers to a script's usual case: it is shorter, because Redis takes long for a table.
pub(super) const USUAL: &str = "usual";

/// A script's first word, and the rest. The number 1 is the usual case; a text, too, and what the asking node has to deliver.
pub(super) fn answer(value: Value) -> Read<(String, Parts)> {
    if let Value::Int(1) | Value::BulkString(_) = value {
        let told = if matches!(value, Value::Int(_)) { Vec::new() } else { vec![value] };
        return Ok((USUAL.to_owned(), Parts(told.into_iter())));
    }
    let mut parts = Parts::of(value)?;
    Ok((parts.text()?, parts))
}

impl Parts {
    /// The parts of an array.
    pub(super) fn of(value: Value) -> Read<Self> {
        if let Value::Array(parts) = value { Ok(Self(parts.into_iter())) } else { Err(unread(&value)) }
    }

    /// The next part as text.
    pub(super) fn text(&mut self) -> Read<String> {
        text(self.next()?)
    }

    /// The next part as a number.
    pub(super) fn number(&mut self) -> Read<u64> {
        parse(&self.text()?)
    }

    /// The next part as an array.
    pub(super) fn parts(&mut self) -> Read<Self> {
        Self::of(self.next()?)
    }

    /// The next part as an array of texts.
    pub(super) fn texts(&mut self) -> Read<Vec<String>> {
        self.parts()?.0.map(text).collect()
    }

    /// The rest, each part an array.
    fn each<T>(self, read: impl Fn(Self) -> Read<T>) -> Read<Vec<T>> {
        self.0.map(|value| read(Self::of(value)?)).collect()
    }

    fn next(&mut self) -> Read<Value> {
        self.0.next().ok_or_else(|| Malformed("an answer that ends early".to_owned()))
    }
}

/// A value as text.
pub(super) fn text(value: Value) -> Read<String> {
    if let Value::BulkString(bytes) = value {
        return String::from_utf8(bytes).map_err(|_| Malformed("bytes that are no text".to_owned()));
    }
    if let Value::SimpleString(text) | Value::VerbatimString { text, .. } = value {
        return Ok(text);
    }
    if let Value::Int(number) = value { Ok(number.to_string()) } else { Err(unread(&value)) }
}

fn unread(value: &Value) -> Malformed {
    Malformed(format!("{value:?}").chars().take(80).collect())
}

/// Pushes for seats on the asking node: a head and an entry for each.
pub(super) fn pushes(room: RoomId, parts: &mut Parts) -> Read<Vec<Push>> {
    let mut all = Vec::new();
    let texts = parts.texts()?;
    for pair in texts.chunks_exact(2) {
        pushed(room, &pair[0], &pair[1], &mut all)?;
    }
    Ok(all)
}

/// Pushes for seats on the asking node, as other nodes are told them.
pub(super) fn own_pushes(parts: &mut Parts) -> Read<Vec<Push>> {
    parts.0.next().map_or(Ok(Vec::new()), |told| published(&text(told)?))
}

/// A push to a node: `<room> <head>⏎<entry>`.
pub(super) fn published(payload: &str) -> Read<Vec<Push>> {
    let bad = || Malformed("a push without a head".to_owned());
    let (head, entry) = payload.split_once('\n').ok_or_else(bad)?;
    let (room, head) = head.split_once(' ').ok_or_else(bad)?;
    let mut all = Vec::new();
    pushed(parse(room)?, head, entry, &mut all)?;
    Ok(all)
}

/// One entry for one or more seats (`E <epoch> <seat>:<seq>,… <source, or ->`), the end of one (`X <epoch> <seat> <fence> <how>`), or
/// of a peer, or room, at a media server (`U <epoch> <seat> <session, or ->`, and `<server>⏎<instance>`).
fn pushed(room: RoomId, head: &str, entry: &str, all: &mut Vec<Push>) -> Read<()> {
    let bad = || Malformed(head.chars().take(80).collect());
    let parts: Vec<&str> = head.split(' ').collect();
    match parts[..] {
        ["E", epoch, seats, source] => {
            let (epoch, entry) = (parse(epoch)?, codec::read_entry(entry)?);
            let source = if source == "-" { None } else { Some(codec::source(source)?) };
            for seat in seats.split(',') {
                let (to, seq) = seat.split_once(':').ok_or_else(bad)?;
                let what = Pushed::Entry { seq: parse(seq)?, entry: entry.clone(), source };
                all.push(Push { room, to: parse(to)?, epoch, what });
            }
        }
        ["X", epoch, to, fence, how] => {
            let what = Pushed::Ended(parse(fence)?, codec::ended(how)?);
            all.push(Push { room, to: parse(to)?, epoch: parse(epoch)?, what });
        }
        ["U", epoch, to, session] => {
            let (server, instance) = entry.split_once('\n').ok_or_else(bad)?;
            let host = Box::new(Host { server: server.into(), instance: instance.into() });
            let session = if session == "-" { None } else { Some(parse(session)?) };
            all.push(Push { room, to: parse(to)?, epoch: parse(epoch)?, what: Pushed::Unhosted(host, session) });
        }
        _ => return Err(bad()),
    }
    Ok(())
}

/// Members in join order.
pub(super) fn members(parts: &mut Parts) -> Read<Vec<Member>> {
    parts.texts()?.iter().map(|text| codec::member(text)).collect()
}

/// Entries after a number.
fn numbered(after: Seq, entries: &[String]) -> Read<Vec<(Seq, Entry)>> {
    (after + 1..).zip(entries).map(|(seq, text)| Ok((seq, codec::read_entry(text)?))).collect()
}

/// The answer to a join.
pub(super) fn joined(room: RoomId, word: &str, parts: &mut Parts) -> Read<Joined> {
    match word {
        "full" => return Ok(Joined::Full),
        "crowded" => return Ok(Joined::Crowded),
        _ => {}
    }
    let (epoch, order, replaced) = (parts.number()?, parts.number()?, parts.text()?);
    let replaced = if replaced.is_empty() { None } else { Some(codec::seat(&replaced)?) };
    let (members, media) = (members(parts)?, codec::read_media(&parts.text()?)?);
    let pushes = pushes(room, parts)?;
    Ok(Joined::Seated { seat: SeatId { order, fence: 1 }, epoch, members, replaced, media, pushes })
}

/// The answer to a resume of the seat with this join order.
pub(super) fn resumed(room: RoomId, order: u64, word: &str, parts: &mut Parts) -> Read<Resumed> {
    match word {
        "gone" => return Ok(Resumed::Failed(ResumeFailure::SeatGone)),
        "bad" => return Ok(Resumed::Failed(ResumeFailure::BadToken)),
        "gap" => return Ok(Resumed::Failed(ResumeFailure::Gap)),
        "moved" => return Ok(Resumed::Moved),
        _ => {}
    }
    let (epoch, fence, after) = (parts.number()?, parts.number()?, parts.number()?);
    let replay = numbered(after, &parts.texts()?)?;
    let members = members(parts)?;
    let sent = words(&parts.text()?, codec::sequence)?;
    let applied = parts.number()?;
    let skipped = words(&parts.text()?, codec::skipped)?;
    let heard = words(&parts.text()?, codec::source)?;
    let lost = parts.text()? == "1";
    let media = codec::read_media(&parts.text()?)?;
    let (seat, pushes) = (SeatId { order, fence }, pushes(room, parts)?);
    let attributes = codec::read_attributes(&parts.text()?)?;
    let seated =
        ResumedSeat { seat, epoch, members, replay, sent, applied, skipped, heard, lost, media, attributes, pushes };
    Ok(Resumed::Seated(Box::new(seated)))
}

/// The result of an audit or a claim for one seat.
fn audited(mut parts: Parts) -> Read<Audited> {
    match parts.text()?.as_str() {
        "held" => {
            let after = parts.number()?;
            let entries = numbered(after, &parts.texts()?)?;
            Ok(Audited::Held(entries, words(&parts.text()?, codec::source)?))
        }
        "gap" => Ok(Audited::Gap),
        "ended" => codec::ended(&parts.text()?).map(Audited::Ended),
        other => Err(Malformed(other.to_owned())),
    }
}

/// The answers to audits of so many seats, in the order asked.
pub(super) fn audits_of(seats: usize, word: &str, parts: &mut Parts) -> Read<Vec<Audited>> {
    if word == USUAL { Ok(vec![Audited::Held(Vec::new(), Vec::new()); seats]) } else { audits(parts) }
}

fn audits(parts: &mut Parts) -> Read<Vec<Audited>> {
    parts.parts()?.each(audited)
}

/// The answer to a claim.
pub(super) fn claimed(room: RoomId, parts: &mut Parts) -> Read<Claimed> {
    let (epoch, seats) = (parts.number()?, audits(parts)?);
    let settled_after = std::time::Duration::from_millis(parts.number()?);
    Ok(Claimed { epoch, seats, settled_after, pushes: pushes(room, parts)? })
}

/// The answer to a request to place a room's media.
pub(super) fn placed(room: RoomId, parts: &mut Parts) -> Read<Placed> {
    let (is_won, hosting) = (parts.text()? == "1", codec::read_hosting(&parts.text()?)?);
    Ok(Placed { hosting, is_won, pushes: pushes(room, parts)? })
}

/// The answer to a change of what a seat sends.
pub(super) fn changed(room: RoomId, word: &str, parts: &mut Parts) -> Read<Published> {
    Ok(match word {
        "done" => Published::Done(pushes(room, parts)?),
        "fenced" => Published::Fenced,
        "stale" => Published::Stale(parts.number()?),
        "unknown" => Published::Unknown,
        "full" => Published::Full,
        other => return Err(Malformed(other.to_owned())),
    })
}

/// The answer to a reaping.
pub(super) fn reaped(room: RoomId, parts: &mut Parts) -> Read<Reaped> {
    let freed = parts.texts()?.iter().map(|text| codec::seat(text)).collect::<Read<_>>()?;
    Ok(Reaped { freed, pushes: pushes(room, parts)? })
}

/// A lease in every bucket: whether it was kept in all of them, and the newest epoch.
pub(super) fn renewed(buckets: Parts) -> Read<(bool, Epoch)> {
    let each = buckets.each(|mut parts| Ok((parts.text()? == "1", parts.number()?)))?;
    Ok((each.iter().all(|(is_kept, _)| *is_kept), each.iter().map(|(_, epoch)| *epoch).max().unwrap_or(0)))
}

/// Due rooms in all buckets, at most a page of them: rooms past their deadline by when, then those of dead nodes.
pub(super) fn due(page: usize, buckets: Parts) -> Read<Due> {
    let (mut past, mut dead, mut orphaned) = (Vec::new(), BTreeSet::new(), Vec::new());
    for bucket in buckets.0 {
        let mut parts = Parts::of(bucket)?;
        past.append(&mut parts.texts()?);
        dead.extend(parts.texts()?);
        orphaned.append(&mut parts.texts()?);
    }
    let dated = past.chunks_exact(2).map(|pair| Ok((parse::<f64>(&pair[1])?, parse::<RoomId>(&pair[0])?)));
    let mut dated = dated.collect::<Read<Vec<_>>>()?;
    dated.sort_unstable_by(|(one, a), (other, b)| one.total_cmp(other).then(a.cmp(b)));
    let mut rooms: Vec<RoomId> = dated.into_iter().map(|(_, room)| room).take(page + 1).collect();
    let past: BTreeSet<RoomId> = rooms.iter().copied().collect();
    let orphaned = orphaned.iter().map(|room| parse(room)).collect::<Read<BTreeSet<RoomId>>>()?;
    rooms.extend(orphaned.into_iter().filter(|room| !past.contains(room)).take(page + 1));
    let more = rooms.len() > page;
    rooms.truncate(page);
    let mut dead: Vec<NodeId> = dead.iter().map(|node| NodeId::new(node)).collect();
    dead.sort_unstable();
    Ok(Due { rooms, dead, more })
}

/// The first rooms of all buckets, ordered, at most so many.
pub(super) fn occupied(max: usize, buckets: Parts) -> Read<Vec<RoomId>> {
    let mut all = rooms(usize::MAX, buckets)?;
    all.sort_unstable();
    all.truncate(max);
    Ok(all)
}

/// Rooms of all buckets, at most so many.
pub(super) fn rooms(max: usize, buckets: Parts) -> Read<Vec<RoomId>> {
    let of_bucket = |parts: Parts| parts.0.map(|room| parse(&text(room)?)).collect::<Read<Vec<RoomId>>>();
    Ok(buckets.each(of_bucket)?.into_iter().flatten().take(max).collect())
}

/// A node's seats: `order:fence:session`.
pub(super) fn held(parts: &mut Parts) -> Read<Vec<(SeatId, SessionId)>> {
    let read = |text: &String| {
        let (seat, session) = text.rsplit_once(':').ok_or_else(|| Malformed(text.clone()))?;
        Ok((codec::seat(seat)?, parse(session)?))
    };
    parts.texts()?.iter().map(read).collect()
}

/// A room, and its connected users with their nodes.
pub(super) type Present = (RoomId, Vec<(String, NodeId)>);

/// Of rooms of all buckets, whose sockets are where: users with their nodes.
pub(super) fn present(buckets: Parts) -> Read<Vec<Present>> {
    let mut all = Vec::new();
    for bucket in buckets.0 {
        let mut parts = Parts::of(bucket)?;
        while !parts.0.as_slice().is_empty() {
            let (room, present) = (parse(&parts.text()?)?, parts.texts()?);
            let pairs = present.chunks_exact(2).map(|pair| (pair[0].clone(), NodeId::new(&pair[1])));
            all.push((room, pairs.collect()));
        }
    }
    Ok(all)
}
