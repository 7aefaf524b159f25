//! Texts of a room's media: the scripts' side of each is in `lua/media.lua`. Knows no keys.

use std::sync::Arc;

use actors::protocol::{
    media::{Host, Hosting, MediaNews, MediaReason, Producer, ProducerEnd, RoomMedia, Track, TrackKind},
    server::Mode,
};

use super::{Read, array, malformed, parse};

const MODES: [(Mode, &str); 2] = [(Mode::Mesh, "mesh"), (Mode::Sfu, "sfu")];
const REASONS: [(MediaReason, &str); 7] = [
    (MediaReason::Placed, "placed"),
    (MediaReason::MediaLost, "media_lost"),
    (MediaReason::MediaMoved, "media_moved"),
    (MediaReason::MediaUnavailable, "media_unavailable"),
    (MediaReason::Recovered, "recovered"),
    (MediaReason::Grown, "grown"),
    (MediaReason::Shrunk, "shrunk"),
];
const KINDS: [(TrackKind, &str); 2] = [(TrackKind::Audio, "audio"), (TrackKind::Video, "video")];
const ENDS: [(ProducerEnd, &str); 2] = [(ProducerEnd::Closed, "closed"), (ProducerEnd::Media, "media")];

fn word_of<T: PartialEq>(known: &[(T, &'static str)], one: &T) -> &'static str {
    known.iter().find(|(known, _)| known == one).map_or("", |(_, word)| word)
}

fn of_word<T: Copy>(known: &[(T, &str)], word: &str) -> Read<T> {
    known.iter().find(|(_, known)| *known == word).map(|(one, _)| *one).ok_or_else(|| malformed(word))
}

/// A mode's word.
pub(in crate::ledger::redis) fn mode(mode: Mode) -> &'static str {
    word_of(&MODES, &mode)
}

/// A reason's word.
pub(in crate::ledger::redis) fn media_reason(reason: MediaReason) -> &'static str {
    word_of(&REASONS, &reason)
}

/// A kind's word.
pub(in crate::ledger::redis) fn track_kind(kind: TrackKind) -> &'static str {
    word_of(&KINDS, &kind)
}

/// Why a producer has ended, as a word.
pub(in crate::ledger::redis) fn producer_end(end: ProducerEnd) -> &'static str {
    word_of(&ENDS, &end)
}

/// How media flows: `<server>⏎<instance>⏎<mode> <epoch>`, both names empty without a media server.
fn hosting(Hosting { mode: way, epoch, host }: &Hosting) -> String {
    let (server, instance) = host.as_ref().map_or(("", ""), |host| (&*host.server, &*host.instance));
    format!("{server}\n{instance}\n{} {epoch}", mode(*way))
}

/// What [`hosting`] writes.
pub(in crate::ledger::redis) fn read_hosting(text: &str) -> Read<Hosting> {
    let [server, instance, way] = array(text.splitn(3, '\n')).ok_or_else(|| malformed(text))?;
    let (way, epoch) = way.split_once(' ').ok_or_else(|| malformed(text))?;
    let host = (!server.is_empty()).then(|| Host { server: server.into(), instance: instance.into() });
    Ok(Hosting { mode: of_word(&MODES, way)?, epoch: parse(epoch)?, host })
}

/// All of a room's media: how it flows, and a line `<seat> <session> <id> <source> <kind> <1 if paused>` for each track.
pub(in crate::ledger::redis) fn room_media(RoomMedia { hosting: at, tracks }: &RoomMedia) -> String {
    let mut text = hosting(at);
    for Track { seat, session, producer: Producer { id, kind, source, paused } } in tracks {
        text += &format!("\n{seat} {session} {id} {source} {} {}", track_kind(*kind), u8::from(*paused));
    }
    text
}

/// What [`room_media`] writes; an empty text if media was never placed.
pub(in crate::ledger::redis) fn read_media(text: &str) -> Read<Option<Box<RoomMedia>>> {
    if text.is_empty() {
        return Ok(None);
    }
    let end = text.match_indices('\n').nth(2).map_or(text.len(), |(at, _)| at);
    let (at, tracks) = text.split_at(end);
    let tracks = tracks.lines().filter(|line| !line.is_empty()).map(track).collect::<Read<_>>()?;
    Ok(Some(Box::new(RoomMedia { hosting: read_hosting(at)?, tracks })))
}

fn track(line: &str) -> Read<Track> {
    let [seat, session, id, source, kind, paused] = array(line.split(' ')).ok_or_else(|| malformed(line))?;
    let producer = producer((id, source), kind, paused)?;
    Ok(Track { seat: parse(seat)?, session: parse(session)?, producer })
}

