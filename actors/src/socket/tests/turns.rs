//! The whole turn with a scripted sink: batched writes, and the cost of a slow reader.

use std::time::Duration;

use super::{
    stage::{Sink, Stage, env},
    *,
};
use crate::{
    bytes::Buffer,
    executor::{Next, Turn},
    messages::{
        To,
        socket::{FromRoom, Message},
    },
    ports::ConnectionGone,
    protocol::SocketId,
    settings::SocketLimits,
    socket::SocketTurn,
};

#[test]
fn the_frames_of_one_activation_are_written_together() {
    let mut stage = Stage::in_room();
    stage.tell([stage.deliver(1), stage.received(r#"{"type":"heartbeat"}"#), stage.deliver(2)]);
    assert_eq!(stage.sink.written(), ["chat_message heartbeat_ack chat_message"]);
    let many: Vec<Message> = (3..=20).map(|seq| stage.deliver(seq)).collect();
    stage.tell(many);
    assert_eq!(stage.sink.written().iter().map(|write| write.split(' ').count()).collect::<Vec<_>>(), [16, 2]);
    assert_eq!(stage.env.bytes.total(), 0);
}

#[test]
fn a_known_room_is_asked_in_the_same_turn_and_an_unknown_one_looked_up_meanwhile() {
    let mut known = Stage::opened(env(SocketLimits::default(), true));
    known.tell([Message::Opened(Credential::Token("t".to_owned())), known.received(&join_room())]);
    let attached = "user Attached { socket: SocketId(1), token: TokenLife { issued: 5, expires: 9999 } }";
    assert_eq!(known.told(), [attached, "open room join", "wake in 10s"]);
    assert!(known.out.waits.is_empty());

    let mut unknown = Stage::opened(env(SocketLimits::default(), false));
    unknown.tell([Message::Opened(Credential::Token("t".to_owned())), unknown.received(&join_room())]);
    assert_eq!(unknown.out.waits.len(), 1);
    unknown.told();
    unknown.tell([unknown.received(r#"{"type":"heartbeat"}"#), unknown.received(&say(1))]);
    assert_eq!(unknown.sink.written(), ["welcome", "heartbeat_ack"], "a lookup delays only what depends on it");
    let found = Message::Found(crate::messages::socket::Lookup::Join(room(), None), Ok(Some(settings())));
    unknown.tell([found]);
    assert_eq!(unknown.told(), ["open room join"]);
    let session = unknown.session();
    unknown.tell([Message::FromRoom(FromRoom { socket: SocketId(1), session, what: joined() })]);
    assert_eq!(unknown.told(), ["room chat 1"]);
}

#[test]
fn a_ping_is_written_after_the_entries_it_acknowledges() {
    let mut stage = Stage::in_room();
    stage.later(10).tell([]);
    stage.sink.written();
    stage.tell([stage.deliver(1), Message::Tick]);
    assert_eq!(stage.sink.written(), ["chat_message", "ping"]);
    stage.tell([Message::Pinged(vec![1, 2]), stage.deliver(2)]);
    assert_eq!(stage.sink.written(), ["pong", "chat_message"]);
}

#[test]
fn a_blocked_sink_is_flushed_beside_the_cell_and_later_frames_are_queued() {
    let limits = SocketLimits { ping_every: Duration::from_secs(5), ..SocketLimits::default() };
    let mut stage = Stage::in_room_within(limits);
    stage.sink.script().answers.push_back(Ok(40));
    stage.tell([stage.deliver(1)]);
    let aside = stage.aside();
    assert_eq!((stage.told(), stage.next), (vec![], Next::Done));
    assert_eq!(stage.env.bytes.held(Buffer::Outbox), 40);
    stage.later(5);
    stage.tell([stage.deliver(2), Message::Pinged(vec![]), Message::Tick]);
    assert!(stage.env.bytes.held(Buffer::Outbox) > 100);
    assert_eq!(stage.sink.written(), ["chat_message"]);
    stage.tell([Message::Flushed(Ok(Box::new(Sink(stage.sink.clone()))))]);
    assert_eq!(stage.sink.written(), ["chat_message", "ping"], "the ping that was due follows");
    assert_eq!(stage.env.bytes.total(), 0);
    drop(aside);
}

#[test]
fn a_reader_that_is_slow_in_bytes_or_in_time_is_disconnected_and_its_seat_kept() {
    let limits = SocketLimits { outbox_bytes_max: 300, ..SocketLimits::default() };
    for too_late in [false, true] {
        let mut stage = Stage::in_room_within(limits);
        stage.sink.script().answers.push_back(Ok(40));
        stage.tell([stage.deliver(1)]);
        let aside = stage.aside();
        if too_late {
            stage.later(10).tell([Message::Tick]);
        } else {
            let many: Vec<Message> = (2..5).map(|seq| stage.deliver(seq)).collect();
            stage.tell(many);
        }
        assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
        assert_eq!((stage.next, stage.env.bytes.total()), (Next::Stop, 0));
        assert!(!stage.sink.script().dropped);
        let told = tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(aside);
        assert!(told.is_none() && stage.sink.script().dropped, "the flush was cancelled, and the connection with it");
        assert_eq!(stage.sink.written(), ["chat_message"], "no close frame");
    }
}

#[test]
fn the_more_others_have_buffered_the_less_a_slow_reader_may() {
    let limits = SocketLimits { message_bytes_max: 300, ..SocketLimits::default() };
    for (elsewhere, is_slow) in [(0, false), ((1 << 20) - 1_000, true)] {
        let mut stage = Stage::in_room_within(limits);
        stage.env.bytes.add(Buffer::Inbox, elsewhere);
        stage.sink.script().answers.push_back(Ok(40));
        stage.tell([stage.deliver(1)]);
        let many: Vec<Message> = (2..5).map(|seq| stage.deliver(seq)).collect();
        stage.tell(many);
        assert_eq!(stage.next == Next::Stop, is_slow);
    }
}

#[test]
fn a_broken_sink_ends_the_socket_and_keeps_its_seat() {
    let mut stage = Stage::in_room();
    stage.sink.script().answers.push_back(Err(ConnectionGone));
    stage.tell([stage.deliver(1)]);
    assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
    assert_eq!(stage.next, Next::Stop);
    assert!(stage.sink.script().dropped);
}

#[test]
fn a_close_is_written_behind_everything_else() {
    let mut stage = Stage::in_room();
    stage.tell([stage.deliver(1), Message::Close(Close::Draining), stage.received(&say(1))]);
    let aside = stage.aside();
    assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
    assert_eq!(stage.sink.written(), ["chat_message draining"]);
    let told = tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(aside);
    assert!(told.is_none());
    assert_eq!((stage.sink.written(), stage.next), (vec!["close Some(1001)".to_owned()], Next::Stop));
}

#[test]
fn a_panic_keeps_the_seat_and_a_full_mailbox_closes_a_slow_reader() {
    let stage = Stage::in_room();
    let mut told = Vec::new();
    let delivery = stage.deliver(1);
    assert!(!SocketTurn::is_exempt(&delivery) && SocketTurn::is_exempt(&stage.received(&say(1))));
    SocketTurn::refused(delivery, &mut told);
    assert!(matches!(told[..], [To::Socket(SocketId(1), Message::Close(Close::SlowReader))]));
    told.clear();
    assert!(stage.turn.failed(&mut told).is_none());
    assert!(matches!(told[..], [To::Room(_, crate::messages::room::Message::Disconnected(_)), To::User(..)]));
}

#[test]
fn a_reader_stops_on_request() {
    let mut stage = Stage::in_room();
    let (done, mut stopped) = tokio::sync::oneshot::channel();
    stage.tell([Message::StopReading(done)]);
    assert!(stopped.try_recv().is_ok() && stage.in_flight.is_stopped());
}

// T8
#[test]
fn a_flood_of_pings_is_closed() {
    let mut stage = Stage::in_room();
    let mut pings = 0;
    while stage.next == Next::Done {
        stage.tell([Message::Pinged(vec![])]);
        pings += 1;
        assert!(pings < 20_000, "they have a cost");
    }
    assert_eq!(stage.sink.written().last().map(String::as_str), Some("rate_limited"));
}

#[test]
fn a_resume_is_taken_although_the_budget_is_spent_and_a_plain_hello_is_not() {
    let hello = r#"{"type":"hello","data":{"token":"t"}}"#;
    for (hello, answer) in [(hello.to_owned(), "rate_limited"), (hello_again(), "welcome")] {
        let mut stage = Stage::opened(env(SocketLimits::default(), true));
        stage.tell([Message::Opened(Credential::Cookie("t".to_owned()))]);
        for _ in 0..1_001 {
            stage.tell([stage.received(r#"{"type":"leave_room"}"#)]);
        }
        assert_eq!(stage.sink.written().last().map(String::as_str), Some("rate_limited"));
        stage.tell([stage.received(&hello)]);
        assert_eq!(stage.sink.written(), [answer]);
    }
}

#[test]
fn a_tick_that_is_not_the_scheduled_one_schedules_none() {
    let mut stage = Stage::in_room();
    stage.later(10).tell([Message::Tick]);
    assert_eq!(stage.told(), ["wake in 10s"]);
    stage.later(3).tell([Message::Tick]);
    assert_eq!(stage.told(), [""; 0], "the next one is scheduled already");
    stage.later(7).tell([Message::Tick]);
    assert_eq!(stage.told(), ["wake in 4s"], "this was the scheduled one");
}

#[test]
fn an_idle_socket_is_small() {
    assert!(size_of::<SocketTurn>() <= 320, "{} bytes", size_of::<SocketTurn>());
}
