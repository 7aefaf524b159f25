//! Links by mail: setting a forgotten password, proving that an address is one's own, and signing up where that is needed.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Accounts, Program, Shared, SignedIn, after};
use crate::{
    auth::{AuthError, LinkToken, account, aside::Place},
    mail::{Cause, Letter, Reserved},
    storage::{NewLink, NewUser, Purpose, Reset, StoreError, User},
};

/// How long a link to set a password is valid.
const RESET_WITHIN: Duration = Duration::from_secs(30 * 60);
/// How long a link that proves an address is valid.
const VERIFY_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Tries to store a link for somebody who has been answered already, and the first pause between them; each is twice as long.
const TRIES_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// A request to set a new password by the link of a mail.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPassword {
    /// The token of the link.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub token: String,
    /// The new password: 8 to 128 characters, not a common one.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub new_password: String,
}

impl std::fmt::Debug for ResetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResetPassword(…)")
    }
}

/// A request to prove that the address of a new account is one's own.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// The token of the link.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub token: String,
    /// The password that was chosen at the sign-up.
    #[schema(max_length = 128, format = Password)]
    pub password: String,
}

impl std::fmt::Debug for VerifyEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerifyEmail(…)")
    }
}

impl Accounts {
    /// Mails a link to set a new password to this address, if it has an account. Returns at once and tells nothing: the
    /// account is looked up afterwards.
    pub fn forgot_password(&self, email: String) {
        let Ok(email) = account::checked_email("email", &email) else { return };
        let accounts = Arc::clone(&self.0);
        let mailing = async move { accounts.mail_reset(&email).await };
        let begun = self.0.parts.changes.begin("mail a link", mailing);
        if !begun {
            tracing::warn!("a link for a new password was not mailed: too many changes at once, or the node stops");
        }
    }

    /// Sets a new password by the link of a mail, and ends all sessions; answers whose.
    ///
    /// # Errors
    /// `LinkInvalid`, `Invalid` (the link can then be used once more), `Busy`, `Store`.
    pub async fn reset_password(&self, request: ResetPassword) -> Result<Uuid, AuthError> {
        let token: LinkToken = request.token.parse().map_err(|_| AuthError::LinkInvalid)?;
        let place = self.0.aside.enter()?;
        let change =
            |accounts: Arc<Shared>| async move { accounts.reset_password(place, &token, request.new_password).await };
        self.change("reset a password", change).await
    }

    /// Records that the address of an account is its owner's, and logs them in. The password proves who signed up, the link proves
    /// access to the mailbox: both are needed, so that nobody confirms another's password. May be repeated until the link expires.
    ///
    /// # Errors
    /// `LinkInvalid`, `WrongCredentials`, `Disabled`, `Busy`, `Store`.
    pub async fn verify_email(&self, request: VerifyEmail, program: impl Into<Program>) -> Result<SignedIn, AuthError> {
        let token: LinkToken = request.token.parse().map_err(|_| AuthError::LinkInvalid)?;
        let (place, program) = (self.0.aside.enter()?, program.into());
        let change = |accounts: Arc<Shared>| async move {
            accounts.verify_email(place, &token, request.password, program).await
        };
        self.change("verify an address", change).await
    }
}

impl Shared {
    async fn verify_email(
        &self,
        place: Place,
        token: &LinkToken,
        password: String,
        program: Program,
    ) -> Result<SignedIn, AuthError> {
        let (link, now) = (token.hash(), self.parts.clock.now());
        let owner = self.store().user_of_link(Purpose::Verify, &link, now).await?.ok_or(AuthError::LinkInvalid)?;
        let user = self.store().user_by_id(owner).await?.ok_or(AuthError::LinkInvalid)?;
        let user = self.verified(&place, Some(user), password).await?.ok_or(AuthError::WrongCredentials)?;
        if user.disabled {
            return Err(AuthError::Disabled);
        }
        // `None`: spent by a new password meanwhile.
        self.store().verify_email(&link, now).await?.ok_or(AuthError::LinkInvalid)?;
        self.enter(user, program).await
    }

    async fn reset_password(&self, place: Place, token: &LinkToken, new: String) -> Result<Uuid, AuthError> {
        let (link, now) = (token.hash(), self.parts.clock.now());
        let owner = self.store().user_of_link(Purpose::Reset, &link, now).await?.ok_or(AuthError::LinkInvalid)?;
        let user = self.store().user_by_id(owner).await?.ok_or(AuthError::LinkInvalid)?;
        let new = account::checked_password("newPassword", &new, &[&user.email, &user.name]);
        let new = new.map_err(|fault| AuthError::Invalid(vec![fault]))?;
        let hasher = Arc::clone(&self.hasher);
        let to = place.hash(move || hasher.hash(&new)).await??;
        // `None`: used, replaced or disabled meanwhile.
        let reset = self.store().reset_password(&Reset { link, to }, self.end()).await;
        let (user, ended) = self.noting_doubt(reset)?.ok_or(AuthError::LinkInvalid)?;
        self.sessions_ended(user, ended).await;
        Ok(user)
    }

