//! What a browser's parameters must have before the engine sees them: a worker in C++ is not asked what it may not survive.
//! Their shapes were checked when they were read. Must not know the engine.

use mediasoup_types::{
    data_structures::DtlsParameters,
    rtp_parameters::{MediaKind, RtpCapabilities, RtpCodecParameters, RtpEncodingParameters, RtpParameters},
};

use crate::{engine::Produce, refusal::Refusal};

/// The most fingerprints; a browser sends one.
const FINGERPRINTS_MAX: usize = 8;
/// The most codecs of a stream; a browser sends two, of capabilities some forty.
const CODECS_MAX: usize = 64;
/// The most encodings; mediasoup forwards three layers, and a browser's SVC has one.
const ENCODINGS_MAX: usize = 8;
/// The most header extensions; a browser knows a dozen.
const EXTENSIONS_MAX: usize = 32;
/// The most bytes of a `mid` or a `rid`: RFC 8285 gives one byte of header sixteen of value.
const MID_MAX: usize = 16;

fn within(field: &str, length: usize, max: usize) -> Result<(), Refusal> {
    match length {
        0 => Err(Refusal::bad(field, "it is empty, and must have at least one entry")),
        _ if length > max => {
            Err(Refusal::bad(field, format!("it has {length} entries, and at most {max} are allowed")))
        }
        _ => Ok(()),
    }
}

/// Header extensions may be none.
fn extensions(field: &str, length: usize) -> Result<(), Refusal> {
    if length == 0 { Ok(()) } else { within(field, length, EXTENSIONS_MAX) }
}

/// A certificate.
///
/// # Errors
/// There is no fingerprint, or too many.
pub fn dtls(dtls: &DtlsParameters) -> Result<(), Refusal> {
    within("dtlsParameters.fingerprints", dtls.fingerprints.len(), FINGERPRINTS_MAX)
}

/// A producer.
///
/// # Errors
/// A list is empty or too long, a codec is of the other kind, or an encoding cannot be told from others.
pub fn produce(produce: &Produce) -> Result<(), Refusal> {
    let parameters = &produce.rtp_parameters;
    within("rtpParameters.codecs", parameters.codecs.len(), CODECS_MAX)?;
    within("rtpParameters.encodings", parameters.encodings.len(), ENCODINGS_MAX)?;
    extensions("rtpParameters.headerExtensions", parameters.header_extensions.len())?;
    if parameters.mid.as_ref().is_some_and(|mid| mid.is_empty() || mid.len() > MID_MAX) {
        return Err(Refusal::bad("rtpParameters.mid", format!("it must have 1 to {MID_MAX} bytes")));
    }
    for codec in &parameters.codecs {
        if kind(codec) != produce.kind {
            let why = format!("`kind` is {}, and this codec is not", text(produce.kind));
            return Err(Refusal::bad("rtpParameters.codecs", why));
        }
    }
    encodings(parameters)
}

fn encodings(parameters: &RtpParameters) -> Result<(), Refusal> {
    for (place, encoding) in parameters.encodings.iter().enumerate() {
        let field = format!("rtpParameters.encodings[{place}]");
        if let Some(rid) = &encoding.rid
            && (rid.is_empty() || rid.len() > MID_MAX)
        {
            return Err(Refusal::bad(&field, format!("its rid must have 1 to {MID_MAX} bytes")));
        }
        if encoding.rid.is_none() && encoding.ssrc.is_none() && parameters.encodings.len() > 1 {
            return Err(Refusal::bad(&field, "it has neither rid nor ssrc, so it cannot be told from the others"));
        }
        if encoding.ssrc == Some(0) {
            return Err(Refusal::bad(&field, "its ssrc is 0, which no stream has"));
        }
        if parameters.encodings[..place].iter().any(|other| same(other, encoding)) {
            return Err(Refusal::bad(&field, "another has its rid or ssrc"));
        }
    }
    Ok(())
}

fn same(one: &RtpEncodingParameters, other: &RtpEncodingParameters) -> bool {
    (one.rid.is_some() && one.rid == other.rid) || (one.ssrc.is_some() && one.ssrc == other.ssrc)
}

/// What a browser can receive.
///
/// # Errors
/// It has no codec, or too many, or too many header extensions.
pub fn capabilities(capabilities: &RtpCapabilities) -> Result<(), Refusal> {
    within("rtpCapabilities.codecs", capabilities.codecs.len(), CODECS_MAX)?;
    extensions("rtpCapabilities.headerExtensions", capabilities.header_extensions.len())
}

/// The kind of a codec.
#[must_use]
pub fn kind(codec: &RtpCodecParameters) -> MediaKind {
    match codec {
        RtpCodecParameters::Audio { .. } => MediaKind::Audio,
        RtpCodecParameters::Video { .. } => MediaKind::Video,
    }
}

/// A kind, as written.
#[must_use]
pub fn text(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}
