//! What operators do with accounts: look them up, and set a password for somebody who cannot get mail.

use std::sync::Arc;

use rand::distr::{Alphanumeric, SampleString as _};
use secrecy::SecretString;
use uuid::Uuid;

use super::{Accounts, Shared};
use crate::{
    auth::AuthError,
    storage::{NewPassword, User},
};

/// Characters of a password that is made for an operator: 119 bits.
const PASSWORD_CHARS: usize = 20;

impl Accounts {
    /// One page of accounts, the newest first: those with a smaller id than `before`, at most `limit`.
    ///
    /// # Errors
    /// `Store`.
    pub async fn list(&self, before: Option<Uuid>, limit: u32) -> Result<Vec<User>, AuthError> {
        Ok(self.0.store().users(before, limit).await?)
    }

    /// The account with this id.
    ///
    /// # Errors
    /// `Store`.
    pub async fn by_id(&self, id: Uuid) -> Result<Option<User>, AuthError> {
        Ok(self.0.store().user_by_id(id).await?)
    }

    /// The account of this address, in any case.
    ///
    /// # Errors
    /// `Store`.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>, AuthError> {
        Ok(self.0.store().user_by_email(email).await?)
    }

    /// Sets a new password, which it returns, and ends all sessions. `None` when there is no such account, or it is disabled.
    ///
    /// # Errors
    /// `Busy`, `Store`.
    pub async fn renew_password(&self, user: Uuid) -> Result<Option<SecretString>, AuthError> {
        let place = self.0.aside.enter()?;
        let change = |accounts: Arc<Shared>| async move {
            let password = Alphanumeric.sample_string(&mut rand::rng(), PASSWORD_CHARS);
            let (hasher, plain) = (Arc::clone(&accounts.hasher), password.clone());
            let to = place.hash(move || hasher.hash(&plain)).await??;
            let new = NewPassword { user, from: None, to, keep: None };
            let ended = accounts.noting_doubt(accounts.store().change_password(&new, accounts.end()).await)?;
            let Some(ended) = ended else { return Ok(None) };
            accounts.sessions_ended(user, ended).await;
            Ok(Some(SecretString::from(password)))
        };
        self.change("set a password for an operator", change).await
    }
}
