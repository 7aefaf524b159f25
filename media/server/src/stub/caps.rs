//! What the stub's routers can receive and send, and what becomes of a stream that is forwarded.
//! Must not know rooms.

use mediasoup_types::rtp_parameters::{
    MimeType, RtpCapabilities, RtpCapabilitiesFinalized, RtpCodecCapabilityFinalized,
    RtpCodecParametersParametersValue, RtpEncodingParameters, RtpParameters,
};

use crate::engine::EngineError;

/// As a worker's with Opus and VP8.
pub(super) fn router() -> RtpCapabilitiesFinalized {
    let text = include_str!("caps.json");
    let none = || RtpCapabilitiesFinalized { codecs: Vec::new(), header_extensions: Vec::new() };
    serde_json::from_str(text).unwrap_or_else(|_| none())
}

/// Whether a router receives this.
pub(super) fn sendable(parameters: &RtpParameters, router: &RtpCapabilitiesFinalized) -> Result<(), EngineError> {
    for codec in &parameters.codecs {
        let apt = codec.parameters().iter().find(|(name, _)| name.as_ref() == "apt");
        if apt.is_some_and(|(_, value)| matches!(value, RtpCodecParametersParametersValue::String(_))) {
            return Err(EngineError::Refused("Invalid codec apt parameter".to_owned()));
        }
        let known = router.codecs.iter().any(|one| mime(one) == codec.mime_type());
        if !codec.is_rtx() && !known {
            return Err(EngineError::Refused(format!("Unsupported codec {:?}", codec.mime_type())));
        }
    }
    if parameters.codecs.iter().all(|codec| codec.is_rtx()) {
        return Err(EngineError::Refused("no media codec".to_owned()));
    }
    Ok(())
}

fn mime(codec: &RtpCodecCapabilityFinalized) -> MimeType {
    match codec {
        RtpCodecCapabilityFinalized::Audio { mime_type, .. } => MimeType::Audio(*mime_type),
        RtpCodecCapabilityFinalized::Video { mime_type, .. } => MimeType::Video(*mime_type),
    }
}

/// Whether a browser with these capabilities receives this.
pub(super) fn receivable(parameters: &RtpParameters, browser: &RtpCapabilities) -> Result<(), EngineError> {
    let known = |mime: MimeType| browser.codecs.iter().any(|codec| codec.mime_type() == mime);
    if parameters.codecs.iter().any(|codec| !codec.is_rtx() && known(codec.mime_type())) {
        return Ok(());
    }
    Err(EngineError::Refused("rtpCapabilities: it has no codec of this producer".to_owned()))
}

/// What the receiver gets: one encoding, with an ssrc of the server's.
pub(super) fn received(parameters: &RtpParameters) -> RtpParameters {
    let encoding = RtpEncodingParameters { ssrc: Some(123_456_789), ..RtpEncodingParameters::default() };
    RtpParameters { mid: Some("0".to_owned()), encodings: vec![encoding], ..parameters.clone() }
}
