//! Performs the rules' calls to the ledger, and turns the answers into events for them.

use std::sync::Arc;

use super::{
    Env,
    rules::step::{LedgerCall, SeatFact, Terms},
};
use crate::{
    ledger::{
        Answer, At, Broadcast, Fact, Failure, Join, Joined, Placing, Published, Resume, Resumed, Sent, TrackChange,
    },
    messages::room::{JoinRequest, Message, Reply, ResumeRequest},
    metrics::{self, Meters},
    ports::{History, Later, Noted, Said, SpanEnd},
    protocol::{Epoch, Kind, Member, RoomId, SeatId, media::ProducerEnd, server::ResumeFailure},
};

/// An answer that is there, or the future that brings it as a message.
pub(super) type Called = Result<Reply, Later<Message>>;

/// Asks the ledger.
pub(super) fn call(env: &Env, (room, epoch): (RoomId, Epoch), call: LedgerCall) -> Called {
    let (ledger, at) = (&env.ledger, At { room, node: &env.node, epoch });
    match call {
        LedgerCall::Join(request, terms) => {
            let join = join(&request, terms);
            finish(ledger.join(at, join), |answer| {
                Meters::joined(join_outcome(&answer));
                Reply::Join(request, answer)
            })
        }
        LedgerCall::Resume(request) => {
            let resume = resume(&request);
            finish(ledger.resume(at, resume), |answer| {
                Meters::resumed(resume_outcome(&answer));
                Reply::Resume(request, answer)
            })
        }
        LedgerCall::Send(send) => {
            let (from, noted, span) = (send.from, description(env, &send), span(env, room, &send));
            finish(ledger.send(at, send), move |answer| {
                if let Some(end) = span {
                    end(sent_outcome(&answer));
                }
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
            let reason = place.reason;
            finish(ledger.place(at, *place), move |answer| {
                if answer.as_ref().is_ok_and(|placed| placed.is_won) {
                    metrics::media_changed(reason);
                }
                Reply::Placed(host, answer.map(Box::new))
            })
        }
        LedgerCall::Publish(publishing) => {
            let (seat, epoch) = (publishing.asker.seat, publishing.epoch);
            let answer = ledger.publish(at, seat, epoch, publishing.change.clone());
            finish(answer, |answer| Reply::Published(publishing, answer))
        }
        LedgerCall::Repair(seat, entries) => finish(ledger.repair(at, seat, entries), Reply::Repair),
    }
}

/// A join's label in metrics.
const fn join_outcome(answer: &Result<Joined, Failure>) -> &'static str {
    match answer {
        Ok(Joined::Seated { .. }) => "seated",
        Ok(Joined::Full) => "full",
        Ok(Joined::Crowded) => "crowded",
        Err(_) => "unanswered",
    }
}

/// The outcome of a message, as recorded in a trace.
const fn sent_outcome(answer: &Result<Sent, Failure>) -> &'static str {
    match answer {
        Ok(Sent::Appended(_)) => "appended",
        Ok(Sent::Duplicate) => "duplicate",
        Ok(Sent::Fenced) => "fenced",
        Ok(Sent::ReceiverGone) => "receiver_gone",
        Ok(Sent::TooMany) => "too_many",
        Err(_) => "unanswered",
    }
}

/// A resume's label in metrics.
const fn resume_outcome(answer: &Result<Resumed, Failure>) -> &'static str {
    match answer {
        Ok(Resumed::Seated(_)) => "seated",
        Ok(Resumed::Moved) => "moved",
        Ok(Resumed::Failed(ResumeFailure::BadToken)) => "bad_token",
        Ok(Resumed::Failed(ResumeFailure::SeatGone)) => "seat_gone",
        Ok(Resumed::Failed(ResumeFailure::Gap)) => "gap",
        Ok(Resumed::Failed(ResumeFailure::RoomClosed)) => "room_closed",
        Err(_) => "unanswered",
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
        SeatFact::Evicting(user, _) => finish(ledger.members(at.room), move |answer| {
            let order = |members: Vec<Member>| Some(members.into_iter().find(|member| member.user == user)?.order);
            Reply::Located(id, answer.map(order))
        }),
        SeatFact::Evicted(user, up_to, reason) => {
            finish(ledger.evict(at, user, up_to, reason), move |answer| Reply::Fact(id, answer))
        }
        SeatFact::Closed(reason, revision) => {
            finish(ledger.close(at, reason, revision), move |answer| Reply::Fact(id, answer))
        }
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

/// Begins the span of a description that is sent, where descriptions are traced.
fn span(env: &Env, room: RoomId, send: &crate::ledger::Send) -> Option<SpanEnd> {
    let traces = env.traces.get()?;
    traces.sent(room, send.messages.iter().find(|message| message.kind.is_description())?)
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

fn join(request: &JoinRequest, terms: Terms) -> Join {
    Join {
        user: request.user.clone(),
        name: request.name.clone(),
        session: request.session,
        secret: request.secret,
        max: terms.max,
        window: terms.window,
        revision: terms.revision,
        attributes: request.attributes.clone(),
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
