//! What is stored, and the commands of the scripts on it. A command that the scripts begin to use is an error here until it
//! is written.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::simulated::resp::Reply;

type Bytes = Vec<u8>;

/// Everything that is stored.
#[derive(Clone, Default)]
pub(in crate::simulated) struct Data {
    hashes: BTreeMap<Bytes, BTreeMap<Bytes, Bytes>>,
    lists: BTreeMap<Bytes, VecDeque<Bytes>>,
    sets: BTreeMap<Bytes, BTreeSet<Bytes>>,
    sorted: BTreeMap<Bytes, BTreeMap<Bytes, f64>>,
    /// When keys end, in milliseconds since the Unix epoch.
    ends: BTreeMap<Bytes, u64>,
}

impl Data {
    /// Executes a command at this time, in milliseconds since the Unix epoch.
    pub(in crate::simulated) fn execute(&mut self, command: &[Bytes], now: u64) -> Reply {
        let [name, arguments @ ..] = command else { return unknown(command) };
        // The first argument is a key; what is past is removed when it is asked for.
        if arguments.first().is_some_and(|key| self.ends.get(key).is_some_and(|at| *at <= now)) {
            self.remove(&arguments[0]);
        }
        match (name.to_ascii_uppercase().as_slice(), arguments) {
            (b"TIME", []) => {
                Reply::list([(now / 1_000).to_string(), (now % 1_000 * 1_000).to_string()].map(Bytes::from))
            }
            (b"DEL", keys) => Reply::count(keys.iter().filter(|key| self.remove(key)).count()),
            (b"EXISTS", [key]) => Reply::count(usize::from(self.has(key))),
            (b"EXPIRE", [key, seconds]) => {
                let is_there = self.has(key);
                if is_there {
                    self.ends.insert(key.clone(), now + 1_000 * number::<u64>(seconds));
                }
                Reply::count(usize::from(is_there))
            }
            (name, [key, rest @ ..]) => match name {
                [b'H', ..] => self.hash(name, key, rest),
                [b'S', ..] => self.set(name, key, rest),
                [b'Z', ..] => self.sorted(name, key, rest),
                _ => self.list(name, key, rest),
            },
            _ => unknown(command),
        }
    }

    /// Commands that store the same on an empty server; nothing ends there.
    pub(in crate::simulated) fn commands(&self) -> Vec<Vec<Bytes>> {
        let hashes = self.hashes.iter().map(|(key, hash)| {
            let pairs = hash.iter().flat_map(|(field, value)| [field.clone(), value.clone()]);
            [b"HSET".to_vec(), key.clone()].into_iter().chain(pairs).collect()
        });
        let all = |name: &str, key: &Bytes, values: &mut dyn Iterator<Item = &Bytes>| {
            [name.into(), key.clone()].into_iter().chain(values.cloned()).collect()
        };
        let lists = self.lists.iter().map(|(key, list)| all("RPUSH", key, &mut list.iter()));
        let sets = self.sets.iter().map(|(key, set)| all("SADD", key, &mut set.iter()));
        let sorted = self.sorted.iter().flat_map(|(key, members)| {
            let add = |(member, score): (&Bytes, &f64)| {
                vec![b"ZADD".to_vec(), key.clone(), score.to_string().into_bytes(), member.clone()]
            };
            members.iter().map(add)
        });
        hashes.chain(lists).chain(sets).chain(sorted).collect()
    }

    fn has(&self, key: &Bytes) -> bool {
        self.hashes.contains_key(key)
            || self.lists.contains_key(key)
            || self.sets.contains_key(key)
            || self.sorted.contains_key(key)
    }

    fn remove(&mut self, key: &Bytes) -> bool {
        let was = self.has(key);
        self.hashes.remove(key);
        self.lists.remove(key);
        self.sets.remove(key);
        self.sorted.remove(key);
        self.ends.remove(key);
        was
    }

    /// What is empty is not there.
    fn tidy(&mut self, key: &Bytes, is_empty: bool) {
        if is_empty {
            self.remove(key);
        }
    }

    fn hash(&mut self, name: &[u8], key: &Bytes, rest: &[Bytes]) -> Reply {
        let hash = self.hashes.entry(key.clone()).or_default();
        let reply = match (name, rest) {
            (b"HGET", [field]) => Reply::maybe(hash.get(field)),
            (b"HMGET", fields) => Reply::List(fields.iter().map(|field| Reply::maybe(hash.get(field))).collect()),
            (b"HEXISTS", [field]) => Reply::count(usize::from(hash.contains_key(field))),
            (b"HSET", pairs) => {
                let (pairs, []) = pairs.as_chunks::<2>() else { return unknown(rest) };
                let new = pairs.iter().filter(|[field, value]| hash.insert(field.clone(), value.clone()).is_none());
                Reply::count(new.count())
            }
            (b"HDEL", fields) => Reply::count(fields.iter().filter(|field| hash.remove(*field).is_some()).count()),
            _ => unknown(&[name.to_vec()]),
        };
        let is_empty = hash.is_empty();
        self.tidy(key, is_empty);
        reply
    }

