//! A spare descriptor: when the process has none left, a waiting connection can still be taken, to be answered or at least
//! to be closed. Must not know which.

use std::fs::File;
use std::net::SocketAddr;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};

/// A descriptor that is given up when there is no other.
#[derive(Debug)]
pub(super) struct Spare(Option<File>);

impl Spare {
    pub(super) fn new() -> Self {
        let mut spare = Self(None);
        spare.refill();
        spare
    }

    /// Gives the descriptor up for a waiting connection.
    pub(super) fn accept(&mut self, from: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
        drop(self.0.take()?);
        from.accept().now_or_never()?.ok()
    }

    /// Takes a descriptor again, if one is free.
    pub(super) fn refill(&mut self) {
        if self.0.is_none() {
            self.0 = File::open("/dev/null").ok();
        }
    }
}
