//! Mails over a real SMTP server on a free port, which takes, refuses, hangs or cuts the connection; and the queue.

mod over_smtp;
mod queued;
mod server;

use uuid::Uuid;

use super::{Letter, Mail};

fn letter() -> Letter {
    Letter::Reset { link: "https://call.example.org/#/reset?token=canary".to_owned() }
}

fn mail(to: &str) -> Mail {
    Mail { id: Uuid::new_v4(), to: to.to_owned(), letter: letter() }
}
