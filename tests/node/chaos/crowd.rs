//! Scripted clients in rooms, who talk until they are told to end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    client::Client,
    judge::violations,
    life::{Life, Phase, World},
};
use crate::process::{Node, PATIENCE};

/// How long it may take until everybody has heard the last of everybody.
const HEARD_WITHIN: Duration = Duration::from_secs(120);

/// See the module.
pub(crate) struct Crowd {
    world: Arc<World>,
    phase: watch::Sender<Phase>,
    lives: JoinSet<Life>,
    seed: u64,
}

impl Crowd {
    /// Nobody yet. They will reach nodes at these addresses, and each will say something so often.
    pub(crate) fn new(nodes: Vec<String>, say_every: Duration, seed: u64) -> Self {
        let (phase, phases) = watch::channel(Phase::Talk);
        let (done, heard) = (AtomicUsize::new(0), AtomicU64::new(0));
        let world = Arc::new(World { nodes, phase: phases, say_every, done, heard });
        Self { world, phase, lives: JoinSet::new(), seed }
    }

    /// One more client, in a room in which so many others are, or will be.
    pub(crate) fn joins(&mut self, token: &str, room: &str, others: usize) {
        let seed = self.seed ^ (1 + self.lives.len()) as u64;
        let client = Client::new(Arc::clone(&self.world), seed, token.to_owned(), room.to_owned());
        self.lives.spawn(client.live(others));
    }

    /// New rooms with so many members each, and `later` who are yet to come.
    pub(crate) async fn fills(&mut self, node: &Node, rooms: usize, members: usize, later: usize) -> Vec<String> {
        let (tokens, host) = (node.tokens(rooms * members), node.sign_up("crowd").await);
        let mut made = Vec::new();
        for tokens in tokens.chunks(members) {
            let room = node.room(&host).await;
            tokens.iter().for_each(|token| self.joins(token, &room, members + later - 1));
            made.push(room);
        }
        made
    }

    /// Waits until so many more messages were heard.
    pub(crate) async fn hears(&self, more: u64) {
        let heard = || self.world.heard.load(Ordering::Relaxed);
        let (before, begun) = (heard(), Instant::now());
        while heard() < before + more {
            assert!(begun.elapsed() < PATIENCE, "nobody hears anything");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everybody says one last number; answers what they have lived through once everybody has heard it of everybody.
    ///
    /// # Panics
    /// Somebody is not heard. `logs` are shown then.
    pub(crate) async fn ends(self, logs: impl Fn() -> String) -> Vec<Life> {
        self.phase.send_replace(Phase::Finish);
        let heard = async {
            while self.world.done.load(Ordering::Relaxed) < self.lives.len() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let is_late = timeout(HEARD_WITHIN, heard).await.is_err();
        self.phase.send_replace(Phase::End);
        let lives = self.lives.join_all().await;
        let undone: Vec<_> = lives.iter().filter_map(|life| life.undone.clone()).collect();
        assert!(
            undone.is_empty() && !is_late,
            "{}\n{} clients wait:\n{}\n{}",
            logs(),
            undone.len(),
            undone.join("\n"),
            violations(&lives).join("\n")
        );
        lives
    }
}

/// What the clients did, in one line.
pub(crate) fn told(lives: &[Life]) -> String {
    let sum = |of: fn(&Life) -> u64| lives.iter().map(of).sum::<u64>();
    format!(
        "{} clients, {} messages accepted, {} heard and checked, {} refused, {} unknown, {} resumes, {} joins, {} told of a loss",
        lives.len(),
        sum(|life| life.accepted.len() as u64),
        sum(|life| life.heard.values().map(|numbers| numbers.len() as u64).sum()),
        sum(|life| life.refused.len() as u64),
        sum(|life| life.untold.len() as u64),
        sum(|life| life.resumed),
        sum(|life| life.joins),
        sum(|life| life.told_lost),
    )
}
