//! What a client shows to go on with its stay: room, session and a secret that only the ledger and it know.

use std::{fmt, str::FromStr};

use crate::protocol::{RoomId, SessionId};

/// `<roomId>.<sessionId>.<secret as 32 hexadecimal digits>`; opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResumeToken {
    pub(crate) room: RoomId,
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{:032x}", self.room, self.session, self.secret)
    }
}

impl FromStr for ResumeToken {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let (Some(room), Some(session), Some(secret), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        if secret.len() != 32 || secret.starts_with('+') {
            return Err(());
        }
        Ok(Self {
            room: room.parse().map_err(drop)?,
            session: session.parse().map_err(drop)?,
            secret: u128::from_str_radix(secret, 16).map_err(drop)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = ResumeToken { room: RoomId::from_letters([3; 10]), session: SessionId::from_u128(9), secret: 5 };
        assert!(token.to_string().parse::<ResumeToken>() == Ok(token));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = "abc-defg-hij.00000000-0000-0000-0000-000000000009.00000000000000000000000000000005";
        assert!(good.parse::<ResumeToken>().is_ok());
        for bad in ["", "..", &good[1..], &format!("{good}.x"), &good.replace("005", "00+5"), &good.replace('5', "g")] {
            assert!(bad.parse::<ResumeToken>().is_err(), "{bad}");
        }
    }
}
