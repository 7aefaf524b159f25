//! `aldis config check --probe`: whether the services that the configuration names answer. Each is asked for something
//! that changes nothing: other issuers for their keys, STUN and TURN with a request of RFC 8489 and RFC 8656, PostgreSQL and
//! Redis all that a node asks them at its start, the mail server for its greeting, media servers whether they are well.

use std::{
    fmt,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket},
    path::Path,
    time::Duration,
};

use super::{issuers, media};
use crate::{
    app::ledger,
    config::{Config, DatabaseKind, Fault, IceUrl, LedgerUrl, Loaded, MailSecurity, MailUrl},
    ledger::DialError,
    storage::{
        self,
        tenancy::{self, Tenancy},
    },
};

/// How long a service may take to answer.
const WITHIN: Duration = Duration::from_secs(3);
/// Requests over UDP, each of which may be lost.
const TRIES: u32 = 3;

/// What to do about a node that uses what only one node may.
const ITSELF: &str = "nothing, if that is the node that runs with this configuration";

/// What the services of a configuration say.
pub struct Probed {
    /// Services that do not answer.
    pub faults: Vec<Fault>,
    /// What is only suspicious.
    pub warnings: Vec<Fault>,
    /// What those say that answer, a line each.
    pub said: Vec<String>,
}

/// Asks all services of a configuration.
#[must_use]
pub fn probe(loaded: &Loaded) -> Probed {
    let config = &loaded.config;
    let (mut faults, mut warnings) = media::probe(loaded);
    let mut note = |key: &'static str, what: &str, answered: io::Result<()>| {
        if let Err(why) = answered {
            let why = format!("{what} does not answer: {why}");
            faults.push(loaded.mistake(
                key,
                why,
                "start the service, or correct its address; does a firewall drop it?",
            ));
        }
    };
    for (key, urls) in [("ice.stun_urls", &config.ice.stun_urls), ("ice.turn_urls", &config.ice.turn_urls)] {
        for url in urls {
            note(key, url.as_str(), ice(url));
        }
    }
    let database = config.database.url.as_ref();
    if let Some(url) = database.filter(|url| url.kind() == DatabaseKind::Sqlite) {
        note("database.url", "the database", sqlite(url.expose()));
    }
    if let Some(url) = &config.mail.url {
        note("mail.url", "the mail server", smtp(url));
    }
    let tenancy = if config.ledger.redis_url.is_some() { Tenancy::Shared } else { Tenancy::Alone };
    let postgres_url = database.filter(|url| url.kind() == DatabaseKind::Postgres);
    match postgres_url.map(|url| postgres(url.expose())) {
        None | Some(Ok(None)) => {}
        Some(Ok(Some(Tenancy::Shared))) if tenancy == Tenancy::Shared => {}
        Some(Ok(Some(Tenancy::Alone))) if tenancy == Tenancy::Alone => {
            let why = "a node without a ledger.redis_url uses this database, and no other may".to_owned();
            warnings.push(loaded.warning("database.url", why, ITSELF));
        }
        Some(Ok(Some(Tenancy::Alone | Tenancy::Shared))) => {
            let help = "give all nodes of a database the same ledger.redis_url (docs/operate.md)";
            faults.push(loaded.mistake("database.url", tenancy.refusal().to_owned(), help));
        }
        Some(Err(why)) => {
            let help = "start the server, or correct its address, database, user or password (docs/operate.md)";
            faults.push(loaded.mistake("database.url", why, help));
        }
    }
    match config.ledger.redis_url.as_ref().map(|url| redis(config, url)) {
        None | Some(Ok(None)) => {}
        Some(Ok(Some(taken))) => {
            warnings.push(loaded.warning("node.id", taken, ITSELF));
        }
        Some(Err(why)) => {
            let help = "start the server, correct its address or password, or change its settings (docs/redis.md)";
            faults.push(loaded.mistake("ledger.redis_url", why, help));
        }
    }
    let (more, said) = issuers::probe(loaded);
    faults.extend(more);
    Probed { faults, warnings, said }
}

/// The first bytes of a SQLite database, unless it is new.
fn sqlite(url: &str) -> io::Result<()> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
    let mut head = Vec::new();
    match std::fs::File::open(Path::new(path)) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?.take(16).read_to_end(&mut head)?,
    };
    if head.is_empty() || head.starts_with(b"SQLite format 3") {
        Ok(())
    } else {
        Err(io::Error::other("it is another kind of file"))
    }
}

/// As at the start of a node, but that nothing is migrated; answers how nodes use it, of which one may be the very node.
fn postgres(url: &str) -> Result<Option<Tenancy>, String> {
    asked(async {
        storage::examine_postgres(url, WITHIN).await?;
        tenancy::in_use(url).await
    })
}

/// Runs what the node itself would ask, on a runtime of its own.
fn asked<T, E: fmt::Display>(question: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|why| why.to_string())?.block_on(question).map_err(|why| format!("{why:#}"))
}

/// As at the start of a node; answers that a live node has its name, which may be the very one.
fn redis(config: &Config, url: &LedgerUrl) -> Result<Option<String>, String> {
    asked(async {
        match ledger::probe(config, url, config.node.id.as_deref()).await {
            Err(taken @ DialError::NameTaken { .. }) => Ok(Some(taken.to_string())),
            probed => probed.map(|()| None),
        }
    })
}

/// The greeting (RFC 5321 §4.2); over TLS the connection is all that can be asked for without certificates.
fn smtp(url: &MailUrl) -> io::Result<()> {
    let mut stream = connect(&format!("{}:{}", url.host, url.port))?;
    if url.security == MailSecurity::Tls {
        return Ok(());
    }
    let mut greeting = [0; 3];
    stream.read_exact(&mut greeting)?;
    if &greeting == b"220" { Ok(()) } else { Err(io::Error::other("it is not a mail server that takes mails")) }
}

