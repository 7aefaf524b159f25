//! Validation of address, name and password. Pure.

mod name;
mod secret;

pub use secret::{checked_password, prepared};

use serde::Deserialize;
use utoipa::ToSchema;

/// An invalid field of a request, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct FieldError {
    /// The field's path, e.g. `email` or `rooms[0].name`.
    #[schema(example = "email")]
    pub field: String,
    /// What is wrong and what would be valid.
    #[schema(example = "is not an e-mail address, like ann@example.org")]
    pub message: String,
}

impl FieldError {
    /// A field and what is wrong with it.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// The form of an address: what HTML's `<input type=email>` accepts, so ASCII, so case is simple.
pub const EMAIL_PATTERN: &str = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";
/// The longest valid address (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const EMAIL_LEN_MAX: usize = 254;
/// Characters of a name: a tile has no room for more.
pub const NAME_LEN_MAX: usize = 64;
/// The shortest password (NIST SP 800-63B).
pub const PASSWORD_LEN_MIN: usize = 8;
/// The longest password: enough for any pass phrase, too short to make hashing costly.
pub const PASSWORD_LEN_MAX: usize = 128;

/// A request for an account.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signup {
    /// The address to log in with; unique without regard to case.
    #[schema(
        min_length = 3,
        max_length = 254,
        pattern = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
        example = "ann@example.org"
    )]
    pub email: String,
    /// 8 to 128 characters, and not one of the first that anybody would guess.
    #[schema(min_length = 8, max_length = 128, format = Password, example = "correct horse battery staple")]
    pub password: String,
    /// The name shown to others: 1 to 64 characters of any script (RFC 8266), none that is invisible or turns the text
    /// around.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "Ann"
    )]
    pub name: String,
    /// The code of an invite, where signing up needs one (`GET /api/auth/settings`).
    #[serde(default)]
    #[schema(nullable = false, max_length = 100, example = "8Z7kq3JmXw2bT9aRz0LhVg")]
    pub invite: Option<String>,
}

/// A request to log in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The address of the account.
    #[schema(max_length = 254, example = "ann@example.org")]
    pub email: String,
    /// Its password.
    #[schema(max_length = 128, format = Password, example = "correct horse battery staple")]
    pub password: String,
}

impl Signup {
    /// The request in its stored form (no blanks around address and name, one form of each letter), or everything that
    /// is wrong with it.
    ///
    /// # Errors
    /// One entry per field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        self.email = self.email.trim().to_owned();
        let mut wrong: Vec<_> = email_fault(&self.email).map(|why| FieldError::new("email", why)).into_iter().collect();
        match checked_password("password", &self.password, &[&self.email, &self.name]) {
            Ok(password) => self.password = password,
            Err(fault) => wrong.push(fault),
        }
        match name::checked(&self.name) {
            Ok(name) => self.name = name,
            Err(why) => wrong.push(FieldError::new("name", why)),
        }
        if wrong.is_empty() { Ok(self) } else { Err(wrong) }
    }
}

impl Login {
    /// Whether an account with this address can exist; if not, the database need not be queried.
    #[must_use]
    pub fn may_exist(&self) -> bool {
        email_fault(self.email.trim()).is_none()
    }
}

/// The address in its stored form.
///
/// # Errors
/// It is not an address; the error names `field`.
pub fn checked_email(field: &str, email: &str) -> Result<String, FieldError> {
    let email = email.trim();
    email_fault(email).map_or_else(|| Ok(email.to_owned()), |why| Err(FieldError::new(field, why)))
}

/// A name in its stored form.
///
/// # Errors
/// It cannot be shown; the error names `field`.
pub fn checked_name(field: &str, name: &str) -> Result<String, FieldError> {
    name::checked(name).map_err(|why| FieldError::new(field, why))
}

fn email_fault(email: &str) -> Option<String> {
    if email.len() > EMAIL_LEN_MAX {
        return Some(format!("is longer than {EMAIL_LEN_MAX} characters"));
    }
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let fits = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
    });
    let is_international = email.split_once('@').is_some_and(|(_, domain)| !domain.is_ascii());
    let how = if is_international { "; write the domain in its ASCII form, xn--…" } else { "" };
    (!fits).then(|| format!("is not an e-mail address, like ann@example.org{how}"))
}

impl std::fmt::Debug for Signup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signup(…)")
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}
