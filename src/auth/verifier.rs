//! Implements the actors' ports for verifying and revoking access tokens.

use actors::{
    ports::{Grants, Identity, TokenError, Verifier},
    protocol::{LoginId, RoomId},
};
use uuid::Uuid;

use super::{Subject, Tokens, token};

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
            Err(why @ (token::TokenError::IssuerAway | token::TokenError::KeyNotYet)) => {
                Err(TokenError::Unavailable(why.to_string()))
            }
            Err(why) => Err(TokenError::Invalid(why.to_string())),
        }
    }

    fn token_for(&self, identity: &Identity, room: RoomId) -> Option<String> {
        let is_bound = |grants: &&Grants| !grants.foreign && grants.room.is_some_and(|only| only != room);
        let grants = identity.grants.as_deref().filter(is_bound)?;
        let grants = Grants { room: Some(room), ..grants.clone() };
        let (user, session) = (identity.user.clone(), identity.login.map(|login| Uuid::from_u128(login.as_u128())));
        let subject = Subject { user, name: &identity.name, session };
        let minted = self.mint_until(subject, identity.expires, &grants);
        minted.inspect_err(|why| tracing::error!(%why, "no token could be signed for somebody who is moved")).ok()
    }
}
