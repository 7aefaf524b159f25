//! `aldis health`: checks the health of a running node. Plain HTTP/1.1 over one connection, so that a probe is cheap.
//! Must not know what a node checks.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use hyper::Uri;

use super::failure::Failure;
use super::flags::Flags;
use crate::config::Config;

/// Timeout of each step; probes mostly allow five seconds in all.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Maximum length of a response; the rest is not read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

#[derive(Debug, Args)]
#[command(after_help = "\
Without --url it asks the node that this configuration describes: its public listener, or with TLS the operators' one (over
the unix socket, where that has TLS, too).
Examples:
  aldis health
  aldis health --live --url http://10.0.0.7:8080")]
pub(super) struct HealthCommand {
    /// Address of the node: http://host:port
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Check only liveness, not readiness
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    flags: Flags,
}

impl HealthCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let path = if self.live { "/health/live" } else { "/health/ready" };
        let at = match &self.url {
            Some(url) => At::Url(url.clone()),
            None => At::of(&self.flags.load()?.config),
        };
        let (url, status) = match at {
            At::Url(url) => (url.clone(), ask(&url, path)),
            At::Socket(file) => (format!("{}:", file.display()), ask_socket(&file, path)),
        };
        let status = status.with_context(|| format!("cannot check {url}{path}"))?;
        if (200..300).contains(&status) {
            Ok(writeln!(out, "{url}{path}: {status}, healthy")?)
        } else {
            Err(anyhow!("{url}{path} returned {status}: the node is unhealthy; see its log and {url}/health").into())
        }
    }
}

/// Where a node is asked.
#[derive(Debug, PartialEq, Eq)]
enum At {
    Url(String),
    Socket(PathBuf),
}

impl At {
    /// The node with this configuration, without TLS.
    fn of(config: &Config) -> Self {
        let has_tls = config.http.tls_cert.is_some();
        if has_tls && !config.admin.bind.ip().to_canonical().is_loopback() {
            let usual = || config.node.data_dir.join("admin.sock");
            return Self::Socket(config.admin.socket.clone().unwrap_or_else(usual));
        }
        Self::Url(format!("http://{}", local(if has_tls { config.admin.bind } else { config.http.bind })))
    }
}

/// The address by which this machine reaches a listener.
fn local(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        });
    }
    address
}

/// The status of a GET of `path` at `url`.
fn ask(url: &str, path: &str) -> anyhow::Result<u16> {
    let uri: Uri = url.parse().context("not a URL; write http://host:port")?;
    let authority = match (uri.scheme_str(), uri.authority()) {
        (Some("http"), Some(authority)) => authority,
        (Some("https"), _) => {
            bail!("TLS is not supported here; use the admin listener, such as http://127.0.0.1:9090")
        }
        _ => bail!("the URL lacks scheme or host; write http://host:port"),
    };
    let stream = connect(authority.host().trim_matches(['[', ']']), authority.port_u16().unwrap_or(80))?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(ANSWER_WITHIN))?;
    exchange(stream, authority.as_str(), path)
}

/// The status of a GET of `path` over the unix socket.
fn ask_socket(file: &PathBuf, path: &str) -> anyhow::Result<u16> {
    let stream = UnixStream::connect(file).context("no connection; is the node running?")?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(ANSWER_WITHIN))?;
    exchange(stream, "localhost", path)
}

fn exchange(mut stream: impl Read + Write, host: &str, path: &str) -> anyhow::Result<u16> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: aldis-health\r\nConnection: close\r\n\r\n");
    let mut head = [0; 12];
    stream.write_all(request.as_bytes()).and_then(|()| stream.read_exact(&mut head)).context("no response")?;
    // The rest is read, and ignored, so that the node sees no reset.
    let _ = std::io::copy(&mut stream.take(ANSWER_BYTES_MAX), &mut std::io::sink());
    let status = std::str::from_utf8(&head).ok().and_then(|head| head.strip_prefix("HTTP/1.1 ")?.parse().ok());
    status.context("the response is not HTTP")
}

fn connect(host: &str, port: u16) -> anyhow::Result<TcpStream> {
    let mut refused = anyhow!("`{host}` has no address");
    for address in (host, port).to_socket_addrs().with_context(|| format!("`{host}` has no address"))? {
        match TcpStream::connect_timeout(&address, ANSWER_WITHIN) {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = anyhow!(error).context(format!("no connection to {address}; is the node running?")),
        }
    }
    Err(refused)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers one request with `answer`, and its URL.
    fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = [0; 256];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        });
        url
    }

    #[test]
    fn the_status_is_read_from_the_answer() {
        assert_eq!(
            ask(&server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), "/health/ready").expect("an answer"),
            200
        );
        assert_eq!(ask(&server("HTTP/1.1 503 Service Unavailable\r\n\r\n"), "/health/ready").expect("an answer"), 503);
    }

    #[test]
    fn an_invalid_response_is_an_error() {
        let why = |url: &str| format!("{:#}", ask(url, "/").expect_err("an error"));
        assert_eq!(why(&server("SSH-2.0-OpenSSH_9\r\n")), "the response is not HTTP");
        assert!(why(&server("")).starts_with("no response"));
        assert!(why("https://localhost").starts_with("TLS is not supported here"));
        assert!(why("localhost:8080").starts_with("the URL lacks scheme or host"));
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        assert!(why(&format!("http://{free}")).starts_with(&format!("no connection to {free}; is the node running?")));
    }

    #[test]
    fn a_node_on_every_address_is_checked_on_loopback_and_one_with_tls_on_its_admin_listener() {
        let mut config = Config::default();
        config.http.bind = "0.0.0.0:80".parse().expect("an address");
        assert_eq!(At::of(&config), At::Url("http://127.0.0.1:80".to_owned()));
        config.http.bind = "[::]:80".parse().expect("an address");
        assert_eq!(At::of(&config), At::Url("http://[::1]:80".to_owned()));
        config.http.tls_cert = Some("tls.crt".into());
        assert_eq!(At::of(&config), At::Url("http://127.0.0.1:9090".to_owned()));
        config.admin.bind = "0.0.0.0:9090".parse().expect("an address");
        assert_eq!(At::of(&config), At::Socket("./data/admin.sock".into()), "that listener has TLS, too");
    }
}
