//! Members whom others are not told of: they hear everything and say nothing.

use std::time::Duration;

use super::bench::*;
use crate::{
    ledger::{Joined, ResumedSeat},
    messages::{
        room::{Message, Reply, SfuAsked},
        socket::RoomEvent,
    },
    protocol::{
        Attributes, Kind, Member, SeatId,
        media::TrackKind,
        sfu::{Direction, SfuAsk},
    },
    room::rules::step::Effect,
};

fn hidden_member(number: u64) -> Member {
    Member { attributes: Attributes::default().hiding(), ..member(number) }
}

/// Members 1 to `shown` are seen; the one who comes after them is not. All are here.
fn with_somebody_hidden(shown: u64) -> Bench {
    let (mut bench, hidden) = (Bench::with_members(shown, shown), shown + 1);
    let mut request = join(hidden);
    request.attributes = Attributes::default().hiding();
    bench.told(Message::Join(request.clone()));
    bench.answer(Reply::Join(request, Ok(seated(hidden, vec![]))));
    bench
}

#[test]
fn what_would_show_a_hidden_member_is_refused() {
    let mut bench = with_somebody_hidden(2);
    for (cid, kind) in [(1, Kind::Offer), (2, Kind::Answer), (3, Kind::IceCandidate), (4, Kind::Renegotiate)] {
        assert_eq!(
            bench.told(signal(3, 1, cid, kind)).last(),
            Some(&format!("tell 3 refused {} forbidden", cid + 100))
        );
    }
    assert_eq!(bench.told(chat(3, 5)).last().map(String::as_str), Some("tell 3 refused 105 forbidden"));
    assert_eq!(bench.told(chat(1, 1)), ["call broadcast from 1 as 1"], "others go on");
}

#[test]
fn a_hidden_member_publishes_nothing_and_may_ask_for_all_else() {
    let mut bench = with_somebody_hidden(1);
    let ask = |ask| Message::Sfu(Box::new(SfuAsked { from: seat(2), key: 7, epoch: 0, ask }));
    let produce = SfuAsk::Produce {
        transport: "t".into(),
        kind: TrackKind::Audio,
        source: "microphone".into(),
        paused: false,
        rtp_parameters: "{}".into(),
    };
    assert_eq!(bench.told(ask(produce)), ["tell 2 answered 7 forbidden"]);
    let listen = SfuAsk::CreateTransport(Direction::Recv);
    assert_eq!(bench.told(ask(listen)), ["tell 2 answered 7 wrong_mode"], "this room has no media server");
}

#[test]
fn nobody_is_told_of_a_hidden_member_and_nobody_finds_them() {
    let mut bench = with_somebody_hidden(1);
    let refused = bench.told(signal(1, 2, 1, Kind::Offer));
    assert_eq!(refused.last().map(String::as_str), Some("tell 1 refused 101 peer_not_found"));
    bench.told(Message::Join(join(4)));
    let members = vec![member(1), hidden_member(2), hidden_member(3)];
    let answer = Joined::Seated { seat: id(4), epoch: 1, members, replaced: None, media: None, pushes: vec![] };
    let told = bench.effects(Message::Answered(Box::new(Reply::Join(join(4), Ok(answer)))));
    let joined = told.iter().find_map(|effect| match effect {
        Effect::Tell(_, told) => Some(&told.what),
        Effect::Call(_) | Effect::Note(_) | Effect::Media(_) => None,
    });
    let Some(RoomEvent::Joined { members, .. }) = joined else { panic!("{joined:?}") };
    assert_eq!(members.iter().map(|member| member.order).collect::<Vec<_>>(), [1]);
    assert_eq!(
        bench.told(signal(1, 3, 2, Kind::Offer)).last().map(String::as_str),
        Some("tell 1 refused 102 peer_not_found")
    );
}

#[test]
fn a_resumed_seat_stays_hidden() {
    let mut bench = Bench::new();
    bench.told(Message::Resume(resume(1, 1, 0)));
    let attributes = Attributes::default().hiding();
    let answer = ResumedSeat { members: vec![member(2), hidden_member(3)], attributes, ..resumed(1) };
    bench.answer(Reply::Resume(resume(1, 1, 0), resumed_seat(answer)));
    assert_eq!(bench.told(chat(1, 1)).last().map(String::as_str), Some("tell 1 refused 101 forbidden"));
}

#[test]
fn after_a_loss_a_hidden_seat_is_claimed_and_nobody_is_told_of_it() {
    let mut bench = with_somebody_hidden(1);
    let wants = bench.told(Message::Epoch(2));
    assert!(wants.iter().any(|want| want.starts_with("call claim [1 ") && want.contains(" [2 ")), "{wants:?}");
    let seats: Vec<SeatId> = [1, 2].map(id).to_vec();
    bench.answer(Reply::Claim(seats.clone(), claimed(2, vec![held(vec![]), held(vec![])])));
    bench.pass(Duration::from_secs(3));
    bench.answer(Reply::Audit(seats, Ok(vec![held(vec![]), held(vec![])])));
    let wants = bench.answer(Reply::Members(Ok(vec![member(1), hidden_member(2), hidden_member(3)])));
    assert_eq!(wants, NOTHING, "what the clients know is what they should know");
    assert_eq!(bench.told(chat(2, 1)).last().map(String::as_str), Some("tell 2 refused 101 forbidden"));
}
