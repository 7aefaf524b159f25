//! Live rooms for tests: records commands, gives configured answers, and fails on demand.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use actors::{
    ports::{Revocation, RevocationScope, Unavailable},
    protocol::{
        AppMessage, LoginId, Member, RoomId, UserId, encode::backend_data, hosted::RoomChanged, media::TrackKind,
    },
};
use async_trait::async_trait;

use super::LiveRooms;

/// Called with each revocation, as the actor system calls its port.
type OnRevocation = Arc<dyn Fn(&Revocation) + Send + Sync>;

/// See the module.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) participants: Mutex<Option<usize>>,
    pub(crate) members: Mutex<Option<Vec<Member>>>,
    /// In their order.
    pub(crate) rooms: Mutex<Vec<RoomId>>,
    /// The ledger is away.
    pub(crate) away: AtomicBool,
    commands: Mutex<Vec<String>>,
    on_revocation: Mutex<Option<OnRevocation>>,
}

impl Told {
    /// The commands since the last call.
    pub(crate) fn commands(&self) -> Vec<String> {
        std::mem::take(&mut self.commands.lock().expect("not poisoned"))
    }

    pub(crate) fn on_revocation(&self, call: impl Fn(&Revocation) + Send + Sync + 'static) {
        *self.on_revocation.lock().expect("not poisoned") = Some(Arc::new(call));
    }

    fn command(&self, command: String) -> Result<(), Unavailable> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Unavailable);
        }
        self.commands.lock().expect("not poisoned").push(command);
        Ok(())
    }
}

#[async_trait]
impl LiveRooms for Told {
    async fn participants(&self, _: RoomId) -> Option<usize> {
        *self.participants.lock().expect("not poisoned")
    }

    async fn members(&self, _: RoomId) -> Option<Vec<Member>> {
        self.members.lock().expect("not poisoned").clone()
    }

    async fn occupied_rooms(&self, after: Option<RoomId>, max: usize) -> Option<Vec<RoomId>> {
        let rooms = self.rooms.lock().expect("not poisoned");
        Some(rooms.iter().filter(|room| after.is_none_or(|after| **room > after)).take(max).copied().collect())
    }

    fn evict(&self, room_id: RoomId, user: UserId) {
        let _ = self.command(format!("evict {user} from {room_id}")); // the actor system repeats it by itself
    }

    async fn move_member(&self, user: UserId, from: RoomId, to: RoomId) -> Result<(), Unavailable> {
        self.command(format!("move {user} from {from} to {to}"))
    }

    async fn describe(&self, room_id: RoomId) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "seats": [], "room": room_id }))
    }

    async fn close(&self, room_id: RoomId, _: u64) -> Result<(), Unavailable> {
        self.command(format!("close {room_id}"))
    }

    fn ban(&self, room_id: RoomId, user: UserId) {
        let _ = self.command(format!("ban {user} from {room_id}")); // as above
    }

    async fn settings_changed(&self, room_id: RoomId, _: &RoomChanged) -> Result<(), Unavailable> {
        self.command(format!("settings {room_id}"))
    }

    async fn guests_waiting(&self, room_id: RoomId, count: u32) -> Result<(), Unavailable> {
        self.command(format!("{count} wait for {room_id}"))
    }

    async fn request_mute(&self, room_id: RoomId, by: &UserId, to: UserId, kind: TrackKind) -> Result<(), Unavailable> {
        self.command(format!("mute {kind:?} of {to} in {room_id} by {by}"))
    }

    async fn message_deleted(&self, room_id: RoomId, id: &str) -> Result<(), Unavailable> {
        self.command(format!("deleted {id} of {room_id}"))
    }

    async fn backend_says(&self, room_id: RoomId, message: &AppMessage) -> Result<(), Unavailable> {
        let to = message.to.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string);
        self.command(format!("{} to {to} in {room_id}", backend_data(message).data))
    }

    async fn revoke(&self, revocation: Revocation) {
        self.revoke_here(revocation);
    }

    fn revoke_here(&self, revocation: Revocation) {
        let call = self.on_revocation.lock().expect("not poisoned").clone();
        if let Some(call) = call {
            call(&revocation);
        }
        let what = match revocation.scope {
            RevocationScope::AllBefore(_) => format!("revoke {}", revocation.user),
            RevocationScope::Session(session) => format!("revoke {} session {session}", revocation.user),
        };
        let _ = self.command(what); // other nodes would be told later
    }

    async fn end_login_here(&self, login: LoginId) {
        let _ = self.command(format!("end login {login}")); // other nodes follow by themselves
    }

    fn tree(&self) -> serde_json::Value {
        serde_json::json!({})
    }
}
