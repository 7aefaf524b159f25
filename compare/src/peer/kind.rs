//! The compared servers and their descriptions. Must not know how they are measured.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::program::{Package, Program};

/// A compared server, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Echo,
    Ws,
    Peerjs,
    Socketio,
    Matchbox,
    Sockudo,
    Spreed,
    #[value(name = "apprtc")]
    AppRtc,
    Aldis,
}

/// A Node server's folder below `compare/peers`, and the package that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeServer {
    pub(crate) folder: &'static str,
    pub(crate) package: &'static str,
}

impl NodeServer {
    /// Its folder; `is_clustered`: that of the one whose processes share Redis.
    pub(crate) fn folder(self, is_clustered: bool) -> String {
        if is_clustered { format!("{}-cluster", self.folder) } else { self.folder.to_owned() }
    }
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Echo => "floor: TCP echo",
            Self::Ws => "Node ws",
            Self::Peerjs => "PeerJS server",
            Self::Socketio => "Socket.IO 4",
            Self::Matchbox => "matchbox_server",
            Self::Sockudo => "Sockudo",
            Self::Spreed => "Nextcloud Talk",
            Self::AppRtc => "AppRTC in Rust",
            Self::Aldis => "Aldis",
        }
    }

    pub(crate) const fn node_server(self) -> Option<NodeServer> {
        match self {
            Self::Ws => Some(NodeServer { folder: "ws", package: "ws" }),
            Self::Peerjs => Some(NodeServer { folder: "peerjs", package: "peer" }),
            Self::Socketio => Some(NodeServer { folder: "socketio", package: "socket.io" }),
            Self::Echo | Self::Matchbox | Self::Sockudo | Self::Spreed | Self::AppRtc | Self::Aldis => None,
        }
    }

    /// The program to install, where `npm ci` does not do so.
    pub(crate) const fn program(self) -> Option<Program> {
        Some(match self {
            Self::Matchbox => Program {
                name: "matchbox_server",
                package: Package::Cargo("matchbox_server"),
                install: "cargo install --locked --root target/peers matchbox_server@0.15.0",
            },
            Self::Sockudo => Program {
                name: "sockudo",
                package: Package::Cargo("sockudo"),
                install: "RUSTFLAGS='--cfg tokio_unstable' cargo install --locked --root target/peers sockudo@5.0.1 --features redis",
            },
            Self::Spreed => Program {
                name: "nextcloud-spreed-signaling-server",
                package: Package::Debian("nextcloud-spreed-signaling"),
                install: "apt-get install --no-install-recommends nextcloud-spreed-signaling",
            },
            Self::AppRtc => Program {
                name: "signaling",
                package: Package::Cargo("apprtc"),
                install: "cargo install --locked --root target/peers apprtc@0.5.0 --bin signaling",
            },
            Self::Echo | Self::Ws | Self::Peerjs | Self::Socketio | Self::Aldis => return None,
        })
    }

    /// How long after the start of the last one several of them know of each other, and relay messages among them. Sockudo's nodes
    /// say every ten seconds that they are there, and publish nothing as long as they know of no other.
    pub(crate) const fn meets_within(self) -> Duration {
        match self {
            Self::Sockudo => Duration::from_secs(12),
            Self::Echo
            | Self::Ws
            | Self::Peerjs
            | Self::Socketio
            | Self::Matchbox
            | Self::Spreed
            | Self::AppRtc
            | Self::Aldis => Duration::ZERO,
        }
    }

    /// What it does with a message, and what it guarantees.
    pub(crate) const fn does(self) -> &'static str {
        match self {
            Self::Echo => {
                "Bare tokio TCP on one thread: writes the bytes it reads back to their sender. No HTTP, no WebSocket, no second socket; a handshake is a TCP connection."
            }
            Self::Ws => {
                "A minimal signaling server: one `Map` of clients; each message is parsed and relayed. No rooms, no authentication, no acknowledgement. `perMessageDeflate` off, `bufferutil` installed."
            }
            Self::Peerjs => {
                "Started as in its readme, with `concurrent_limit` raised. Relays JSON between ids; tokens are names, not verified. Messages for a disconnected client are buffered in memory."
            }
            Self::Socketio => {
                "WebSocket transport only, the default engine with `bufferutil`, the first request of each socket released as its documentation advises; private messages through one room per client. No authentication; at most once."
            }
            Self::Matchbox => {
                "Full mesh, each pair in its own room; its log at `warn`. Relays JSON between ids that it assigns. No authentication; at most once. It does not set TCP_NODELAY; in trials its p50 was either near 0.1 ms or near 10 ms. The former may explain the latter, which was not tested."
            }
            Self::Sockudo => {
                "A server of Pusher's protocol in Rust: its defaults, including metrics, with the limits per client and per app raised; its log at `warn`. Each pair has a private channel; a caller subscribes to it with an HMAC-SHA256, which the server verifies, and messages are client events to all others on the channel. At most once."
            }
            Self::AppRtc => {
                "The signaling server of AppRTC's port to Rust, which replaced the Collider in Go, with the Collider's protocol (version 1); its web server and its SFU are not started. Pairs are in rooms; it relays messages as text within JSON. No authentication; at most once. For each message it searches all rooms, so its cost grows with their number. It does not set TCP_NODELAY."
            }
            Self::Spreed => {
                "The signaling server of Nextcloud Talk, in Go, Debian's package: standalone, without media server, its messages to other servers in process (`:loopback:`). Callers are its internal clients: it verifies an HMAC-SHA256 in each hello, so it asks no Nextcloud, and callers send no `bye`. Pairs are in rooms and send each other messages by session id; such an id is encrypted and long, so **its frames are longer than those of all others**. At most once; messages for a disconnected client are buffered. It logs each connection, to a file."
            }
            Self::Aldis => {
                "Its defaults, with the limits per client raised. It verifies an RS256 token in every hello; pairs are in rooms and have negotiated; every message is numbered, buffered until it is acknowledged, and acknowledged (`ack` of every 8th). That is at-least-once delivery with duplicates dropped, which none of the others offers."
            }
        }
    }
}
