//! Entering a room: a join or a resume, from the lookup of the room's settings to the room's answer.

use std::{borrow::Cow, sync::Arc, time::Instant};

use super::{
    ANSWER_WITHIN, Connection, Cost, Cx, Effect, Fresh, Phase, Received,
    close_reasons::denial,
    error,
    session::{Answer, Session},
};
use crate::{
    messages::{
        room::{self, JoinRequest, ResumeRequest, SeatRef},
        socket::{Lookup, MediaSeen},
    },
    ports::{Action, Grants, Noted, RoomPolicy, RoomSettings, Unavailable},
    protocol::{
        Attributes, Close, Code, Guests, LeaveReason, Member, RoomId, SeatId, ServerToClient, SocketId, UserId,
        client::{Cid, Resume},
        server::{Mode, Peer, PeerState, Refusal, ResumeFailed, ResumeFailure, Resumed, RoomJoined},
        sfu::{
            DIALECT,
            answers::{MediaState, PeerProducer},
        },
    },
    socket::resume_token::ResumeToken,
};

/// A pending join or resume.
pub(super) struct Entering {
    aim: Aim,
    /// Whether the request was sent to the room; before that the room is looked up.
    asked: bool,
    /// Restarts of the room's cell meanwhile.
    pub(super) restarts: u8,
    /// The deadline of the answer.
    pub(super) until: Instant,
    /// Messages that depend on the answer, in order.
    pub(super) deferred: Vec<Received>,
}

enum Aim {
    /// A retry requests the same session, so the ledger gives the same answer.
    Join {
        room: RoomId,
        cid: Option<Cid>,
        fresh: Option<Fresh>,
    },
    Resume {
        token: ResumeToken,
        resume: Resume,
    },
}

impl Entering {
    fn new(aim: Aim, now: Instant) -> Box<Self> {
        Box::new(Self { aim, asked: false, restarts: 0, until: now + ANSWER_WITHIN, deferred: Vec::new() })
    }

    /// The room and the seat, if a request was sent to the room.
    pub(super) fn place(&self, socket: SocketId) -> Option<(RoomId, SeatRef)> {
        let (room, session) = match &self.aim {
            Aim::Join { room, fresh, .. } => (*room, fresh.as_ref()?.session),
            Aim::Resume { token, .. } => (token.room, token.session),
        };
        self.asked.then_some((room, SeatRef { session, socket, seat: None }))
    }

    /// Looks the room up, the first time or again.
    pub(super) fn look_up(&mut self) -> Effect {
        self.asked = false;
        match &self.aim {
            Aim::Join { room, cid, .. } => Effect::LookUp(*room, Lookup::Join(*room, *cid)),
            Aim::Resume { token, resume } => Effect::LookUp(token.room, Lookup::Resume(resume.clone())),
        }
    }

    fn awaits(&self, lookup: &Lookup) -> bool {
        let awaited = match (&self.aim, lookup) {
            (Aim::Join { room, .. }, Lookup::Join(found, _)) => room == found,
            (Aim::Resume { resume, .. }, Lookup::Resume(found)) => resume == found,
            (Aim::Join { .. }, Lookup::Resume(_) | Lookup::Reseat(_))
            | (Aim::Resume { .. }, Lookup::Join(..) | Lookup::Reseat(_)) => false,
        };
        awaited && !self.asked
    }

    pub(super) const fn is_join(&self) -> bool {
        matches!(self.aim, Aim::Join { .. })
    }
}

