//! The rules of `[webhooks]`.

use super::{Config, DAY, Found, MINUTE, SECOND};

/// What makes a secret.
pub(in crate::config) const MAKE_A_SECRET: &str =
    "make one: whsec_ and 24 to 64 random bytes in Base64 (echo whsec_$(openssl rand -base64 32))";

pub(super) fn webhooks(config: &Config, found: &mut Found) {
    let webhooks = &config.webhooks;
    let has_secrets = !webhooks.secrets.is_empty() || webhooks.secrets_file.is_some();
    let keys = ["webhooks.url", "webhooks.secrets"];
    let why = "a receiver, but no secret to sign for it";
    found.when(webhooks.url.is_some() && !has_secrets, &keys, why, MAKE_A_SECRET);
    let key = if webhooks.secrets.is_empty() { "webhooks.secrets_file" } else { "webhooks.secrets" };
    let (idle, help) = (webhooks.url.is_none() && has_secrets, "set `webhooks.url`, or remove the secret");
    found.when(idle, &[key, "webhooks.url"], "a secret, but no receiver", help);
    let twice = !webhooks.secrets.is_empty() && webhooks.secrets_file.is_some();
    let keys = ["webhooks.secrets_file", "webhooks.secrets"];
    found.when(twice, &keys, "the secrets are set already", "keep one of the two");
    found.when(!webhooks.has_only_keys(), &["webhooks.secrets"], "not a secret of webhooks", MAKE_A_SECRET);
    let (many, help) =
        (webhooks.secrets.len() > 2, "write the new one, and the old one until the receiver knows the new");
    found.when(many, &["webhooks.secrets"], "more than two", help);
    let is_plain = webhooks.url.as_ref().is_some_and(|url| !url.is_encrypted());
    let help = "write an https: URL; or set `webhooks.allow_private` if the receiver is on this machine or network";
    let keys = ["webhooks.url", "webhooks.allow_private"];
    found.when(is_plain && !webhooks.allow_private, &keys, "what happens in rooms would travel unencrypted", help);
    found.within("webhooks.answer_within", webhooks.answer_within, SECOND, 10 * SECOND);
    found.within("webhooks.give_up_after", webhooks.give_up_after, MINUTE, 30 * DAY);
}
