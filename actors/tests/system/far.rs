//! A remote database: its answers take time. The faulty link delays the ledger's answers.

use std::sync::Arc;

use actors::{
    ports::{Later, RoomSettings, Rooms, Unavailable},
    protocol::RoomId,
};

use super::world::Book;

/// The same rooms, with a delay.
pub(crate) struct FarBook(pub(crate) Arc<Book>);

impl Rooms for FarBook {
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        let settings = self.0.settings(room);
        Box::pin(async move {
            tokio::task::yield_now().await;
            settings.await
        })
    }

    fn changed(&self, room: RoomId) {
        self.0.changed(room);
    }
}
