//! What rooms carry: Opus, and video that browsers agree on, the first one preferred. Must not know rooms.

use std::num::{NonZeroU8, NonZeroU32};

use mediasoup::types::rtp_parameters::{
    MimeTypeAudio, MimeTypeVideo, RtpCodecCapability, RtpCodecParametersParameters,
};

const AUDIO_RATE: NonZeroU32 = NonZeroU32::new(48_000).expect("not 0");
const VIDEO_RATE: NonZeroU32 = NonZeroU32::new(90_000).expect("not 0");
const STEREO: NonZeroU8 = NonZeroU8::new(2).expect("not 0");

/// The codecs of every router.
pub(super) fn all() -> Vec<RtpCodecCapability> {
    let h264 = RtpCodecParametersParameters::from([
        ("level-asymmetry-allowed", 1_u32.into()),
        ("packetization-mode", 1_u32.into()),
        ("profile-level-id", "42e01f".into()),
    ]);
    vec![
        audio(MimeTypeAudio::Opus),
        // Every browser sends it in layers, and in software.
        video(MimeTypeVideo::Vp8, RtpCodecParametersParameters::default()),
        // Phones encode it in hardware.
        video(MimeTypeVideo::H264, h264),
        video(MimeTypeVideo::Vp9, RtpCodecParametersParameters::default()),
    ]
}

fn audio(mime_type: MimeTypeAudio) -> RtpCodecCapability {
    RtpCodecCapability::Audio {
        mime_type,
        preferred_payload_type: None,
        clock_rate: AUDIO_RATE,
        channels: STEREO,
        parameters: RtpCodecParametersParameters::from([("useinbandfec", 1_u32.into())]),
        rtcp_feedback: Vec::new(),
    }
}

fn video(mime_type: MimeTypeVideo, parameters: RtpCodecParametersParameters) -> RtpCodecCapability {
    RtpCodecCapability::Video {
        mime_type,
        preferred_payload_type: None,
        clock_rate: VIDEO_RATE,
        parameters,
        rtcp_feedback: Vec::new(),
    }
}
