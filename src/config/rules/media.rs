//! The rules of `[media]`.

use super::{Config, Found, HOUR, MS, SECOND};

/// The fewest characters of a secret: what `aldis-media` accepts.
pub(in crate::config) const SECRET_LEN_MIN: usize = 16;

pub(super) fn media(config: &Config, found: &mut Found) {
    let media = &config.media;
    let (is_used, has_secret) = (!media.servers.is_empty(), media.secret.is_some() || media.secret_file.is_some());
    let help = "set `media.secret_file` to a file with the secret of the media servers (ALDIS_MEDIA_SECRET there)";
    let keys = ["media.servers", "media.secret_file"];
    found.when(is_used && !has_secret, &keys, "media servers, but no secret that they share with this node", help);
    let key = if media.secret.is_some() { "media.secret" } else { "media.secret_file" };
    let help = "set `media.servers`, or remove the secret";
    found.when(!is_used && has_secret, &[key, "media.servers"], "a secret, but no media server", help);
    let twice = media.secret.is_some() && media.secret_file.is_some();
    let keys = ["media.secret_file", "media.secret"];
    found.when(twice, &keys, "the secret is set already", "keep one of the two");
    if let Some(wrong) = media.secret.as_ref().and_then(|secret| wrong_secret(secret.expose())) {
        found.when(true, &["media.secret"], wrong, "make one with: openssl rand -base64 32");
    }
    let mut names: Vec<_> = media.servers.iter().map(|server| server.name()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone());
    let why = format!("{} is there twice", twice.as_deref().unwrap_or_default());
    found.when(twice.is_some(), &["media.servers"], why, "name each server once");
    found.when(media.servers.len() > 64, &["media.servers"], "more than 64", "write at most 64 servers");
    found.within("media.request_within", media.request_within, 100 * MS, 10 * SECOND);
    found.within("media.recover_after", media.recover_after, SECOND, HOUR);
    found.within("media.switch_every_min", media.switch_every_min, SECOND, HOUR);
    let (below, most) = (media.fallback_below.get(), config.room.mesh_participants_max.get());
    let keys = ["media.fallback_below", "room.mesh_participants_max"];
    let help = "write at most one more than `room.mesh_participants_max`";
    found.when(below > most + 1, &keys, "a mesh would have more members than one may have", help);
}

/// Why a secret cannot be used, without the secret.
pub(in crate::config) fn wrong_secret(secret: &str) -> Option<&'static str> {
    if secret.len() < SECRET_LEN_MIN {
        return Some("shorter than 16 characters");
    }
    let is_sendable = secret.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_sendable).then_some("not of visible ASCII characters alone, which a header needs")
}
