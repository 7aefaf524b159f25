//! Connections that come without a pause: they are taken a few at a time, and the node's load learns how long it goes on.
//! Must not know what becomes of them.

use std::time::Duration;

use tokio::time::Instant;

use crate::load::Load;

/// Connections accepted before everybody else has a turn: each costs some 0.1 ms until its hello is answered, and that is
/// what calls which stand wait for.
const TOGETHER: usize = 4;

/// How long it goes on.
#[derive(Debug, Default)]
pub(super) struct Rush {
    /// Since when; `None`: the port was quiet.
    since: Option<Instant>,
    together: usize,
}

impl Rush {
    /// One more is accepted; after a few, everybody else has a turn first.
    pub(super) async fn goes_on(&mut self, load: Option<&Load>) {
        self.together += 1;
        if self.together < TOGETHER {
            return;
        }
        self.together = 0;
        tokio::task::yield_now().await;
        let since = *self.since.get_or_insert_with(Instant::now);
        if let Some(load) = load {
            load.port_is_busy(since.elapsed());
        }
    }

    /// Nobody waits in the kernel's queue.
    pub(super) fn is_over(&mut self, load: Option<&Load>) {
        self.together = 0;
        if self.since.take().is_some()
            && let Some(load) = load
        {
            load.port_is_busy(Duration::ZERO);
        }
    }
}
