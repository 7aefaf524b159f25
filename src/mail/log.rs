//! The mailer of a node without a mail server: it writes the link to the log, for the operator who sets up the node.

use super::{Mail, MailError, Mailer};

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

#[async_trait::async_trait]
impl Mailer for Log {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (to, kind, link) = (mail.to.as_str(), mail.letter.kind(), mail.letter.link());
        tracing::info!(target: "audit", event = "mail", kind, to, link, "no mail is sent: mail.url is not set");
        Ok(())
    }
}
