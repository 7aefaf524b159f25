//! `aldis config check --probe`: whether other issuers publish keys that can be used, as a node fetches and reads them.

use crate::{
    app::settings,
    auth::issuers::{IssuerSettings, KeySet, KeySource as _, Limits, NoKeys, Web},
    config::{Fault, Loaded},
};

const KEY: &str = "auth.issuers";

/// The issuers whose keys cannot be had, and what the others have.
pub(super) fn probe(loaded: &Loaded) -> (Vec<Fault>, Vec<String>) {
    let (mut faults, mut said) = (Vec::new(), Vec::new());
    for (at, issuer) in settings::issuers(&loaded.config).iter().enumerate() {
        match fetched(issuer) {
            Ok(keys) => {
                said.push(described(issuer, &keys));
                if keys.is_empty() {
                    let why = format!("{} has no key that can be used", issuer.jwks_url);
                    let help = "is `algorithms` right, and is this the address of its signing keys?";
                    faults.push(loaded.mistake_in_list(KEY, at, why, help));
                }
            }
            Err(why) => {
                let why = format!("{}: {why}", issuer.jwks_url);
                let help = "correct `jwks_url` (`jwks_uri` of the provider's /.well-known/openid-configuration), or start the issuer";
                faults.push(loaded.mistake_in_list(KEY, at, why, help));
            }
        }
    }
    (faults, said)
}

fn fetched(issuer: &IssuerSettings) -> Result<KeySet, String> {
    let limits = Limits::default();
    let web = Web::new(&limits).map_err(|why| why.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let text = runtime.map_err(|why| why.to_string())?.block_on(web.fetch(&issuer.jwks_url));
    let text = text.map_err(|why| NoKeys::from(why).to_string())?;
    KeySet::read(&text, &issuer.algorithms, limits.keys_max).map_err(|why| why.to_string())
}

fn described(issuer: &IssuerSettings, keys: &KeySet) -> String {
    let algorithms: Vec<_> = keys.algorithms().into_iter().map(|algorithm| algorithm.name()).collect();
    let (number, plural) = (keys.len(), if keys.len() == 1 { "" } else { "s" });
    format!("{}: {number} key{plural} ({}){}", issuer.issuer, algorithms.join(", "), unusable(keys))
}

/// The keys that cannot be used, a line each.
fn unusable(keys: &KeySet) -> String {
    keys.unusable()
        .iter()
        .map(|left_out| format!("\n  key {} cannot be used: {}", left_out.key, left_out.why))
        .collect()
}
