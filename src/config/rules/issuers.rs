//! The rules of `auth.issuers`. The most important one: no two issuers, and no issuer and an account, can name the same user.

use super::super::auth::{AccountsMode, Auth, Issuer};
use super::{Config, Found};

const KEY: &str = "auth.issuers";
/// Issuers of one service; each token is compared with all of them.
const ISSUERS_MAX: usize = 16;
/// Longest name of an issuer, an audience or a claim, in bytes.
const NAME_BYTES_MAX: usize = 256;
/// Longest prefix in bytes: half of a user's id.
const PREFIX_BYTES_MAX: usize = 64;
/// What a prefix ends in. No id made here has one of them.
const PREFIX_ENDS: [char; 5] = [':', '|', '/', '~', '#'];
/// How the ids of API keys begin, which may be the claim `iss`, too.
const API_KEY: &str = "ak_";

pub(super) fn issuers(config: &Config, found: &mut Found) {
    let auth = &config.auth;
    let many = auth.issuers.len() > ISSUERS_MAX;
    found.when(many, &[KEY], "more than 16 issuers", "let one provider stand for several (federation)");
    for (at, issuer) in auth.issuers.iter().enumerate() {
        names(auth, (at, issuer), found);
        prefix(auth, (at, issuer), found);
        let help = "write an https URL; `allow_http = true` is for networks that you trust with everybody's identity";
        let open = !issuer.jwks_url.is_protected() && !issuer.allow_http;
        found.in_list(open, at, "the keys would travel without TLS: whoever is on the way could replace them", help);
        let help = "write some of \"RS256\", \"PS256\", \"ES256\", \"EdDSA\", or leave it out for all of them";
        found.in_list(issuer.algorithms.is_empty(), at, "`algorithms` is empty: no token could be good", help);
    }
}

fn names(auth: &Auth, (at, issuer): (usize, &Issuer), found: &mut Found) {
    let claims = &issuer.claims;
    let optional = [("claims.room", &claims.room), ("claims.role", &claims.role)];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let needed = [
        ("issuer", &issuer.issuer),
        ("audience", &issuer.audience),
        ("claims.user", &claims.user),
        ("claims.name", &claims.name),
    ];
    for (name, value) in needed.into_iter().chain(optional) {
        let wrong = value.is_empty() || value.len() > NAME_BYTES_MAX;
        found.in_list(wrong, at, format!("`{name}` is not 1 to 256 bytes long"), "write it as it is in its tokens");
    }
    let name = &issuer.issuer;
    let help = "write the claim `iss` of the other issuer's tokens; this node's own is `auth.issuer`";
    found.in_list(*name == auth.issuer, at, "`issuer` is this node's own, `auth.issuer`", help);
    let help = "API keys are made with `aldis api-key new`, and need no entry here";
    found.in_list(name.starts_with(API_KEY), at, "`issuer` is the id of an API key", help);
    let twice = auth.issuers[..at].iter().any(|other| other.issuer == *name);
    found.in_list(twice, at, "`issuer` is named twice", "keep one of the two");
}

fn prefix(auth: &Auth, (at, issuer): (usize, &Issuer), found: &mut Found) {
    let prefix = &issuer.user_prefix;
    let fits = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    let wrong = prefix.len() > PREFIX_BYTES_MAX || !prefix.chars().all(fits);
    let help = "write a short name and one of : | / ~ #, such as \"corp:\"";
    let why = "`user_prefix` is not up to 64 printable ASCII characters without space, \" and \\";
    found.in_list(wrong, at, why, help);
    if prefix.is_empty() {
        let help =
            "give it a prefix, such as \"corp:\"; only a single issuer, with `auth.accounts = \"off\"`, may have none";
        let alone = auth.issuers.len() == 1 && auth.accounts == AccountsMode::Off;
        found.in_list(!alone, at, "`user_prefix` is empty, so that its users could be taken for others", help);
        return;
    }
    found.in_list(!prefix.ends_with(PREFIX_ENDS), at, "`user_prefix` does not end in one of : | / ~ #", help);
    let others = auth.issuers[..at].iter().map(|other| &other.user_prefix).filter(|other| !other.is_empty());
    for other in others {
        let shared = other.starts_with(prefix.as_str()) || prefix.starts_with(other.as_str());
        let why =
            format!("`user_prefix` and {other:?} of another issuer begin alike, so that two people could have one id");
        found.in_list(shared, at, why, "give each issuer a prefix that no other one begins with");
    }
}

impl Found {
    /// The element `at` of the list of issuers is wrong.
    fn in_list(&mut self, broken: bool, at: usize, why: impl Into<String>, help: &str) {
        self.when(broken, &[KEY], why, help);
        if let Some(last) = self.0.last_mut().filter(|_| broken) {
            last.element = Some(at);
        }
    }
}
