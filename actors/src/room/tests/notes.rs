//! What is noted for timelines.

use super::bench::*;
use crate::{
    ledger::Resumed,
    messages::room::{Message, Reply},
    ports::RoomSettings,
    protocol::{Kind, server::ResumeFailure},
};

#[test]
fn refusals_are_noted_with_whom_and_why_if_timelines_are_kept() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(signal(2, 1, 5, Kind::Offer)), ["tell 2 refused 105 glare"]);
    bench.limits.notes = true;
    let wants = bench.told(signal(2, 1, 6, Kind::Offer));
    let who = format!("{:?}", member(2).user);
    assert_eq!(wants, [format!("note Refused {{ user: {who}, code: Glare }}"), "tell 2 refused 106 glare".to_owned()]);
    bench.told(Message::SettingsChanged(RoomSettings { active: false, ..settings() }));
    let (wants, who) = (bench.told(Message::Join(join(3))), format!("{:?}", join(3).user));
    let noted = format!("note JoinRefused {{ user: {who}, code: RoomClosed }}");
    assert_eq!(wants, [noted, "tell 3 join refused room_closed".to_owned()]);
}

#[test]
fn a_resume_in_vain_is_noted_with_its_reason() {
    let mut bench = Bench::new();
    bench.limits.notes = true;
    bench.told(Message::Resume(resume(1, 1, 3)));
    let wants = bench.answer(Reply::Resume(resume(1, 1, 3), Ok(Resumed::Failed(ResumeFailure::Gap))));
    let noted = format!("note ResumeFailed {{ user: {:?}, reason: Gap }}", resume(1, 1, 3).user);
    assert_eq!(wants, [noted, "tell 1 resume failed Gap".to_owned()]);
}