impl Connection {
    pub(super) fn join(&mut self, room: RoomId, cid: Option<Cid>, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Ready) {
            return match self.denies_join(room, cx) {
                None => self.enter(Aim::Join { room, cid, fresh: None }, cx),
                Some(refusal) => cx.out.push(error(refusal.of(cid))),
            };
        }
        let text = "This socket is in a room already: leave it first.";
        cx.out.push(error(Refusal::new(Code::AlreadyInRoom, text).of(cid)));
    }

    pub(super) fn resume(&mut self, resume: Resume, cx: &mut Cx<'_>) {
        let Ok(token) = resume.resume_token.parse::<ResumeToken>() else {
            return cx.out.push(resume_failed(ResumeFailure::BadToken));
        };
        match self.denies_join(token.room, cx) {
            None => self.enter(Aim::Resume { token, resume }, cx),
            Some(refusal) => {
                cx.out.push(error(refusal));
                cx.out.push(resume_failed(ResumeFailure::BadToken));
            }
        }
    }

    /// Why the token does not allow to be in this room, if it does not; that is noted.
    fn denies_join(&self, room: RoomId, cx: &mut Cx<'_>) -> Option<Refusal> {
        let identity = self.identity.as_ref()?;
        let refusal = identity.may(Action::Join(room)).err().map(denial)?;
        let noted = Noted::JoinRefused { user: identity.user.clone(), code: refusal.code };
        cx.out.push(Effect::Note(room, noted));
        Some(refusal)
    }

    fn enter(&mut self, aim: Aim, cx: &mut Cx<'_>) {
        let mut entering = Entering::new(aim, cx.now.at);
        cx.out.push(entering.look_up());
        self.phase = Phase::Entering(entering);
    }

    pub(super) fn found(
        &mut self,
        lookup: Lookup,
        settings: Result<Option<RoomSettings>, Unavailable>,
        new: Fresh,
        cx: &mut Cx<'_>,
    ) {
        if let Lookup::Reseat(session) = lookup {
            return self.found_again(session, settings, cx);
        }
        let Phase::Entering(entering) = &mut self.phase else { return };
        if !entering.awaits(&lookup) {
            return;
        }
        // A newer token may have come meanwhile.
        if let (&Aim::Join { room, .. }, Ok(Some(_))) = (&entering.aim, &settings)
            && let Some(refusal) = self.denies_join(room, cx)
        {
            return self.withdraw(refusal, cx);
        }
        let Phase::Entering(entering) = &mut self.phase else { return };
        match (&mut entering.aim, settings) {
            (Aim::Join { room, cid, fresh }, Ok(Some(settings))) => {
                let Some(identity) = &self.identity else { return };
                let Fresh { session, secret } = *fresh.get_or_insert(new);
                let (user, name, socket) = (identity.user.clone(), identity.name.clone(), self.id);
                let attributes = identity.grants.as_deref().map(Grants::told).unwrap_or_default();
                entering.asked = true;
                let request = JoinRequest { user, name, session, secret, attributes, socket, cid: *cid };
                let message = room::Message::Join(Box::new(request));
                cx.out.push(Effect::Open(*room, Some(settings), message));
            }
            (Aim::Join { room, .. }, Ok(None)) => {
                let refusal = Refusal::new(Code::RoomNotFound, format!("There is no room {room}."));
                cx.out.push(Effect::Charge(Cost::Miss));
                self.withdraw(refusal, cx);
            }
            (Aim::Join { .. }, Err(Unavailable)) => self.withdraw(try_again(), cx),
            (Aim::Resume { .. }, Ok(None)) => self.end_session(Some(ResumeFailure::RoomClosed), cx),
            // Only the ledger is needed: the database may be unavailable.
            (Aim::Resume { token, resume }, found @ (Ok(Some(_)) | Err(Unavailable))) => {
                let Some(identity) = &self.identity else { return };
                let ResumeToken { room, order, session, secret } = *token;
                let (user, name, socket, last_seq) =
                    (identity.user.clone(), identity.name.clone(), self.id, resume.seq);
                entering.asked = true;
                let request = ResumeRequest { user, name, order, session, secret, socket, last_seq, reclaims: None };
                let message = room::Message::Resume(Box::new(request));
                cx.out.push(Effect::Open(room, found.ok().flatten(), message));
            }
        }
    }

    pub(super) fn joined(
        &mut self,
        seat: SeatId,
        members: Vec<Member>,
        (mode, media): (Mode, Option<Box<MediaSeen>>),
        (policy, attributes): (Option<Arc<RoomPolicy>>, Attributes),
        cx: &mut Cx<'_>,
    ) {
        let Phase::Entering(entering) = &mut self.phase else { return };
        let (Aim::Join { room, fresh: Some(fresh), .. }, Some(identity)) = (&entering.aim, &self.identity) else {
            return;
        };
        let (room, Fresh { session, secret }, deferred) = (*room, *fresh, std::mem::take(&mut entering.deferred));
        cx.out.push(Effect::Charge(Cost::Members(members.len())));
        let (host_id, locked, guests, name) = told(policy.as_deref());
        let joined = RoomJoined {
            room_id: room,
            existing_peers: members.iter().map(|member| member.user.clone()).collect(),
            peers: peers(&members, media.as_deref()),
            rev: seat.order,
            session_id: session,
            resume_token: ResumeToken { room, order: seat.order, session, secret }.to_string(),
            mode,
            media: state(media.as_deref()),
            host_id,
            locked,
            guests,
            name,
            attributes: attributes.some(),
            ice_servers: Vec::new(),
        };
        cx.out.push(Effect::Joined(identity.user.clone(), Box::new(joined)));
        self.phase = Phase::InRoom(Session::new(room, Fresh { session, secret }, seat));
        self.undefer(deferred, cx);
    }

    pub(super) fn resumed(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        let entering = match &mut self.phase {
            Phase::Entering(entering) => entering,
            Phase::InRoom(_) => return self.reseated(answer, cx),
            Phase::Opened(_) | Phase::Ready | Phase::Closed => return,
        };
        let Aim::Resume { token: ResumeToken { room, session, secret, .. }, resume } = &entering.aim else { return };
        let Answer { seat, members, missed, last_cid, lost, media, policy, attributes } = answer;
        let from_seq = resume.seq.saturating_add(1);
        let fresh = Fresh { session: *session, secret: *secret };
        let mut session = Session::new(*room, fresh, seat).resumed(resume.seq, last_cid);
        let (peers, media) = (peers(&members, media.as_deref()), state(media.as_deref()));
        let (host_id, locked, guests, name) = told(policy.as_deref());
        let attributes = attributes.some();
        let resumed = Resumed { peers, from_seq, last_cid, media, host_id, locked, guests, name, attributes, lost };
        cx.out.push(Effect::Send(ServerToClient::Resumed(Box::new(resumed))));
        session.replay(missed, cx);
        let deferred = std::mem::take(&mut entering.deferred);
        self.phase = Phase::InRoom(session);
        self.undefer(deferred, cx);
    }

    /// The join was refused.
    pub(super) fn not_joined(&mut self, refusal: Refusal, cx: &mut Cx<'_>) {
        let Phase::Entering(entering) = &self.phase else { return };
        if let Aim::Join { cid, .. } = &entering.aim {
            cx.out.push(error(refusal.of(*cid)));
            self.end_session(None, cx);
        }
    }

    /// Withdraws the join, and frees a seat that it may have got.
    pub(super) fn withdraw(&mut self, refusal: Refusal, cx: &mut Cx<'_>) {
        if let Phase::Entering(entering) = &mut self.phase {
            entering.asked |= entering.restarts > 0;
        }
        let place = self.place();
        cx.out.extend(place.map(|(room, seat)| Effect::Tell(room, room::Message::Leave(seat, LeaveReason::Left))));
        self.not_joined(refusal, cx);
    }

    /// The answer is overdue: its sender may have failed.
    pub(super) fn unanswered(&mut self, cx: &mut Cx<'_>) {
        if matches!(&self.phase, Phase::Entering(entering) if entering.is_join()) {
            self.withdraw(try_again(), cx);
        } else {
            self.close(Close::Overload, None, cx);
        }
    }
}

