//! What backends in Rust use of Aldis, and what a node signs webhooks with. Must not know actors, nor how nodes answer.
//!
#![doc = include_str!("../README.md")]

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod shapes;
#[cfg(feature = "client")]
mod token;
pub mod webhook;

pub use aldis_protocol::{Guests, RoomId, RoomMode as Mode, UserId, media::TrackKind};
#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use error::{Error, FieldError, Problem};
#[cfg(feature = "client")]
pub use shapes::{Ban, NewMessage, NewRoom, Page, Participant, Room, RoomChange, Rooms, Waiting};
#[cfg(feature = "client")]
pub use token::{Grants, Key, Token};
