//! A TCP proxy of the test's own: it passes bytes on, holds them back, delays them, lets few of them through, or resets its
//! connections. Knows nothing of what the bytes mean.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    time::{Duration, Instant, sleep, sleep_until},
};

/// Bytes that are read at once, and so many times as many are under way in one direction.
const PIECE: usize = 8 * 1024;
const PIECES_MAX: usize = 32;

/// What it does with connections and bytes.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Where new connections lead.
    to: SocketAddr,
    is_held: bool,
    /// For how many milliseconds each piece is under way: at least, at most.
    delay: (u64, u64),
    /// Bytes that one direction of a connection passes in a second.
    rate: Option<u32>,
    /// Bytes after which a direction of a connection resets it.
    cut_after: Option<usize>,
    /// Connections that were made before the last of so many cuts are reset.
    cuts: u64,
}

/// A running proxy.
pub(crate) struct Proxy {
    ways: watch::Sender<Way>,
    pub(crate) port: u16,
}

impl Proxy {
    /// To the server on this port.
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let way = Way { to: local(to), is_held: false, delay: (0, 0), rate: None, cut_after: None, cuts: 0 };
        let (ways, seen) = watch::channel(way);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(Box::pin(connect(client, seen.clone())));
            }
        });
        Self { ways, port }
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        local(self.port).to_string()
    }

    /// New connections lead to this port.
    pub(crate) fn leads_to(&self, port: u16) {
        self.ways.send_modify(|way| way.to = local(port));
    }

    /// Nothing passes, and nothing is closed.
    pub(crate) fn hold(&self) {
        self.ways.send_modify(|way| way.is_held = true);
    }

    /// Each piece is under way for so many milliseconds.
    pub(crate) fn delay(&self, least: u64, most: u64) {
        self.ways.send_modify(|way| way.delay = (least, most));
    }

    /// So many bytes a second pass, of each connection in each direction.
    pub(crate) fn throttle(&self, rate: u32) {
        self.ways.send_modify(|way| way.rate = Some(rate));
    }

    /// Each connection is reset after so many bytes more in one direction.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.ways.send_modify(|way| way.cut_after = Some(bytes));
    }

    /// Resets every connection; new ones pass.
    pub(crate) fn cut(&self) {
        self.ways.send_modify(|way| way.cuts += 1);
    }

    /// Everything passes.
    pub(crate) fn pass(&self) {
        let way = *self.ways.borrow();
        let passing = Way { is_held: false, delay: (0, 0), rate: None, cut_after: None, ..way };
        self.ways.send_replace(passing);
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// One connection, until it ends.
async fn connect(client: TcpStream, mut ways: watch::Receiver<Way>) {
    let Ok(way) = ways.wait_for(|way| !way.is_held).await.map(|way| *way) else { return };
    let Ok(server) = TcpStream::connect(way.to).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true)); // else it is a bit slower
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let cut = async { ways.clone().wait_for(|now| now.cuts != way.cuts).await.is_ok() };
    let is_cut = tokio::select! {
        is_cut = cut => is_cut,
        is_cut = pass(&mut from_client, &mut to_server, ways.clone()) => is_cut,
        is_cut = pass(&mut from_server, &mut to_client, ways.clone()) => is_cut,
    };
    if is_cut {
        // A reset, as when a router forgets the connection; else it is closed.
        let _ = (to_client.as_ref().set_zero_linger(), to_server.as_ref().set_zero_linger());
    }
}

/// One direction of a connection, until it ends; whether it is to be reset.
async fn pass(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, ways: watch::Receiver<Way>) -> bool {
    let (pieces, due) = mpsc::channel(PIECES_MAX);
    let delays = ways.clone();
    let reading = async move {
        let mut buffer = vec![0; PIECE];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let (least, most) = delays.borrow().delay;
            let at = Instant::now() + Duration::from_millis(rand::random_range(least..=most));
            if pieces.send((at, buffer[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let writing = write(to, due, ways);
    tokio::pin!(writing);
    tokio::select! {
        is_cut = &mut writing => is_cut,
        () = reading => writing.await, // what was read before the end
    }
}

async fn write(
    to: &mut OwnedWriteHalf,
    mut due: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut ways: watch::Receiver<Way>,
) -> bool {
    let mut passed = 0;
    while let Some((at, bytes)) = due.recv().await {
        sleep_until(at).await;
        let Ok(way) = ways.wait_for(|way| !way.is_held).await.map(|way| *way) else { return false };
        passed = way.cut_after.map_or(0, |_| passed + bytes.len());
        if let Some(excess) = way.cut_after.and_then(|most| passed.checked_sub(most)) {
            let _ = to.write_all(&bytes[..bytes.len().saturating_sub(excess)]).await; // it is reset in any case
            return true;
        }
        if to.write_all(&bytes).await.is_err() {
            return false;
        }
        if let Some(rate) = way.rate {
            sleep(Duration::from_secs_f64(bytes.len() as f64 / f64::from(rate))).await;
        }
    }
    false
}
