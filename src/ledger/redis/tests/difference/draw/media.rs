//! Where rooms' media is, and what seats send.

use super::*;

impl Draw {
    fn host(&self) -> Host {
        let name = |names: [&str; 2]| names[self.below(2) as usize].into();
        Host { server: name(["m", "n"]), instance: name(["1", "2"]) }
    }

    fn producer(&self) -> Producer {
        let kind = if self.below(2) == 0 { TrackKind::Audio } else { TrackKind::Video };
        let id = format!("p{}", self.below(10)).into();
        Producer { id, kind, source: "camera".into(), paused: self.below(2) == 0 }
    }

    /// The media epoch that is brought: mostly the one that is known.
    fn media_epoch(&self, room: usize) -> u64 {
        match self.below(8) {
            0 => self.media[room].saturating_sub(1),
            1 => self.media[room] + 1,
            _ => self.media[room],
        }
    }

    pub(super) fn place_media(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let reasons = [MediaReason::Placed, MediaReason::MediaLost, MediaReason::MediaUnavailable, MediaReason::Shrunk];
        let reason = *self.one(&reasons).expect("there are some");
        let to = match self.below(4) {
            0 => Placing::Mesh { below: self.below(5) as u32 },
            _ => Placing::Host(self.host()),
        };
        let place = Place { expect: self.media_epoch(held.room), to, reason };
        let answer = self.on(pair, &held, format!("{place:?}"), |ledger, at| Box::pin(ledger.place(at, place.clone())));
        self.learn(held.room, &answer);
        if let Ok(placed) = answer {
            self.media[held.room] = placed.hosting.epoch;
            // In Redis, a placement counts as heard in its room's bucket only.
            if let Some(host) = placed.hosting.host.filter(|_| placed.is_won) {
                let node = NodeId::new(NODES[0]);
                let what = format!("hears {host:?}, placed");
                let lease = actors::ledger::HOST_LEASE;
                let _ = pair.ask(what, |ledger| Box::pin(ledger.hears(&node, &host, lease, false)));
            }
        }
    }

    pub(super) fn publish(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let (producer, is_on) = (self.producer(), self.below(2) == 0);
        let change = match self.below(4) {
            0 => TrackChange::Pause(producer.id, is_on),
            1 => TrackChange::End(producer.id, if is_on { ProducerEnd::Closed } else { ProducerEnd::Media }),
            _ => TrackChange::Publish(producer),
        };
        let (seat, epoch) = (self.stale(held.id), self.media_epoch(held.room));
        let what = format!("{seat:?} in {epoch}: {change:?}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.publish(at, seat, epoch, change.clone())));
        self.learn(held.room, &answer);
    }

    pub(super) fn hear(&mut self, pair: &mut Pair) {
        let (node, host, is_draining) = (NodeId::new(NODES[0]), self.host(), self.below(4) == 0);
        let ttl = Duration::from_millis(200 + self.below(1_000));
        let what = format!("hears {host:?} {ttl:?} {is_draining}");
        let _ = pair.ask(what, |ledger| Box::pin(ledger.hears(&node, &host, ttl, is_draining)));
    }

    /// What a node knows of its room's media after a loss.
    pub(super) fn known_media(&self, held: &Held) -> Box<RoomMedia> {
        let host = (self.below(4) > 0).then(|| self.host());
        let mode = if host.is_some() { Mode::Sfu } else { Mode::Mesh };
        let hosting = Hosting { mode, epoch: self.media_epoch(held.room), host };
        let of_room = self.held.iter().filter(|other| other.room == held.room && self.below(2) == 0);
        let track = |of: &Held| Track { seat: of.id.order, session: of.session, producer: self.producer() };
        Box::new(RoomMedia { hosting, tracks: of_room.map(track).collect() })
    }
}
