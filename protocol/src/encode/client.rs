//! Encoding a client's messages, for clients. What a node's decoder reads of such a text is the message again.

use std::{fmt, fmt::Write as _};

use super::json;
use crate::{
    AppMessage, ClientMessage, ClientToServer, Power, SfuRequest, Signal,
    client::{Chat, JoinRoom, TokenRefresh},
    hosted::{HandOver, RemoveMember, RequestMute, SetRoom},
    sfu::SfuAsk,
};

/// The text frame. Raw JSON that a message was made of is written as it is.
impl fmt::Display for ClientMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"type":"{}""#, self.body.kind().as_str())?;
        for (name, number) in [("cid", self.cid), ("rid", self.body.rid())] {
            number.map_or(Ok(()), |number| write!(f, r#","{name}":{number}"#))?;
        }
        match (&self.body, data(&self.body)) {
            (ClientToServer::Ack(seq), _) => write!(f, r#","seq":{seq}}}"#),
            (_, Some(data)) => write!(f, r#","data":{data}}}"#),
            (_, None) => f.write_char('}'),
        }
    }
}

fn data(body: &ClientToServer) -> Option<String> {
    Some(match body {
        ClientToServer::Hello(hello) => json(hello),
        ClientToServer::JoinRoom(room_id) => json(&JoinRoom { room_id: *room_id }),
        ClientToServer::Signal(signal) => of_signal(signal),
        ClientToServer::Chat(content) => json(&Chat { content: content.clone() }),
        ClientToServer::Message(message) => of_message(message),
        ClientToServer::SetAttributes(changes) => object(&[("attributes", json(changes))]),
        ClientToServer::Power(power) => return of_power(power),
        ClientToServer::Sfu(request) => of_request(request),
        ClientToServer::TokenRefresh(token) => json(&TokenRefresh { token: token.clone() }),
        ClientToServer::LeaveRoom | ClientToServer::Heartbeat | ClientToServer::Ack(_) => return None,
    })
}

/// An object of these fields, whose values are JSON.
fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", fields.join(","))
}

fn of_signal(signal: &Signal) -> String {
    format!(r#"{{"targetUserId":{}{}"#, json(&signal.to), signal.rest())
}

fn of_message(message: &AppMessage) -> String {
    match &message.to {
        Some(to) => format!(r#"{{"to":{}{}"#, json(to), message.rest()),
        None => format!("{{{}", message.rest().trim_start_matches(',')),
    }
}

fn of_power(power: &Power) -> Option<String> {
    Some(match power {
        Power::Remove { user, ban } => json(&RemoveMember { user_id: user.clone(), ban: *ban }),
        Power::Mute { user, kind } => json(&RequestMute { user_id: user.clone(), kind: *kind }),
        Power::HandOver(user) => json(&HandOver { user_id: user.clone() }),
        Power::Set { locked, guests } => json(&SetRoom { locked: *locked, guests: *guests }),
        Power::End => return None,
    })
}

fn of_request(SfuRequest { epoch, ask, .. }: &SfuRequest) -> String {
    let of = |name, id: &str| [(name, json(id))];
    let fields = match ask {
        SfuAsk::Capabilities => return object(&[]),
        SfuAsk::CreateTransport(direction) => vec![("direction", json(direction))],
        SfuAsk::ConnectTransport { transport, dtls_parameters } => {
            vec![("transportId", json(transport)), ("dtlsParameters", dtls_parameters.to_string())]
        }
        SfuAsk::RestartIce(transport) | SfuAsk::CloseTransport(transport) => of("transportId", transport).into(),
        SfuAsk::Produce { transport, kind, source, paused, rtp_parameters } => {
            let mut fields = vec![("transportId", json(transport)), ("kind", json(kind)), ("source", json(source))];
            fields.extend(paused.then(|| ("paused", "true".to_owned())));
            fields.push(("rtpParameters", rtp_parameters.to_string()));
            fields
        }
        SfuAsk::PauseProducer { producer, .. } | SfuAsk::CloseProducer(producer) => of("producerId", producer).into(),
        SfuAsk::Consume { transport, producer, rtp_capabilities } => vec![
            ("transportId", json(transport)),
            ("producerId", json(producer)),
            ("rtpCapabilities", rtp_capabilities.to_string()),
        ],
        SfuAsk::PauseConsumer { consumer, .. } | SfuAsk::KeyFrame(consumer) | SfuAsk::CloseConsumer(consumer) => {
            of("consumerId", consumer).into()
        }
        SfuAsk::PreferredLayers { consumer, spatial, temporal } => {
            let mut fields = vec![("consumerId", json(consumer)), ("spatialLayer", spatial.to_string())];
            fields.extend(temporal.map(|temporal| ("temporalLayer", temporal.to_string())));
            fields
        }
    };
    let fields: Vec<_> = [("epoch", epoch.to_string())].into_iter().chain(fields).collect();
    object(&fields)
}
