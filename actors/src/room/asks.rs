//! Sends the rules' requests to media servers, asynchronously: neither a turn nor an answer of the ledger ever waits for them.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;

use super::{Env, rules::step::MediaCall};
use crate::{
    messages::{
        To,
        room::{MediaReply, Message},
    },
    metrics,
    ports::{
        Later, MediaError, Placement,
        media::{Call, Direction, TrackKind},
    },
    protocol::{
        RoomId, SessionId,
        media::{self, Host},
        sfu::{self, SfuAsk},
    },
};

/// The retry delay for clients if the adapter fails.
const FAILED_RETRY: Duration = Duration::from_secs(1);

/// Asks; what is to be awaited for the answer, if there is one.
pub(super) fn ask(env: &Env, room: RoomId, call: MediaCall) -> Option<Later<Option<To>>> {
    let servers = &env.media;
    match call {
        MediaCall::Open { epoch, except } => {
            let opened = servers.open(room, except);
            Some(then(room, opened, move |opened| MediaReply::Opened(epoch, opened.map(host))))
        }
        MediaCall::Capabilities(asker, (at, epoch)) => {
            let answer = servers.capabilities(room, (placement(&at), epoch));
            Some(then(room, answer, move |answer| MediaReply::Capabilities(asker, at, answer)))
        }
        MediaCall::Call(asker, at, ask) => {
            let call = to_call(&ask)?;
            let answer = servers.call(room, (placement(&at.0), at.1), asker.session, asker.key, call);
            Some(then(room, answer, move |answer| MediaReply::Called(asker, at, ask, answer)))
        }
        MediaCall::DeletePeer(at, session) => {
            servers.delete_peer(room, placement(&at), session);
            None
        }
        MediaCall::DeleteRoom(at, epoch) => {
            servers.delete_room(room, placement(&at), epoch);
            None
        }
        MediaCall::Peers(at) => {
            let found = without_seat(env, room, &at);
            Some(then(room, found, move |found| MediaReply::Peers(at, found)))
        }
        MediaCall::DeleteOrphan(at, epoch, session) => {
            metrics::media_orphan(session.is_some());
            tracing::warn!(%room, server = %at.server, ?session, "nobody has this on the media server: it is deleted there");
            match session {
                Some(session) => servers.delete_peer(room, placement(&at), session),
                None => servers.delete_room(room, placement(&at), Some(epoch)),
            }
            None
        }
        MediaCall::Hosted(at) => {
            env.hosted.lock().unwrap_or_else(PoisonError::into_inner).insert(room, at);
            None
        }
    }
}

/// The peers in the room there that have no seat. A peer had a seat before it came there, so the ledger is asked last.
fn without_seat(env: &Env, room: RoomId, at: &Host) -> Later<Result<Vec<SessionId>, MediaError>> {
    let (there, ledger) = (env.media.peers(room, placement(at)), Arc::clone(&env.ledger));
    let away = |_| MediaError::Unavailable { why: "the ledger does not answer".into(), retry_after: FAILED_RETRY };
    Box::pin(async move {
        let mut peers = there.await?;
        if !peers.is_empty() {
            let members = ledger.members(room).await.map_err(away)?;
            peers.retain(|peer| members.iter().all(|member| member.session != *peer));
        }
        Ok(peers)
    })
}

/// The answer as a message to the room. A failure of the adapter is an answer, too: somebody waits for one.
fn then<T: Send + 'static>(
    room: RoomId,
    answer: Later<Result<T, MediaError>>,
    reply: impl FnOnce(Result<T, MediaError>) -> MediaReply + Send + 'static,
) -> Later<Option<To>> {
    Box::pin(async move {
        let answer = AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(%room, "the client of a media server has panicked");
            Err(MediaError::Unavailable { why: "the node failed to ask it".into(), retry_after: FAILED_RETRY })
        });
        Some(To::Room(room, Message::MediaAnswered(Box::new(reply(answer)))))
    })
}

/// A host as the port has it.
pub(crate) fn placement(host: &Host) -> Placement {
    Placement { server: Arc::clone(&host.server), instance: Arc::clone(&host.instance) }
}

/// A placement as the ledger has it.
pub(crate) fn host(at: Placement) -> Host {
    Host { server: at.server, instance: at.instance }
}

/// A request as the port has it; none for what is no call.
fn to_call(ask: &SfuAsk) -> Option<Call> {
    Some(match ask.clone() {
        SfuAsk::Capabilities => return None,
        SfuAsk::CreateTransport(sfu::Direction::Send) => Call::CreateTransport { direction: Direction::Send },
        SfuAsk::CreateTransport(sfu::Direction::Recv) => Call::CreateTransport { direction: Direction::Receive },
        SfuAsk::ConnectTransport { transport, dtls_parameters } => {
            Call::ConnectTransport { transport, dtls_parameters }
        }
        SfuAsk::RestartIce(transport) => Call::RestartIce { transport },
        SfuAsk::CloseTransport(transport) => Call::CloseTransport { transport },
        SfuAsk::Produce { transport, kind, paused, rtp_parameters, .. } => {
            let kind = match kind {
                media::TrackKind::Audio => TrackKind::Audio,
                media::TrackKind::Video => TrackKind::Video,
            };
            Call::Produce { transport, kind, paused, rtp_parameters }
        }
        SfuAsk::PauseProducer { producer, paused } => Call::PauseProducer { producer, paused },
        SfuAsk::CloseProducer(producer) => Call::CloseProducer { producer },
        SfuAsk::Consume { transport, producer, rtp_capabilities } => {
            Call::Consume { transport, producer, rtp_capabilities }
        }
        SfuAsk::PauseConsumer { consumer, paused } => Call::PauseConsumer { consumer, paused },
        SfuAsk::KeyFrame(consumer) => Call::RequestKeyFrame { consumer },
        SfuAsk::PreferredLayers { consumer, spatial, temporal } => {
            Call::SetPreferredLayers { consumer, spatial, temporal }
        }
        SfuAsk::CloseConsumer(consumer) => Call::CloseConsumer { consumer },
    })
}
