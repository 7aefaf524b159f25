//! Mails to the owners of accounts: links, and how many of them.

use super::Accounts;
use crate::{
    auth::LinkToken,
    mail::{Cause, MailQueue, Reserved},
    net::rate::Limiter,
};

/// Dependencies of mails.
pub struct Mailing {
    /// Where they are queued.
    pub queue: MailQueue,
    /// The base of links: the URL that people type.
    pub site_url: String,
    /// Whether mails are sent, not written to the log.
    pub is_sent: bool,
    /// Mails per recipient over all nodes, no matter who requests them.
    pub per_recipient: Limiter,
}

impl Mailing {
    /// A page of the site. The part after `#` stays in the browser: no proxy logs it, no other site is told of it.
    pub(super) fn page(&self, page: &str) -> String {
        format!("{}/#/{page}", self.site_url)
    }

    /// Whether one more mail may be sent to this address. Asked before anybody looks whether the address has an account, so
    /// that the answer tells nothing about it.
    pub(super) async fn may_mail(&self, email: &str) -> bool {
        self.per_recipient.take(&email.to_ascii_lowercase()).await.is_ok()
    }

    /// A place for a mail, before a link is stored that only the mail tells of.
    pub(super) fn reserve(&self, cause: Cause) -> Option<Reserved> {
        self.queue.reserve(cause)
    }

    pub(super) fn reset_link(&self, token: &LinkToken) -> String {
        self.page(&format!("reset?token={}", token.expose()))
    }

    pub(super) fn verify_link(&self, token: &LinkToken) -> String {
        self.page(&format!("verify?token={}", token.expose()))
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
