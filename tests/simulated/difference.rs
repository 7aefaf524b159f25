//! The simulated server and a real one, given the same: random commands, and all that was executed in simulated worlds, scripts
//! among it. They answer the same, publish the same, and store the same in the end.

use std::collections::BTreeMap;

use actors::ports::SeededEntropy;

use super::{
    real::{Connection, Real, words},
    resp::Reply,
    server::data::Data,
    store::Redis,
    trace::{Step, Trace},
};
use crate::{
    run_on,
    simulation::{plan::Plan, world::BEGAN_MS},
};

type Bytes = Vec<u8>;

const COMMANDS: usize = 20_000;
const WORLDS: u64 = 2;

/// Both answer the same; an error by its code.
fn same(simulated: &Reply, real: &Reply) -> bool {
    let code = |why: &str| why.split(' ').next().map(str::to_owned);
    match (simulated, real) {
        (Reply::Error(one), Reply::Error(other)) => code(one) == code(other),
        (Reply::List(one), Reply::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (one, other) => one == other,
    }
}

/// A reply whose lists are in an order of their own: sets have none.
fn ordered(reply: &Reply) -> Reply {
    match reply {
        Reply::List(parts) => {
            let mut parts: Vec<Reply> = parts.iter().map(ordered).collect();
            parts.sort_by_key(|part| format!("{part:?}"));
            Reply::List(parts)
        }
        Reply::Nil
        | Reply::Whole(_)
        | Reply::Status(_)
        | Reply::Text(_)
        | Reply::Error(_)
        | Reply::Map(_)
        | Reply::Push(_) => reply.clone(),
    }
}

fn text(command: &[Bytes]) -> String {
    let short = |part: &Bytes| String::from_utf8_lossy(part).chars().take(60).collect::<String>();
    command.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// What is stored, one line for each of its commands.
fn lines(data: &Data) -> Vec<String> {
    let line = |command: Vec<Bytes>| command.iter().map(|part| format!("{} ", part.escape_ascii())).collect();
    data.commands().into_iter().map(line).collect()
}

fn same_is_stored(simulated: &Data, real: &mut Real) {
    let (simulated, real) = (lines(simulated), lines(&real.data()));
    for (one, other) in simulated.iter().zip(&real) {
        assert_eq!(one, other, "what is stored, simulated and real");
    }
    assert_eq!(simulated.len(), real.len(), "keys, simulated and real");
}

/// Random commands, of the forms that scripts use.
struct Draw(SeededEntropy);

impl Draw {
    fn below(&self, bound: u64) -> u64 {
        self.0.next() % bound
    }

    fn one_of<'a>(&self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    /// One, with places for what is drawn: `k` a key of its kind, `v` a short value, `n` a place, `s` a score, `b` a bound, `c` a count.
    fn command(&self) -> Vec<Bytes> {
        let form = self.one_of(&[
            "HGET k v",
            "HMGET k v v v",
            "HEXISTS k v",
            "HSET k v v",
            "HSET k v v v v",
            "HDEL k v v",
            "RPUSH k v",
            "RPUSH k v v v",
            "LLEN k",
            "LPOP k",
            "LPOP k c",
            "LINDEX k n",
            "LRANGE k n n",
            "LTRIM k n n",
            "SADD k v v",
            "SREM k v",
            "SMEMBERS k",
            "ZADD k s v",
            "ZADD k NX s v",
            "ZREM k v",
            "ZCARD k",
            "ZSCORE k v",
            "ZCOUNT k b b",
            "ZPOPMIN k",
            "ZRANGE k 0 -1",
            "ZRANGE k b b BYSCORE",
            "ZRANGE k b b BYSCORE LIMIT 0 c",
            "ZRANGE k b b BYSCORE LIMIT 0 c WITHSCORES",
            "ZRANGE k b b BYSCORE WITHSCORES",
            "DEL k",
            "EXISTS k",
            "EXPIRE k 900",
        ]);
        let (name, rest) = form.split_once(' ').expect("a command has arguments");
        let kind = match name.as_bytes()[0] {
            _ if ["DEL", "EXISTS", "EXPIRE"].contains(&name) => self.one_of(&["H", "L", "S", "Z"]),
            b'R' => "L",
            _ => &name[..1],
        };
        let draw = |part: &str| match part {
            "k" => format!("{kind}{}", self.below(3)),
            "v" => format!("v{}", self.below(8)),
            "n" => (self.below(13) as i64 - 6).to_string(),
            "s" => (BEGAN_MS + self.below(6) * 1_000).to_string(),
            "b" => match self.below(4) {
                0 => "-inf".to_owned(),
                1 => "+inf".to_owned(),
                2 => format!("({}", BEGAN_MS + self.below(6) * 1_000),
                _ => (BEGAN_MS + self.below(6) * 1_000).to_string(),
            },
            "c" => (1 + self.below(4)).to_string(),
            other => other.to_owned(),
        };
        std::iter::once(name.to_owned()).chain(rest.split(' ').map(draw)).map(String::into_bytes).collect()
    }
}

#[test]
fn random_commands_are_answered_as_by_a_real_server() {
    let (draw, mut data, mut real) = (Draw(SeededEntropy::new(7)), Data::default(), Real::start());
    for nth in 0..COMMANDS {
        let command = draw.command();
        let (simulated, answered) = (data.execute(&command, BEGAN_MS), real.ask(&command));
        let is_set = command[0] == b"SMEMBERS";
        let [simulated, answered] = [simulated, answered].map(|reply| if is_set { ordered(&reply) } else { reply });
        assert!(same(&simulated, &answered), "number {nth}, {}: {simulated:?}, really {answered:?}", text(&command));
    }
    same_is_stored(&data, &mut real);
}

/// What a real server has published since a connection subscribed to everything.
fn published(listener: &mut Connection, real: &mut Real) -> Vec<(Bytes, Bytes)> {
    const END: &str = "the end";
    real.ask(&words(&["PUBLISH", END, ""]));
    let mut published = Vec::new();
    loop {
        let Reply::List(parts) = listener.reply() else { panic!("no push") };
        let [_, _, Reply::Text(channel), Reply::Text(payload)] = &parts[..] else { panic!("no message: {parts:?}") };
        if channel == END.as_bytes() {
            return published;
        }
        published.push((channel.clone(), payload.clone()));
    }
}

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    replies: usize,
    /// Of scripts.
    scripts: usize,
    /// That were the same but for the order of a set's members.
    unordered: usize,
}

/// Has a real server execute the same.
fn replay(trace: &Trace, data: &Data) -> Compared {
    let mut real = Real::start();
    let mut listener = real.connect();
    listener.ask(&words(&["PSUBSCRIBE", "*"]));
    let (mut hashes, mut compared) = (BTreeMap::new(), Compared::default());
    for step in &trace.steps {
        let (now, command, reply) = match step {
            Step::Flushed => {
                real.flush();
                continue;
            }
            Step::Restarted(data) => {
                real.flush();
                real.ask(&words(&["SCRIPT", "FLUSH"]));
                data.commands().iter().for_each(|command| drop(real.ask(command)));
                continue;
            }
            Step::Executed { now, command, reply } => (*now, command, reply),
        };
        real.set_clock(now);
        let answered = match (command[0].as_slice(), reply) {
            (b"SCRIPT", Reply::Text(hash)) => {
                hashes.insert(hash.clone(), real.load(&command[2]));
                continue;
            }
            (b"EVALSHA", _) => {
                compared.scripts += 1;
                let own = hashes.get(&command[1]).unwrap_or(&command[1]);
                real.ask(&[&[b"EVALSHA".to_vec(), own.clone()], &command[2..]].concat())
            }
            _ => real.ask(command),
        };
        // How many listen is not the same.
        if command[0] != b"PUBLISH" {
            compared.replies += 1;
            let (is_same, is_alike) = (same(reply, &answered), ordered(reply) == ordered(&answered));
            compared.unordered += usize::from(!is_same);
            assert!(is_same || is_alike, "{compared:?}, at {now}: {}\n{reply:?}, really\n{answered:?}", text(command));
        }
    }
    same_is_stored(data, &mut real);
    let real = published(&mut listener, &mut real);
    for (one, other) in trace.published.iter().zip(&real) {
        assert_eq!(one, other, "what is published, simulated and real");
    }
    assert_eq!(trace.published.len(), real.len(), "messages that were published");
    compared
}

#[test]
fn what_simulated_worlds_execute_is_answered_published_and_stored_as_by_a_real_server() {
    for seed in 0..WORLDS {
        let (plan, mut server) = (Plan::of(seed), None);
        run_on(plan, || {
            let (redis, traced) = Redis::traced(plan);
            server = Some(traced);
            redis
        });
        let (trace, data) = server.and_then(|server| server.trace()).expect("it was traced");
        let compared = replay(&trace, &data);
        eprintln!("seed {seed}: {compared:?}, and {} messages", trace.published.len());
        assert!(compared.scripts > 1_000, "hardly anything was compared");
        assert!(compared.unordered * 100 < compared.replies, "sets are read rarely: {compared:?}");
    }
}
