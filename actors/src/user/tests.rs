//! A user's rules, as tables.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{rules::User, turn::UserTurn};
use crate::{
    clock::Moment,
    executor::Turn as _,
    messages::{
        To,
        socket::{FromUser, Message as SocketMessage},
        user::{Message, TokenLife},
    },
    ports::RevocationScope,
    protocol::{Close, RoomId, SocketId},
    settings::UserLimits,
};

const A: SocketId = SocketId(1);
const B: SocketId = SocketId(2);

fn user(sockets_max: usize) -> User {
    User::new(Arc::new(UserLimits { sockets_max, expiring_before: Duration::from_secs(60) }))
}

fn until(expires: u64) -> TokenLife {
    TokenLife { issued: 0, expires }
}

fn at(seconds: u64) -> Moment {
    Moment { at: Instant::now(), unix_ms: seconds * 1_000 }
}

#[test]
fn the_oldest_sockets_are_closed() {
    let mut user = user(1);
    assert_eq!(user.handle(Message::Attached { socket: A, token: until(1_000) }, at(0)), []);
    let told = user.handle(Message::Attached { socket: B, token: until(1_000) }, at(0));
    assert_eq!(told, [(A, FromUser::Close(Close::Replaced))]);
}

#[test]
fn a_token_is_warned_of_once_then_closes_its_socket() {
    let mut user = user(4);
    user.handle(Message::Attached { socket: A, token: until(1_000) }, at(0));
    assert_eq!(user.handle(Message::Tick, at(939)), []);
    assert_eq!(user.handle(Message::Tick, at(940)), [(A, FromUser::Expiring(60))]);
    assert_eq!(user.handle(Message::Tick, at(950)), []);
    assert_eq!(user.handle(Message::Tick, at(1_000)), [(A, FromUser::Close(Close::Token))]);
    assert!(user.is_idle());
}

#[test]
fn a_token_of_a_short_life_is_warned_of_in_its_last_fifth() {
    let mut user = user(4);
    user.handle(Message::Attached { socket: A, token: TokenLife { issued: 1_000, expires: 1_050 } }, at(1_000));
    assert_eq!(user.handle(Message::Tick, at(1_039)), [], "not as soon as it was issued");
    assert_eq!(user.handle(Message::Tick, at(1_040)), [(A, FromUser::Expiring(10))]);
    user.handle(Message::Refreshed { socket: A, token: TokenLife { issued: 1_040, expires: 1_042 } }, at(1_040));
    assert_eq!(user.handle(Message::Tick, at(1_040)), []);
    assert_eq!(user.handle(Message::Tick, at(1_041)), [(A, FromUser::Expiring(1))]);
}

#[test]
fn a_newer_token_starts_the_clock_again() {
    let mut user = user(4);
    user.handle(Message::Attached { socket: A, token: until(1_000) }, at(0));
    user.handle(Message::Tick, at(940));
    user.handle(Message::Refreshed { socket: A, token: until(2_000) }, at(941));
    assert_eq!(user.handle(Message::Tick, at(1_000)), []);
    assert_eq!(user.wake_at(at(1_000)).map(|wake| wake > Instant::now() + Duration::from_secs(900)), Some(true));
}

#[test]
fn every_socket_hears_of_a_move_and_stays() {
    let mut user = user(4);
    user.handle(Message::Attached { socket: A, token: until(1_000) }, at(0));
    user.handle(Message::Attached { socket: B, token: until(1_000) }, at(0));
    let (from, to) = (RoomId::from_letters([1; 10]), RoomId::from_letters([2; 10]));
    let told = user.handle(Message::Move(from, to), at(1));
    assert_eq!(told, [(A, FromUser::Move(from, to)), (B, FromUser::Move(from, to))]);
    assert!(!user.is_idle(), "the one that is in that room leaves it");
}

#[test]
fn an_idle_user_is_small() {
    assert!(size_of::<super::UserTurn>() <= 64, "{} bytes", size_of::<super::UserTurn>());
}

#[test]
fn every_socket_hears_of_a_revocation_and_decides_for_its_own_token() {
    let mut user = user(4);
    user.handle(Message::Attached { socket: A, token: until(1_000) }, at(0));
    user.handle(Message::Attached { socket: B, token: until(1_000) }, at(0));
    let scope = RevocationScope::AllBefore(7);
    let told = user.handle(Message::Revoked(scope), at(1));
    assert_eq!(told, [(A, FromUser::Revoked(scope)), (B, FromUser::Revoked(scope))]);
    assert!(!user.is_idle(), "a socket that closes detaches itself");
}

#[test]
fn a_full_mailbox_refuses_new_sockets_and_tokens_and_never_a_revocation() {
    for message in [Message::Attached { socket: A, token: until(9) }, Message::Refreshed { socket: A, token: until(9) }]
    {
        assert!(!UserTurn::is_exempt(&message));
        let mut told = Vec::new();
        UserTurn::refused(message, &mut told);
        assert!(matches!(told[..], [To::Socket(A, SocketMessage::Close(Close::Overload))]), "it reconnects later");
    }
    let scope = RevocationScope::AllBefore(7);
    let room = RoomId::from_letters([1; 10]);
    for message in [Message::Move(room, room), Message::Revoked(scope), Message::Detached(A), Message::Tick] {
        assert!(UserTurn::is_exempt(&message));
    }
}
