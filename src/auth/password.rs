//! argon2id. A hash takes some 16 ms of CPU and 19 MiB, so it runs on the background threads (`aside`), never on the
//! runtime.

use std::cell::RefCell;

use super::{AuthError, Settings, account::prepared};
use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

thread_local! {
    /// The memory of a hash, reused for the next: allocating and freeing 19 MiB each time would make the node's other
    /// threads wait for the process's memory map.
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// The result of comparing a password with a hash.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is the password.
    pub good: bool,
    /// Its hash in its prepared form with the current parameters, if the stored one is another.
    pub rehashed: Option<String>,
}

/// Hashes and verifies passwords.
pub struct Hasher {
    argon2: Argon2<'static>,
    /// The hash of an unknown password, compared with for unknown addresses, so that they take as long.
    nobody: String,
}

impl Hasher {
    /// Hashes one password, for unknown addresses.
    ///
    /// # Errors
    /// When argon2 refuses the parameters.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let params = Params::new(settings.argon2_memory_kib, settings.argon2_passes, 1, None).map_err(|why| {
            anyhow!(
                "argon2 refuses auth.argon2_memory_kib = {} and auth.argon2_passes = {}: {why}",
                settings.argon2_memory_kib,
                settings.argon2_passes
            )
        })?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let secret: [u8; 32] = rand::random();
        let nobody = hash(&argon2, &secret)?;
        BLOCKS.take(); // this thread will not hash again
        Ok(Self { argon2, nobody })
    }

    /// The PHC string of a prepared password's hash, with a fresh salt. Takes some 16 ms of CPU.
    ///
    /// # Errors
    /// `Broken`.
    pub fn hash(&self, prepared: &str) -> Result<String, AuthError> {
        hash(&self.argon2, prepared.as_bytes())
    }

    /// Compares a password with a hash; without one, with the dummy hash, so that it takes as long. A password whose
    /// letters have other forms than the prepared one is compared as it is too: so it was stored once.
    ///
    /// # Errors
    /// `Broken` when the stored hash cannot be read.
    pub fn verify(&self, password: &str, stored: Option<&str>) -> Result<Verdict, AuthError> {
        let (known, stored) = (stored.is_some(), stored.unwrap_or(&self.nobody));
        let parsed = PasswordHash::new(stored)
            .map_err(|why| AuthError::Broken(format!("a stored password hash cannot be read: {why}")))?;
        let prepared = prepared(password);
        let is_prepared = matches(&parsed, prepared.as_bytes())?;
        let good = known & (is_prepared || (prepared != password && matches(&parsed, password.as_bytes())?));
        let current = Params::try_from(&parsed).is_ok_and(|params| same_cost(&params, self.argon2.params()));
        let old = good && !(current && is_prepared);
        Ok(Verdict { good, rehashed: if old { Some(self.hash(&prepared)?) } else { None } })
    }
}

/// The PHC string of a password's hash, with a fresh salt.
fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, AuthError> {
    let salt = Salt::generate();
    let hash = output(argon2, password, &salt)?;
    let params = ParamsString::try_from(argon2.params()).map_err(broken)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(phc.to_string())
}

/// Whether a hash, of any parameters, is of this password. Compared in constant time.
fn matches(stored: &PasswordHash, password: &[u8]) -> Result<bool, AuthError> {
    let (Some(salt), Some(hash)) = (&stored.salt, &stored.hash) else {
        return Err(AuthError::Broken("a stored password hash has no salt or no hash".to_owned()));
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(broken)?;
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(broken)?;
    let params = Params::try_from(stored).map_err(broken)?;
    Ok(output(&Argon2::new(algorithm, version, params), password, salt)? == *hash)
}

/// Computes a hash in this thread's blocks.
fn output(argon2: &Argon2<'_>, password: &[u8], salt: &Salt) -> Result<Output, AuthError> {
    let len = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut output = vec![0; len];
    BLOCKS
        .with_borrow_mut(|blocks| {
            blocks.resize(argon2.params().block_count(), Block::new());
            argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut output, &mut blocks[..])
        })
        .map_err(broken)?;
    Output::new(&output).map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> AuthError {
    AuthError::Broken(format!("argon2 cannot hash: {why}"))
}

fn same_cost(one: &Params, other: &Params) -> bool {
    (one.m_cost(), one.t_cost(), one.p_cost()) == (other.m_cost(), other.t_cost(), other.p_cost())
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS, Hasher, Settings};

    #[test]
    fn a_password_is_the_same_in_any_form_of_its_letters_and_an_old_hash_is_replaced() {
        let cheap = Settings { argon2_memory_kib: 64, argon2_passes: 1, ..Settings::default() };
        let hasher = Hasher::new(&cheap).expect("a hasher");
        let (composed, decomposed) = ("pä55wörter", "pa\u{308}55wo\u{308}rter");
        let stored = hasher.hash(composed).expect("a hash");
        for typed in [composed, decomposed] {
            let verdict = hasher.verify(typed, Some(&stored)).expect("a verdict");
            assert!(verdict.good && verdict.rehashed.is_none(), "{typed}");
        }
        let old = hasher.hash(decomposed).expect("a hash as it was once stored");
        let verdict = hasher.verify(decomposed, Some(&old)).expect("a verdict");
        let new = verdict.rehashed.expect("a new hash");
        assert!(verdict.good && hasher.verify(composed, Some(&new)).expect("a verdict").good);
        assert!(!hasher.verify("passworter", Some(&stored)).expect("a verdict").good);
    }

    #[test]
    fn an_unknown_address_costs_a_hash_like_any_other() {
        let cheap = Settings { argon2_memory_kib: 64, argon2_passes: 1, ..Settings::default() };
        let hasher = Hasher::new(&cheap).expect("a hasher");
        let known = hasher.hash("x").expect("a hash");
        let blocks_filled_for = |stored: Option<&str>| {
            BLOCKS.take();
            hasher.verify("x", stored).expect("a verdict");
            BLOCKS.with_borrow(Vec::len)
        };
        assert_eq!((blocks_filled_for(None), blocks_filled_for(Some(&known))), (64, 64));
        assert!(!hasher.verify("x", None).expect("a verdict").good);
    }
}
