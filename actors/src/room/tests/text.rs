//! Effects as text: `call …` and `tell <socket> …`.

use crate::{
    ledger::{Audit, Claim, Fact, Placing, Skipped, Source, TrackChange},
    messages::{
        room::Whereabouts,
        socket::{RoomEvent, SfuEvent},
    },
    protocol::{Code, Entry, SeatId, attributes::Changes, client::Cid, media::Host, server::Refusal},
    room::rules::step::{Effect, LedgerCall, MediaCall, SeatFact},
};

pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Tell(socket, told) => format!("tell {} {}", socket.0, describe_told(&told.what)),
        Effect::Call(call) => format!("call {}", describe_call(call)),
        Effect::Note(noted) => format!("note {noted:?}"),
        Effect::Media(call) => format!("media {}", describe_media(call)),
    }
}

fn describe_call(call: &LedgerCall) -> String {
    match call {
        LedgerCall::Join(request, terms) => {
            let user = request.user.as_u128().unwrap_or_default();
            if terms.max.own == 0 { format!("join {user} again at most") } else { format!("join {user}") }
        }
        LedgerCall::Resume(request) => format!("resume {}", request.user.as_u128().unwrap_or_default()),
        LedgerCall::Send(send) => {
            let kinds: Vec<_> = send.messages.iter().map(|message| message.kind.as_str()).collect();
            let numbers = numbers(send.cid, &send.skipped, &send.released);
            format!("send {} from {} to {}{numbers}", kinds.join("+"), send.from.order, send.to)
        }
        LedgerCall::Broadcast(broadcast, _) => {
            let changes =
                broadcast.changes.as_ref().map(|changes| format!(" {}", changed(changes))).unwrap_or_default();
            let numbers = numbers(broadcast.cid, &broadcast.skipped, &[]);
            format!("broadcast from {}{numbers}{changes}", broadcast.from.order)
        }
        LedgerCall::Fact(_, fact) => describe_fact(fact),
        LedgerCall::Place(place) => {
            let to = match &place.to {
                Placing::Host(host) => format!("{}/{}", host.server, host.instance),
                Placing::Mesh { below } => format!("mesh below {below}"),
            };
            format!("place in {} at {to} {:?}", place.expect, place.reason)
        }
        LedgerCall::Publish(publishing) => {
            let what = match &publishing.change {
                TrackChange::Publish(producer) => format!("publish {} {}", producer.id, producer.source),
                TrackChange::Pause(id, paused) => format!("pause {id} {paused}"),
                TrackChange::End(id, why) => format!("end {id} {why:?}"),
            };
            format!("{what} of {} in {}", publishing.asker.seat.order, publishing.epoch)
        }
        LedgerCall::Audit(audits) => {
            let audit = |audit: &Audit| format!(" {}:{}/{}", audit.seat.order, audit.last_seq, audit.acked);
            format!("audit{}", audits.iter().map(audit).collect::<String>())
        }
        LedgerCall::Claim(claims, facts) => {
            let seats: String = claims.iter().map(describe_claim).collect();
            let of_seats = facts.iter().filter(|fact| !matches!(fact, Fact::Known(_) | Fact::Media(_))).count();
            format!("claim{seats} facts {of_seats}")
        }
        LedgerCall::Members => "members".to_owned(),
        LedgerCall::Held => "held".to_owned(),
        LedgerCall::Repair(seat, entries) => {
            let entry = |entry: &Entry| match entry {
                Entry::Joined(member) => format!(" +{}", member.order),
                Entry::Left { order, .. } => format!(" -{order}"),
                Entry::Message(_) => " message".to_owned(),
                Entry::Media(_) => " media".to_owned(),
            };
            format!("repair {}{}", seat.order, entries.iter().map(entry).collect::<String>())
        }
    }
}

fn describe_claim(claim: &Claim) -> String {
    let heard =
        |source: &Source| format!(" {}{}={}", if source.broadcast { "all " } else { "" }, source.from, source.cid);
    let heard: String = claim.heard.iter().map(heard).collect();
    let sent = claim.sent.last().map_or(0, |sent| sent.cid);
    let skipped = numbers(None, &claim.skipped, &[]);
    format!(" [{} at {} sent {sent} heard{heard}{skipped}]", claim.seat.order, claim.last_seq)
}

fn describe_fact(fact: &SeatFact) -> String {
    match fact {
        SeatFact::Left(seat, reason) => format!("leave {} {reason:?}", seat_text(*seat)),
        SeatFact::Disconnected(seat, skipped, _) => {
            format!("gone {}{}", seat_text(*seat), numbers(None, skipped, &[]))
        }
        SeatFact::Evicting(user, _) => format!("find {}", user.as_u128().unwrap_or_default()),
        SeatFact::Evicted(user, up_to, reason) => {
            format!("evict {} up to {up_to} {reason:?}", user.as_u128().unwrap_or_default())
        }
        SeatFact::Closed(reason, revision) => format!("close {reason:?} {revision}"),
        SeatFact::TrackEnded(seat, epoch, producer) => {
            format!("track {producer} of {} ended in {epoch}", seat.order)
        }
    }
}

