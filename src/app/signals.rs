//! The process's signals: SIGTERM and SIGINT stop, SIGHUP reloads keys and certificates.

use std::{sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use crate::{auth::KeyRing, ws::Certificates};

/// How often the key directory is checked, so that `aldis keys rotate` needs no signal.
const KEYS_EVERY: Duration = Duration::from_secs(10);

/// Waits for the first signal to stop; reloads keys and certificates meanwhile.
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
        biased; // either signal stops
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Handles SIGTERM, SIGINT and SIGHUP from now on: none of them ends the process by default any more.
pub(super) fn listen() -> anyhow::Result<(Signal, Signal, Signal)> {
    Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
}

async fn reload_keys(keys: &Arc<KeyRing>) {
    let keys = Arc::clone(keys);
    match tokio::task::spawn_blocking(move || keys.reload()).await {
        Ok(Ok(true)) => tracing::info!("signing keys reloaded"),
        Ok(Ok(false)) | Err(_) => {}
        Ok(Err(why)) => tracing::warn!(%why, "cannot reload the signing keys; those in use stay in use"),
    }
}

fn reload_certificates(certificates: Option<&Arc<Certificates>>) {
    if let Some(certificates) = certificates {
        match certificates.reload() {
            Ok(()) => tracing::info!("certificates reloaded"),
            Err(why) => tracing::warn!(%why, "cannot reload the certificates; those in use stay in use"),
        }
    }
}
