//! Authentication: hello, the sources of a token, and newer tokens.

use super::{
    Connection, Cx, Effect, Phase, Purpose, Without,
    close_reasons::{close_of, denial, token_refusal},
    degraded_message, error,
};
use crate::{
    ports::{Action, Identity, Noted, TokenError},
    protocol::{
        Close, Code,
        client::{Hello, Resume},
        server::Refusal,
    },
};

impl Connection {
    pub(super) fn hello(&mut self, hello: Hello, cx: &mut Cx<'_>) {
        let Hello { token, resume } = hello;
        match &mut self.phase {
            Phase::Opened(cookie) => match token.or_else(|| cookie.take().map(String::from)) {
                Some(token) => cx.out.push(Effect::Verify(token, Purpose::Hello(resume))),
                None => {
                    let text = "data.token of hello: missing, and no token came with the handshake.";
                    self.close(Close::Token, Some(Refusal::new(Code::AuthRequired, text)), cx);
                }
            },
            // The handshake's token was the hello; this one only names the session to resume.
            Phase::Ready if token.is_none() => {
                if let Some(resume) = resume {
                    self.resume(resume, cx);
                }
            }
            Phase::Ready | Phase::Entering(_) | Phase::InRoom(_) | Phase::Closed => {
                cx.out.push(error(Refusal::new(Code::BadMessage, "hello: it was already sent on this socket.")));
            }
        }
    }

    pub(super) fn verified(&mut self, purpose: Purpose, result: Result<Identity, TokenError>, cx: &mut Cx<'_>) {
        match (purpose, result) {
            (Purpose::Hello(resume), Ok(identity)) => self.authenticated(identity, resume, cx),
            (Purpose::Hello(_), Err(why)) => self.close(close_of(&why), Some(token_refusal(&why)), cx),
            (Purpose::Refresh, Ok(identity)) if self.user() == Some(&identity.user) => {
                cx.out.push(Effect::Refresh(identity.user.clone(), (&identity).into()));
                self.identity = Some(identity);
                self.judge_place(cx);
            }
            (Purpose::Refresh, Ok(_)) => {
                let text = "data.token of token_refresh: it is another user's.";
                cx.out.push(error(Refusal::new(Code::Forbidden, text)));
            }
            (Purpose::Refresh, Err(why)) => cx.out.push(error(token_refusal(&why))),
        }
    }

    /// A newer token may not be for the room that the client is in.
    fn judge_place(&mut self, cx: &mut Cx<'_>) {
        let (Some((room, _)), Some(identity)) = (self.place(), &self.identity) else { return };
        if let Err(denied) = identity.may(Action::Join(room)) {
            let refusal = denial(denied);
            let noted = Noted::Refused { user: identity.user.clone(), code: refusal.code };
            cx.out.push(Effect::Note(room, noted));
            self.close(Close::Forbidden, Some(refusal), cx);
        }
    }

    fn authenticated(&mut self, identity: Identity, resume: Option<Resume>, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::Opened(_)) {
            return; // a handshake's token and a hello were both verified: the first one counts
        }
        self.phase = Phase::Ready;
        self.life.welcomed(cx);
        cx.out.push(Effect::Attach(identity.user.clone(), (&identity).into()));
        cx.out.push(Effect::Welcome(identity.user.clone()));
        self.identity = Some(identity);
        if self.without != Without::default() {
            cx.out.push(degraded_message(self.without, false));
        }
        if let Some(resume) = resume {
            self.resume(resume, cx);
        }
    }
}
