//! A database that is far away: its answers are waited for. The ledger's distance is made by its faulty link.

use std::sync::Arc;

use actors::{
    ports::{Later, RoomSettings, Rooms, Unavailable},
    protocol::RoomId,
};

use super::world::Book;

/// The same rooms, further away.
pub(crate) struct FarBook(pub(crate) Arc<Book>);

impl Rooms for FarBook {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = self.0.settings(room);
        Box::pin(async move {
            tokio::task::yield_now().await;
            settings.await
        })
    }
}
