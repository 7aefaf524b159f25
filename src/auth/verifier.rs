//! Implements the actors' ports for verifying and revoking access tokens.

use actors::{
    ports::{Identity, TokenError, Verifier},
    protocol::LoginId,
};

use super::{Tokens, token};

impl Verifier for Tokens {
    fn verify(&self, text: &str) -> Result<Identity, TokenError> {
        match Self::verify(self, text) {
            Ok(identity) => Ok(Identity {
                user: identity.user,
                name: identity.name.into(),
                expires: u64::try_from(identity.expires.as_second()).unwrap_or(0),
                issued_ms: u64::try_from(identity.issued.as_millisecond()).unwrap_or(0),
                login: identity.session.map(|session| LoginId::from_u128(session.as_u128())),
                grants: identity.grants,
            }),
            Err(token::TokenError::Expired(_)) => Err(TokenError::Expired),
            Err(why @ token::TokenError::IssuerAway) => Err(TokenError::Unavailable(why.to_string())),
            Err(why) => Err(TokenError::Invalid(why.to_string())),
        }
    }
}