    fn list(&mut self, name: &[u8], key: &Bytes, rest: &[Bytes]) -> Reply {
        let list = self.lists.entry(key.clone()).or_default();
        let reply = match (name, rest) {
            (b"RPUSH", values) => {
                list.extend(values.iter().cloned());
                Reply::count(list.len())
            }
            (b"LLEN", []) => Reply::count(list.len()),
            (b"LPOP", []) => Reply::maybe(list.pop_front().as_ref()),
            (b"LPOP", [_]) if list.is_empty() => Reply::Nil,
            (b"LPOP", [count]) => Reply::list(list.drain(..list.len().min(number(count)))),
            (b"LINDEX", [place]) => Reply::maybe(position(number(place), list.len()).and_then(|place| list.get(place))),
            (b"LRANGE", [from, to]) => Reply::list(range(from, to, list.len()).map(|place| list[place].clone())),
            (b"LTRIM", [from, to]) => {
                *list = range(from, to, list.len()).map(|place| list[place].clone()).collect();
                Reply::Status("OK")
            }
            _ => unknown(&[name.to_vec()]),
        };
        let is_empty = list.is_empty();
        self.tidy(key, is_empty);
        reply
    }

    fn set(&mut self, name: &[u8], key: &Bytes, rest: &[Bytes]) -> Reply {
        let set = self.sets.entry(key.clone()).or_default();
        let reply = match (name, rest) {
            (b"SADD", members) => Reply::count(members.iter().filter(|member| set.insert((*member).clone())).count()),
            (b"SREM", members) => Reply::count(members.iter().filter(|member| set.remove(*member)).count()),
            (b"SMEMBERS", []) => Reply::list(set.iter().cloned()),
            _ => unknown(&[name.to_vec()]),
        };
        let is_empty = set.is_empty();
        self.tidy(key, is_empty);
        reply
    }

    fn sorted(&mut self, name: &[u8], key: &Bytes, rest: &[Bytes]) -> Reply {
        let members = self.sorted.entry(key.clone()).or_default();
        let mut ranked: Vec<(f64, Bytes)> = members.iter().map(|(member, score)| (*score, member.clone())).collect();
        ranked.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
        let texts: Vec<&[u8]> = rest.iter().map(Vec::as_slice).collect();
        let reply = match (name, texts.as_slice()) {
            (b"ZADD", [b"NX", score, member]) => {
                let is_new = !members.contains_key(*member);
                members.entry(member.to_vec()).or_insert_with(|| number(score));
                Reply::count(usize::from(is_new))
            }
            (b"ZADD", [score, member]) => {
                Reply::count(usize::from(members.insert(member.to_vec(), number(score)).is_none()))
            }
            (b"ZREM", [member]) => Reply::count(usize::from(members.remove(*member).is_some())),
            (b"ZCARD", []) => Reply::count(members.len()),
            (b"ZSCORE", [member]) => members.get(*member).map_or(Reply::Nil, |score| Reply::text(score.to_string())),
            (b"ZCOUNT", [from, to]) => {
                Reply::count(ranked.iter().filter(|(score, _)| within(*score, from, to)).count())
            }
            (b"ZPOPMIN", []) => match ranked.into_iter().next() {
                Some((score, member)) => {
                    members.remove(&member);
                    Reply::list([member, score.to_string().into_bytes()])
                }
                None => Reply::List(Vec::new()),
            },
            (b"ZRANGE", [b"0", b"-1"]) => Reply::list(ranked.into_iter().map(|(_, member)| member)),
            (b"ZRANGE", [from, to, b"BYSCORE", options @ ..]) => {
                ranked.retain(|(score, _)| within(*score, from, to));
                if let [b"LIMIT", b"0", most, ..] = options {
                    ranked.truncate(number(most));
                }
                let has_scores = options.last() == Some(&b"WITHSCORES".as_slice());
                let flat = |(score, member): (f64, Bytes)| {
                    std::iter::once(member).chain(has_scores.then(|| score.to_string().into_bytes()))
                };
                Reply::list(ranked.into_iter().flat_map(flat))
            }
            _ => unknown(&[name.to_vec()]),
        };
        let is_empty = members.is_empty();
        self.tidy(key, is_empty);
        reply
    }
}

fn unknown(command: &[Bytes]) -> Reply {
    let command: Vec<_> = command.iter().map(|part| String::from_utf8_lossy(part)).collect();
    Reply::Error(format!("ERR the simulated server does not know {command:?}"))
}

fn number<T: std::str::FromStr>(text: &[u8]) -> T {
    let text = String::from_utf8_lossy(text);
    text.parse().unwrap_or_else(|_| panic!("{text} is no number of its kind"))
}

/// A place in a list of this length; from its end if negative.
fn position(place: i64, length: usize) -> Option<usize> {
    if place < 0 { length.checked_sub(place.unsigned_abs() as usize) } else { Some(place as usize) }
}

fn range(from: &[u8], to: &[u8], length: usize) -> std::ops::Range<usize> {
    let from = position(number(from), length).unwrap_or(0);
    let end = position(number(to), length).map_or(0, |last| (last + 1).min(length));
    from.min(end)..end
}

fn within(score: f64, from: &[u8], to: &[u8]) -> bool {
    let bound = |text: &[u8]| match text {
        b"-inf" => (f64::NEG_INFINITY, false),
        b"+inf" => (f64::INFINITY, false),
        [b'(', rest @ ..] => (number(rest), true),
        _ => (number(text), false),
    };
    let ((from, past_from), (to, before_to)) = (bound(from), bound(to));
    (if past_from { score > from } else { score >= from }) && (if before_to { score < to } else { score <= to })
}
