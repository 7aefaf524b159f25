//! Messages, and what their receivers find in their inboxes.

use super::{Seat, World, message, outcome};
use crate::{
    ledger::{Audit, Audited, Broadcast, Failure, Send, Sent, Skipped},
    protocol::{
        Kind, Message,
        client::{Cid, Seq},
    },
};

impl World {
    /// One chat message from one to another.
    pub(in crate::ledger::contract) async fn say(
        &mut self,
        from: &Seat,
        to: &Seat,
        cid: impl Into<Option<Cid>>,
        text: &str,
    ) -> &'static str {
        self.send(from, to, cid.into(), vec![message(Kind::ChatMessage, text)]).await
    }

    /// Messages from one to another in one step; what became of them.
    pub(in crate::ledger::contract) async fn send(
        &mut self,
        from: &Seat,
        to: &Seat,
        cid: Option<Cid>,
        messages: Vec<Message>,
    ) -> &'static str {
        let (skipped, released) = (Vec::new(), Vec::new());
        let send = Send { from: from.id, to: to.order(), cid, skipped, released, messages };
        self.send_as(from, send).await
    }

    /// Exactly this, asked by the node that holds the seat.
    pub(in crate::ledger::contract) async fn send_as(&mut self, from: &Seat, send: Send) -> &'static str {
        let at = self.node(from.node);
        let sent = self.stand.ledger.send(self.at(&at), send).await;
        self.sent(from.node, sent)
    }

    /// One chat message from one to all others; what became of it.
    pub(in crate::ledger::contract) async fn say_to_all(
        &mut self,
        from: &Seat,
        cid: impl Into<Option<Cid>>,
        text: &str,
    ) -> &'static str {
        self.broadcast_skipping(from, cid.into(), Vec::new(), text).await
    }

    pub(in crate::ledger::contract) async fn broadcast_skipping(
        &mut self,
        from: &Seat,
        cid: Option<Cid>,
        skipped: Vec<Skipped>,
        text: &str,
    ) -> &'static str {
        let message = message(Kind::ChatMessage, text);
        self.broadcast(from, Broadcast { from: from.id, cid, skipped, message, changes: None }).await
    }

    /// Somebody tells something of themselves: names and values, none to remove it; what became of it.
    pub(in crate::ledger::contract) async fn tell_of(
        &mut self,
        from: &Seat,
        cid: Option<Cid>,
        changes: &[(&str, Option<&str>)],
    ) -> &'static str {
        let changed = changes.iter().map(|(name, value)| ((*name).into(), value.map(Into::into)));
        let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
        let message = message(Kind::AttributesChanged, &names.join(" "));
        let broadcast =
            Broadcast { from: from.id, cid, skipped: Vec::new(), message, changes: Some(changed.collect()) };
        self.broadcast(from, broadcast).await
    }

    async fn broadcast(&mut self, from: &Seat, broadcast: Broadcast) -> &'static str {
        let at = self.node(from.node);
        let sent = self.stand.ledger.broadcast(self.at(&at), broadcast).await;
        self.sent(from.node, sent)
    }

    /// Something is announced to the room.
    pub(in crate::ledger::contract) async fn announce(&mut self, node: &'static str, text: &str) -> &'static str {
        self.announce_to(None, node, text).await
    }

    /// Something is announced to the room, or to one of its members.
    pub(in crate::ledger::contract) async fn announce_to(
        &mut self,
        to: Option<&Seat>,
        node: &'static str,
        text: &str,
    ) -> &'static str {
        let (at, to) = (self.node(node), to.map(|to| to.user.clone()));
        let announced = self.stand.ledger.announce(self.at(&at), message(Kind::ChatDeleted, text), to).await;
        self.sent(node, announced.map(Sent::Appended))
    }

    fn sent(&mut self, node: &'static str, sent: Result<Sent, Failure>) -> &'static str {
        match sent {
            Ok(Sent::Appended(pushes)) => {
                self.keep(node, pushes);
                "appended"
            }
            Ok(Sent::Duplicate) => "duplicate",
            Ok(Sent::Fenced) => "fenced",
            Ok(Sent::ReceiverGone) => "receiver gone",
            Ok(Sent::TooMany) => "too many",
            Err(failure) => outcome(failure),
        }
    }

    /// All that this seat was sent, as text.
    pub(in crate::ledger::contract) async fn inbox(&mut self, seat: &Seat) -> Vec<String> {
        self.inbox_after(seat, 0).await.expect("all of the inbox is stored")
    }

    /// Entries of this seat after this number, as text; `None`: its holder cannot have them.
    pub(in crate::ledger::contract) async fn inbox_after(&mut self, seat: &Seat, seq: Seq) -> Option<Vec<String>> {
        match self.audit(seat, seq, 0).await {
            Audited::Held(entries, _) => Some(entries.iter().map(|(seq, entry)| self.numbered(*seq, entry)).collect()),
            Audited::Gap | Audited::Ended(_) => None,
        }
    }

    /// Entries of this seat that its node has missed.
    pub(in crate::ledger::contract) async fn audit(&mut self, seat: &Seat, last_seq: Seq, acked: Seq) -> Audited {
        let at = self.node(seat.node);
        let audit = vec![Audit { seat: seat.id, last_seq, acked }];
        self.ask(self.stand.ledger.audit(self.at(&at), audit)).await.remove(0)
    }

    /// The client has received everything up to this number.
    pub(in crate::ledger::contract) async fn acknowledge(&mut self, seat: &Seat, seq: Seq) {
        self.audit(seat, seq, seq).await;
    }
}
