//! Asks the ledger what the rules want, and makes the answer an event for them.

use std::sync::Arc;

use super::{
    Env,
    rules::step::{LedgerCall, SeatFact},
};
use crate::{
    ledger::{Answer, At, Broadcast, Fact, Failure, Join, Placing, Published, Resume, Sent, TrackChange},
    messages::room::{JoinRequest, Message, Reply, ResumeRequest},
    ports::{History, Later, Noted, RoomSettings, Said},
    protocol::{Epoch, Kind, RoomId, SeatId, media::ProducerEnd},
};

/// An answer that is there, or the future that brings it as a message.
pub(super) type Called = Result<Reply, Later<Message>>;

/// Asks the ledger.
pub(super) fn call(env: &Env, (room, epoch): (RoomId, Epoch), call: LedgerCall) -> Called {
    let (ledger, at) = (&env.ledger, At { room, node: &env.node, epoch });
    match call {
        LedgerCall::Join(request, settings) => {
            let join = join(&request, settings);
            finish(ledger.join(at, join), |answer| Reply::Join(request, answer))
        }
        LedgerCall::Resume(request) => {
            let resume = resume(&request);
            finish(ledger.resume(at, resume), |answer| Reply::Resume(request, answer))
        }
        LedgerCall::Send(send) => {
            let (from, noted) = (send.from, description(env, &send));
            finish(ledger.send(at, send), move |answer| {
                if let (Ok(Sent::Appended(_)), Some((history, noted))) = (&answer, noted) {
                    history.noted(room, noted);
                }
                Reply::Sent(from, answer)
            })
        }
        LedgerCall::Broadcast(broadcast, name) => broadcast_and_store(env, at, broadcast, name),
        LedgerCall::Fact(id, fact) => tell(env, at, (id, fact)),
        LedgerCall::Audit(audits) => {
            let seats: Vec<SeatId> = audits.iter().map(|audit| audit.seat).collect();
            finish(ledger.audit(at, audits), |answer| Reply::Audit(seats, answer))
        }
        LedgerCall::Claim(claims, facts) => {
            let seats: Vec<SeatId> = claims.iter().map(|claim| claim.seat).collect();
            let facts = facts.into_iter().map(|fact| kept(env, fact)).collect();
            finish(ledger.claim(at, claims, facts), |answer| Reply::Claim(seats, answer))
        }
        LedgerCall::Members => finish(ledger.members(room), Reply::Members),
        LedgerCall::Held => finish(ledger.held(at), Reply::Held),
        LedgerCall::Place(place) => {
            let host = if let Placing::Host(host) = &place.to { Some(Box::new(host.clone())) } else { None };
            finish(ledger.place(at, *place), |answer| Reply::Placed(host, answer.map(Box::new)))
        }
        LedgerCall::Publish(publishing) => {
            let (seat, epoch) = (publishing.asker.seat, publishing.epoch);
            let answer = ledger.publish(at, seat, epoch, publishing.change.clone());
            finish(answer, |answer| Reply::Published(publishing, answer))
        }
        LedgerCall::Repair(seat, entries) => finish(ledger.repair(at, seat, entries), Reply::Repair),
    }
}

/// Tells a fact of a seat.
fn tell(env: &Env, at: At<'_>, (id, fact): (u64, SeatFact)) -> Called {
    let ledger = &env.ledger;
    match fact {
        SeatFact::Left(seat, reason) => finish(ledger.leave(at, seat, reason), move |answer| Reply::Fact(id, answer)),
        SeatFact::Disconnected(seat, skipped, window) => {
            let answer = ledger.gone(at, seat, env.kept_for(window), skipped);
            finish(answer, move |answer| Reply::Fact(id, answer.map(|()| Vec::new())))
        }
        SeatFact::Evicted(user, reason) => {
            finish(ledger.evict(at, user, reason), move |answer| Reply::Fact(id, answer))
        }
        SeatFact::Closed(reason) => finish(ledger.close(at, reason), move |answer| Reply::Fact(id, answer)),
        SeatFact::TrackEnded(seat, epoch, producer) => {
            let change = TrackChange::End(producer, ProducerEnd::Media);
            finish(ledger.publish(at, seat, epoch, change), move |answer| {
                let pushes = |published| if let Published::Done(pushes) = published { pushes } else { Vec::new() };
                Reply::Fact(id, answer.map(pushes))
            })
        }
    }
}

/// Sends a message to all others. One that the ledger has taken is in the history before its sender is acknowledged, also
/// if the sender, or the room's cell, is gone when the answer comes.
fn broadcast_and_store(env: &Env, at: At<'_>, broadcast: Broadcast, name: Arc<str>) -> Called {
    let from = broadcast.from;
    let is_chat = broadcast.message.kind == Kind::ChatMessage;
    let said =
        is_chat.then(|| (Arc::clone(&env.history), Said { room: at.room, name, data: broadcast.message.data.clone() }));
    finish(env.ledger.broadcast(at, broadcast), move |answer| {
        if let (Ok(Sent::Appended(_) | Sent::Duplicate), Some((history, said))) = (&answer, said) {
            history.said(said);
        }
        Reply::Sent(from, answer)
    })
}

/// What is to be noted of a description that is sent, if that is kept.
fn description(env: &Env, send: &crate::ledger::Send) -> Option<(Arc<dyn History>, Noted)> {
    let described = send.messages.iter().find(|message| env.limits.notes && message.kind.is_description())?;
    let (from, to, is_offer) = (send.from.order, send.to, described.kind == Kind::Offer);
    Some((Arc::clone(&env.history), Noted::Described { from, to, is_offer }))
}

fn finish<T: 'static>(answer: Answer<T>, reply: impl FnOnce(Result<T, Failure>) -> Reply + Send + 'static) -> Called {
    match answer {
        Answer::Now(answer) => Ok(reply(answer)),
        Answer::Later(later) => Err(Box::pin(async move { Message::Answered(Box::new(reply(later.await))) })),
    }
}

/// A fact that is told again, with the window as it is now.
fn kept(env: &Env, fact: Fact) -> Fact {
    match fact {
        Fact::Disconnected(seat, window) => Fact::Disconnected(seat, env.kept_for(window)),
        Fact::Freed(..) | Fact::Known(_) | Fact::Skipped(..) | Fact::Media(_) => fact,
    }
}

fn join(request: &JoinRequest, settings: RoomSettings) -> Join {
    Join {
        user: request.user.clone(),
        name: request.name.clone(),
        session: request.session,
        secret: request.secret,
        max: settings.participants_max,
        window: settings.seat_window,
    }
}

fn resume(request: &ResumeRequest) -> Resume {
    Resume {
        user: request.user.clone(),
        order: request.order,
        session: request.session,
        secret: request.secret,
        last_seq: request.last_seq,
        reclaims: request.reclaims,
    }
}
