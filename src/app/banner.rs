//! What is printed once a node serves: where the page is, where data is stored, what to do next. A few lines on a
//! terminal, otherwise one log line.
//! Must not know how a node works.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::Config;

/// What to print of a node that serves.
#[derive(Debug, Clone)]
pub(super) struct Serving {
    /// The public listener's real address.
    pub(super) http: SocketAddr,
    /// The admin listener's real address.
    pub(super) admin: SocketAddr,
    /// Whether the public listener speaks TLS.
    pub(super) tls: bool,
    /// The address people type, if it differs.
    pub(super) public_url: Option<String>,
    /// Where database and keys are stored.
    pub(super) data_dir: PathBuf,
    /// Whether they were just created.
    pub(super) first_start: bool,
}

impl Serving {
    /// Of a node with this configuration, listening on these addresses.
    pub(super) fn new(config: &Config, http: SocketAddr, admin: SocketAddr, first_start: bool) -> Self {
        Self {
            http,
            admin,
            tls: config.http.tls_cert.is_some(),
            public_url: config.http.public_url.as_ref().map(ToString::to_string),
            data_dir: config.node.data_dir.clone(),
            first_start,
        }
    }

    /// The page's address as typed on this machine.
    pub(super) fn page(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let local = self.http.ip().is_loopback() || self.http.ip().is_unspecified();
        let here = if local { format!("localhost:{}", self.http.port()) } else { self.http.to_string() };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{here}"))
    }
}

/// Prints that the node serves: on standard output when that is a terminal, else in the log.
pub(super) fn announce(serving: &Serving) {
    let mut out = io::stdout();
    if out.is_terminal() && write!(out, "{}", banner(serving)).is_ok() {
        return;
    }
    let (http, admin, data_dir) = (serving.http, serving.admin, serving.data_dir.display());
    tracing::info!(page = serving.page(), %http, %admin, %data_dir, first_start = serving.first_start, "serving");
}

/// The lines for a terminal.
fn banner(serving: &Serving) -> String {
    let page = serving.page();
    let data = serving.data_dir.display();
    let mut text = format!("\n  Aldis {} serves.\n\n", env!("CARGO_PKG_VERSION"));
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<8}{value}");
    };
    line("Page", &page);
    line("Metrics", &format!("http://{}/metrics", serving.admin));
    line(
        "Data",
        &format!("{data} (database and signing keys{})", if serving.first_start { ", just created" } else { "" }),
    );
    if serving.first_start {
        text.push_str("\n  Next: open the page, sign up, make a room, and open its link in a second browser.\n");
        if serving.http.ip().is_loopback() && serving.public_url.is_none() {
            let port = serving.http.port();
            let _ = writeln!(
                text,
                "  Only this machine reaches it; --bind 0.0.0.0:{port} opens it to the network. Elsewhere than on"
            );
            text.push_str(
                "  localhost, browsers give a page the camera over https only: set http.tls_cert and http.tls_key.\n",
            );
        }
        text.push_str("  Every setting and its rationale: aldis config default\n");
    }
    text.push_str("\n  Ctrl-C drains and stops; a second one stops at once.\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serving(http: &str, first_start: bool) -> Serving {
        let address = |text: &str| text.parse().expect("an address");
        Serving::new(&Config::default(), address(http), address("127.0.0.1:9090"), first_start)
    }

    #[test]
    fn the_first_start_prints_the_next_steps() {
        let text = banner(&serving("127.0.0.1:8080", true));
        for part in [
            "http://localhost:8080\n",
            "./data (database and signing keys, just created)",
            "Next: open the page",
            "--bind 0.0.0.0:8080",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn later_starts_print_addresses_only() {
        let text = banner(&serving("127.0.0.1:8080", false));
        assert!(
            text.contains("http://127.0.0.1:9090/metrics") && !text.contains("Next") && !text.contains("just created"),
            "{text}"
        );
    }

    #[test]
    fn a_public_node_prints_no_advice_to_open_it() {
        assert!(!banner(&serving("0.0.0.0:8080", true)).contains("--bind"));
    }

    #[test]
    fn the_page_url_is_the_public_one() {
        let pages =
            ["127.0.0.1:8080", "0.0.0.0:80", "[::]:8080", "192.0.2.7:8080"].map(|http| serving(http, false).page());
        assert_eq!(
            pages,
            ["http://localhost:8080", "http://localhost:80", "http://localhost:8080", "http://192.0.2.7:8080"]
        );
        let tls = Serving { tls: true, ..serving("[::1]:8443", false) };
        assert_eq!(tls.page(), "https://localhost:8443");
        let named = Serving { public_url: Some("https://call.example.org".to_owned()), ..tls };
        assert_eq!(named.page(), "https://call.example.org");
    }

    #[test]
    fn no_line_is_wider_than_a_terminal_mostly_is() {
        let text = banner(&serving("127.0.0.1:8080", true));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}
