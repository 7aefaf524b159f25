//! A process that does not run for a while: its deadlines move by the pause.

use std::time::Duration;

use super::world::World;

// T10
/// No task runs meanwhile: time jumps.
#[tokio::test(start_paused = true)]
async fn after_a_pause_of_the_process_no_connection_is_closed_and_no_seat_lost() {
    for (nodes, pause) in [(1, 9), (1, 40), (2, 9), (2, 40)] {
        let world = World::linked(nodes).await;
        let mut members = world.members(2, world.room(4)).await;
        members.iter_mut().for_each(|member| member.is_patient = true); // the lease has run out
        tokio::time::advance(Duration::from_secs(pause)).await;
        let [one, two] = &mut members[..] else { panic!("two of them") };
        tokio::join!(one.hears_nothing_for(Duration::from_secs(20)), two.hears_nothing_for(Duration::from_secs(20)));
        one.chats(1, "still here");
        assert_eq!(two.hears("chat_message").await["content"], "still here");
    }
}
