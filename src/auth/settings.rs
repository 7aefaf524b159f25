//! All limits of accounts and tokens, each with its reason.

use std::time::Duration;

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignupMode {
    /// Anybody.
    #[default]
    Open,
    /// Whoever has an invite.
    Invite,
    /// Nobody.
    Closed,
}

/// Limits of accounts and tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Whether there are accounts; without them, people come with tokens of other issuers, of backends, or as guests.
    pub accounts: bool,
    /// Who may sign up.
    pub signup: SignupMode,
    /// Whether an account can be used only after its owner has proved that the address is theirs.
    pub verify_email: bool,
    /// How long an account is kept whose owner has not proved that the address is theirs, and that nobody has used: what
    /// strangers make with others' addresses does not pile up, and the address is free again.
    pub unverified_ttl: Duration,
    /// Lifetime of an access token; at most `24h`. Revoked ones are refused at once on nodes that know of it.
    pub access_ttl: Duration,
    /// Lifetime of a refresh token, from its last use on: how long a user may be away without a new login.
    pub refresh_ttl: Duration,
    /// Within this time of its first use, the use of a refresh token may be repeated, with the same successor: a client
    /// whose answer was lost is not signed out, nor are two tabs of one browser. Later it counts as theft (RFC 9700).
    pub refresh_grace: Duration,
    /// Sessions of a user; a further login ends the one that was used least recently.
    pub sessions_max: u32,
    /// Tolerated clock difference between nodes when an access token's expiry is checked; at most `5s`.
    pub leeway: Duration,
    /// The claim `iss`: the issuer of the tokens.
    pub issuer: String,
    /// The claim `aud`: the audience of the tokens.
    pub audience: String,
    /// argon2id's memory for one hash, in KiB. OWASP recommends 19 MiB with 2 passes.
    pub argon2_memory_kib: u32,
    /// argon2id's passes over that memory.
    pub argon2_passes: u32,
    /// Concurrent password hashes; 0 means half the cores, at least 1 and at most 2. Each takes 16 ms of CPU and
    /// `argon2_memory_kib`; more of them would take both from the calls.
    pub hashing_max: usize,
    /// Logins that may wait before further ones are refused with 503: at 60 per second the last waits a second.
    pub hashing_queue_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            accounts: true,
            signup: SignupMode::Open,
            verify_email: false,
            unverified_ttl: Duration::from_secs(7 * 24 * 60 * 60),
            access_ttl: Duration::from_secs(15 * 60),
            refresh_ttl: Duration::from_secs(30 * 24 * 60 * 60),
            refresh_grace: Duration::from_secs(10),
            sessions_max: 50,
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