fn describe_media(call: &MediaCall) -> String {
    let at = |host: &Host| format!("{}/{}", host.server, host.instance);
    match call {
        MediaCall::Open { epoch, except: None } => format!("open in {epoch}"),
        MediaCall::Open { epoch, except: Some(except) } => format!("open in {epoch} but {except}"),
        MediaCall::Capabilities(asker, (host, _)) => format!("capabilities {} at {}", asker.key, at(host)),
        MediaCall::Call(asker, (host, epoch), _) => format!("call {} at {} in {epoch}", asker.key, at(host)),
        MediaCall::DeletePeer(host, session) => {
            format!("delete peer {} at {}", session.as_u128() - 100, at(host))
        }
        MediaCall::Hosted(Whereabouts::At(host)) => format!("hosted at {}", at(host)),
        MediaCall::Hosted(Whereabouts::Fallen) => "fallen".to_owned(),
        MediaCall::Hosted(Whereabouts::Left) => "left".to_owned(),
        MediaCall::Peers(host) => format!("peers at {}", at(host)),
        MediaCall::DeleteOrphan(host, _, Some(session)) => {
            format!("delete orphan {} at {}", session.as_u128() - 100, at(host))
        }
        MediaCall::DeleteOrphan(host, _, None) => format!("delete orphaned room at {}", at(host)),
        MediaCall::DeleteRoom(host, None) => format!("delete room at {}", at(host)),
        MediaCall::DeleteRoom(host, Some(epoch)) => format!("delete room at {} up to {epoch}", at(host)),
    }
}

fn seat_text(seat: SeatId) -> String {
    if seat.fence == 1 { seat.order.to_string() } else { format!("{}#{}", seat.order, seat.fence) }
}

fn numbers(cid: Option<Cid>, skipped: &[Skipped], released: &[Cid]) -> String {
    let mut text = cid.map_or_else(String::new, |cid| format!(" as {cid}"));
    for skipped in skipped {
        let why = skipped.refused.map_or("waits", Code::as_str);
        text += &format!(" skipped {} {why}", skipped.cid);
    }
    for released in released {
        text += &format!(" released {released}");
    }
    text
}

fn changed(changes: &Changes) -> String {
    let one = |(name, value): (&str, Option<&str>)| {
        value.map_or_else(|| format!("-{name}"), |value| format!("{name}={value}"))
    };
    changes.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn describe_told(what: &RoomEvent) -> String {
    match what {
        RoomEvent::Joined { seat, members, .. } => format!("joined as {} beside {}", seat.order, members.len()),
        RoomEvent::JoinRefused(refusal) => format!("join refused {}", refused(refusal)),
        RoomEvent::Resumed { seat, replay, last_cid, lost, .. } => {
            let lost = if *lost { ", lost" } else { "" };
            format!("resumed {} missed {}, last {last_cid}{lost}", seat_text(*seat), replay.len())
        }
        RoomEvent::ResumeFailed(why) => format!("resume failed {why:?}"),
        RoomEvent::ResumeUnavailable => "resume unavailable".to_owned(),
        RoomEvent::Accepted(tag) => format!("accepted {tag}"),
        RoomEvent::Held(tag) => format!("held {tag}"),
        RoomEvent::Refused(tag, refusal) => format!("refused {tag} {}", refused(refusal)),
        RoomEvent::OutcomeUnknown => "outcome unknown".to_owned(),
        RoomEvent::Deliver(seq, _) => format!("deliver {seq}"),
        RoomEvent::Ended(end) => format!("ended {end:?}"),
        RoomEvent::Lost => "lost".to_owned(),
        RoomEvent::RosterUnknown => "roster unknown".to_owned(),
        RoomEvent::Restarted => "restarted".to_owned(),
        RoomEvent::NoRoom => "no room".to_owned(),
        RoomEvent::Sfu(event) => match &**event {
            SfuEvent::Answered(key, Ok(data)) => format!("answered {key} {data}"),
            SfuEvent::Answered(key, Err(refusal)) => format!("answered {key} {}", refused(refusal)),
            SfuEvent::Layers(consumer, layers) => format!("layers {consumer} {layers:?}"),
            SfuEvent::ConsumerClosed(consumer) => format!("consumer {consumer} closed"),
            SfuEvent::Speaker(user) => {
                format!("speaker {:?}", user.as_ref().map(|user| user.as_u128().unwrap_or_default()))
            }
        },
    }
}

fn refused(refusal: &Refusal) -> String {
    let after = refusal.retry_after_ms.map_or_else(String::new, |ms| format!(" after {ms}"));
    format!("{}{after}", refusal.code.as_str())
}