fn producer((id, source): (&str, &str), kind: &str, paused: &str) -> Read<Producer> {
    Ok(Producer { id: id.into(), kind: of_word(&KINDS, kind)?, source: source.into(), paused: paused == "1" })
}

/// News: `H<hosting> <reason>`, or `V<producer>⏎<source>⏎` and `p <epoch> <seat> <user> <session> <kind> <1 if paused>` (with the
/// source), `u <epoch> <seat> <user> <1 if paused>` or `e <epoch> <seat> <user> <why it has ended>`.
pub(super) fn news(news: &MediaNews) -> String {
    match news {
        MediaNews::Changed { hosting: at, reason } => format!("H{} {}", hosting(at), media_reason(*reason)),
        MediaNews::Produced { epoch, user, track: Track { seat, session, producer } } => {
            let Producer { id, kind, source, paused } = producer;
            let (kind, paused) = (track_kind(*kind), u8::from(*paused));
            format!("V{id}\n{source}\np {epoch} {seat} {user} {session} {kind} {paused}")
        }
        MediaNews::Paused { epoch, user, seat, producer, paused } => {
            format!("V{producer}\n\nu {epoch} {seat} {user} {}", u8::from(*paused))
        }
        MediaNews::Ended { epoch, user, seat, producer, reason } => {
            format!("V{producer}\n\ne {epoch} {seat} {user} {}", producer_end(*reason))
        }
    }
}

/// What [`news`] writes.
pub(super) fn read_news(text: &str) -> Read<MediaNews> {
    let bad = || malformed(text);
    if let Some(changed) = text.strip_prefix('H') {
        let (at, reason) = changed.rsplit_once(' ').ok_or_else(bad)?;
        return Ok(MediaNews::Changed { hosting: read_hosting(at)?, reason: of_word(&REASONS, reason)? });
    }
    let [id, source, rest] = array(text.get(1..).unwrap_or_default().splitn(3, '\n')).ok_or_else(bad)?;
    let id_of: Arc<str> = id.into();
    let words: Vec<_> = rest.split(' ').collect();
    Ok(match words[..] {
        ["p", epoch, seat, user, session, kind, paused] => {
            let producer = producer((id, source), kind, paused)?;
            let track = Track { seat: parse(seat)?, session: parse(session)?, producer };
            MediaNews::Produced { epoch: parse(epoch)?, user: parse(user)?, track }
        }
        ["u", epoch, seat, user, paused] => {
            let (epoch, seat, user) = (parse(epoch)?, parse(seat)?, parse(user)?);
            MediaNews::Paused { epoch, user, seat, producer: id_of, paused: paused == "1" }
        }
        ["e", epoch, seat, user, why] => {
            let (epoch, seat, user) = (parse(epoch)?, parse(seat)?, parse(user)?);
            MediaNews::Ended { epoch, user, seat, producer: id_of, reason: of_word(&ENDS, why)? }
        }
        _ => return Err(bad()),
    })
}

#[cfg(test)]
mod tests {
    use actors::protocol::{SessionId, UserId};

    use super::*;

    #[test]
    fn what_is_written_of_media_is_read() {
        let host = Host { server: "media-1".into(), instance: "1".into() };
        let of = |mode, host| Hosting { mode, epoch: 3, host };
        let producer = |paused| Producer { id: "p.1".into(), kind: TrackKind::Video, source: "camera".into(), paused };
        let track = |paused| Track { seat: 5, session: SessionId::from_u128(8), producer: producer(paused) };
        for hosting in [of(Mode::Sfu, Some(host)), of(Mode::Mesh, None), Hosting::default()] {
            assert_eq!(read_hosting(&super::hosting(&hosting)), Ok(hosting.clone()));
            let media = RoomMedia { hosting, tracks: vec![track(true), track(false)] };
            let bare = RoomMedia { tracks: Vec::new(), ..media.clone() };
            for media in [media, bare] {
                assert_eq!(read_media(&room_media(&media)), Ok(Some(Box::new(media))));
            }
        }
        assert_eq!(read_media(""), Ok(None));
        let (user, seat, epoch) = (UserId::from_u128(7), 5, 3);
        for one in [
            MediaNews::Changed { hosting: of(Mode::Mesh, None), reason: MediaReason::MediaUnavailable },
            MediaNews::Produced { epoch, user: user.clone(), track: track(true) },
            MediaNews::Paused { epoch, user: user.clone(), seat, producer: "p".into(), paused: true },
            MediaNews::Ended { epoch, user, seat, producer: "p".into(), reason: ProducerEnd::Media },
        ] {
            assert_eq!(read_news(&news(&one)), Ok(one));
        }
    }
}
