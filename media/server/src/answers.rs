//! Idempotency: a call that is repeated with its key gets its first answer, also while the first one still runs.
//! Awaits nothing, and must not know what a call does.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::sync::watch;

/// An answer: status and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON, or an error's JSON.
    pub body: Bytes,
}

impl Answer {
    /// Whether the same call may have another answer later: it is not kept.
    fn passing(&self) -> bool {
        self.status >= 500
    }
}

/// What to do about a call with a key.
pub enum Begin {
    /// It is new: run it, and send the answer to those who wait.
    Run(watch::Sender<Option<Answer>>),
    /// It runs: wait for its answer.
    Wait(watch::Receiver<Option<Answer>>),
    /// It was answered.
    Repeat(Answer),
    /// The key belongs to another call.
    Another,
}

struct Kept {
    key: String,
    /// What was asked: a digest of method, path and body.
    asked: [u8; 32],
    state: watch::Receiver<Option<Answer>>,
}

/// The last answers of a peer, oldest first.
pub struct Answers {
    kept: VecDeque<Kept>,
    max: usize,
}

impl Answers {
    /// None yet; so many are kept.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { kept: VecDeque::new(), max }
    }

    /// A call with this key, and a digest of what it asks.
    pub fn begin(&mut self, key: &str, asked: [u8; 32]) -> Begin {
        // A call that was dropped, and one whose answer was passing, are as if they had never been.
        self.kept.retain(|kept| match &*kept.state.borrow() {
            Some(answer) => !answer.passing(),
            None => kept.state.has_changed().is_ok(),
        });
        if let Some(kept) = self.kept.iter().find(|kept| kept.key == key) {
            if kept.asked != asked {
                return Begin::Another;
            }
            let answer = kept.state.borrow().clone();
            return answer.map_or_else(|| Begin::Wait(kept.state.clone()), Begin::Repeat);
        }
        if self.kept.len() >= self.max {
            self.kept.pop_front();
        }
        let (to, state) = watch::channel(None);
        self.kept.push_back(Kept { key: key.to_owned(), asked, state });
        Begin::Run(to)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Answers, Begin};

    const ASKED: [u8; 32] = [1; 32];

    fn answer(status: u16) -> Answer {
        Answer { status, body: "{}".into() }
    }

    fn run(answers: &mut Answers, key: &str) -> tokio::sync::watch::Sender<Option<Answer>> {
        match answers.begin(key, ASKED) {
            Begin::Run(to) => to,
            Begin::Wait(_) | Begin::Repeat(_) | Begin::Another => panic!("it is new"),
        }
    }

    #[test]
    fn a_repeated_call_gets_its_first_answer() {
        let mut answers = Answers::new(64);
        run(&mut answers, "s-1").send_replace(Some(answer(404)));
        assert!(matches!(answers.begin("s-1", ASKED), Begin::Repeat(first) if first == answer(404)));
    }

    #[test]
    fn a_call_that_runs_is_waited_for() {
        let mut answers = Answers::new(64);
        let to = run(&mut answers, "s-1");
        let Begin::Wait(wait) = answers.begin("s-1", ASKED) else { panic!("it runs") };
        to.send_replace(Some(answer(200)));
        assert_eq!(*wait.borrow(), Some(answer(200)));
    }

    #[test]
    fn a_key_belongs_to_one_call() {
        let mut answers = Answers::new(64);
        let _runs = run(&mut answers, "s-1");
        assert!(matches!(answers.begin("s-1", [2; 32]), Begin::Another));
    }

    #[test]
    fn a_passing_failure_and_a_dropped_call_may_be_tried_again() {
        let mut answers = Answers::new(64);
        run(&mut answers, "s-1").send_replace(Some(answer(503)));
        drop(run(&mut answers, "s-1"));
        let _third = run(&mut answers, "s-1");
    }

    #[test]
    fn the_last_answers_are_kept_and_no_more() {
        let mut answers = Answers::new(2);
        for key in ["s-1", "s-2", "s-3"] {
            run(&mut answers, key).send_replace(Some(answer(200)));
        }
        assert!(matches!(answers.begin("s-3", ASKED), Begin::Repeat(_)));
        assert!(matches!(answers.begin("s-2", ASKED), Begin::Repeat(_)));
        assert!(matches!(answers.begin("s-1", ASKED), Begin::Run(_)));
    }
}
