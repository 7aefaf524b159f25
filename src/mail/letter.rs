//! The texts of mails. They contain no text of a user but the address they are sent to: a name could be an advertisement.

use uuid::Uuid;

/// A letter to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Names the mail through all tries, so that one that arrives twice is known to be the same.
    pub id: Uuid,
    /// The address of the recipient.
    pub to: String,
    /// What is written.
    pub letter: Letter,
}

/// What is written.
#[derive(Clone, PartialEq, Eq)]
pub enum Letter {
    /// The link to set a new password, that somebody asked for.
    Reset {
        /// The page to open.
        link: String,
    },
    /// The link that proves a new account's address.
    Verify {
        /// The page to open.
        link: String,
    },
    /// Somebody signed up with an address that has an account.
    Known {
        /// The page to set a new password.
        link: String,
    },
}

impl Letter {
    /// A name for the log.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "reset",
            Self::Verify { .. } => "verify",
            Self::Known { .. } => "known",
        }
    }

    /// The page to open.
    #[must_use]
    pub fn link(&self) -> &str {
        match self {
            Self::Reset { link } | Self::Verify { link } | Self::Known { link } => link,
        }
    }

    pub(super) fn subject(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "Set a new password",
            Self::Verify { .. } => "Confirm your e-mail address",
            Self::Known { .. } => "You already have an account",
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Reset { link } => format!(
                "Somebody, probably you, asked for a new password for your account.\r\n\
                 To set it, open\r\n\r\n{link}\r\n\r\n\
                 within 30 minutes. The link works once, and logs you out everywhere.\r\n\r\n\
                 If it was not you, ignore this mail: your password stays as it is.\r\n"
            ),
            Self::Verify { link } => format!(
                "Somebody, probably you, signed up with this e-mail address.\r\n\
                 To confirm that it is yours, open\r\n\r\n{link}\r\n\r\n\
                 within a day, and enter the password that you chose.\r\n\r\n\
                 If it was not you, ignore this mail: without the link the account\r\n\
                 cannot be used, and it is deleted.\r\n"
            ),
            Self::Known { link } => format!(
                "Somebody, probably you, signed up with this e-mail address, which has an\r\n\
                 account already. Log in with your password; or, to set a new one, open\r\n\r\n\
                 {link}\r\n\r\n\
                 within 30 minutes. The link works once, and logs you out everywhere.\r\n\r\n\
                 If it was not you, ignore this mail: nothing has changed.\r\n"
            ),
        }
    }
}

/// Without the link.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.kind())
    }
}
