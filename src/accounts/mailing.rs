//! Mails to the owners of accounts: links, and how many of them.

use super::Accounts;
use crate::{
    auth::LinkToken,
    mail::{Letter, MailQueue},
    net::rate::Table,
};

/// What mails need.
pub struct Mailing {
    /// Where they are queued.
    pub queue: MailQueue,
    /// What links begin with: the URL that people type.
    pub site_url: String,
    /// Whether mails are sent, not written to the log.
    pub is_sent: bool,
    /// Mails per recipient, whoever asks for them.
    pub per_address: Table,
}

impl Mailing {
    /// A page of the site. The part after `#` stays in the browser: no proxy logs it, no other site is told of it.
    pub(super) fn page(&self, page: &str) -> String {
        format!("{}/#/{page}", self.site_url)
    }

    /// Whether one more mail may be sent to this address.
    pub(super) fn may_mail(&self, email: &str) -> bool {
        self.per_address.take(email.to_ascii_lowercase()).is_ok()
    }

    pub(super) fn reset_link(&self, token: &LinkToken) -> String {
        self.page(&format!("reset?token={}", token.expose()))
    }

    pub(super) fn verify_link(&self, token: &LinkToken) -> String {
        self.page(&format!("verify?token={}", token.expose()))
    }

    pub(super) fn post(&self, to: &str, letter: Letter) {
        self.queue.post(to, letter);
    }
}

impl Accounts {
    /// The URL of a page of the site, such as `signup?invite=…`.
    #[must_use]
    pub fn page(&self, page: &str) -> String {
        self.0.parts.mailing.page(page)
    }

    /// Whether mails are sent, so that people can set a new password by themselves.
    #[must_use]
    pub fn mails(&self) -> bool {
        self.0.parts.mailing.is_sent
    }
}
