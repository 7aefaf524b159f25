//! What mediasoup's errors mean for a caller: wrong parameters, something closed, or a worker that is ending.
//! Must not know what was asked.

use media_server::engine::EngineError;
use mediasoup::{
    transport::{ConsumeError, ProduceError},
    worker::RequestError,
};

/// Of a request to the worker, about this field.
pub(super) fn from_request(field: &str, error: RequestError) -> EngineError {
    match error {
        RequestError::Response { reason } if reason.contains("not found") => EngineError::Gone,
        RequestError::Response { reason } => EngineError::Refused(format!("{field}: {reason}")),
        ended @ (RequestError::ChannelClosed
        | RequestError::TimedOut
        | RequestError::FailedToParse { .. }
        | RequestError::NoData
        | RequestError::ResponseConversion(_)) => EngineError::Unavailable(ended.to_string()),
    }
}

pub(super) fn from_produce(error: ProduceError) -> EngineError {
    match error {
        ProduceError::Request(error) => from_request("rtpParameters", error),
        wrong @ (ProduceError::AlreadyExists(_)
        | ProduceError::IncorrectRtpParameters(_)
        | ProduceError::FailedRtpParametersMapping(_)) => EngineError::Refused(format!("rtpParameters: {wrong}")),
    }
}

pub(super) fn from_consume(error: ConsumeError) -> EngineError {
    match error {
        ConsumeError::Request(error) => from_request("rtpCapabilities", error),
        ConsumeError::ProducerNotFound(_) => EngineError::Gone,
        wrong @ (ConsumeError::FailedRtpCapabilitiesValidation(_) | ConsumeError::BadConsumerRtpParameters(_)) => {
            EngineError::Refused(format!("rtpCapabilities: {wrong}"))
        }
    }
}
