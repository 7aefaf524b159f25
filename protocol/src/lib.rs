//! The wire, for nodes and for clients. Must not know sockets, rooms, actors.
//!
#![doc = include_str!("../README.md")]

pub mod attributes;
pub mod client;
pub mod cluster;
pub mod code;
pub mod data;
pub mod decode;
pub mod encode;
pub mod hosted;
pub mod id;
pub mod kind;
pub mod media;
pub mod notice;
pub mod received;
pub mod relayed;
pub mod server;
pub mod sfu;
pub mod signal;
mod whole;

pub use attributes::Attributes;
pub use client::{ClientMessage, ClientToServer};
pub use cluster::{Entry, Member, Message};
pub use code::{Close, Code};
pub use data::Data;
pub use decode::{BadMessage, Unfit, decode};
pub use hosted::{Guests, Power};
pub use id::{Epoch, Fence, JoinOrder, LoginId, NodeId, RoomId, SeatId, SessionId, SocketId, UserId};
pub use kind::Kind;
pub use media::RoomMode;
pub use received::{Received, ServerMessage, read};
pub use server::{LeaveReason, ServerToClient};
pub use sfu::SfuRequest;
pub use signal::{AppMessage, Signal};

/// The sub-protocol that both sides speak on `GET /ws` (RFC 6455 §1.9).
pub const SUBPROTOCOL: &str = "aldis.v1";
