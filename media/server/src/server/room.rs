//! Calls of rooms. Must not know what peers do in them.

use std::sync::Arc;

use mediasoup_types::rtp_parameters::RtpCapabilitiesFinalized;
use serde::Serialize;

use super::{
    Calls, Server, now,
    repeat::{done, nothing},
};
use crate::{
    answers::Answer,
    engine::{Engine, Of},
    events::Reason,
    id::Id,
    refusal::Refusal,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomAnswer<'a> {
    dialect: &'static str,
    rtp_capabilities: &'a RtpCapabilitiesFinalized,
    instance: &'a Id,
}

impl<E: Engine> Server<E> {
    pub(super) async fn open_room(self: Arc<Self>, room: Id) -> Result<Answer, Refusal> {
        if let Some(router) = self.rules(|rooms| rooms.router(&room)) {
            return self.room_answer(&router);
        }
        let _one = self.opening.lock().await;
        if let Some(router) = self.rules(|rooms| rooms.router(&room)) {
            return self.room_answer(&router);
        }
        self.rules(|rooms| rooms.may_open_room())?;
        let (server, name) = (Arc::clone(&self), room.clone());
        let router = self
            .wait(async move {
                let hear = server.hear();
                server.engine.open_router(name, hear).await
            })
            .await?;
        let answer = self.room_answer(&router)?;
        let spare = self.rules(|rooms| rooms.add_room(room, router, now()));
        drop(spare);
        Ok(answer)
    }

    fn room_answer(&self, router: &E::Router) -> Result<Answer, Refusal> {
        let rtp_capabilities = self.engine.capabilities(router);
        done(&RoomAnswer { dialect: "ortc", rtp_capabilities, instance: Calls::instance(self) })
    }

    pub(super) fn close_room(&self, room: &Id) -> Result<Answer, Refusal> {
        self.close(|rooms| (rooms.close_room(room), ()));
        Ok(nothing())
    }

    pub(super) fn close_peer(&self, of: &Of) -> Result<Answer, Refusal> {
        self.close(|rooms| (rooms.close_peer(of, Reason::PeerDeleted, now()), ()));
        Ok(nothing())
    }
}
