//! A key set of another issuer (RFC 7517): read, judged key by key, and prepared for verifying. Pure.
//!
//! A key that cannot be used is left out with the reason, so that one bad key costs no good one. Must not know where the set is
//! from.

mod parse;

use std::{fmt, str::FromStr, sync::Arc};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
};
use serde::Deserialize;

use super::Missing;

/// How a token may be signed: with a private key, so that a verifier cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// RSA with PSS and SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519 (RFC 8037).
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The name in a token's header (RFC 7518 §3.1, RFC 8037 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(())
    }
}

/// A key, ready to verify signatures of one algorithm.
pub(in crate::auth) struct Verifying {
    kid: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl Verifying {
    /// Whether this is the signature of `signed`.
    pub(in crate::auth) fn is_signature(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(signed, signature).is_ok()
    }
}

/// The keys of a set.
#[derive(Default)]
pub struct KeySet {
    /// One entry for each key and algorithm.
    usable: Vec<Arc<Verifying>>,
    keys: usize,
    unusable: Vec<Unusable>,
}

/// A key that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Its `kid`, else its place in the set, from 1: `#2`.
    pub key: String,
    /// Why.
    pub why: String,
}

/// Why an answer is no key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It has another form.
    #[error("the answer is no key set (RFC 7517): {0}")]
    Form(String),
    /// It has too many keys.
    #[error("the answer has {keys} keys, and may have {max}")]
    TooMany {
        /// How many it has.
        keys: usize,
        /// How many it may have.
        max: usize,
    },
}

/// The form of a key set; members that are not known are ignored (RFC 7517 §5).
#[derive(Deserialize)]
struct Form {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads a set of at most `keys_max` keys; those that are for none of `allowed` are left out.
    ///
    /// # Errors
    /// It is no key set.
    pub fn read(text: &[u8], allowed: &[Algorithm], keys_max: usize) -> Result<Self, KeysError> {
        let Form { keys } = serde_json::from_slice(text).map_err(|why| KeysError::Form(why.to_string()))?;
        if keys.len() > keys_max {
            return Err(KeysError::TooMany { keys: keys.len(), max: keys_max });
        }
        let mut set = Self::default();
        for (at, value) in keys.into_iter().enumerate() {
            let kid = value["kid"].as_str().map(str::to_owned);
            let is_taken = |ready: &[(Algorithm, ParsedPublicKey)]| {
                let same = |known: &Verifying| ready.iter().any(|(algorithm, _)| *algorithm == known.algorithm);
                kid.is_some() && set.usable.iter().any(|known| known.kid == kid && same(known))
            };
            let read = match parse::key(value, allowed) {
                Ok(ready) if is_taken(&ready) => Err("an earlier key has the same `kid`".to_owned()),
                read => read,
            };
            match read {
                Ok(ready) => {
                    set.keys += 1;
                    let ready = ready.into_iter();
                    set.usable
                        .extend(ready.map(|(algorithm, key)| Arc::new(Verifying { kid: kid.clone(), algorithm, key })));
                }
                Err(why) => {
                    let key = kid.unwrap_or_else(|| format!("#{}", at + 1));
                    set.unusable.push(Unusable { key, why });
                }
            }
        }
        Ok(set)
    }

    /// The key of this name for this algorithm. A token without a name is signed with the only key for its algorithm, if there is
    /// only one.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<Verifying>, Missing> {
        let named = |key: &&Arc<Verifying>| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        let mut fitting = self.usable.iter().filter(named).filter(|key| key.algorithm == algorithm);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(Arc::clone(key)),
            (None, _) if kid.is_some() && self.usable.iter().any(|key| named(&key)) => Err(Missing::OtherAlgorithm),
            (None | Some(_), _) => Err(Missing::Unknown),
        }
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys
    }

    /// Whether none can.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// The algorithms that they are for.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let mut all: Vec<_> = self.usable.iter().map(|key| key.algorithm).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The keys that are left out.
    #[must_use]
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// The names of the keys that can be used.
    pub(super) fn kids(&self) -> Vec<&str> {
        let mut all: Vec<_> = self.usable.iter().map(|key| key.kid.as_deref().unwrap_or("")).collect();
        all.dedup();
        all
    }
}

/// What the library calls an algorithm, for keys that are no pair of numbers.
fn of_points(algorithm: Algorithm) -> Option<&'static dyn aws_lc_rs::signature::VerificationAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED),
        Algorithm::EdDsa => Some(&ED25519),
        Algorithm::Rs256 | Algorithm::Ps256 => None,
    }
}

/// The same for RSA.
fn of_numbers(algorithm: Algorithm) -> Option<&'static aws_lc_rs::signature::RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Es256 | Algorithm::EdDsa => None,
    }
}
