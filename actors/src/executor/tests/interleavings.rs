//! Senders and runners of one cell: no message is lost, duplicated or reordered, whichever thread runs it.

use std::time::Instant;

use shuttle::{
    sync::{Arc, Mutex},
    thread,
};

use super::super::{
    Moment, Next, Out, Turn,
    cell::{Cell, Posted},
};

/// A sender and its count.
type Word = (u8, u8);

/// Remembers all it has heard, in order.
#[derive(Default)]
struct Memory(Vec<Word>);

impl Turn for Memory {
    type Message = Word;
    type Out = ();

    fn turn(&mut self, word: Word, _: Moment, _: &mut Out<(), Word>) -> Next {
        thread::yield_now(); // others may send during a turn
        self.0.push(word);
        Next::Done
    }

    fn settle(&mut self, _: Moment, _: &mut Out<(), Word>) -> Next {
        Next::Done
    }

    fn is_exempt(_: &Word) -> bool {
        false
    }

    fn refused(word: Word, _: &mut Vec<()>) {
        panic!("{word:?} was refused, although there is room");
    }

    fn answer_lost() -> Word {
        unreachable!("nobody waits here")
    }

    fn failed(self: Box<Self>, _: &mut Vec<()>) -> Option<Box<Self>> {
        unreachable!("nobody panics here")
    }
}

struct House {
    cell: Mutex<Cell<Memory, ()>>,
    /// Cells that a sender's budget did not allow to go on.
    left: Mutex<Vec<(Box<Memory>, Word)>>,
    start: Instant,
}

impl House {
    fn with<R>(&self, change: impl FnOnce(&mut Cell<Memory, ()>) -> R) -> R {
        change(&mut self.cell.lock().expect("no panic"))
    }

    /// As the executor does it, with a budget of one turn.
    fn run(&self, mut state: Box<Memory>, word: Word, budget: usize) {
        let (mut next, mut taken) = (Some(word), None);
        let mut turns = 0;
        loop {
            while let Some(word) = next.take() {
                state.turn(word, Moment { at: self.start, unix_ms: 0 }, &mut Out::default());
                turns += 1;
                next = taken.as_mut().and_then(|taken: &mut Box<_>| Iterator::next(taken)).or_else(|| {
                    taken = self.with(Cell::take);
                    taken.as_mut()?.next()
                });
                if turns >= budget
                    && let Some(word) = next.take()
                {
                    if let Some(rest) = taken {
                        self.with(|cell| cell.put_back(rest));
                    }
                    return self.left.lock().expect("no panic").push((state, word));
                }
            }
            let Err((kept, word)) = self.with(|cell| cell.give_back(state)) else { return };
            (state, next) = (kept, Some(word));
        }
    }

    fn tell(&self, word: Word) {
        match self.with(|cell| cell.post(word, self.start, usize::MAX)) {
            Posted::Queued => {}
            Posted::Claimed(state, word) => self.run(state, word, 1),
            Posted::Full(word) | Posted::Absent(word) => panic!("{word:?} is lost"),
        }
    }

    /// A worker: continues what was left.
    fn relieve(&self) -> bool {
        let left = self.left.lock().expect("no panic").pop();
        left.map(|(state, word)| self.run(state, word, 3)).is_some()
    }
}

fn walk(senders: u8, words: u8) {
    let cell = Mutex::new(Cell::new(Box::<Memory>::default()));
    let house = Arc::new(House { cell, left: Mutex::default(), start: Instant::now() });
    let telling = |sender| {
        let house = Arc::clone(&house);
        thread::spawn(move || (0..words).for_each(|count| house.tell((sender, count))))
    };
    let telling: Vec<_> = (0..senders).map(telling).collect();
    house.relieve();
    for sender in telling {
        sender.join().expect("no panic");
    }
    while house.relieve() {}
    house.with(|cell| {
        assert!(cell.is_empty(), "nothing is left in the mailbox");
        let memory = cell.state().expect("nobody runs the cell");
        for sender in 0..senders {
            let heard = memory.0.iter().filter(|word| word.0 == sender).map(|word| word.1);
            assert!(heard.eq(0..words), "of sender {sender}, once each and in order: {:?}", memory.0);
        }
    });
}

#[test]
fn no_message_is_lost_duplicated_or_reordered_in_any_interleaving() {
    shuttle::check_dfs(|| walk(1, 2), None); // all of them
}

#[test]
#[ignore = "minutes: every interleaving of two senders; cargo test -p actors --lib interleavings -- --ignored"]
fn no_message_of_two_concurrent_senders_is_lost_duplicated_or_reordered() {
    shuttle::check_dfs(|| walk(2, 1), None);
}

#[test]
fn no_message_of_many_senders_is_lost_duplicated_or_reordered() {
    shuttle::check_random(|| walk(4, 5), 3_000);
}