    /// Mails a link to set a new password, if the address has an account and may get one more mail; the link replaces the one
    /// before. The user waits for a mail, not for an answer, so it waits out an outage of seconds.
    pub(super) async fn mail_reset(&self, email: &str) {
        if !self.parts.mailing.may_mail(email).await {
            return;
        }
        let token = LinkToken::random();
        let (mut pause, mut tries) = (PAUSE, 1);
        loop {
            match self.try_mail_reset(email, &token).await {
                Ok(()) => return,
                Err(StoreError::Unavailable(why) | StoreError::Conflict(why) | StoreError::Unknown(why))
                    if tries < TRIES_MAX =>
                {
                    tracing::info!(why, ?pause, "a link for a new password is not stored yet");
                }
                Err(why) => return tracing::warn!(%why, "a link for a new password was not mailed"),
            }
            tokio::time::sleep(pause).await;
            (pause, tries) = (pause * 2, tries + 1);
        }
    }

    /// Stores the link for a new password, always the same, and mails it: a try that failed may be repeated, whatever became of
    /// it. The link that was mailed before stays valid unless the queue has a place for this one.
    async fn try_mail_reset(&self, email: &str, token: &LinkToken) -> Result<(), StoreError> {
        let user = self.store().user_by_email(email).await?.filter(|user| !user.disabled);
        let Some(user) = user else { return Ok(()) };
        let Some(place) = self.parts.mailing.reserve(Cause::Reset) else { return Ok(()) };
        // False when the account was deleted or disabled meanwhile.
        if self.store().put_link(user.id, &self.reset_link(token)).await? {
            place.post(&user.email, Letter::Reset { link: self.parts.mailing.reset_link(token) });
        }
        Ok(())
    }

    fn reset_link(&self, token: &LinkToken) -> NewLink {
        let expires_at = after(self.parts.clock.now(), RESET_WITHIN);
        NewLink { purpose: Purpose::Reset, hash: token.hash(), expires_at }
    }

    /// A place for the mail of a sign-up; it is looked for before anybody knows whether the address has an account.
    pub(super) fn place_for_signup(&self) -> Result<Reserved, AuthError> {
        let wait = Duration::from_secs(rand::random_range(5..=15));
        self.parts.mailing.reserve(Cause::Signup).ok_or(AuthError::MailsWait { wait })
    }

    /// Signs up somebody who has yet to prove that the address is theirs. Whether it has an account is told to its owner
    /// only: both cases count the same mails, use the same invite, and take as long, with one transaction.
    pub(super) async fn sign_up_by_mail(&self, place: Reserved, new: NewUser) -> Result<(), AuthError> {
        if !self.parts.mailing.may_mail(&new.email).await {
            // The link that was mailed last stays valid, and nothing is made that no mail tells of.
            return Ok(self.store().probe(new.created_at).await?);
        }
        let known = match self.store().user_by_email(&new.email).await? {
            Some(known) => known,
            None => {
                let token = LinkToken::random();
                let expires_at = after(new.created_at, VERIFY_WITHIN);
                let link = NewLink { purpose: Purpose::Verify, hash: token.hash(), expires_at };
                let until = after(new.created_at, self.settings.unverified_ttl);
                match self.store().add_unverified_user(&new, &link, until).await {
                    Ok(()) => {
                        let link = self.parts.mailing.verify_link(&token);
                        place.post(&new.email, Letter::Verify { link });
                        return Ok(());
                    }
                    // Somebody was faster: as if they had been known.
                    Err(StoreError::EmailTaken) => match self.store().user_by_email(&new.email).await? {
                        Some(known) => known,
                        None => return Ok(()),
                    },
                    Err(StoreError::InviteInvalid) => return Err(AuthError::InviteInvalid),
                    Err(why) => return Err(why.into()),
                }
            }
        };
        self.note_sign_up(place, &known, &new).await
    }

    /// Tells the owner of an account that somebody signed up with their address.
    async fn note_sign_up(&self, place: Reserved, known: &User, new: &NewUser) -> Result<(), AuthError> {
        let token = LinkToken::random();
        match self.store().note_sign_up(known.id, new, &self.reset_link(&token)).await {
            Ok(true) => place.post(&known.email, Letter::Known { link: self.parts.mailing.reset_link(&token) }),
            Ok(false) => {}
            Err(StoreError::InviteInvalid) => return Err(AuthError::InviteInvalid),
            Err(why) => return Err(why.into()),
        }
        Ok(())
    }
}
