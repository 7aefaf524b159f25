//! The checks that readiness depends on, and those that it only shows.

use std::sync::Arc;

use actors::node::NodeRef;

use super::{ledger, media, probe::Probe};
use crate::{auth::Clock, http::Check, storage::Store};

/// The checks of a node with these parts.
pub(super) fn checks(
    store: &Arc<dyn Store>,
    (node, ledger, media): (&NodeRef, &ledger::Opened, &media::Opened),
    clock: Clock,
) -> Vec<Check> {
    let ledger = ledger.clone();
    let (node, leased, probe) = (node.clone(), node.clone(), Arc::new(Probe::new(Arc::clone(store), clock)));
    let vital = [
        Check::vital("database", move || {
            let probe = Arc::clone(&probe);
            async move { probe.run().await }
        }),
        Check::vital("ledger", move || {
            let fenced = leased.is_fenced().then_some("the node cannot renew its lease");
            let away = ledger.is_away().or(fenced);
            async move { away.map_or(Ok(()), |why| Err(why.to_owned())) }
        }),
        Check::own("taking_sockets", move || {
            let draining = node.is_draining();
            async move { if draining { Err("the node is draining".to_owned()) } else { Ok(()) } }
        }),
    ];
    vital.into_iter().chain(media.check()).collect()
}
