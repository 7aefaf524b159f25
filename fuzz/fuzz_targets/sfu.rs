//! Any request to a media server: its kind is the first byte, its number what follows to the end of the line, its `data` the rest.
//! What is understood names only what may become part of a path, passes parameters on byte for byte, and is answered by its
//! number; what is refused names its number where that could be read.

#![no_main]

use actors::protocol::{
    ClientToServer, Code, Kind,
    decode::{NUMBER_MAX, decode, strict},
    media::is_id,
    sfu::{DATA_BYTES_MAX, LAYER_MAX, SOURCE_BYTES_MAX, SfuAsk},
};
use libfuzzer_sys::fuzz_target;

const KINDS: [&str; 15] = [
    "sfu_get_router_capabilities",
    "sfu_create_transport",
    "sfu_connect_transport",
    "sfu_restart_ice",
    "sfu_close_transport",
    "sfu_produce",
    "sfu_pause_producer",
    "sfu_resume_producer",
    "sfu_close_producer",
    "sfu_consume",
    "sfu_consumer_pause",
    "sfu_consumer_resume",
    "sfu_request_keyframe",
    "sfu_close_consumer",
    "sfu_set_preferred_layers",
];

/// An object of the text, as it stood there.
fn is_passed_on(text: &str, object: &str) {
    assert!(text.contains(object), "byte for byte: {object}");
    let value: serde_json::Value = serde_json::from_str(object).expect("one JSON value");
    assert!(value.is_object(), "{object}");
}

/// What it asks is safe to hand on.
fn is_sound(text: &str, ask: &SfuAsk) {
    let ids = match ask {
        SfuAsk::Capabilities | SfuAsk::CreateTransport(_) => vec![],
        SfuAsk::ConnectTransport { transport, dtls_parameters } => {
            is_passed_on(text, dtls_parameters);
            vec![transport]
        }
        SfuAsk::Produce { transport, source, rtp_parameters, .. } => {
            is_passed_on(text, rtp_parameters);
            assert!((1..=SOURCE_BYTES_MAX).contains(&source.len()) && source.is_ascii());
            vec![transport]
        }
        SfuAsk::Consume { transport, producer, rtp_capabilities } => {
            is_passed_on(text, rtp_capabilities);
            vec![transport, producer]
        }
        SfuAsk::PreferredLayers { consumer, spatial, temporal } => {
            assert!(*spatial <= LAYER_MAX && temporal.is_none_or(|temporal| temporal <= LAYER_MAX));
            vec![consumer]
        }
        SfuAsk::RestartIce(id)
        | SfuAsk::CloseTransport(id)
        | SfuAsk::CloseProducer(id)
        | SfuAsk::KeyFrame(id)
        | SfuAsk::CloseConsumer(id)
        | SfuAsk::PauseProducer { producer: id, .. }
        | SfuAsk::PauseConsumer { consumer: id, .. } => vec![id],
    };
    for id in ids {
        assert!(is_id(id) && !id.contains(['/', '%', '?', '#', ' ']), "{id}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let rest = String::from_utf8_lossy(rest);
    let (rid, data) = rest.split_once('\n').unwrap_or(("", &rest));
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let number = if rid.is_empty() { String::new() } else { format!(r#""rid":{rid},"#) };
    let text = format!(r#"{{"type":"{kind}",{number}"data":{data}}}"#);
    let decoded = decode(&text);
    assert_eq!(decoded, strict(&text), "the fast path agrees");
    let plain: Option<u64> = rid.parse().ok().filter(|rid| (1..=NUMBER_MAX).contains(rid));
    match decoded {
        Ok(message) => {
            // What a text inside says may be another message; then it is the other target's.
            let ClientToServer::Sfu(request) = message.body else { return };
            assert!(request.kind.is_sfu() && request.epoch <= NUMBER_MAX);
            assert!(request.rid.is_none_or(|rid| (1..=NUMBER_MAX).contains(&rid)));
            assert!(plain.is_none_or(|plain| request.rid == Some(plain)), "answered by its number");
            assert!(data.len() <= DATA_BYTES_MAX + text.len() - data.len());
            is_sound(&text, &request.ask);
        }
        Err(why) => {
            assert!(matches!(why.code, Code::BadMessage | Code::UnknownType | Code::PayloadTooLarge));
            assert!(!why.text.is_empty() && why.text.len() <= 1_000, "{}", why.text);
            assert!(why.rid.is_none_or(|rid| (1..=NUMBER_MAX).contains(&rid)));
            assert!(why.rid.is_none() || why.kind.is_sfu() || why.kind == Kind::Unknown);
        }
    }
});
