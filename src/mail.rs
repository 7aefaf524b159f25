//! Mails to people: a letter, the port that sends it (`Mailer`), its two forms (SMTP, and the log of a node without a mail
//! server), and the queue that retries.
//!
//! Must not know accounts, nor why a letter is written.

#[cfg(test)]
pub(crate) mod kept;
mod letter;
mod log;
mod queue;
mod smtp;
#[cfg(test)]
mod tests;

use metrics::{Unit, describe_counter, describe_gauge};

pub use letter::{Letter, Mail};
pub use log::Log;
pub use queue::{Cause, Limits, MailQueue, Reserved};
pub use smtp::{Security, Server, Smtp};

/// Mails by result: `sent`, `failed` (refused for good, or retried in vain), `dropped` (the queue was full).
pub(crate) const MAILS: &str = "aldis_mails_total";
/// Mails that wait or are being sent.
pub(crate) const WAITING: &str = "aldis_mails_waiting";

/// Describes the metrics to the recorder.
pub fn describe_metrics() {
    describe_counter!(
        MAILS,
        "Mails by result: sent, failed (refused, or retried in vain), dropped (the queue was full)."
    );
    describe_gauge!(WAITING, Unit::Count, "Mails that wait or are being sent.");
}

/// Why a mail was not sent. Its text contains neither the address nor the link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct MailError {
    /// Whether another try would fail in the same way.
    pub is_final: bool,
    /// For the log.
    pub why: String,
}

/// Sends mails.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail to the next server. The queue limits how long this may take, and may call it again for the same mail
    /// when the outcome is not known.
    ///
    /// # Errors
    /// The server did not take it.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
