//! A mailer for tests: keeps what it is given, and fails on demand.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::{Mail, MailError, Mailer};

/// How long a mail may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Default)]
pub(crate) struct Kept {
    mails: Mutex<Vec<Mail>>,
    failures: Mutex<Vec<MailError>>,
    more: Notify,
}

impl Kept {
    /// The next sendings fail so.
    pub(crate) fn fails(&self, failures: impl IntoIterator<Item = MailError>) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).extend(failures);
    }

    /// What has arrived so far.
    pub(crate) fn arrived(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The mail number `nth`, when it arrives.
    pub(crate) async fn mail(&self, nth: usize) -> Mail {
        let arrives = async {
            loop {
                let more = self.more.notified();
                if let Some(mail) = self.arrived().get(nth) {
                    return mail.clone();
                }
                more.await;
            }
        };
        tokio::time::timeout(PATIENCE, arrives).await.expect("a mail arrives")
    }

    /// The token in the link of the mail number `nth`.
    pub(crate) async fn token(&self, nth: usize) -> String {
        let mail = self.mail(nth).await;
        mail.letter.link().split_once("token=").expect("a token").1.to_owned()
    }
}

#[async_trait::async_trait]
impl Mailer for Kept {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let failure = {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            if failures.is_empty() { None } else { Some(failures.remove(0)) }
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        self.more.notify_waiters();
        Ok(())
    }
}
