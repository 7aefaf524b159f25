//! Settings of accounts and of other issuers, from the configuration.

use super::number;
use crate::{
    auth::{self, issuers},
    config::{AccountsMode, Config, SignupMode, TokenAlgorithm},
};

pub(in crate::app) fn auth(config: &Config) -> auth::Settings {
    let from = &config.auth;
    auth::Settings {
        accounts: from.accounts == AccountsMode::On,
        signup: match from.signup {
            SignupMode::Open => auth::SignupMode::Open,
            SignupMode::Invite => auth::SignupMode::Invite,
            SignupMode::Closed => auth::SignupMode::Closed,
        },
        verify_email: from.verify_email,
        unverified_ttl: from.unverified_ttl,
        access_ttl: from.access_ttl,
        refresh_ttl: from.refresh_ttl,
        refresh_grace: from.refresh_grace,
        sessions_max: number(from.sessions_per_user_max.get()),
        leeway: from.clock_leeway,
        issuer: from.issuer.clone(),
        audience: from.audience.clone(),
        argon2_memory_kib: number(from.argon2_memory.bytes() / 1_024),
        argon2_passes: from.argon2_iterations.get(),
        hashing_max: from.hashing_parallel_max.map_or(0, std::num::NonZeroUsize::get),
        hashing_queue_max: from.hashing_queue_max.get(),
    }
}

/// The other issuers whose tokens are good here.
pub(in crate::app) fn issuers(config: &Config) -> Vec<issuers::IssuerSettings> {
    let one = |from: &crate::config::Issuer| issuers::IssuerSettings {
        issuer: from.issuer.as_str().into(),
        jwks_url: from.jwks_url.as_str().to_owned(),
        audience: from.audience.clone(),
        user_prefix: from.user_prefix.clone(),
        algorithms: from.algorithms.iter().copied().map(algorithm).collect(),
        claims: issuers::ClaimNames {
            user: from.claims.user.clone(),
            name: from.claims.name.clone(),
            room: from.claims.room.clone(),
            role: from.claims.role.clone(),
        },
    };
    config.auth.issuers.iter().map(one).collect()
}

const fn algorithm(from: TokenAlgorithm) -> issuers::Algorithm {
    match from {
        TokenAlgorithm::Rs256 => issuers::Algorithm::Rs256,
        TokenAlgorithm::Ps256 => issuers::Algorithm::Ps256,
        TokenAlgorithm::Es256 => issuers::Algorithm::Es256,
        TokenAlgorithm::EdDsa => issuers::Algorithm::EdDsa,
    }
}
