//! A real Redis, asked as the simulated one is. Its clock is set: scripts read a key instead.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
};

use super::{resp::Reply, server::data::Data};
use crate::redis_server::Server;

type Bytes = Vec<u8>;

/// The key of the clock, which is none of the simulated server's.
const CLOCK: &str = "clock of the test";

/// One connection.
pub(super) struct Connection(BufReader<UnixStream>);

/// See the module.
pub(super) struct Real {
    server: Server,
    connection: Connection,
    now: u64,
}

pub(super) fn words(words: &[&str]) -> Vec<Bytes> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

impl Connection {
    fn open(server: &Server) -> Self {
        let path = server.url();
        let path = path.strip_prefix("redis+unix://").expect("on a socket");
        Self(BufReader::new(UnixStream::connect(path).expect("it listens")))
    }

    /// Gives it a command, without a look at the reply.
    pub(super) fn say(&mut self, command: &[Bytes]) {
        let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
        for part in command {
            bytes.extend(format!("${}\r\n", part.len()).bytes());
            bytes.extend(part);
            bytes.extend(b"\r\n");
        }
        self.0.get_mut().write_all(&bytes).expect("it reads");
    }

    /// The next reply, in the version of the protocol that scripts see.
    pub(super) fn reply(&mut self) -> Reply {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it answers");
        let (sign, rest) = line.trim_end().split_at(1);
        match (sign, rest) {
            ("$" | "*", "-1") => Reply::Nil,
            (":", number) => Reply::Whole(number.parse().expect("a number")),
            ("+", "OK") => Reply::Status("OK"),
            ("+", text) => Reply::text(text),
            ("-", why) => Reply::Error(why.to_owned()),
            ("$", length) => {
                let mut text = vec![0; length.parse::<usize>().expect("a length") + 2];
                self.0.read_exact(&mut text).expect("it answers");
                text.truncate(text.len() - 2);
                Reply::Text(text)
            }
            ("*", length) => Reply::List((0..length.parse().expect("a length")).map(|_| self.reply()).collect()),
            _ => panic!("no reply: {line}"),
        }
    }

    pub(super) fn ask(&mut self, command: &[Bytes]) -> Reply {
        self.say(command);
        self.reply()
    }
}

impl Real {
    pub(super) fn start() -> Self {
        let server = Server::start();
        Self { connection: Connection::open(&server), server, now: 0 }
    }

    /// One more connection.
    pub(super) fn connect(&self) -> Connection {
        Connection::open(&self.server)
    }

    pub(super) fn ask(&mut self, command: &[Bytes]) -> Reply {
        self.connection.ask(command)
    }

    /// Sets the clock that scripts read, in milliseconds.
    pub(super) fn set_clock(&mut self, now: u64) {
        if now != std::mem::replace(&mut self.now, now) {
            let (seconds, micros) = ((now / 1_000).to_string(), (now % 1_000 * 1_000).to_string());
            self.ask(&words(&["HSET", CLOCK, "seconds", &seconds, "micros", &micros]));
        }
    }

    /// Loads a script that reads that clock; answers its hash.
    pub(super) fn load(&mut self, text: &[u8]) -> Bytes {
        let text = String::from_utf8(text.to_vec()).expect("text");
        let text = text.replace("'TIME'", &format!("'HMGET', '{CLOCK}', 'seconds', 'micros'"));
        bytes(self.ask(&words(&["SCRIPT", "LOAD", &text])))
    }

    /// Loses everything, but for the clock.
    pub(super) fn flush(&mut self) {
        self.ask(&words(&["FLUSHALL"]));
        self.now = 0;
    }

    /// What it stores, as the simulated server does.
    pub(super) fn data(&mut self) -> Data {
        let mut data = Data::default();
        let Reply::List(keys) = self.ask(&words(&["KEYS", "*"])) else { panic!("no list of keys") };
        for key in keys {
            let Reply::Text(key) = key else { panic!("no key: {key:?}") };
            if key == CLOCK.as_bytes() {
                continue;
            }
            let Reply::Text(kind) = self.ask(&[b"TYPE".to_vec(), key.clone()]) else { panic!("no type") };
            let (reads, stores): (&[&str], &str) = match kind.as_slice() {
                b"hash" => (&["HGETALL"], "HSET"),
                b"list" => (&["LRANGE", "0", "-1"], "RPUSH"),
                b"set" => (&["SMEMBERS"], "SADD"),
                b"zset" => (&["ZRANGE", "0", "-1", "WITHSCORES"], "ZADD"),
                other => panic!("the simulated server stores no {}", String::from_utf8_lossy(other)),
            };
            let rest = words(&reads[1..]);
            let read = [words(&reads[..1]), vec![key.clone()], rest].concat();
            let Reply::List(parts) = self.ask(&read) else { panic!("nothing in a key") };
            let mut parts: Vec<Bytes> = parts.into_iter().map(bytes).collect();
            if stores == "ZADD" {
                parts = parts.chunks(2).flat_map(|pair| [pair[1].clone(), pair[0].clone()]).collect();
                for pair in parts.chunks(2) {
                    data.execute(&[vec![stores.into(), key.clone()], pair.to_vec()].concat(), 0);
                }
            } else {
                data.execute(&[vec![stores.into(), key], parts].concat(), 0);
            }
        }
        data
    }
}

fn bytes(reply: Reply) -> Bytes {
    let Reply::Text(text) = reply else { panic!("no text: {reply:?}") };
    text
}
