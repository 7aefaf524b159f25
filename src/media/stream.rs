//! Reads a media server's event stream and hands its lines to the server's actor, batch after batch: the next one is read when
//! the last was handled. Must not know what follows from a line.

use std::{sync::Arc, time::Duration};

use ractor::ActorRef;
use reqwest::StatusCode;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use super::{
    client::SendError,
    rules::{Lines, Told},
    server::{Message, Server, UNAUTHORIZED},
};

/// Reads the stream of this number to its end, after a pause of about `after`; why it ended.
pub(super) async fn read(server: Arc<Server>, actor: ActorRef<Message>, number: u64, after: Duration) -> String {
    if !after.is_zero() {
        sleep(after.mul_f64(rand::random_range(0.5..1.5))).await; // not all nodes at once
    }
    match read_to_end(&server, &actor, number).await {
        Ok(()) => "it was closed there".to_owned(),
        Err(why) => why,
    }
}

async fn read_to_end(server: &Server, actor: &ActorRef<Message>, number: u64) -> Result<(), String> {
    let opened = timeout(server.limits.request_within, server.client.listen()).await;
    let mut response = match opened {
        Err(_) => return Err("it was not begun in time".to_owned()),
        Ok(Err(SendError::NoStream(StatusCode::UNAUTHORIZED))) => return Err(UNAUTHORIZED.to_owned()),
        Ok(opened) => opened.map_err(|why| why.to_string())?,
    };
    let mut lines = Lines::new(server.limits.line_bytes_max);
    // Silence is noticed by the actor, that before the first line here.
    let mut first = Some(server.limits.request_within);
    loop {
        let chunk = match first.take() {
            Some(within) => timeout(within, response.chunk()).await.map_err(|_| "it tells nothing".to_owned())?,
            None => response.chunk().await,
        };
        let Some(chunk) = chunk.map_err(|why| why.without_url().to_string())? else { return Ok(()) };
        let told: Result<Vec<_>, _> = lines
            .push(&chunk)
            .map_err(|_| format!("a line has more than {} bytes", server.limits.line_bytes_max))?
            .iter()
            .map(|line| Told::read(line))
            .collect();
        let (handled, until_handled) = oneshot::channel();
        let told = Message::Told(number, told.map_err(|why| why.to_string())?, handled);
        if actor.send_message(told).is_err() || until_handled.await.is_err() {
            return Err("nobody listens any more".to_owned());
        }
    }
}
