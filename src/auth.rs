//! Who somebody is: accounts, passwords, access tokens (RS256) and refresh tokens.
//!
//! `Auth` is the door: it joins the database, the password queue and the keys, and answers with a `Session` or an
//! `AuthError`. Must not know: HTTP, cookies, addresses, rooms.

pub mod account;
mod aside;
pub mod clock;
pub mod keys;
pub mod password;
mod queue;
pub mod refresh;
mod settings;
#[cfg(test)]
mod tests;
pub mod token;
mod verifier;

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

pub use account::{FieldError, Login, Signup};
pub use clock::Clock;
pub use keys::KeyRing;
pub use password::Hasher;
pub use refresh::RefreshToken;
pub use settings::Settings;
pub use token::{Identity, TokenError, Tokens};

use aside::Aside;

use crate::storage::{NewUser, Store, StoreError, Use, User};

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Fields of the request that cannot be.
    #[error("the request's fields are not valid")]
    Invalid(Vec<FieldError>),
    /// Another account has this address.
    #[error("an account with this e-mail address already exists")]
    EmailTaken,
    /// No such account, or another password: which of both is not told.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The account was disabled by an operator.
    #[error("this account is disabled")]
    Disabled,
    /// The account is gone though its token still lives.
    #[error("this account no longer exists")]
    Gone,
    /// The refresh token cannot be used.
    #[error("the refresh token cannot be used: {0}")]
    Refresh(&'static str),
    /// The access token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// More passwords wait to be hashed than may.
    #[error("too many logins at once")]
    Busy {
        /// When to come back: everybody is told another time.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug or a damaged hash or key; the text is for the log.
    #[error("{0}")]
    Broken(String),
}

/// What somebody gets who was let in.
#[derive(Debug)]
pub struct Session {
    /// Who.
    pub user: User,
    /// Their access token, good for `Settings::access_ttl`.
    pub access: String,
    /// Their refresh token, good once, for `Settings::refresh_ttl`.
    pub refresh: RefreshToken,
}

/// The door to accounts and tokens.
pub struct Auth {
    store: Arc<dyn Store>,
    hasher: Hasher,
    tokens: Arc<Tokens>,
    aside: Aside,
    settings: Settings,
    clock: Clock,
}

impl Auth {
    /// Joins the parts. Hashes one password to prepare for unknown addresses, so it takes some 30 ms.
    ///
    /// # Errors
    /// When argon2 refuses the parameters of `settings`.
    pub fn new(store: Arc<dyn Store>, keys: Arc<KeyRing>, settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let hasher = Hasher::new(&settings)?;
        let aside = Aside::new(settings.hashing_at_once(), settings.hashing_queue_max);
        let tokens = Arc::new(Tokens::new(keys, &settings, clock.clone()));
        Ok(Self { store, hasher, tokens, aside, settings, clock })
    }

    /// Mints and verifies access tokens.
    #[must_use]
    pub fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// The limits this was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time, as tokens see it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Makes an account and logs it in.
    ///
    /// # Errors
    /// `Invalid`, `EmailTaken`, `Busy`, `Store`.
    pub async fn sign_up(self: &Arc<Self>, signup: Signup) -> Result<Session, AuthError> {
        let signup = signup.checked().map_err(AuthError::Invalid)?;
        let auth = Arc::clone(self);
        let login = async move {
            // Asked first only to spare a hash; the database's constraint decides.
            if auth.store.user_by_email(&signup.email).await?.is_some() {
                return Err(AuthError::EmailTaken);
            }
            let Signup { email, name, password } = signup;
            let password_hash = auth.hasher.hash(&password)?;
            let new = NewUser { id: Uuid::now_v7(), email, name, password_hash, created_at: auth.clock.now() };
            match auth.store.add_user(&new).await {
                Err(StoreError::EmailTaken) => Err(AuthError::EmailTaken),
                Err(other) => Err(other.into()),
                Ok(user) => auth.begin(user).await,
            }
        };
        self.aside.login(login).await
    }

    /// Logs an account in. Takes as long for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `WrongCredentials`, `Disabled` (only with the right password), `Busy`, `Store`.
    pub async fn log_in(self: &Arc<Self>, login: Login) -> Result<Session, AuthError> {
        let auth = Arc::clone(self);
        let login = async move {
            let user = match login.may_exist() {
                true => auth.store.user_by_email(login.email.trim()).await?,
                false => None,
            };
            let stored = user.as_ref().map(|user| user.password_hash.as_str());
            let verdict = auth.hasher.verify(&login.password, stored)?;
            let (Some(user), true) = (user, verdict.good) else { return Err(AuthError::WrongCredentials) };
            if user.disabled {
                return Err(AuthError::Disabled);
            }
            if let Some(stronger) = verdict.rehashed {
                auth.store.set_password_hash(user.id, &stronger).await?;
            }
            auth.begin(user).await
        };
        self.aside.login(login).await
    }

    /// Uses a refresh token, for a new pair. A second use of the same token ends its whole family.
    ///
    /// # Errors
    /// `Refresh`, `Disabled`, `Gone`, `Store`.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Session, AuthError> {
        let (refresh, issued) = RefreshToken::issue(self.clock.now(), self.settings.refresh_ttl);
        let grace = jiff::SignedDuration::try_from(self.settings.refresh_grace).unwrap_or_default();
        let user = match self.store.use_token(&token.hash(), &issued, grace).await? {
            Use::Rotated { user } => user,
            Use::Reused { user } => {
                tracing::warn!(%user, "a refresh token was used twice: its family is revoked");
                return Err(AuthError::Refresh("it was used before, so every token that came from it is revoked"));
            }
            Use::Revoked => return Err(AuthError::Refresh("it was revoked")),
            Use::Expired => return Err(AuthError::Refresh("it expired")),
            Use::Unknown => return Err(AuthError::Refresh("it is not known")),
        };
        let user = self.account(user).await?;
        let access = self.mint(&user).await?;
        Ok(Session { user, access, refresh })
    }

    /// Revokes the family of a refresh token. Unknown tokens are no error: the wish is fulfilled.
    ///
    /// # Errors
    /// `Store`.
    pub async fn log_out(&self, token: &RefreshToken) -> Result<(), AuthError> {
        self.store.revoke_family_of(&token.hash(), self.clock.now()).await?;
        Ok(())
    }

    /// The account behind a verified token. An account disabled meanwhile loses its refresh tokens here.
    ///
    /// # Errors
    /// `Gone`, `Disabled`, `Store`.
    pub async fn account(&self, user: Uuid) -> Result<User, AuthError> {
        let user = self.store.user_by_id(user).await?.ok_or(AuthError::Gone)?;
        if user.disabled {
            self.store.revoke_tokens_of_user(user.id, self.clock.now()).await?;
            return Err(AuthError::Disabled);
        }
        Ok(user)
    }

    /// Disables or enables an account and, when disabling, revokes its refresh tokens. Its live sockets are the
    /// caller's to close; its access token lives on until it expires. False when there is no such account.
    ///
    /// # Errors
    /// `Store`.
    pub async fn set_disabled(&self, user: Uuid, disabled: bool) -> Result<bool, AuthError> {
        let known = self.store.set_disabled(user, disabled).await?;
        if known && disabled {
            self.store.revoke_tokens_of_user(user, self.clock.now()).await?;
        }
        Ok(known)
    }

    /// Forgets refresh tokens that expired, at most `limit`; for a slow tick of the composition root.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep(&self, limit: u32) -> Result<u64, AuthError> {
        Ok(self.store.forget_expired(self.clock.now(), limit).await?)
    }

    /// What follows a password that was right; runs aside, where signing is no burden.
    async fn begin(&self, user: User) -> Result<Session, AuthError> {
        let (refresh, issued) = RefreshToken::issue(self.clock.now(), self.settings.refresh_ttl);
        self.store.add_family(Uuid::new_v4(), user.id, &issued).await?;
        let access = self.tokens.mint(user.id, &user.name)?;
        Ok(Session { user, access, refresh })
    }

    /// Signs an access token aside, before all logins that wait.
    async fn mint(&self, user: &User) -> Result<String, AuthError> {
        let (tokens, id, name) = (Arc::clone(&self.tokens), user.id, user.name.clone());
        self.aside.moment(move || tokens.mint(id, &name)).await?
    }

    /// How many logins run or wait, for a gauge and for tests.
    #[must_use]
    pub fn logins_waiting(&self) -> usize {
        self.aside.depth()
    }
}
