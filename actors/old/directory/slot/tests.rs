//! Those who tell and the one who wants to rest, under a scheduler that tries every interleaving of a few steps, and
//! thousands of many (shuttle).

use std::collections::VecDeque;

use shuttle::{
    sync::{Arc, Mutex, RwLock, mpsc},
    thread,
};

use super::{Dozed, Kind, Mailbox, Place, Posted, Sleeper, Slot, take_turns};

/// Who says what: a sender and its count.
type Word = (u8, u8);

/// What an actor keeps: all it has heard, in order.
#[derive(Default)]
struct Memory(Vec<Word>);

impl Sleeper for Memory {
    type Message = Word;
    type Seed = ();

    fn seed(&self) {}

    /// Everybody's first word is no reason to wake, nor is anything the second sender says but its last, which is heard in
    /// the sleep, and wakes.
    fn doze(&mut self, word: Word) -> Dozed<Word> {
        thread::yield_now(); // others may speak during a turn
        match word {
            (1, 3) => {
                self.0.push(word);
                Dozed::Wakes(None)
            }
            (1, _) | (_, 0) => {
                self.0.push(word);
                Dozed::Through
            }
            _ => Dozed::Wakes(Some(word)),
        }
    }
}

/// An actor's number, and where it gets its words.
#[derive(Clone)]
struct Post(usize, mpsc::Sender<Word>);

impl Mailbox for Post {
    type Message = Word;

    fn post(&self, word: Word) -> Result<(), Word> {
        self.1.send(word).map_err(|lost| lost.0)
    }

    fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

struct House {
    slot: RwLock<Slot<Post, Memory>>,
    /// Actors that were started and do not run yet.
    started: Mutex<VecDeque<(Post, mpsc::Receiver<Word>, Memory)>>,
    actors: Mutex<usize>,
}

impl House {
    fn start(&self, memory: Memory) -> Post {
        let mut actors = self.actors.lock().expect("no panic");
        *actors += 1;
        let (to, from) = mpsc::channel();
        let mailbox = Post(*actors, to);
        self.started.lock().expect("no panic").push_back((mailbox.clone(), from, memory));
        mailbox
    }

    /// As `Roll::tell` does it.
    fn tell(&self, word: Word) {
        let posted = self.slot.read().expect("no panic").post(word);
        match posted {
            Posted::Done => {}
            Posted::Nobody(word) => panic!("nobody dies here, and {word:?} is lost"),
            Posted::Turn(memory, word) => {
                take_turns(self, (memory, word), self);
            }
        }
    }

    /// Runs one actor until it rests; `false` if there is none to run.
    fn run(&self) -> bool {
        let Some((me, mailbox, mut memory)) = self.started.lock().expect("no panic").pop_front() else { return false };
        let mut handled = 0;
        loop {
            while let Ok(word) = mailbox.try_recv() {
                memory.0.push(word);
                handled += 1;
            }
            let resting = self.slot.write().expect("no panic").rest(&me, handled, Box::new(memory));
            match resting {
                Ok(()) => {
                    assert!(mailbox.try_recv().is_err(), "nothing was left in a mailbox");
                    return true;
                }
                Err(awake) => memory = *awake,
            }
            memory.0.push(mailbox.recv().expect("there is more, or it could have rested"));
            handled += 1;
        }
    }
}

impl Place<Post, Memory> for House {
    fn shared<T>(&self, look: impl FnOnce(&Slot<Post, Memory>) -> T) -> Option<T> {
        Some(look(&self.slot.read().expect("no panic")))
    }

    fn alone<T>(&self, change: impl FnOnce(&mut Slot<Post, Memory>) -> T) -> Option<T> {
        Some(change(&mut self.slot.write().expect("no panic")))
    }

    fn end(&self) -> Option<Word> {
        unreachable!("nobody ends here")
    }
}

impl Kind<Post, Memory> for House {
    fn begin(&self, (): ()) -> Option<Box<Memory>> {
        unreachable!("nobody dies here")
    }

    fn wake(&self, memory: Box<Memory>) -> Option<Post> {
        Some(self.start(*memory))
    }
}

fn house() -> Arc<House> {
    let slot = RwLock::new(Slot::asleep(Box::default()));
    Arc::new(House { slot, started: Mutex::default(), actors: Mutex::new(0) })
}

/// So many senders say so many words each, while an actor runs, rests and is woken.
fn walk(senders: u8, words: u8) {
    let house = house();
    let telling = |sender| {
        let house = Arc::clone(&house);
        thread::spawn(move || (0..words).for_each(|count| house.tell((sender, count))))
    };
    let telling: Vec<_> = (0..senders).map(telling).collect();
    house.run();
    for sender in telling {
        sender.join().expect("no panic");
    }
    while house.run() {}
    let slot = house.slot.read().expect("no panic");
    let Slot::Asleep(nap) = &*slot else { panic!("all rest in the end") };
    let nap = nap.lock().expect("no panic");
    assert!(nap.line.is_none(), "nothing was left in line");
    let memory = nap.state.as_ref().expect("it lives, and nobody takes a turn");
    for sender in 0..senders {
        let heard = memory.0.iter().filter(|word| word.0 == sender).map(|word| word.1);
        assert!(heard.eq(0..words), "of sender {sender}, once each and in order: {:?}", memory.0);
    }
}

#[test]
fn nothing_is_lost_between_sleeping_and_waking() {
    shuttle::check_dfs(|| walk(1, 2), None); // all of them
}

#[test]
#[ignore = "minutes: all interleavings of two who talk at once; cargo test -p actors --lib slot -- --ignored"]
fn nor_when_two_talk_at_once() {
    shuttle::check_dfs(|| walk(2, 1), None);
}

#[test]
fn nor_when_many_talk() {
    shuttle::check_random(|| walk(3, 4), 2_000);
}
