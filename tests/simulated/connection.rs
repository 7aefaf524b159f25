//! One connection: reads commands, has the server execute them, writes replies and what is published, in order.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    sync::mpsc,
};

use super::{
    link::{Fate, Link},
    resp::{Reply, take_command},
    server::Server,
};

/// Bytes under way in each direction.
const BUFFER: usize = 1 << 20;

/// Opens a connection: answers the client's end.
pub(super) fn open(server: &Arc<Server>, link: &Arc<Link>) -> DuplexStream {
    let (client, ours) = duplex(BUFFER);
    let (read, write) = split(ours);
    let (replies, outgoing) = mpsc::unbounded_channel();
    let id = server.enter(replies);
    let (server, link) = (Arc::clone(server), Arc::clone(link));
    tokio::spawn(async move {
        tokio::select! {
            biased; // a run is the same each time
            () = link.broken() => {}
            () = write_all(&link, write, outgoing) => {} // the server has closed it
            () = read_all(&server, &link, id, read) => {}
        }
        server.exit(id);
    });
    client
}

/// Reads until the client closes, or the connection breaks. What was read is executed, however late.
async fn read_all(server: &Server, link: &Link, id: u64, mut from: ReadHalf<DuplexStream>) {
    let (mut read, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => read.extend(&buffer[..length]),
        }
        link.pass().await;
        let commands: Vec<_> = std::iter::from_fn(|| take_command(&mut read)).collect();
        let fate = link.fate();
        let (executed, is_broken) = match fate {
            Fate::Answered | Fate::Refused => (commands.len(), false),
            Fate::RequestLost => (link.some(commands.len()), true),
            Fate::AnswerLost => (commands.len(), true),
        };
        for command in &commands[..executed] {
            link.execution().await;
            if fate == Fate::Refused {
                server.answer(id, &[Reply::Error("BUSY a script runs".to_owned())]);
                continue;
            }
            let replies = server.execute(id, command);
            if !is_broken {
                server.answer(id, &replies);
            }
        }
        if is_broken {
            return;
        }
    }
}

/// Writes until the server drops the connection.
async fn write_all(link: &Link, mut to: WriteHalf<DuplexStream>, mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(bytes) = outgoing.recv().await {
        link.pass().await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
