//! The fast path: offers, answers, candidates, acknowledgements and heartbeats as browsers write them, in one pass.
//!
//! **Invariant:** it agrees with [`strict`](super::strict) on everything it accepts; for all else it returns `None`. Checked
//! by the properties in `tests`, and by the fuzz target `message`.

use super::{CANDIDATE_BYTES_MAX, NUMBER_MAX, cursor::Cursor};
use crate::{
    Kind, Signal,
    client::{ClientMessage, ClientToServer},
    signal::rest_bytes,
};

/// The kinds that are read here.
const KINDS: [Kind; 5] = [Kind::IceCandidate, Kind::Offer, Kind::Answer, Kind::Ack, Kind::Heartbeat];

/// The message, if it is one of these kinds, begins with its type, and has no invalid or unknown field.
pub(super) fn read(text: &str) -> Option<ClientMessage> {
    let mut at = Cursor::new(text);
    at.take(b'{')?;
    if !at.passes(b"\"type\":") {
        return None;
    }
    let kind = KINDS.into_iter().find(|kind| at.passes_quoted(kind.as_str()))?;
    let (mut cid, mut seq, mut signal, mut data) = (None, None, None, false);
    while at.more()? {
        if cid.is_none() && at.passes(b"\"cid\":") {
            cid = Some(at.number().filter(|cid| (1..=NUMBER_MAX).contains(cid))?);
        } else if !data && at.passes(b"\"data\":") {
            data = true;
            if kind.is_signal() {
                signal = Some(self::signal(&mut at, kind)?);
            } else {
                nothing(&mut at)?;
            }
        } else if seq.is_none() && at.passes(b"\"seq\":") {
            seq = Some(at.number().filter(|seq| *seq <= NUMBER_MAX)?);
        } else {
            return None;
        }
    }
    if !at.is_done() {
        return None;
    }
    let body = if kind.is_signal() {
        ClientToServer::Signal(signal?)
    } else if kind == Kind::Ack {
        ClientToServer::Ack(seq?)
    } else {
        ClientToServer::Heartbeat
    };
    Some(ClientMessage { cid, body })
}

/// An empty object.
fn nothing(at: &mut Cursor<'_>) -> Option<()> {
    at.take(b'{')?;
    at.take(b'}')
}

/// A signal's `data`. If the payload is last, as browsers write it, it is sliced out together with its surroundings, which
/// the receiver's `data` has as well.
fn signal(at: &mut Cursor<'_>, kind: Kind) -> Option<Signal> {
    at.take(b'{')?;
    let field: &[u8] = if kind.is_description() { b"\"sdp\":" } else { b"\"candidate\":" };
    let (mut to, mut payload) = (None, None);
    let mut rest_from = at.end();
    loop {
        if to.is_none() && at.passes(b"\"targetUserId\":") {
            to = Some(at.user()?);
            rest_from = at.end();
        } else if payload.is_none() && at.passes(field) {
            let from = at.at();
            self::payload(at, kind)?;
            payload = Some(at.since(from)?);
        } else {
            return None;
        }
        if !at.more()? {
            break;
        }
    }
    let (to, payload, rest) = (to?, payload?, at.since(rest_from)?);
    if !kind.is_description() && payload.len() > CANDIDATE_BYTES_MAX {
        return None;
    }
    // This short, and without white space before `}`: the payload directly follows the target.
    let is_whole = rest.len() == rest_bytes(kind, payload.len()) && rest.starts_with(',');
    Some(if is_whole { Signal::cut(kind, to, rest) } else { Signal::new(kind, to, Some(payload)) })
}

/// A non-empty description, or a candidate.
fn payload(at: &mut Cursor<'_>, kind: Kind) -> Option<()> {
    if kind.is_description() {
        return at.lines().filter(|bytes| *bytes > 0).map(drop);
    }
    if at.passes(b"null") {
        return Some(());
    }
    at.take(b'{')?;
    if at.take(b'}').is_some() {
        return Some(());
    }
    loop {
        at.string()?;
        at.take(b':')?;
        scalar(at)?;
        if !at.more()? {
            return Some(());
        }
    }
}

/// A value without nested values.
fn scalar(at: &mut Cursor<'_>) -> Option<()> {
    match at.peek()? {
        b'"' => at.string(),
        b'0'..=b'9' => at.number().map(drop),
        b'n' => at.passes(b"null").then_some(()),
        b't' => at.passes(b"true").then_some(()),
        b'f' => at.passes(b"false").then_some(()),
        _ => None,
    }
}
