//! The baseline: a server on bare tokio TCP that echoes. No relaying server can cost less. An idle connection holds no
//! buffer. Must not know what the bytes mean.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

/// Options of `echo`.
#[derive(Debug, Args)]
pub(crate) struct Echo {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:7", value_name = "ADDRESS")]
    bind: SocketAddr,
}

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

impl Echo {
    /// Serves until the process ends, on one thread: its cost is measured on one core.
    pub(crate) fn serve(&self) -> anyhow::Result<()> {
        rlimit::increase_nofile_limit(u64::MAX)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(self.bind);
            let listener = listener.await.with_context(|| format!("cannot listen on {} → check --bind", self.bind))?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::spawn(echo(stream));
            }
        })
    }
}

/// Until the peer closes.
async fn echo(mut stream: TcpStream) {
    while stream.readable().await.is_ok() {
        match once(&stream) {
            Ok(rest) if rest.is_empty() => {}
            Ok(rest) => {
                if stream.write_all(&rest).await.is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// Reads once and writes it back; returns what the kernel did not accept.
fn once(stream: &TcpStream) -> io::Result<Vec<u8>> {
    SCRATCH.with_borrow_mut(|scratch| {
        let read = stream.try_read(scratch)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let written = match stream.try_write(&scratch[..read]) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error),
        };
        Ok(scratch[written..read].to_vec())
    })
}
