//! Reports of members' clients about their media. They are claims: no decision depends on them. They never contain addresses.

use serde::{Deserialize, Serialize};

use crate::protocol::UserId;

/// What a member's program says of a connection of theirs that carries media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaReport {
    /// What is at its other end.
    #[serde(flatten)]
    pub other: OtherEnd,
    /// Its outcome.
    pub state: MediaState,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<MediaTrouble>,
    /// The candidate at this end of the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<Candidate>,
    /// The one at the other end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<Candidate>,
    /// The last round trip, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
    /// Packets of a thousand that did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_per_mille: Option<u32>,
    /// How long it took to connect, or how long it was interrupted; at the end, how long it was connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// What is at the other end of a connection; in JSON one field of two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtherEnd {
    /// Another member.
    #[serde(rename = "peer")]
    Member(UserId),
    /// The room's media server, and which way media flows.
    #[serde(rename = "direction")]
    Server(Direction),
}

impl MediaReport {
    /// Whether the path goes over a relay, if it is known.
    #[must_use]
    pub fn is_relayed(&self) -> Option<bool> {
        let is_relay = |end: Candidate| end.kind == CandidateType::Relay;
        match (self.local, self.remote) {
            (None, None) => None,
            (local, remote) => Some(local.is_some_and(is_relay) || remote.is_some_and(is_relay)),
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// As it is written in reports, timelines and metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

words! {
    /// Which way a connection to a media server carries media, as in `sfu_create_transport`.
    Direction {
        /// To the media server.
        Send = "send",
        /// From it.
        Receive = "recv",
    }
}

words! {
    /// What became of a connection.
    MediaState {
        /// It flows, for the first time.
        Connected = "connected",
        /// It flows again.
        Recovered = "recovered",
        /// It does not flow.
        Failed = "failed",
        /// It is over: one of them has left, or media flows otherwise.
        Ended = "ended",
    }
}

words! {
    /// Why media does not flow.
    MediaTrouble {
        /// No description came back.
        NoAnswer = "no_answer",
        /// No network path works.
        NoPath = "no_path",
        /// A path works, and no keys were agreed.
        NoKeys = "no_keys",
        /// It flowed, and the path was lost.
        Interrupted = "interrupted",
    }
}

words! {
    /// How a candidate was found (RFC 8445 §5.1.1).
    CandidateType {
        /// An address of the machine.
        Host = "host",
        /// Its address as a STUN server sees it.
        Srflx = "srflx",
        /// Its address as the other end sees it.
        Prflx = "prflx",
        /// A relay's.
        Relay = "relay",
    }
}

words! {
    /// What carries the media; at a relay, from the browser to it.
    Transport {
        /// UDP.
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS over TCP.
        Tls = "tls",
    }
}

words! {
    /// The family of an address.
    Family {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

/// One end of a path, without its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// How it was found.
    #[serde(rename = "type")]
    pub kind: CandidateType,
    /// What carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Transport>,
    /// Its address' family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
}

impl Candidate {
    /// Such as `relay udp ipv4`.
    #[must_use]
    pub fn words(self) -> String {
        let rest = [self.protocol.map(Transport::as_str), self.family.map(Family::as_str)];
        let rest: String = rest.into_iter().flatten().map(|word| format!(" {word}")).collect();
        format!("{}{rest}", self.kind.as_str())
    }
}

words! {
    /// What a member's program captures.
    Device {
        /// A microphone.
        Microphone = "microphone",
        /// A camera.
        Camera = "camera",
        /// The screen, a window or a tab.
        Screen = "screen",
    }
}

words! {
    /// Why a device is of no use.
    DeviceTrouble {
        /// The person, the browser or the system does not allow it.
        Denied = "denied",
        /// There is none.
        Missing = "missing",
        /// Another program uses it.
        Busy = "busy",
        /// It cannot be opened.
        Unavailable = "unavailable",
        /// It stopped while it was in use.
        Ended = "ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(kind: CandidateType) -> Candidate {
        Candidate { kind, protocol: Some(Transport::Udp), family: Some(Family::Ipv4) }
    }

    #[test]
    fn a_path_is_relayed_if_one_of_its_ends_is() {
        let mut report = MediaReport {
            other: OtherEnd::Member(UserId::from_u128(1)),
            state: MediaState::Connected,
            trouble: None,
            local: None,
            remote: None,
            rtt_ms: Some(31),
            lost_per_mille: None,
            seconds: None,
        };
        assert_eq!(report.is_relayed(), None);
        report.local = Some(end(CandidateType::Host));
        assert_eq!(report.is_relayed(), Some(false));
        report.remote = Some(end(CandidateType::Relay));
        assert_eq!((report.is_relayed(), end(CandidateType::Relay).words().as_str()), (Some(true), "relay udp ipv4"));
        let text = serde_json::to_string(&report).expect("JSON");
        assert!(text.contains(r#""remote":{"type":"relay","protocol":"udp","family":"ipv4"},"rttMs":31}"#), "{text}");
        assert!(text.starts_with(r#"{"peer":"00000000-"#), "as notes of before: {text}");
        assert_eq!(serde_json::from_str::<MediaReport>(&text).expect("a report"), report);
        report.other = OtherEnd::Server(Direction::Receive);
        let text = serde_json::to_string(&report).expect("JSON");
        assert!(text.starts_with(r#"{"direction":"recv","state":"connected""#), "{text}");
        assert_eq!(serde_json::from_str::<MediaReport>(&text).expect("a report"), report);
    }
}
