//! The compared servers and their descriptions. Must not know how they are measured.

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

/// A Node server's folder below `benches/peers`, and the package that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeServer {
    pub(crate) folder: &'static str,
    pub(crate) package: &'static str,
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
                install: "RUSTFLAGS='--cfg tokio_unstable' cargo install --locked --root target/peers sockudo@5.0.1",
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

    /// What it does with a message, and what it guarantees.
    pub(crate) const fn does(self) -> &'static str {
        match self {
            Self::Echo => {
                "Bare tokio TCP on one thread: reads, and writes the same bytes back to whom they came from. No HTTP, no WebSocket, no second socket; a handshake is a TCP connection."
            }
            Self::Ws => {
                "The least a signaling server does: one `Map` of people, each message parsed and handed on. No rooms, no authentication, no acknowledgement. `perMessageDeflate` off, `bufferutil` installed."
            }
            Self::Peerjs => {
                "As its readme starts it, `concurrent_limit` raised. Relays JSON between ids; tokens are names, not checked. A message for somebody who is away waits in memory."
            }
            Self::Socketio => {
                "WebSocket transport only, the default engine with `bufferutil`, the first request of each socket let go as its makers advise; private messages through a room of each person. No authentication; at most once."
            }
            Self::Matchbox => {
                "Full mesh, pairs in rooms of their own; its log at `warn`. Relays JSON between ids it gives. No authentication; at most once. It does not set TCP_NODELAY; in trials its p50 stood now near 0.1 ms, now near 10 ms. The one may explain the other, which was not tested."
            }
            Self::Sockudo => {
                "A server of Pusher's protocol in Rust: its defaults, metrics among them, with the limits raised that are meant for one client or one app; its log at `warn`. Each pair has a private channel; a caller subscribes to it with an HMAC-SHA256 that is verified, and messages are client events, which go to everybody else on the channel. At most once."
            }
            Self::AppRtc => {
                "The signaling server of AppRTC's port to Rust, which took the place of the Collider in Go, spoken to in the Collider's way (version 1); its web server and its SFU are not started. Pairs sit in rooms, what one sends goes to the other as text within JSON. No authentication; at most once. For each message it looks through all rooms, so what one costs grows with them. It does not set TCP_NODELAY."
            }
            Self::Spreed => {
                "The signaling server of Nextcloud Talk, in Go, as Debian packages it: one that stands alone, without media server, its messages to other servers kept within (`:loopback:`). Callers are its internal clients: each hello carries an HMAC-SHA256 that is verified, so no Nextcloud is asked, and no `bye` is said. Pairs sit in rooms and send each other messages by session id; such an id is encrypted and long, so **its frames are longer than everybody else's**. At most once; for somebody whose socket is cut messages wait. Its log, which tells of each who comes and goes, goes to a file."
            }
            Self::Aldis => {
                "Its defaults, with the limits raised that are meant for one client. Every hello carries an RS256 token that is verified; pairs sit in rooms and have negotiated; every message is numbered, kept until it is acknowledged, and acknowledged (`ack` of every 8th). That is at-least-once with repeats dropped, which none of the others does."
            }
        }
    }
}
