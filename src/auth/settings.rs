//! The limits of accounts and tokens, all in one place, each with its reason.

use std::time::Duration;

/// Limits of accounts and tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long an access token is good. Short, because it cannot be taken back; at most `24h`.
    pub access_ttl: Duration,
    /// How long a refresh token is good, from its last use on: how long one may stay away without a new login.
    pub refresh_ttl: Duration,
    /// Within this time of its first use a refresh token may be used again. `0s` is strict: any second use revokes the
    /// family (RFC 9700). Two tabs of one browser that cannot agree on who refreshes need a few seconds.
    pub refresh_grace: Duration,
    /// How far the clocks of nodes may be apart, when an access token's expiry is judged; at most `5s`.
    pub leeway: Duration,
    /// Who mints the tokens: the claim `iss`.
    pub issuer: String,
    /// Whom the tokens are for: the claim `aud`.
    pub audience: String,
    /// argon2id's memory for one hash, in KiB. 19 MiB with 2 passes is OWASP's first choice.
    pub argon2_memory_kib: u32,
    /// argon2id's passes over that memory.
    pub argon2_passes: u32,
    /// How many passwords are hashed at once; 0 means half the cores, at least 1 and at most 2. Each takes a core for
    /// 16 ms and `argon2_memory_kib`; more of them would take both from the calls.
    pub hashing_max: usize,
    /// How many more may wait their turn before logins are refused with 503: at 60 a second the last waits a second.
    pub hashing_queue_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_ttl: Duration::from_secs(15 * 60),
            refresh_ttl: Duration::from_secs(30 * 24 * 60 * 60),
            refresh_grace: Duration::ZERO,
            leeway: Duration::from_secs(5),
            issuer: "aldis".to_owned(),
            audience: "aldis".to_owned(),
            argon2_memory_kib: argon2::Params::DEFAULT_M_COST,
            argon2_passes: argon2::Params::DEFAULT_T_COST,
            hashing_max: 0,
            hashing_queue_max: 64,
        }
    }
}

impl Settings {
    /// `hashing_max`, with 0 resolved for this machine.
    #[must_use]
    pub fn hashing_at_once(&self) -> usize {
        match self.hashing_max {
            0 => (std::thread::available_parallelism().map_or(1, usize::from) / 2).clamp(1, 2),
            given => given,
        }
    }
}
