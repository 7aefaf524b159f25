//! Who is there: hello, the ways a token comes, and newer tokens.

use super::*;

impl Session {
    pub(super) fn hello(&mut self, hello: Hello) -> Effects {
        let Hello { token, resume } = hello;
        match self.phase {
            Phase::Greeting { .. } => match token.or_else(|| self.cookie.take().map(String::from)) {
                Some(token) => vec![verify(token, Purpose::Hello(resume))],
                None => {
                    let text = "data.token of hello: there is none, and none came with the handshake.";
                    self.close(Close::Token, Some(Refusal::new(Code::AuthRequired, text)))
                }
            },
            // The handshake's token was the hello; what is left to say is what to go on with.
            Phase::Ready if token.is_none() => resume.map_or_else(Vec::new, |resume| self.resume(&resume)),
            Phase::Ready | Phase::Joining { .. } | Phase::Resuming { .. } | Phase::InRoom(_) | Phase::Over => {
                vec![error(Refusal::new(Code::BadMessage, "hello: it has been said on this socket already."))]
            }
        }
    }

    pub(super) fn verified(&mut self, purpose: Purpose, result: Result<Identity, TokenError>) -> Effects {
        match (purpose, result) {
            (Purpose::Hello(resume), Ok(identity)) => {
                self.identity = Some(identity.clone());
                self.cookie = None;
                self.phase = Phase::Ready;
                let user = identity.user;
                let mut effects = vec![Effect::Attach(identity), Effect::Welcome(user)];
                effects.extend(resume.map(|resume| self.resume(&resume)).unwrap_or_default());
                effects
            }
            (Purpose::Hello(_), Err(why)) => self.close(Close::Token, Some(token_words(&why))),
            (Purpose::Refresh, Ok(identity)) if self.user() == Some(identity.user) => {
                self.identity = Some(identity.clone());
                vec![Effect::Refresh(identity)]
            }
            (Purpose::Refresh, Ok(_)) => {
                vec![error(Refusal::new(Code::Forbidden, "data.token of token_refresh: it is somebody else's."))]
            }
            (Purpose::Refresh, Err(why)) => vec![error(token_words(&why))],
        }
    }
}

pub(super) fn verify(token: String, purpose: Purpose) -> Effect {
    Effect::Ask(Question::Verify(token, purpose))
}
