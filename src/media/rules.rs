//! Decisions about a media server: when it is asked, which one a room gets, what a request is, and what an answer means.
//! Pure: the time is an argument.

mod answer;
mod ask;
mod breaker;
mod choice;
mod life;
mod lines;
mod told;

pub(super) use answer::{Answer, Verdict, object_at};
pub(super) use ask::{Ask, Method, is_id};
pub(super) use breaker::{Failure, Position};
pub(super) use choice::{Load, ranked};
pub(super) use life::{Act, Event, Life};
pub(super) use lines::Lines;
pub(super) use told::Told;
