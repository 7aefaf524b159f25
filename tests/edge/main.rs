//! The socket's edge from outside: raw bytes over real connections, against the production stack with an echo behind it.

mod client;
mod echo;
mod frames;
mod handshake;
mod http;
mod limits;
mod tls;
