//! The process's signals: SIGTERM and SIGINT stop, as an operator's request does; SIGHUP reloads keys and certificates.

use std::sync::Arc;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::reload::{LOOK_EVERY, Reload};

/// Waits for the first signal to stop, or for `drain`; looks at keys and certificates meanwhile.
pub(super) async fn until_told_to_stop(
    signals: (Signal, Signal, Signal),
    reload: &Arc<Reload>,
    drain: &CancellationToken,
) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt, mut hangup) = signals;
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: no reload is worth a late stop.
        tokio::select! {
            biased;
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            () = drain.cancelled() => return Ok(()),
            _ = hangup.recv() => reload.look().await,
            _ = look.tick() => reload.look().await,
        }
    }
}

/// Waits for one more signal to stop.
pub(super) async fn stop_now() {
    let Ok((mut terminate, mut interrupt, _)) = listen() else { return std::future::pending().await };
    tokio::select! {
        biased; // either signal stops
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Handles SIGTERM, SIGINT and SIGHUP from now on: none of them ends the process by default any more.
pub(super) fn listen() -> anyhow::Result<(Signal, Signal, Signal)> {
    Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
}
