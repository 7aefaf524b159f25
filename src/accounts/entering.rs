//! Signing up and logging in.

use std::sync::Arc;

use uuid::Uuid;

use super::{Accounts, Shared, SignedIn};
use crate::{
    auth::{AuthError, Login, RefreshToken, Signup, SignupMode, aside::Place},
    storage::{NewSession, NewUser, StoreError, User},
};

/// The longest name of a program in the list of sessions.
const CLIENT_LEN_MAX: usize = 200;

impl Accounts {
    /// Creates an account and logs it in. `client` names the program for the list of sessions.
    ///
    /// # Errors
    /// `SignupClosed`, `InviteRequired`, `InviteInvalid`, `Invalid`, `EmailTaken`, `Busy`, `Store`.
    pub async fn sign_up(&self, signup: Signup, client: &str) -> Result<SignedIn, AuthError> {
        if self.0.settings.signup == SignupMode::Closed {
            return Err(AuthError::SignupClosed);
        }
        let signup = signup.checked().map_err(AuthError::Invalid)?;
        let (place, client) = (self.0.aside.enter()?, shortened(client));
        self.change("sign up", |accounts| async move { accounts.sign_up(place, signup, client).await }).await
    }

    /// Logs an account in. Takes as long for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `WrongCredentials`, `Disabled` (only with the right password), `Busy`, `Store`.
    pub async fn log_in(&self, login: Login, client: &str) -> Result<SignedIn, AuthError> {
        let (place, client) = (self.0.aside.enter()?, shortened(client));
        self.change("log in", |accounts| async move { accounts.log_in(place, login, client).await }).await
    }
}

impl Shared {
    async fn sign_up(&self, place: Place, signup: Signup, client: String) -> Result<SignedIn, AuthError> {
        let invite = self.invite_of(&signup).await?;
        // Checked first only to save a hash; the database's constraint decides.
        if self.store().user_by_email(&signup.email).await?.is_some() {
            return Err(AuthError::EmailTaken);
        }
        let Signup { email, name, password, invite: _ } = signup;
        let hasher = Arc::clone(&self.hasher);
        let password_hash = place.hash(move || hasher.hash(&password)).await??;
        let created_at = self.parts.clock.now();
        let new = NewUser { id: Uuid::now_v7(), email, name, password_hash, created_at, invite };
        let (session, refresh) = self.new_session(client);
        let user = match self.store().add_user(&new, &session).await {
            Err(StoreError::EmailTaken) => return Err(AuthError::EmailTaken),
            Err(StoreError::InviteInvalid) => return Err(AuthError::InviteInvalid),
            other => other?,
        };
        self.signed_in(user, session.id, refresh).await
    }

    async fn log_in(&self, place: Place, login: Login, client: String) -> Result<SignedIn, AuthError> {
        let user = match login.may_exist() {
            true => self.store().user_by_email(login.email.trim()).await?,
            false => None,
        };
        let user = self.verified(&place, user, login.password).await?.ok_or(AuthError::WrongCredentials)?;
        if user.disabled {
            return Err(AuthError::Disabled);
        }
        let (session, refresh) = self.new_session(client);
        let end = self.end();
        let begun =
            self.store().begin_session((user.id, &user.password_hash), &session, self.settings.sessions_max, end);
        // Changed, disabled or deleted since it was read.
        let ended = self.noting_doubt(begun.await)?.ok_or(AuthError::WrongCredentials)?;
        self.sessions_ended(user.id, ended).await;
        self.signed_in(user, session.id, refresh).await
    }

    /// The user, if this is their password; with a stronger hash of it if the stored one was weak.
    pub(super) async fn verified(
        &self,
        place: &Place,
        user: Option<User>,
        password: String,
    ) -> Result<Option<User>, AuthError> {
        let (hasher, stored) = (Arc::clone(&self.hasher), user.as_ref().map(|user| user.password_hash.clone()));
        let verdict = place.hash(move || hasher.verify(&password, stored.as_deref())).await??;
        let (Some(mut user), true) = (user, verdict.good) else { return Ok(None) };
        if let Some(stronger) = verdict.rehashed
            && self.store().rehash(user.id, &user.password_hash, &stronger).await?
        {
            user.password_hash = stronger;
        }
        Ok(Some(user))
    }

    /// A session that begins now, and its first refresh token.
    fn new_session(&self, client: String) -> (NewSession, RefreshToken) {
        let (refresh, now) = (RefreshToken::random(), self.parts.clock.now());
        let session = NewSession {
            id: Uuid::new_v4(),
            client,
            token: refresh.hash(),
            started_at: now,
            expires_at: self.expiry_of_refresh(now),
            device: None,
        };
        (session, refresh)
    }
}

/// What a client says about itself, without anything that a terminal or a page would obey.
fn shortened(client: &str) -> String {
    client.chars().filter(|c| !c.is_control()).take(CLIENT_LEN_MAX).collect()
}
