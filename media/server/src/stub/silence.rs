//! An engine that forwards nothing: it checks parameters as a worker would, and makes ids.
//! Must not know rooms' rules.

use std::{net::SocketAddr, sync::Arc};

use mediasoup_types::{
    data_structures::{
        DtlsFingerprint, DtlsParameters, DtlsRole, IceCandidate, IceCandidateTcpType, IceCandidateType, IceParameters,
        Protocol,
    },
    rtp_parameters::{MediaKind, RtpCapabilities, RtpCapabilitiesFinalized, RtpParameters},
};

use super::caps;
use crate::{
    engine::{ConsumerAnswer, ConsumerAsk, Engine, EngineError, Handles, Hear, Of, Produce, TransportAnswer},
    id::Id,
};

/// The engine.
pub struct Silence {
    at: SocketAddr,
    capabilities: RtpCapabilitiesFinalized,
}

/// A producer of it.
pub struct Producing {
    id: Id,
    kind: MediaKind,
    rtp_parameters: RtpParameters,
    paused: std::sync::atomic::AtomicBool,
}

impl Silence {
    /// An engine that says it listens there.
    #[must_use]
    pub fn at(at: SocketAddr) -> Self {
        Self { at, capabilities: caps::router() }
    }
}

impl Handles for Silence {
    type Router = ();
    type Transport = Id;
    type Producer = Arc<Producing>;
    type Consumer = Id;
}

impl Engine for Silence {
    fn watch(&self, _hear: Hear) {}

    async fn open_router(&self, _room: Id, _hear: Hear) -> Result<(), EngineError> {
        Ok(())
    }

    fn capabilities<'a>(&'a self, (): &'a ()) -> &'a RtpCapabilitiesFinalized {
        &self.capabilities
    }

    async fn open_transport(&self, (): &(), _of: Of, _hear: Hear) -> Result<(Id, TransportAnswer), EngineError> {
        let id = Id::random();
        let candidate = |protocol, foundation: &str, priority, tcp_type| IceCandidate {
            foundation: foundation.to_owned(),
            priority,
            address: self.at.ip().to_string(),
            protocol,
            port: self.at.port(),
            r#type: IceCandidateType::Host,
            tcp_type,
        };
        let answer = TransportAnswer {
            id: id.clone(),
            ice_parameters: ice(),
            ice_candidates: vec![
                candidate(Protocol::Udp, "udpcandidate", 1_076_558_079, None),
                candidate(Protocol::Tcp, "tcpcandidate", 1_076_302_079, Some(IceCandidateTcpType::Passive)),
            ],
            dtls_parameters: DtlsParameters {
                role: DtlsRole::Auto,
                fingerprints: vec![DtlsFingerprint::Sha256 { value: [0xA1; 32] }],
            },
        };
        Ok((id, answer))
    }

    async fn connect(&self, _transport: &Id, _dtls: DtlsParameters) -> Result<(), EngineError> {
        Ok(())
    }

    async fn restart(&self, _transport: &Id) -> Result<IceParameters, EngineError> {
        Ok(ice())
    }

    async fn produce(&self, (): &(), _on: &Id, produce: Produce) -> Result<(Arc<Producing>, Id), EngineError> {
        caps::sendable(&produce.rtp_parameters, &self.capabilities)?;
        let id = Id::random();
        let Produce { kind, rtp_parameters, paused } = produce;
        let made = Producing { id: id.clone(), kind, rtp_parameters, paused: paused.into() };
        Ok((Arc::new(made), id))
    }

    async fn consume(
        &self,
        _on: &Id,
        producer: &Arc<Producing>,
        capabilities: RtpCapabilities,
        _told: (Of, Hear),
    ) -> Result<(Id, ConsumerAnswer), EngineError> {
        caps::receivable(&producer.rtp_parameters, &capabilities)?;
        let id = Id::random();
        let layered = producer.rtp_parameters.encodings.len() > 1;
        let answer = ConsumerAnswer {
            id: id.clone(),
            producer_id: producer.id.clone(),
            kind: producer.kind,
            form: if layered { "simulcast" } else { "simple" },
            rtp_parameters: caps::received(&producer.rtp_parameters),
            producer_paused: producer.paused.load(std::sync::atomic::Ordering::Relaxed),
        };
        Ok((id, answer))
    }

    async fn pause(&self, producer: &Arc<Producing>, pause: bool) -> Result<(), EngineError> {
        producer.paused.store(pause, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    async fn tell(&self, _consumer: &Id, _ask: ConsumerAsk) -> Result<(), EngineError> {
        Ok(())
    }
}

/// A user name and password that no other has.
fn ice() -> IceParameters {
    let text = || Id::random().as_str().replace('-', "");
    IceParameters { username_fragment: text(), password: text(), ice_lite: Some(true) }
}
