//! The stub passes the suite of all media servers.

media_server::media_contract!(env!("CARGO_BIN_EXE_media-stub"));
