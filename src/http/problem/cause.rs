//! Maps errors below HTTP to problems; nowhere else.

use std::time::Duration;

use actors::ports::Denied;

use super::{Code, Problem};
use crate::{
    auth::{AuthError, TokenError},
    net::CredentialError,
    rooms::NotDone,
    storage::StoreError,
};

/// When to try again with a token whose issuer is being asked for its keys.
const KEYS_WITHIN: Duration = Duration::from_secs(2);

impl From<AuthError> for Problem {
    fn from(why: AuthError) -> Self {
        match why {
            AuthError::Invalid(fields) => Self::fields(fields),
            AuthError::SignupClosed => {
                Self::new(Code::SignupClosed, "Nobody can sign up here by themselves: ask the operator for an account.")
            }
            AuthError::InviteRequired => {
                Self::new(Code::InviteRequired, "Signing up here needs an invite: send its code as `invite`.")
            }
            AuthError::InviteInvalid => Self::new(
                Code::InviteInvalid,
                "This invite is unknown, used up or expired, or it is for another e-mail address: ask for a new one.",
            ),
            AuthError::LinkInvalid => Self::new(
                Code::LinkInvalid,
                "This link is unknown, used or expired, or a newer one was sent: ask for a new one. If you have just used \
                 it, log in.",
            ),
            AuthError::Unverified => Self::new(
                Code::EmailUnverified,
                "Open the link in the mail that was sent to this address, and enter your password there. A new password, set \
                 by mail, does the same.",
            ),
            AuthError::EmailTaken => {
                Self::new(Code::EmailTaken, "An account with this e-mail address exists; log in instead.")
            }
            AuthError::WrongCredentials => {
                Self::new(Code::CredentialsInvalid, "The e-mail address or the password is wrong.")
            }
            AuthError::Disabled => Self::new(Code::AccountDisabled, "This account was disabled by the operator."),
            AuthError::Gone => Self::new(Code::AuthInvalid, "The account of this token no longer exists."),
            AuthError::Refresh(why) => {
                Self::new(Code::RefreshInvalid, format!("The refresh token cannot be used: {why}. Log in again."))
            }
            AuthError::Token(why) => why.into(),
            AuthError::Busy { wait } => Self::busy("Too many people log in right now", wait),
            AuthError::MailsWait { wait } => Self::busy("Too many mails wait to be sent", wait),
            AuthError::Store(why) => why.into(),
            AuthError::Broken(why) => Self::internal(why),
        }
    }
}

impl From<Denied> for Problem {
    fn from(why: Denied) -> Self {
        Self::new(Code::Forbidden, format!("Not allowed: {why}."))
    }
}

impl From<NotDone> for Problem {
    fn from(why: NotDone) -> Self {
        let code = match why {
            NotDone::Store(why) => return why.into(),
            NotDone::Away | NotDone::Disconnected(_) => return Self::unavailable(why.to_string()),
            NotDone::NoRoom(_) => Code::RoomNotFound,
            NotDone::NotHost(_) => Code::NotHost,
            NotDone::NotThere(_) => Code::UserNotFound,
            NotDone::Denied(_) | NotDone::Host(_) => Code::Forbidden,
            NotDone::Oneself | NotDone::SameRoom(_) => Code::BadRequest,
            NotDone::Closed(_) => Code::RoomClosed,
            NotDone::Full(..) => Code::RoomFull,
            NotDone::Locked(_) => Code::RoomLocked,
            NotDone::Banned(..) => Code::Banned,
        };
        Self::new(code, why.to_string())
    }
}

impl From<CredentialError> for Problem {
    fn from(why: CredentialError) -> Self {
        let code = match why {
            CredentialError::Malformed => Code::AuthInvalid,
            CredentialError::Two => Code::TwoTokens,
        };
        Self::new(code, format!("The request was refused: {why}."))
    }
}

impl From<StoreError> for Problem {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database is unavailable");
                Self::unavailable("The database is unavailable: try again in a moment.")
            }
            StoreError::Conflict(cause) => {
                tracing::warn!(%cause, "the database is busy with other changes");
                Self::unavailable("The database is busy: try again in a moment.")
            }
            StoreError::Unknown(cause) => {
                tracing::warn!(%cause, "the database did not confirm a change");
                Self::unavailable(
                    "The database did not confirm the change, so it may have been made: look before you try again.",
                )
            }
            StoreError::EmailTaken => AuthError::EmailTaken.into(),
            StoreError::InviteInvalid => AuthError::InviteInvalid.into(),
            StoreError::UnknownUser => AuthError::Gone.into(),
            StoreError::TooManyRooms { max } => {
                Self::new(Code::TooManyRooms, format!("You have {max} rooms, the maximum: delete one first."))
            }
            StoreError::TooManyBans { max } => {
                Self::new(Code::TooManyBans, format!("The room has {max} bans, the maximum: lift some first."))
            }
            why @ (StoreError::RoomIdTaken | StoreError::Unreadable { .. } | StoreError::Broken(_)) => {
                Self::internal(why)
            }
        }
    }
}

impl From<TokenError> for Problem {
    fn from(why: TokenError) -> Self {
        let code = match &why {
            TokenError::Missing => Code::AuthRequired,
            TokenError::Expired(_) => Code::TokenExpired,
            TokenError::IssuerAway | TokenError::KeyNotYet => Code::Unavailable,
            TokenError::TooLong
            | TokenError::Malformed
            | TokenError::WrongAlgorithm
            | TokenError::UnknownKey
            | TokenError::BadSignature
            | TokenError::NotYet
            | TokenError::TooLongLived(_)
            | TokenError::WrongGrants(_)
            | TokenError::WrongClaim { .. }
            | TokenError::NoAccounts
            | TokenError::OtherKind
            | TokenError::Revoked
            | TokenError::NotForUs => Code::AuthInvalid,
        };
        let text = why.to_string();
        let mut letters = text.chars();
        let detail =
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
        let retry_after = (code == Code::Unavailable).then_some(KEYS_WITHIN);
        Self { retry_after, ..Self::new(code, format!("{detail}.")) }
    }
}
