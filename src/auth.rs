//! Authentication: passwords, access tokens (RS256), refresh tokens, signing keys, other issuers, and what is revoked.
//!
//! Parts that `accounts` combines. Must not know: our HTTP API, cookies, addresses, rooms, which statements a change needs.

pub mod account;
pub mod aside;
pub mod clock;
mod identity;
pub mod issuers;
pub mod keys;
pub mod opaque;
pub mod password;
mod queue;
pub mod refresh;
mod revoked;
mod settings;
#[cfg(test)]
pub(crate) mod tests;
pub mod token;
mod verifier;

use std::time::Duration;

pub use account::{FieldError, Login, Signup};
pub use aside::Aside;
pub use clock::Clock;
pub use identity::{Identity, LIFE_MAX, Subject};
pub use issuers::Issuers;
pub use keys::{ApiKeyId, ApiKeyring, KeyRing, KeySecret, Sealing};
pub use opaque::{DeviceId, InviteCode, LinkToken};
pub use password::Hasher;
pub use refresh::RefreshToken;
pub use revoked::Revoked;
pub use settings::{Settings, SignupMode};
pub use token::{GUEST_BACK_WITHIN, TokenError, Tokens};

use crate::storage::StoreError;

/// Describes the metrics of keys, issuers and tokens to the recorder; once, after it is installed.
pub fn describe_metrics() {
    keys::describe_metrics();
    issuers::describe_metrics();
    token::describe_metrics();
}

/// Why authentication failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Invalid fields of the request.
    #[error("the request's fields are not valid")]
    Invalid(Vec<FieldError>),
    /// Nobody can sign up here.
    #[error("sign-up is closed")]
    SignupClosed,
    /// Signing up needs an invite.
    #[error("signing up needs an invite")]
    InviteRequired,
    /// The invite is unknown, used up, expired, or another address's: which of these is not revealed.
    #[error("the invite cannot be used")]
    InviteInvalid,
    /// The token of a link in a mail is unknown, used, replaced or expired.
    #[error("the link cannot be used")]
    LinkInvalid,
    /// The owner has yet to prove that the address is theirs; told only with the right password.
    #[error("the e-mail address is not verified")]
    Unverified,
    /// Another account has this address.
    #[error("an account with this e-mail address already exists")]
    EmailTaken,
    /// No such account, or a wrong password: which of the two is not revealed.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The account was disabled by an operator.
    #[error("this account is disabled")]
    Disabled,
    /// The account was deleted though its token is still valid.
    #[error("this account no longer exists")]
    Gone,
    /// The refresh token cannot be used.
    #[error("the refresh token cannot be used: {0}")]
    Refresh(&'static str),
    /// The access token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The queue for password hashing is full.
    #[error("too many logins at once")]
    Busy {
        /// When to retry: a different time for each client.
        wait: Duration,
    },
    /// Too many mails wait to be sent; told before anybody looks whether the address has an account.
    #[error("too many mails wait to be sent")]
    MailsWait {
        /// When to retry: a different time for each client.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug or a damaged hash or key; the text is for the log.
    #[error("{0}")]
    Broken(String),
}
