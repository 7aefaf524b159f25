//! Starts the worker and its port, and says when the worker ends. Must not know rooms.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use media_server::{config::Serve, engine::Fact};
use mediasoup::{
    types::data_structures::{ListenInfo, Protocol},
    webrtc_server::{WebRtcServerListenInfos, WebRtcServerOptions},
    worker::{Worker, WorkerSettings},
    worker_manager::WorkerManager,
};

use super::{Ended, Mediasoup};

impl Mediasoup {
    /// A worker that listens where the flags say, over UDP and TCP.
    pub(crate) async fn start(flags: Serve) -> anyhow::Result<Self> {
        let announced = flags.announced()?.map(str::to_owned);
        let info = |protocol| ListenInfo {
            protocol,
            ip: flags.rtc_bind.ip(),
            announced_address: announced.clone(),
            expose_internal_ip: false,
            port: Some(flags.rtc_bind.port()).filter(|port| *port != 0),
            port_range: None,
            flags: None,
            send_buffer_size: None,
            recv_buffer_size: None,
        };
        let ended = Arc::<Mutex<Ended>>::default();
        let worker = WorkerManager::new().create_worker(WorkerSettings::default()).await;
        let worker = worker.context("the media worker does not start")?;
        watch(&worker, &ended);
        let infos = WebRtcServerListenInfos::new(info(Protocol::Udp)).insert(info(Protocol::Tcp));
        let port = worker.create_webrtc_server(WebRtcServerOptions::new(infos)).await;
        let port = port.with_context(|| format!("--rtc-bind {}: no media can arrive there", flags.rtc_bind))?;
        tracing::info!(rtc = %flags.rtc_bind, announced, "media worker");
        Ok(Self { worker, port, ended })
    }
}

fn watch(worker: &Worker, ended: &Arc<Mutex<Ended>>) {
    let ended = Arc::clone(ended);
    let dead = worker.on_dead(move |how| {
        let why = match how {
            Ok(()) => "it was closed".to_owned(),
            Err(error) => error.to_string(),
        };
        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        match &ended.hear {
            Some(hear) => hear(Fact::Dead(why)),
            None => ended.why = Some(why),
        }
    });
    dead.detach();
}
