//! Requests to the room's media server: each is answered once, or refused, or the socket has closed before.

use super::{
    Connection, Cx, Effect, Phase, error,
    pending::{OpenAsk, Outstanding},
    room,
};
use crate::{
    messages::{room::SfuAsked, socket::SfuEvent},
    protocol::{
        Code, Kind, ServerToClient, SfuRequest,
        client::Cid,
        media::{OPEN_MAX, Rid},
        server::Refusal,
        sfu::Json,
    },
};

/// Keys of requests without a number have this bit, which no client's number has.
const OWN_KEY: u64 = 1 << 63;
/// Bits of such a key that tell requests of one millisecond apart.
const TAG_BITS: u32 = 16;

impl Connection {
    /// A request: sent to the room, if it is not one too many.
    pub(super) fn ask_media(&mut self, cid: Option<Cid>, request: SfuRequest, cx: &mut Cx<'_>) {
        let SfuRequest { rid, kind, epoch, ask } = request;
        let refused = |refusal: Refusal| error(refusal.of(cid).of_request(rid));
        let Phase::InRoom(session) = &mut self.phase else {
            return cx.out.push(refused(Refusal::new(Code::NotInRoom, "Join a room first.")));
        };
        if let Err(refusal) = may_ask(&session.outstanding, rid, kind) {
            return cx.out.push(refused(refusal));
        }
        if session.outstanding.reseat_by().is_some() {
            return cx.out.push(refused(restarting()));
        }
        self.tag = self.tag.wrapping_add(1);
        let tag = u64::from(self.tag) & ((1 << TAG_BITS) - 1);
        let key = rid.unwrap_or(OWN_KEY | cx.now.unix_ms << TAG_BITS | tag);
        session.outstanding.ask(OpenAsk { key, rid, kind });
        let asked = SfuAsked { from: session.seat_ref(self.id), key, epoch, ask };
        cx.out.push(Effect::Tell(session.room, room::Message::Sfu(Box::new(asked))));
    }

    /// Something about media, in the current session.
    pub(super) fn sfu_event(&mut self, event: SfuEvent, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::InRoom(_)) {
            return;
        }
        cx.out.push(Effect::Send(match event {
            SfuEvent::Answered(key, result) => return self.media_answered(key, result, cx),
            SfuEvent::Layers(consumer, layers) => ServerToClient::SfuConsumerLayers { consumer, layers },
            SfuEvent::ConsumerClosed(consumer) => ServerToClient::SfuConsumerClosed(consumer),
            SfuEvent::Speaker(user) => ServerToClient::SfuActiveSpeaker(user),
        }));
    }

    fn media_answered(&mut self, key: u64, result: Result<Json, Refusal>, cx: &mut Cx<'_>) {
        let (Phase::InRoom(session), Some(identity)) = (&mut self.phase, &self.identity) else { return };
        let Some(OpenAsk { rid, kind, .. }) = session.outstanding.answered(key) else { return };
        cx.out.push(match result {
            Ok(data) if kind == Kind::SfuCreateTransport => Effect::Transport(identity.user.clone(), rid, data),
            Ok(data) => Effect::Send(ServerToClient::SfuAnswer { kind, rid, data }),
            Err(refusal) => error(refusal.of_request(rid)),
        });
    }

    /// The room answers no request that is open.
    pub(super) fn forget_asks(&mut self, why: &Refusal, cx: &mut Cx<'_>) {
        let Phase::InRoom(session) = &mut self.phase else { return };
        let asks = session.outstanding.take_asks();
        cx.out.extend(asks.into_iter().map(|ask| error(why.clone().of_request(ask.rid))));
    }
}

/// The room's cell was restarted: it knows of no request. The media server repeats its answer to a repeated one.
pub(super) fn restarting() -> Refusal {
    Refusal::new(Code::Unavailable, "The room is being restarted: send it again, with the same rid.").after_ms(1_000)
}

/// The session has ended.
pub(super) fn left() -> Refusal {
    Refusal::new(Code::NotInRoom, "You have left the room before this was answered.")
}

fn may_ask(outstanding: &Outstanding, rid: Option<Rid>, kind: Kind) -> Result<(), Refusal> {
    let open = outstanding.asks();
    let is_double = |ask: &OpenAsk| ask.rid == rid && (rid.is_some() || ask.kind == kind);
    if open.iter().any(is_double) {
        let text = match rid {
            Some(rid) => format!("rid: request {rid} is not answered yet; each open request has a number of its own."),
            None => format!("rid: without one only one request of type {} may be open.", kind.as_str()),
        };
        return Err(Refusal::new(Code::BadMessage, text));
    }
    if open.len() >= OPEN_MAX {
        let text = format!("{OPEN_MAX} requests are not answered yet: wait for one of them.");
        return Err(Refusal::new(Code::MediaLimit, text));
    }
    Ok(())
}
