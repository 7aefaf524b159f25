//! What is on a media server, to be compared with what should be. Must not know who compares, nor what follows from it.

use std::time::{Duration, Instant};

use actors::{
    clock::monotonic,
    ports::media::MediaError,
    protocol::{RoomId, SessionId},
};
use serde::Deserialize;

use super::{
    rules::{Ask, is_id},
    server::{Server, unavailable},
};

/// Pages that are read at most: of a server with more rooms than that, the rest is looked at no more.
const PAGES_MAX: usize = 64;
/// When it is worthwhile to ask a server again that answers what cannot be read.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Rooms {
    rooms: Vec<String>,
    more: bool,
}

#[derive(Deserialize)]
struct Room {
    peers: Vec<Peer>,
}

#[derive(Deserialize)]
struct Peer {
    peer: String,
}

/// The rooms on a server, in this run of its process, page by page, each within this time. Names that no room of a node has
/// are left out: another caller's.
pub(super) async fn rooms(server: &Server, instance: &str, within: Duration) -> Result<Vec<RoomId>, MediaError> {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    for _ in 0..PAGES_MAX {
        let ask = Ask::rooms(after.as_deref());
        let (answer, _) = server.ask(&ask, Some(instance), monotonic() + within).await?;
        let Rooms { rooms, more } = serde_json::from_str(&answer).map_err(|why| unreadable(server, &why))?;
        let last = rooms.last().filter(|last| is_id(last) && after.as_ref().is_none_or(|after| after < *last)).cloned();
        all.extend(rooms.iter().filter_map(|room| room.parse::<RoomId>().ok()));
        after = last;
        if !more || after.is_none() {
            break; // the last page, or one that leads nowhere
        }
    }
    Ok(all)
}

/// Who is in a room on a server, in this run of its process; nobody if it has no such room.
pub(super) async fn peers(
    server: &Server,
    (room, instance): (RoomId, &str),
    deadline: Instant,
) -> Result<Vec<SessionId>, MediaError> {
    let answer = match server.ask(&Ask::peers(room), Some(instance), deadline).await.map_err(MediaError::from) {
        Err(MediaError::NotFound) => return Ok(Vec::new()),
        answer => answer?.0,
    };
    let Room { peers } = serde_json::from_str(&answer).map_err(|why| unreadable(server, &why))?;
    Ok(peers.iter().filter_map(|peer| peer.peer.parse().ok()).collect())
}

fn unreadable(server: &Server, why: &serde_json::Error) -> MediaError {
    server.complain(&format!("what it shows of its rooms cannot be read: {why}"));
    unavailable("it does not answer as it should", AGAIN_AFTER)
}
