//! The bearer secret that nodes and media server share. It is in no log, no error and no document.

use subtle::ConstantTimeEq;

/// The fewest bytes of a secret: 128 random bits in Base64 have 22.
const SECRET_MIN: usize = 16;

/// The secrets that are accepted; two while one is replaced.
pub struct Secret(Vec<String>);

impl Secret {
    /// The lines of a text, without blank ones.
    ///
    /// # Errors
    /// There is none, or one that can be guessed; without the secret itself.
    pub fn lines(text: &str) -> Result<Self, String> {
        let secrets: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if secrets.is_empty() {
            return Err("it is empty".to_owned());
        }
        match secrets.iter().position(|secret| secret.len() < SECRET_MIN) {
            Some(line) => Err(format!("secret {} has fewer than {SECRET_MIN} bytes, and could be guessed", line + 1)),
            None => Ok(Self(secrets)),
        }
    }

    /// The first one, for calls of one's own.
    #[must_use]
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether this is one of them, in a time that does not tell how much of it is right.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.iter().fold(false, |found, secret| found | bool::from(secret.as_bytes().ct_eq(given.as_bytes())))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn two_secrets_are_accepted_while_one_is_replaced() {
        let secret = Secret::lines("0123456789abcdef\n\nfedcba9876543210\n").expect("two secrets");
        assert!(secret.is("0123456789abcdef") && secret.is("fedcba9876543210"));
        assert!(!secret.is("") && !secret.is("0123456789abcde") && !secret.is("0123456789abcdef\nfedcba9876543210"));
        assert_eq!(secret.first(), "0123456789abcdef");
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_refused_and_none_is_shown() {
        assert!(Secret::lines(" \n").is_err());
        let refused = Secret::lines("0123456789abcdef\nhunter2").expect_err("short");
        assert!(!refused.contains("hunter2"), "{refused}");
        assert_eq!(format!("{:?}", Secret::lines("0123456789abcdef")), "Ok(Secret(…))");
    }
}
