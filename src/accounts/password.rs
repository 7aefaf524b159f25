//! Changing a password.

use std::sync::Arc;

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Accounts, Shared};
use crate::{
    auth::{AuthError, account, aside::Place},
    storage::NewPassword,
};

/// A request to change one's password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePassword {
    /// The current password.
    #[schema(max_length = 128, format = Password)]
    pub password: String,
    /// The new one: 8 to 128 characters, not a common one.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub new_password: String,
}

impl std::fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChangePassword(…)")
    }
}

impl Accounts {
    /// Sets a new password and ends all sessions but `keep`; answers how many ended.
    ///
    /// # Errors
    /// `Invalid`, `WrongCredentials`, `Gone`, `Disabled`, `Busy`, `Store`.
    pub async fn change_password(
        &self,
        user: Uuid,
        keep: Option<Uuid>,
        request: ChangePassword,
    ) -> Result<usize, AuthError> {
        let place = self.0.aside.enter()?;
        let change = |accounts: Arc<Shared>| async move { accounts.change_password(place, user, keep, request).await };
        self.change("change a password", change).await
    }
}

impl Shared {
    async fn change_password(
        &self,
        place: Place,
        id: Uuid,
        keep: Option<Uuid>,
        request: ChangePassword,
    ) -> Result<usize, AuthError> {
        let user = self.store().user_by_id(id).await?.ok_or(AuthError::Gone)?;
        let new = account::checked_password("newPassword", &request.new_password, &[&user.email, &user.name]);
        let new = new.map_err(|fault| AuthError::Invalid(vec![fault]))?;
        let verified = self.verified(&place, Some(user), request.password).await?;
        let user = verified.ok_or(AuthError::WrongCredentials)?;
        if user.disabled {
            return Err(AuthError::Disabled);
        }
        let hasher = Arc::clone(&self.hasher);
        let to = place.hash(move || hasher.hash(&new)).await??;
        let change = NewPassword { user: id, from: Some(user.password_hash), to, keep };
        // `None`: changed by somebody else meanwhile.
        let ended = self.noting_doubt(self.store().change_password(&change, self.end()).await)?;
        let ended = ended.ok_or(AuthError::WrongCredentials)?;
        let count = ended.len();
        self.sessions_ended(id, ended).await;
        Ok(count)
    }
}
