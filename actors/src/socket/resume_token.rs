//! The token with which a client resumes its session: room, seat, session, and a secret shared only with the ledger.

use std::{fmt, str::FromStr};

use crate::protocol::{JoinOrder, RoomId, SessionId};

/// `<roomId>.<join order, decimal>.<sessionId>.<secret as 32 hexadecimal digits>`; opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResumeToken {
    pub(crate) room: RoomId,
    pub(crate) order: JoinOrder,
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
}

/// A text is no resume token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadToken;

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{:032x}", self.room, self.order, self.session, self.secret)
    }
}

impl FromStr for ResumeToken {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(BadToken);
        let (room, order, session, secret) = (next()?, next()?, next()?, next()?);
        let is_decimal = !order.is_empty() && order.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        if parts.next().is_some() || !is_decimal || !is_secret {
            return Err(BadToken);
        }
        Ok(Self {
            room: room.parse().map_err(|_| BadToken)?,
            order: order.parse().map_err(|_| BadToken)?,
            session: session.parse().map_err(|_| BadToken)?,
            secret: u128::from_str_radix(secret, 16).map_err(|_| BadToken)?,
        })
    }
}

/// Never the secret.
impl fmt::Debug for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.…", self.room, self.order, self.session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let session = SessionId::from_u128(9);
        let token = ResumeToken { room: RoomId::from_letters([3; 10]), order: u64::MAX, session, secret: 5 };
        assert_eq!(token.to_string().parse(), Ok(token));
        assert!(!format!("{token:?}").contains("00005"));
    }

    #[test]
    fn other_texts_are_not_tokens() {
        let good = "abc-defg-hij.17.00000000-0000-0000-0000-000000000009.00000000000000000000000000000005";
        assert!(good.parse::<ResumeToken>().is_ok());
        let bad = [
            "",
            "...",
            &good[1..],
            &format!("{good}.x"),
            &good.replace("0005", "00+5"),
            &good.replace('5', "g"),
            &good.replace(".17.", "."),
            &good.replace(".17.", "..1"),
            &good.replace(".17.", ".+1."),
            &good.replace(".17.", ".99999999999999999999."),
        ];
        for bad in bad {
            assert_eq!(bad.parse::<ResumeToken>(), Err(BadToken), "{bad}");
        }
    }
}
