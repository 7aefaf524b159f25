//! Passwords: one form for each (PRECIS, RFC 8265), and none that is among the first guesses. Pure.

use precis_profiles::{OpaqueString, precis_core::profile::Profile as _};
use unicode_normalization::UnicodeNormalization as _;

use super::{FieldError, PASSWORD_LEN_MAX, PASSWORD_LEN_MIN};

/// A password that is found with fewer guesses than this is refused (OWASP ASVS 6.2.4 asks for the 3 000 most common).
const GUESSES_MIN: u64 = 10_000;

/// The one form of a password: the same whether its letters were typed composed or decomposed. A password that RFC 8265
/// does not allow, such as one with emoji, is taken all the same.
#[must_use]
pub fn prepared(password: &str) -> String {
    OpaqueString::new().enforce(password).map_or_else(|_| password.nfc().collect(), std::borrow::Cow::into_owned)
}

/// The prepared form of a new password. `about` is what is known of its owner.
///
/// # Errors
/// It is too short, too long, common, or about its owner; the error names `field`.
pub fn checked_password(field: &str, password: &str, about: &[&str]) -> Result<String, FieldError> {
    let prepared = prepared(password);
    let length = prepared.chars().count();
    let wrong = if !(PASSWORD_LEN_MIN..=PASSWORD_LEN_MAX).contains(&length) {
        Some(format!("has {length} characters; it needs {PASSWORD_LEN_MIN} to {PASSWORD_LEN_MAX}"))
    } else if about.iter().any(|known| known.eq_ignore_ascii_case(&prepared))
        || zxcvbn::zxcvbn(&prepared, about).guesses() < GUESSES_MIN
    {
        Some("is one of the first that anybody would guess: add a word or two".to_owned())
    } else {
        None
    };
    wrong.map_or(Ok(prepared), |why| Err(FieldError::new(field, why)))
}

#[cfg(test)]
mod tests {
    use super::{checked_password, prepared};

    #[test]
    fn the_first_guesses_are_refused() {
        let about = ["ann@example.org", "Ann Miller"];
        for common in ["password", "12345678", "11111111", "iloveyou", "P@ssw0rd", "qwertyui", "ann@example.org"] {
            let refused = checked_password("password", common, &about).expect_err(common);
            assert_eq!(refused.field, "password");
            assert!(refused.message.contains("guess"), "{common}: {}", refused.message);
        }
        for good in ["correct horse", "a long enough password", "пароль достаточно длинный", "🦀🦀🐢🐢🦊🦊🐝🐝"]
        {
            assert!(checked_password("password", good, &about).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_length_is_counted_in_characters_of_the_prepared_form() {
        let refused = |password: &str| checked_password("password", password, &[]).expect_err("refused").message;
        assert_eq!(refused("short"), "has 5 characters; it needs 8 to 128");
        assert_eq!(refused(&"a\u{308}".repeat(7)), "has 7 characters; it needs 8 to 128");
        assert!(refused(&"ab".repeat(65)).starts_with("has 130 characters"));
    }

    #[test]
    fn forms_of_the_same_letters_are_one_password() {
        assert_eq!(prepared("pa\u{308}ss\u{a0}word"), "päss word");
        assert_eq!(prepared("👩\u{200d}👧"), "👩\u{200d}👧", "not refused");
    }
}
