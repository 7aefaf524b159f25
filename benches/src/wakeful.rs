//! Keeps the generator from falling asleep while a closed loop is measured: on one machine the kernel charges the
//! sender for waking the receiver, which no server pays whose clients are elsewhere. Must not know what is measured.

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Until it is dropped, every worker of the runtime polls instead of sleeping.
pub struct Wakeful(#[expect(dead_code, reason = "kept for its drop, which ends the tasks")] JoinSet<()>);

impl Wakeful {
    /// From now on.
    #[must_use]
    pub fn begin() -> Self {
        let mut tasks = JoinSet::new();
        for _ in 0..Handle::current().metrics().num_workers() {
            tasks.spawn(async {
                loop {
                    tokio::task::yield_now().await; // sockets are looked at in between
                }
            });
        }
        Self(tasks)
    }
}
