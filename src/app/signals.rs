//! The process's signals: SIGTERM and SIGINT stop, SIGHUP reads keys and certificates again.

use std::{sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use crate::{auth::KeyRing, ws::Certificates};

/// How often the key folder is looked at, so that `aldis keys rotate` needs no signal.
const KEYS_EVERY: Duration = Duration::from_secs(10);

/// Waits for the first signal to stop; meanwhile keeps keys and certificates fresh.
pub(super) async fn until_told_to_stop(
    signals: (Signal, Signal, Signal),
    keys: &Arc<KeyRing>,
    certificates: Option<&Arc<Certificates>>,
) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt, mut hangup) = signals;
    let mut look = interval(KEYS_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stop first: no reload is worth a late stop.
        tokio::select! {
            biased;
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => {
                reload_keys(keys).await;
                reload_certificates(certificates);
            }
            _ = look.tick() => reload_keys(keys).await,
        }
    }
}

/// Waits for one more signal to stop.
pub(super) async fn stop_now() {
    let Ok((mut terminate, mut interrupt, _)) = listen() else { return std::future::pending().await };
    tokio::select! {
        biased; // either will do
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// From here on no signal ends the process by itself: SIGTERM, SIGINT and SIGHUP.
pub(super) fn listen() -> anyhow::Result<(Signal, Signal, Signal)> {
    Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
}

async fn reload_keys(keys: &Arc<KeyRing>) {
    let keys = Arc::clone(keys);
    match tokio::task::spawn_blocking(move || keys.reload()).await {
        Ok(Ok(true)) => tracing::info!("the signing keys changed and are in use"),
        Ok(Ok(false)) | Err(_) => {}
        Ok(Err(why)) => tracing::warn!(%why, "the signing keys cannot be read again; the ones in use stay"),
    }
}

fn reload_certificates(certificates: Option<&Arc<Certificates>>) {
    if let Some(certificates) = certificates {
        match certificates.reload() {
            Ok(()) => tracing::info!("the certificates were read again"),
            Err(why) => tracing::warn!(%why, "the certificates cannot be read again; the ones in use stay"),
        }
    }
}
