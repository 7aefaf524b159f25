//! A user's id as two columns: the UUID of an account, or the text of the id of anybody else. Exactly one is set. Must not know
//! which users have accounts.

use actors::protocol::UserId;
use uuid::Uuid;

use super::StoreError;

/// The id in a row's two columns, if one is set.
pub(super) fn read(
    column: &'static str,
    account: Option<Uuid>,
    other: Option<String>,
) -> Result<Option<UserId>, StoreError> {
    match (account, other) {
        (Some(account), _) => Ok(Some(account.into())),
        (None, Some(text)) => text.parse().map(Some).map_err(|_| StoreError::Unreadable { column, value: text }),
        (None, None) => Ok(None),
    }
}
