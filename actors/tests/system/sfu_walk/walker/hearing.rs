//! What a member hears, and whether it may hear it then.

use serde_json::Value;

use super::{Session, Walker};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Walker<'_> {
    pub(super) fn hears(&mut self, kind: &str, message: &Value) {
        let data = &message["data"];
        match kind {
            "room_joined" => self.session = Some(begun(data)),
            "resume_failed" | "room_left" => {
                self.session = None;
                if let Some(line) = &mut self.line {
                    line.seq = 0;
                }
            }
            "resumed" => self.epoch_is(data["media"]["epoch"].as_u64().unwrap_or_default(), "resumed"),
            "media_changed" => self.media_changed(data),
            "sfu_new_producer" | "sfu_producer_changed" | "sfu_producer_closed" => self.hears_news(kind, data),
            "user_left" => {
                let user = text(&data["userId"]);
                self.session.iter_mut().for_each(|session| session.others.retain(|_, (owner, _)| *owner != user));
            }
            "error" => self.refused(data),
            _ if message["rid"].is_u64() => self.answered(kind, message),
            _ => {}
        }
    }

    /// An epoch that was heard of in whatever way: none is below one that was heard of before.
    fn epoch_is(&mut self, epoch: u64, how: &str) {
        let Some(session) = &mut self.session else { return };
        let before = session.greatest_epoch;
        session.greatest_epoch = before.max(epoch);
        if epoch < before {
            self.broken(&format!("{how} says epoch {epoch} after {before}"));
        }
    }

    /// Numbered news: each change raises the epoch, and what was known of an earlier one is void.
    fn media_changed(&mut self, data: &Value) {
        let epoch = data["epoch"].as_u64().unwrap_or_default();
        let Some(session) = &mut self.session else { return };
        let before = session.told_epoch;
        session.greatest_epoch = session.greatest_epoch.max(epoch);
        (session.told_epoch, session.is_mesh) = (epoch, data["mode"] == "mesh");
        session.others.clear();
        // Of this epoch, which an answer has told before, it may send something already.
        session.own.retain(|_, (made_in, _)| *made_in >= epoch);
        if epoch <= before {
            self.broken(&format!("media_changed says epoch {epoch} after {before}"));
        }
    }

    /// What others send, in the order of the news.
    fn hears_news(&mut self, kind: &str, data: &Value) {
        let (id, user, is_paused) = (text(&data["producerId"]), text(&data["userId"]), data["paused"] == true);
        let Some(session) = &mut self.session else { return };
        let told_epoch = session.told_epoch;
        match kind {
            "sfu_new_producer" => {
                let is_known = session.others.insert(id.clone(), (user, is_paused)).is_some();
                let epoch = data["epoch"].as_u64().unwrap_or_default();
                self.checker.made(epoch, &id);
                if epoch != told_epoch || is_known {
                    self.broken(&format!("{id} of epoch {epoch} is new in epoch {told_epoch}, known: {is_known}"));
                }
            }
            "sfu_producer_changed" => match session.others.get_mut(&id) {
                Some(known) => known.1 = is_paused,
                None => self.broken(&format!("{id} is paused, which it does not know")),
            },
            _ if session.others.remove(&id).is_none() => {
                self.broken(&format!("{id} is closed, which it does not know"))
            }
            _ => {}
        }
    }

    fn answered(&mut self, kind: &str, message: &Value) {
        let (rid, data) = (message["rid"].as_u64().unwrap_or_default(), &message["data"]);
        let Some(session) = &mut self.session else { return };
        let Some(ask) = session.open.remove(&rid).filter(|ask| ask.is_asked && ask.kind == kind) else {
            return self.broken(&format!("{kind} {rid} is answered, and it was not asked"));
        };
        self.checker.answered();
        let epoch = ask.data["epoch"].as_u64().unwrap_or_default();
        let id = text(&data["id"]);
        let producer = text(&ask.data["producerId"]);
        match kind {
            "sfu_get_router_capabilities" => self.epoch_is(data["epoch"].as_u64().unwrap_or_default(), kind),
            "sfu_create_transport" => {
                session.transport = Some((epoch, id.clone()));
                self.checker.made(epoch, &id);
                if data["epoch"] != epoch {
                    self.broken(&format!("a transport of epoch {} is made in {epoch}", data["epoch"]));
                }
            }
            "sfu_produce" => {
                // Perhaps the news of another epoch came before the answer.
                if epoch >= session.told_epoch {
                    session.own.insert(id.clone(), (epoch, false));
                }
                self.checker.made(epoch, &id);
            }
            "sfu_pause_producer" => session.own.get_mut(&producer).into_iter().for_each(|own| own.1 = true),
            "sfu_resume_producer" => session.own.get_mut(&producer).into_iter().for_each(|own| own.1 = false),
            "sfu_close_producer" => drop(session.own.remove(&producer)),
            "sfu_consume" => self.checker.made(epoch, &id),
            _ => {}
        }
    }

    fn refused(&mut self, data: &Value) {
        let Some(rid) = data["rid"].as_u64() else { return };
        let Some(session) = &mut self.session else { return };
        let Some(ask) = session.open.get(&rid).filter(|ask| ask.is_asked) else {
            return self.broken(&format!("{rid} is refused with {data}, and it was not asked"));
        };
        let kind = ask.kind;
        let may_be = match text(&data["code"]).as_str() {
            "unavailable" | "media_unavailable" | "rate_limited" => return self.asks_later(rid),
            "media_stale" => {
                session.transport = None;
                !matches!(kind, "sfu_get_router_capabilities")
            }
            "wrong_mode" | "not_in_room" => true,
            // What is asked for has ended meanwhile.
            "media_not_found" => !matches!(kind, "sfu_create_transport" | "sfu_produce" | "sfu_restart_ice"),
            _ => false,
        };
        session.open.remove(&rid);
        if !may_be {
            self.broken(&format!("{kind} {rid} is refused with {data}"));
        }
    }
}

/// What is known when a session begins.
fn begun(data: &Value) -> Session {
    let epoch = data["media"]["epoch"].as_u64().unwrap_or_default();
    let mut others = std::collections::BTreeMap::new();
    for peer in data["peers"].as_array().into_iter().flatten() {
        for producer in peer["producers"].as_array().into_iter().flatten() {
            let known = (text(&peer["userId"]), producer["paused"] == true);
            others.insert(text(&producer["producerId"]), known);
        }
    }
    Session {
        id: text(&data["sessionId"]),
        resume_token: text(&data["resumeToken"]),
        told_epoch: epoch,
        greatest_epoch: epoch,
        is_mesh: data["media"]["mode"] == "mesh",
        others,
        ..Session::default()
    }
}
