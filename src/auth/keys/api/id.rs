//! The id of an API key, as tokens and operators write it: `ak_` and 32 hexadecimal digits, so that it is never taken for the id
//! of another issuer's key.

use std::{fmt, str::FromStr};

use uuid::Uuid;

const PREFIX: &str = "ak_";
const DIGITS: usize = 32;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiKeyId(pub Uuid);

/// Not the id of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an API key is ak_ and {DIGITS} hexadecimal digits, as `aldis api-key list` prints it")]
pub struct NotAnApiKeyId;

impl ApiKeyId {
    /// Whether a text claims to be such an id.
    #[must_use]
    pub fn is_claimed_by(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

impl FromStr for ApiKeyId {
    type Err = NotAnApiKeyId;

    fn from_str(text: &str) -> Result<Self, NotAnApiKeyId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotAnApiKeyId)?;
        let is_plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() != DIGITS || !digits.bytes().all(is_plain) {
            return Err(NotAnApiKeyId); // one form only: a key has one name
        }
        Uuid::try_parse(digits).map(Self).map_err(|_| NotAnApiKeyId)
    }
}

impl fmt::Display for ApiKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = ApiKeyId(Uuid::from_u128(0xab));
        assert_eq!(id.to_string(), "ak_000000000000000000000000000000ab");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "ak_",
            "ak_000000000000000000000000000000AB",
            "ak_0",
            "ak-000000000000000000000000000000ab",
            "ak_00000000-0000-0000-0000-0000000000ab",
        ] {
            assert_eq!(wrong.parse::<ApiKeyId>(), Err(NotAnApiKeyId), "{wrong}");
        }
    }
}
