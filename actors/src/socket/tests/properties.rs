//! Properties under any messages in any order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    messages::socket::Lookup,
    ports::Unavailable,
    protocol::{Attributes, Member, UserId},
};

/// A message of a client, its rooms, its user or the node.
#[derive(Debug, Clone)]
enum Step {
    Sends(String, Option<u64>),
    Hears(Said),
    Found(u8, Option<bool>),
    Later(u64),
    Pong,
    Degraded(bool),
}

/// A message of the room: to the oldest pending message of the test's own count, or unprompted.
#[derive(Debug, Clone, Copy)]
enum Said {
    Joined,
    JoinRefused,
    Resumed(u64),
    ResumeFailed,
    Accepted(u64),
    Held(u64),
    Refused(u64),
    Deliver(u64),
    Lost,
    Restarted,
    Ended(u8),
}

impl Said {
    fn event(self) -> RoomEvent {
        match self {
            Self::Joined => joined(),
            Self::JoinRefused => RoomEvent::JoinRefused(Refusal::new(Code::RoomFull, "")),
            Self::Resumed(last) => resumed(last),
            Self::ResumeFailed => RoomEvent::ResumeFailed(ResumeFailure::SeatGone),
            Self::Accepted(tag) => RoomEvent::Accepted(tag),
            Self::Held(tag) => RoomEvent::Held(tag),
            Self::Refused(tag) => RoomEvent::Refused(tag, Refusal::new(Code::PeerNotFound, "")),
            Self::Deliver(seq) => {
                let user = UserId::from_u128(2);
                let attributes = Attributes::default();
                let member = Member { user, name: "y".into(), session: SESSION, order: 1, connected: true, attributes };
                RoomEvent::Deliver(seq, Entry::Joined(member.into()))
            }
            Self::Lost => RoomEvent::Lost,
            Self::Restarted => RoomEvent::Restarted,
            Self::Ended(0) => RoomEvent::Ended(SessionEnd::Freed(LeaveReason::Lost)),
            Self::Ended(1) => RoomEvent::Ended(SessionEnd::Gap),
            Self::Ended(_) => RoomEvent::Ended(SessionEnd::Moved),
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(r#"{"type":"hello","data":{"token":"t"}}"#.to_owned()),
        1 => Just(hello_again()),
        4 => Just(join_room()),
        1 => Just(r#"{"type":"leave_room"}"#.to_owned()),
        1 => Just(r#"{"type":"heartbeat"}"#.to_owned()),
        1 => Just(SAY.to_owned()),
        6 => (1..12_u64).prop_map(offer),
        3 => (1..12_u64).prop_map(say),
        1 => (1..12_u64).prop_map(|cid| format!(r#"{{"type":"later","cid":{cid}}}"#)),
        1 => (0..9_u64).prop_map(|seq| format!(r#"{{"type":"ack","seq":{seq}}}"#)),
        1 => ".{0,20}",
    ]
}

fn any_said() -> impl Strategy<Value = Said> {
    prop_oneof![
        4 => Just(Said::Joined),
        1 => Just(Said::JoinRefused),
        3 => (0..9_u64).prop_map(Said::Resumed),
        1 => Just(Said::ResumeFailed),
        6 => (1..12_u64).prop_map(Said::Accepted),
        2 => (1..12_u64).prop_map(Said::Held),
        2 => (1..12_u64).prop_map(Said::Refused),
        2 => (1..9_u64).prop_map(Said::Deliver),
        1 => Just(Said::Lost),
        2 => Just(Said::Restarted),
        1 => (0..3_u8).prop_map(Said::Ended),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any_text(), prop::option::weighted(0.1, 1..500_u64)).prop_map(|(text, ms)| Step::Sends(text, ms)),
        8 => any_said().prop_map(Step::Hears),
        6 => (0..3_u8, prop::option::weighted(0.9, prop::bool::weighted(0.9))).prop_map(|(what, found)| Step::Found(what, found)),
        2 => (0..4_u64).prop_map(Step::Later),
        1 => Just(Step::Pong),
        1 => any::<bool>().prop_map(Step::Degraded),
    ]
}

fn take(bench: &mut Bench, step: &Step) -> Vec<String> {
    match step {
        Step::Sends(text, None) => bench.sends(text),
        Step::Sends(text, Some(ms)) => bench.sends_for(text, Charge::Refused(*ms)),
        Step::Hears(said) => bench.hears(said.event()),
        Step::Found(what, found) => {
            let lookup = match what {
                0 => Lookup::Join(room(), None),
                1 => Lookup::Resume(resume()),
                _ => Lookup::Reseat(SESSION),
            };
            let settings = found.map(|exists| exists.then(settings)).ok_or(Unavailable);
            bench.wants(Event::Found(lookup, settings, FRESH))
        }
        Step::Later(seconds) => bench.later(*seconds).wants(Event::Tick),
        Step::Pong => {
            let payload = bench.connection.ping_payload().to_bytes().to_vec();
            bench.wants(Event::Ponged(payload, Charge::Granted))
        }
        Step::Degraded(degraded) => {
            bench.wants(Event::Degraded(Without { signaling: *degraded, ..Without::default() }))
        }
    }
}

fn is_end(want: &str) -> bool {
    want.starts_with("close") || want.starts_with("echo") || want == "end"
}

/// The number after this prefix, if the text has it.
fn after(want: &str, prefix: &str) -> Option<u64> {
    want.strip_prefix(prefix)?.split(' ').next()?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    /// For any messages, nothing panics, and a closed connection has no effects.
    #[test]
    fn rules_are_total(steps in prop::collection::vec(any_step(), 0..80)) {
        let mut bench = Bench::ready();
        for step in steps {
            let was_closed = bench.connection.is_closed();
            let wants = take(&mut bench, &step);
            prop_assert!(!was_closed || wants.is_empty(), "{wants:?}");
            let ends = wants.iter().position(|want| is_end(want));
            prop_assert_eq!(ends.is_some(), !was_closed && bench.connection.is_closed(), "{:?}", wants);
            prop_assert!(ends.is_none_or(|at| at + 1 == wants.len()), "{wants:?}");
        }
    }

    /// From any state, without further answers: a client that stays alive can join again, or its connection was closed. No
    /// permit is held forever.
    // T9
    #[test]
    fn every_phase_ends(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut bench = Bench::ready();
        steps.iter().for_each(|step| drop(take(&mut bench, step)));
        for _ in 0..200 {
            bench.later(4).wants(Event::Tick); // each join that waited is asked for, and may wait for its answer as long

            bench.wants(Event::Ponged(vec![], Charge::Granted));
            bench.sends(r#"{"type":"heartbeat"}"#);
        }
        if !bench.connection.is_closed() {
            bench.sends(r#"{"type":"leave_room"}"#);
            prop_assert_eq!(bench.sends(&join_room()), ["look up aaa-aaaa-aaa to join"]);
        }
        prop_assert_eq!(bench.messages.count(), 0);
    }

    /// Within a session each number that is sent to the room or refused is one more than the last; each is settled at most
    /// once; no `ack` names one that was not sent, or one that is not settled.
    #[test]
    fn each_number_ends_once(steps in prop::collection::vec(any_step(), 0..120)) {
        let mut bench = Bench::in_room();
        // The outcome of each number: sent to the room, and settled.
        let (mut numbers, mut tags) = (BTreeMap::<u64, bool>::new(), Vec::new());
        for step in steps {
            let is_other = matches!(&step, Step::Hears(Said::Restarted | Said::Resumed(_) | Said::Ended(_) | Said::ResumeFailed) | Step::Found(..));
            let is_leave = matches!(&step, Step::Sends(text, _) if text.contains("leave") || text.contains("hello"));
            if is_other || is_leave {
                continue;
            }
            let wants = take(&mut bench, &step);
            if let Step::Hears(Said::Accepted(tag) | Said::Refused(tag)) = step
                && let Some(Some(cid)) = tags.get(tag as usize - 1)
                && wants.iter().any(|want| want == "settled" || want.starts_with("send error"))
            {
                prop_assert_eq!(numbers.insert(*cid, true), Some(false), "settled once");
            }
            for want in &wants {
                let told = ["room offer ", "room chat "].into_iter().find_map(|prefix| want.strip_prefix(prefix));
                if let Some(number) = told {
                    let cid = number.parse().ok();
                    tags.push(cid);
                    if let Some(cid) = cid {
                        prop_assert_eq!(cid, numbers.len() as u64 + 1, "without holes");
                        numbers.insert(cid, false);
                    }
                }
                if let Some(cid) = after(want, "room skipped ") {
                    prop_assert_eq!(cid, numbers.len() as u64 + 1, "without holes");
                    numbers.insert(cid, true);
                }
                if let Some(acked) = after(want, "send ack ") {
                    prop_assert!(acked <= numbers.len() as u64, "{acked} was sent");
                    prop_assert!(numbers.range(..=acked).all(|(_, settled)| *settled), "{acked} is settled");
                }
            }
            if bench.connection.is_closed() {
                break;
            }
        }
    }
}
