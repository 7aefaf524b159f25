//! Tokens that are revoked: every node is told, and closes the sockets that were opened with them.

use std::{net::Ipv4Addr, time::Duration};

use actors::{
    messages::socket::Credential,
    ports::{CloseFrame, ConnectionGone, FrameSink, Later, Revocation, RevocationScope, Text},
    protocol::{Close, LoginId, UserId},
};
use futures_util::FutureExt as _;
use tokio::{
    runtime::{Builder, Handle, Id},
    sync::mpsc,
};

use super::{
    browser::Browser,
    world::{World, name},
};

/// Sockets are closed within this long.
const SOON: Duration = Duration::from_secs(1);

fn session(user: u128, login: u128) -> Revocation {
    Revocation { user: UserId::from_u128(user), scope: RevocationScope::Session(LoginId::from_u128(login)) }
}

fn all_before(user: u128, unix_ms: u64) -> Revocation {
    Revocation { user: UserId::from_u128(user), scope: RevocationScope::AllBefore(unix_ms) }
}

/// A browser of this user and login on this node.
async fn browser(world: &World, node: usize, user: u128, login: u128) -> Browser {
    let mut browser = Browser::connect(&world.nodes[node], Some(format!("{}!{login}", name(user))));
    browser.hears("welcome").await;
    browser.user = format!("{} of login {login}", name(user));
    browser
}

async fn is_closed_soon(browser: &mut Browser) {
    let closed = tokio::time::timeout(SOON, browser.is_closed("auth_invalid", Close::Token)).await;
    closed.unwrap_or_else(|_| panic!("{} is still open", browser.user));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_loses_its_sockets_on_every_node_and_no_others() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let mut alice = world.member(0, 1, room).await;
    let mut here = browser(&world, 0, 2, 7).await;
    let mut there = browser(&world, 1, 2, 7).await;
    there.joins(room).await;
    alice.hears("user_joined").await;
    let (mut other_login, mut other_user) = (browser(&world, 1, 2, 8).await, browser(&world, 0, 3, 7).await);
    while world.nodes[0].revoke(session(2, 7)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await; // paused
    }
    is_closed_soon(&mut here).await;
    is_closed_soon(&mut there).await;
    assert_eq!(alice.hears("user_left").await["reason"], "left", "the seat cannot be resumed, so nobody waits for it");
    other_login.hears_nothing_for(2 * SOON).await;
    other_user.hears_nothing_for(2 * SOON).await;
    for tokens in &world.tokens {
        assert!(tokens.revoked().contains(&session(2, 7)), "each node keeps it, and refuses such tokens");
    }
    let mut again = Browser::connect(&world.nodes[1], Some(format!("{}!7", name(2))));
    again.is_closed("auth_invalid", Close::Token).await;
}

#[tokio::test(start_paused = true)]
async fn all_tokens_issued_before_a_time_are_revoked_and_no_newer_one() {
    let world = World::single().await;
    let (mut old, mut new) = (browser(&world, 0, 2, 7).await, browser(&world, 0, 2, 8).await);
    let _accepted_or_retried = world.nodes[0].revoke(all_before(2, 8_000)).await;
    is_closed_soon(&mut old).await;
    new.hears_nothing_for(2 * SOON).await;
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_keeps_its_socket_open() {
    let world = World::single().await;
    let mut bob = browser(&world, 0, 2, 7).await;
    bob.says(&format!(r#"{{"type":"token_refresh","data":{{"token":"{}!8"}}}}"#, name(2)));
    bob.hears_nothing_for(SOON).await;
    let _accepted_or_retried = world.nodes[0].revoke(session(2, 7)).await;
    bob.hears_nothing_for(2 * SOON).await;
    let _accepted_or_retried = world.nodes[0].revoke(session(2, 8)).await;
    is_closed_soon(&mut bob).await;
}

/// The revocation comes after the token was verified, and before the socket is attached to its user.
#[tokio::test(start_paused = true)]
async fn a_socket_that_authenticates_during_the_revocation_is_closed() {
    let world = World::linked(1).await;
    world.links[0].cut(20 * SOON); // no notice comes back through the ledger
    let node = world.nodes[0].clone();
    world.tokens[0].after_the_next(move || {
        let _not_told_to_others = node.revoke(session(2, 7)).now_or_never();
    });
    let mut bob = browser(&world, 0, 2, 7).await;
    is_closed_soon(&mut bob).await;
}

#[tokio::test(start_paused = true)]
async fn other_nodes_are_told_once_the_ledger_answers_even_if_the_caller_has_given_up() {
    let world = World::linked(2).await;
    let mut there = browser(&world, 1, 2, 7).await;
    there.is_patient = true;
    world.links[0].cut(3 * SOON);
    assert!(world.nodes[0].revoke(session(2, 7)).now_or_never().is_none(), "it waits for the ledger");
    tokio::time::sleep(3 * SOON).await; // paused
    is_closed_soon(&mut there).await;
}

/// A connection that tells on which runtime it is written to, and how it ends.
struct Where(mpsc::UnboundedSender<(Id, &'static str)>);

impl Where {
    fn note(&self, what: &'static str) {
        let _ = self.0.send((Handle::current().id(), what)); // the test may have ended
    }
}

impl FrameSink for Where {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        texts.iter().for_each(|_| self.note("text"));
        Ok(0)
    }

    fn ping(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }

    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move { Ok(self as Box<dyn FrameSink>) })
    }

    fn close(self: Box<Self>, _: CloseFrame) -> Later<()> {
        self.note("close");
        Box::pin(async {})
    }
}

/// As the operators' listener does.
#[tokio::test]
async fn sockets_are_told_on_the_nodes_runtime_whichever_one_asks() {
    let world = World::of(1, actors::settings::Settings::default()).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let token = Credential::Token(format!("{}!7", name(1)));
    let opened = world.nodes[0].open_socket(Box::new(Where(tell)), token, Ipv4Addr::LOCALHOST.into());
    let _handle = opened.ok().expect("the node does not drain");
    let (here, node) = (Handle::current().id(), world.nodes[0].clone());
    assert_eq!(told.recv().await, Some((here, "text")), "it is welcome");
    let asking = tokio::task::spawn_blocking(move || {
        let elsewhere = Builder::new_current_thread().enable_all().build().expect("a runtime");
        elsewhere.block_on(async {
            node.lacks_history(true).await;
            node.end_login_here(LoginId::from_u128(7)).await;
        });
    });
    for what in ["text", "text", "close"] {
        assert_eq!(told.recv().await, Some((here, what)));
    }
    asking.await.expect("it has asked");
}
