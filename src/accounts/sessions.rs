//! Sessions: refresh, log out, list, end.

use actors::protocol::UserId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Accounts, Shared, SignedIn};
use crate::{
    auth::{AuthError, RefreshToken},
    storage::{MessagePage, Rotation, Session, Stored, Use},
};

impl Accounts {
    /// Exchanges a refresh token for new ones. Within the grace, and until its successor is used, the same exchange may
    /// be repeated; later it ends the session.
    ///
    /// # Errors
    /// `Refresh`, `Disabled`, `Store`.
    pub async fn refresh(&self, token: RefreshToken) -> Result<SignedIn, AuthError> {
        self.change("refresh", |accounts| async move { accounts.refresh(&token).await }).await
    }

    /// Ends the session of a refresh token; an unknown token is not an error.
    ///
    /// # Errors
    /// `Store`.
    pub async fn log_out(&self, token: RefreshToken) -> Result<(), AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move {
            let ended = accounts.store().end_session_of(&token.hash(), accounts.end()).await;
            if let Some((user, session)) = accounts.noting_doubt(ended)? {
                accounts.sessions_ended(user, [session]).await;
            }
            Ok(())
        };
        self.change("log out", change).await
    }

    /// The sessions of a user, the last used first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sessions(&self, user: Uuid) -> Result<Vec<Session>, AuthError> {
        Ok(self.0.store().sessions_of(user).await?)
    }

    /// Until when each browser that has logged in is remembered, the last used first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn devices(&self, user: Uuid) -> Result<Vec<Timestamp>, AuthError> {
        Ok(self.0.store().devices_of(user).await?)
    }

    /// A page of the chat messages that a user wrote and that are stored, in whatever room, newest first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn written(&self, user: Uuid, page: MessagePage) -> Result<Vec<Stored>, AuthError> {
        Ok(self.0.store().messages_by(user, page).await?)
    }

    /// Ends a session of this user; false when there is none.
    ///
    /// # Errors
    /// `Store`.
    pub async fn end_session(&self, user: Uuid, session: Uuid) -> Result<bool, AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move {
            let known = accounts.noting_doubt(accounts.store().end_session(user, session, accounts.end()).await)?;
            if known {
                accounts.sessions_ended(user, [session]).await;
            }
            Ok(known)
        };
        self.change("end a session", change).await
    }

    /// Ends all sessions of this user but `keep`; answers how many.
    ///
    /// # Errors
    /// `Store`.
    pub async fn end_sessions(&self, user: Uuid, keep: Option<Uuid>) -> Result<usize, AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move {
            let ended = accounts.noting_doubt(accounts.store().end_sessions(user, keep, accounts.end()).await)?;
            let count = ended.len();
            accounts.sessions_ended(user, ended).await;
            Ok(count)
        };
        self.change("end sessions", change).await
    }

    /// Ends all sessions of a user with or without an account: the account's own, and the tokens of other issuers and backends that
    /// were issued until now. The user may come back with a newer one.
    ///
    /// # Errors
    /// `Store`.
    pub async fn end_all_of(&self, user: UserId) -> Result<(), AuthError> {
        let change = |accounts: std::sync::Arc<Shared>| async move {
            if let Some(account) = user.as_uuid() {
                let ended = accounts.store().end_sessions(account, None, accounts.end()).await;
                accounts.sessions_ended(account, accounts.noting_doubt(ended)?).await;
            }
            let end = accounts.end();
            accounts.noting_doubt(accounts.store().revoke_user(&user, end).await)?;
            accounts.user_ended(user, end).await;
            Ok(())
        };
        self.change("end all sessions of a user", change).await
    }
}

impl Shared {
    async fn refresh(&self, token: &RefreshToken) -> Result<SignedIn, AuthError> {
        let nonce = rand::random();
        let end = self.end();
        let rotation = Rotation {
            token: token.hash(),
            nonce,
            successor: token.successor(&nonce).hash(),
            expires_at: self.expiry_of_refresh(end.at),
            grace: SignedDuration::try_from(self.settings.refresh_grace).unwrap_or_default(),
            end,
        };
        match self.noting_doubt(self.store().use_token(&rotation).await)? {
            Use::Rotated { user, .. } if user.disabled => Err(AuthError::Disabled),
            Use::Rotated { user, session, nonce } => self.signed_in(user, session, token.successor(&nonce)).await,
            Use::Reused { user, session } => {
                tracing::warn!(%user, %session, "refresh token reused: its session is ended");
                self.sessions_ended(user, [session]).await;
                Err(AuthError::Refresh("it was used before, so its session is ended"))
            }
            Use::Expired => Err(AuthError::Refresh("it expired")),
            Use::Unknown => Err(AuthError::Refresh("it is not known, or its session has ended")),
        }
    }
}
