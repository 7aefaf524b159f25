//! A stand-in for servers that cannot be installed beside the real one: it answers a node's questions as a Redis of some
//! version whose clock is ahead or behind. It stores nothing.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What it pretends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pretender {
    pub(super) version: &'static str,
    pub(super) policy: &'static str,
    /// How many milliseconds its clock is ahead of this machine's.
    pub(super) ahead: i64,
}

impl Pretender {
    /// A server that nothing is wrong with.
    pub(super) const FIT: Self = Self { version: "7.0.15", policy: "noeviction", ahead: 0 };

    /// Begins to serve, until the test ends; answers the address. On threads of its own, as tests wait for programs.
    pub(super) fn url(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || self.serve(&stream));
            }
        });
        format!("redis://{address}")
    }

    /// Until the client has gone.
    fn serve(self, stream: &TcpStream) -> Option<()> {
        let (mut read, mut write) = (BufReader::new(stream), stream);
        loop {
            let command = command(&mut read)?;
            write.write_all(self.answer(&command).as_bytes()).ok()?;
        }
    }

    fn answer(self, command: &[String]) -> String {
        match command[0].to_ascii_uppercase().as_str() {
            "HELLO" => "%1\r\n$5\r\nproto\r\n:3\r\n".to_owned(),
            "ROLE" => "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n".to_owned(),
            "INFO" => {
                let Self { version, policy, .. } = self;
                let info = format!("redis_version:{version}\r\nmaxmemory_policy:{policy}\r\nrun_id:pretender\r\n");
                format!("${}\r\n{info}\r\n", info.len())
            }
            "TIME" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
                let ahead = Duration::from_millis(self.ahead.unsigned_abs());
                let now = if self.ahead < 0 { now - ahead } else { now + ahead };
                let (seconds, micros) = (now.as_secs().to_string(), now.subsec_micros().to_string());
                format!("*2\r\n${}\r\n{seconds}\r\n${}\r\n{micros}\r\n", seconds.len(), micros.len())
            }
            "HMGET" => format!("*{}\r\n{}", command.len() - 2, "_\r\n".repeat(command.len() - 2)),
            "ZRANGE" => "*0\r\n".to_owned(),
            _ => "+OK\r\n".to_owned(),
        }
    }
}

/// The next command: an array of bulk strings.
fn command(read: &mut BufReader<&TcpStream>) -> Option<Vec<String>> {
    let parts = header(read)?;
    let mut command = Vec::new();
    for _ in 0..parts {
        let mut part = vec![0; header(read)? + 2];
        read.read_exact(&mut part).ok()?;
        part.truncate(part.len() - 2);
        command.push(String::from_utf8(part).ok()?);
    }
    (!command.is_empty()).then_some(command)
}

fn header(read: &mut BufReader<&TcpStream>) -> Option<usize> {
    let mut line = String::new();
    read.read_line(&mut line).ok()?;
    line.trim_end().get(1..)?.parse().ok()
}
