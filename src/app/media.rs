//! The media servers that the configuration names, if it names any. Must not know what is asked of them.

use std::sync::Arc;

use actors::{node::NodeRef, ports::MediaServers};
use anyhow::Context as _;
use serde_json::json;

use super::settings;
use crate::{
    config::Config,
    http::{Check, DescribeMedia},
    media::Media,
};

/// The media servers of this node; `None`: there are no rooms of mode `sfu`.
#[derive(Clone)]
pub(super) struct Opened(Option<Arc<Media>>);

/// Prepares the connections to them. None has to be there: the node looks for them.
///
/// # Errors
/// The secret or the system's certificate authorities cannot be used.
pub(super) fn open(config: &Config) -> anyhow::Result<Opened> {
    let Some(secret) = settings::media_secret(config) else { return Ok(Opened(None)) };
    let (addresses, limits) = (settings::media_addresses(config), settings::media(config));
    let media = Media::new(&addresses, &secret, limits).context("cannot use the media servers (media.servers)")?;
    Ok(Opened(Some(Arc::new(media))))
}

impl Opened {
    /// How rooms ask them.
    pub(super) fn port(&self) -> Arc<dyn MediaServers> {
        self.0.clone().map_or_else(|| Arc::new(()) as _, |media| media as _)
    }

    /// Listens to them from now on, for the rooms of this node.
    pub(super) async fn listen(&self, node: &NodeRef) -> anyhow::Result<()> {
        match &self.0 {
            Some(media) => media.listen(node.media_listener()).await,
            None => Ok(()),
        }
    }

    /// Whether they are there: shown, but a node without them is ready for all other rooms.
    pub(super) fn check(&self) -> Option<Check> {
        let media = self.0.clone()?;
        Some(Check::shown("media", move || {
            let problem = media.problem();
            async move { problem.map_or(Ok(()), Err) }
        }))
    }

    /// The answer of the operators' listener.
    pub(super) fn described(&self) -> DescribeMedia {
        let media = self.0.clone();
        Arc::new(move || media.as_ref().map_or_else(|| json!({ "servers": [] }), |media| media.describe()))
    }

    /// Waits for what is being deleted on them.
    pub(super) async fn finish(&self) -> bool {
        match &self.0 {
            Some(media) => media.finish(settings::ENDING_WITHIN).await,
            None => true,
        }
    }
}