fn resolve(address: &str) -> io::Result<SocketAddr> {
    address.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("its name has no address"))
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&resolve(address)?, WITHIN)?;
    stream.set_read_timeout(Some(WITHIN))?;
    stream.set_write_timeout(Some(WITHIN))?;
    Ok(stream)
}

/// Asks a STUN server for our address, and a TURN server for an allocation that it must refuse (no credentials).
fn ice(url: &IceUrl) -> io::Result<()> {
    let (scheme, rest) = url.as_str().split_once(':').unwrap_or_default();
    let (host, query) = rest.split_once('?').unwrap_or((rest, ""));
    let over_tls = scheme.ends_with('s');
    let authority: hyper::http::uri::Authority = host.parse().map_err(|_| io::Error::other("its URL names no host"))?;
    let port = authority.port_u16().unwrap_or(if over_tls { 5349 } else { 3478 });
    let address = format!("{}:{port}", authority.host());
    if over_tls {
        return connect(&address).map(drop);
    }
    let request = if url.is_turn() { ALLOCATE } else { BINDING };
    let question = question(request, rand::random());
    let answer = if query == "transport=tcp" { over_tcp(&address, &question)? } else { over_udp(&address, &question)? };
    let is_answer = answer.len() >= 20 && answer[4..20] == question[4..20] && answer[0] & 0b1100_0000 == 0;
    if is_answer { Ok(()) } else { Err(io::Error::other("the answer is not STUN")) }
}

/// Message types of RFC 8489 and RFC 8656.
const BINDING: u16 = 0x0001;
const ALLOCATE: u16 = 0x0003;

/// A request; one for an allocation says that it is for UDP.
fn question(kind: u16, transaction: [u8; 12]) -> Vec<u8> {
    let attributes: &[u8] = if kind == ALLOCATE { &[0x00, 0x19, 0, 4, 17, 0, 0, 0] } else { &[] };
    let length = u16::try_from(attributes.len()).unwrap_or_default();
    let mut bytes = [kind.to_be_bytes(), length.to_be_bytes()].concat();
    bytes.extend(0x2112_A442_u32.to_be_bytes());
    bytes.extend(transaction);
    bytes.extend(attributes);
    bytes
}

fn over_udp(address: &str, question: &[u8]) -> io::Result<Vec<u8>> {
    let to = resolve(address)?;
    let any: SocketAddr = if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0; 16], 0).into() };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    socket.set_read_timeout(Some(WITHIN / TRIES))?;
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    for _ in 0..TRIES {
        socket.send(question)?;
        let mut answer = [0; 1500];
        match socket.recv(&mut answer) {
            Ok(length) => return Ok(answer[..length].to_vec()),
            Err(why) => last = why,
        }
    }
    Err(last)
}

fn over_tcp(address: &str, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = connect(address)?;
    stream.write_all(question)?;
    let mut answer = vec![0; 20];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;
    use crate::config::text::Text as _;

    /// A server that reads some bytes and answers with these.
    fn tcp(answer: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let _ = stream.read(&mut [0; 64]);
                let _ = stream.write_all(answer);
            }
        });
        port
    }

    /// A server that speaks first.
    fn greeting(words: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = stream.expect("a connection").write_all(words);
            }
        });
        port
    }

    #[test]
    fn services_are_told_from_silence_and_from_other_services() {
        let pg = |port| postgres(&format!("postgres://ann:secret@127.0.0.1:{port}/aldis"));
        assert!(pg(tcp(b"HTTP/1.1 400")).is_err_and(|why| !why.contains("secret")));
        let cache = |port| {
            redis(&Config::default(), &LedgerUrl::read(&format!("redis://:secret@127.0.0.1:{port}")).expect("a URL"))
        };
        assert!(cache(tcp(b"HTTP/1.1 400 Bad Request\r\n\r\n")).is_err());
        let mail = |port| smtp(&MailUrl::read(&format!("smtp://127.0.0.1:{port}")).expect("a URL"));
        assert!(mail(greeting(b"220 mail.example.org ESMTP\r\n")).is_ok());
        assert!(mail(greeting(b"554 no\r\n")).is_err() && mail(greeting(b"SSH-2.0")).is_err());
        let free =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        assert!(pg(free).is_err() && cache(free).is_err());
    }

    #[test]
    fn a_stun_or_turn_server_must_answer_the_same_transaction() {
        let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let port = server.local_addr().expect("an address").port();
        thread::spawn(move || {
            let mut bytes = [0; 1500];
            while let Ok((length, from)) = server.recv_from(&mut bytes) {
                // A binding is granted, an allocation refused.
                let head: [u8; 2] = if bytes[1] == 1 { [0x01, 0x01] } else { [0x01, 0x13] };
                let answer = [&head[..], &[0, 0], &bytes[4..20]].concat();
                assert!(length >= 20);
                let _ = server.send_to(&answer, from);
            }
        });
        let url = |text: String| IceUrl::read(&text).expect("a URL");
        assert!(ice(&url(format!("stun:127.0.0.1:{port}"))).is_ok());
        assert!(ice(&url(format!("turn:127.0.0.1:{port}?transport=udp"))).is_ok());
        let other = tcp(b"SSH-2.0-OpenSSH_9 hello");
        let why = ice(&url(format!("turn:127.0.0.1:{other}?transport=tcp"))).expect_err("another service");
        assert_eq!(why.to_string(), "the answer is not STUN");
    }
}
