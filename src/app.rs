//! The composition root. For now it says where the node would serve, and waits to be stopped.

use crate::cli::banner::{Serving, announce};
use crate::config::Config;
use crate::telemetry::metrics::Scrape;

/// Serves until SIGINT.
///
/// # Errors
/// When signals cannot be listened to.
pub async fn serve(config: Config, _scrape: Scrape) -> anyhow::Result<()> {
    announce(&Serving::new(&config, config.http.bind, config.admin.bind, !config.node.data_dir.exists()));
    Ok(tokio::signal::ctrl_c().await?)
}
