//! What is noted for timelines.

use super::bench::*;
use crate::{messages::room::Message, ports::RoomSettings, protocol::Kind};

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
