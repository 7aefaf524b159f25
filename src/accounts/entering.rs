//! Signing up and logging in.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{Accounts, Program, Shared, SignedIn, SignedUp, after};
use crate::{
    auth::{AuthError, DeviceId, Login, RefreshToken, Signup, SignupMode, account::checked_email, aside::Place},
    storage::{Device, NewSession, NewUser, StoreError, User},
};

/// The longest name of a program in the list of sessions.
const CLIENT_LEN_MAX: usize = 200;
/// How long a browser that has logged in is remembered.
pub const DEVICE_WITHIN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Accounts {
    /// Creates an account, and logs it in unless its owner has to prove first that the address is theirs.
    ///
    /// # Errors
    /// `SignupClosed`, `InviteRequired`, `InviteInvalid`, `Invalid`, `EmailTaken`, `Busy`, `MailsWait`, `Store`.
    pub async fn sign_up(&self, signup: Signup, program: impl Into<Program>) -> Result<SignedUp, AuthError> {
        if self.0.settings.signup == SignupMode::Closed {
            return Err(AuthError::SignupClosed);
        }
        let signup = signup.checked().map_err(AuthError::Invalid)?;
        let (place, program) = (self.0.aside.enter()?, program.into());
        self.change("sign up", |accounts| async move { accounts.sign_up(place, signup, program).await }).await
    }

    /// Logs an account in. Takes as long for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `WrongCredentials`, `Disabled` and `Unverified` (only with the right password), `Busy`, `Store`.
    pub async fn log_in(&self, login: Login, program: impl Into<Program>) -> Result<SignedIn, AuthError> {
        let (place, program) = (self.0.aside.enter()?, program.into());
        self.change("log in", |accounts| async move { accounts.log_in(place, login, program).await }).await
    }

    /// Which of these cookies of a browser is of a login to the account of this address, if any.
    ///
    /// # Errors
    /// `Store`.
    pub async fn known_device(&self, email: &str, devices: &[DeviceId]) -> Result<Option<DeviceId>, AuthError> {
        let Ok(email) = checked_email("email", email) else { return Ok(None) };
        for device in devices {
            if self.0.store().knows_device(&email, &device.hash(), self.clock().now()).await? {
                return Ok(Some(device.clone()));
            }
        }
        Ok(None)
    }
}

impl Shared {
    async fn sign_up(&self, place: Place, signup: Signup, program: Program) -> Result<SignedUp, AuthError> {
        let invite = self.invite_of(&signup).await?;
        let mail = if self.settings.verify_email { Some(self.place_for_signup()?) } else { None };
        // Looked up first only to save a hash; the database's constraint decides.
        if mail.is_none() && self.store().user_by_email(&signup.email).await?.is_some() {
            return Err(AuthError::EmailTaken);
        }
        let Signup { email, name, password, invite: _ } = signup;
        let hasher = Arc::clone(&self.hasher);
        let password_hash = place.hash(move || hasher.hash(&password)).await??;
        let created_at = self.parts.clock.now();
        let new = NewUser { id: Uuid::now_v7(), email, name, password_hash, created_at, invite };
        if let Some(mail) = mail {
            return self.sign_up_by_mail(mail, new).await.map(|()| SignedUp::Mailed);
        }
        let (session, refresh) = self.new_session(program);
        let user = match self.store().add_user(&new, &session).await {
            Err(StoreError::EmailTaken) => return Err(AuthError::EmailTaken),
            Err(StoreError::InviteInvalid) => return Err(AuthError::InviteInvalid),
            other => other?,
        };
        Ok(SignedUp::In(Box::new(self.signed_in(user, session.id, refresh).await?)))
    }

    async fn log_in(&self, place: Place, login: Login, program: Program) -> Result<SignedIn, AuthError> {
        let user = match login.may_exist() {
            true => self.store().user_by_email(login.email.trim()).await?,
            false => None,
        };
        let user = self.verified(&place, user, login.password).await?.ok_or(AuthError::WrongCredentials)?;
        if user.disabled {
            return Err(AuthError::Disabled);
        }
        if self.settings.verify_email && user.verified_at.is_none() {
            return Err(AuthError::Unverified);
        }
        self.enter(user, program).await
    }

    /// Begins a session of a user whose password was verified.
    pub(super) async fn enter(&self, user: User, program: Program) -> Result<SignedIn, AuthError> {
        let (session, refresh) = self.new_session(program);
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
    fn new_session(&self, program: Program) -> (NewSession, RefreshToken) {
        let (refresh, now) = (RefreshToken::random(), self.parts.clock.now());
        let session = NewSession {
            id: Uuid::new_v4(),
            client: shortened(&program.name),
            token: refresh.hash(),
            started_at: now,
            expires_at: self.expiry_of_refresh(now),
            device: program.device.map(|device| Device { hash: device.hash(), expires_at: after(now, DEVICE_WITHIN) }),
        };
        (session, refresh)
    }
}

/// What a client says about itself, without anything that a terminal or a page would obey.
fn shortened(client: &str) -> String {
    client.chars().filter(|c| !c.is_control()).take(CLIENT_LEN_MAX).collect()
}