fn try_again() -> Refusal {
    let text = "Rooms cannot be looked up or joined right now: try again later.";
    Refusal::new(Code::Unavailable, text).after_ms(1_000)
}

/// The others, each with what they send.
fn peers(members: &[Member], media: Option<&MediaSeen>) -> Vec<Peer> {
    let tracks = media.map_or(&[][..], |media| &media.tracks);
    let peer = |member: &Member| {
        let own = tracks.iter().filter(|track| track.seat == member.order).map(|track| &track.producer);
        let producers = own.map(|producer| PeerProducer {
            producer_id: producer.id.clone(),
            kind: producer.kind,
            source: producer.source.clone(),
            paused: producer.paused,
        });
        let state = if member.connected { PeerState::On } else { PeerState::Gone };
        Peer {
            user_id: member.user.clone(),
            name: member.name.clone(),
            rev: member.order,
            state,
            producers: producers.collect(),
            attributes: member.attributes.some(),
        }
    };
    members.iter().map(peer).collect()
}

/// The public part of a room's settings: host, lock, guests and name; nothing where they are unknown.
type Rules = (Option<UserId>, Option<bool>, Option<Guests>, Option<Arc<str>>);

fn told(policy: Option<&RoomPolicy>) -> Rules {
    let Some(policy) = policy else { return (None, None, None, None) };
    (Some(policy.host.clone()), Some(policy.locked), Some(policy.guests), Some(Arc::clone(&policy.name)))
}

/// How media flows now.
fn state(media: Option<&MediaSeen>) -> MediaState {
    let Some(media) = media else { return MediaState { mode: Mode::Mesh, epoch: 0, dialect: None, speaker: None } };
    let dialect = (media.mode == Mode::Sfu).then_some(Cow::Borrowed(DIALECT));
    MediaState { mode: media.mode, epoch: media.epoch, dialect, speaker: media.speaker.clone() }
}

fn resume_failed(reason: ResumeFailure) -> Effect {
    Effect::Send(ServerToClient::ResumeFailed(ResumeFailed { reason }))
}
