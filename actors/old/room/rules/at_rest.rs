//! A room that rests: the same facts in as few bytes as they take, for a dense node holds many of them.

use super::*;

/// What is left of a room at rest.
#[derive(Debug)]
pub(crate) struct RoomAtRest {
    id: RoomId,
    settings: RoomSettings,
    seats: Box<[SeatAtRest]>,
    /// Pairs of seats by their place in `seats`, from whom and to whom a description has passed.
    described: Box<[(u16, u16)]>,
}

#[derive(Debug)]
struct SeatAtRest {
    user: UserId,
    place: Place,
    /// The socket, where it is on this node, and what was delivered to it.
    here: Option<(SocketId, Cursor)>,
}

impl RoomAtRest {
    /// What the database said of the room last.
    pub(crate) const fn settings(&self) -> RoomSettings {
        self.settings
    }

    /// The room as it was; nothing is left here.
    pub(crate) fn wake(&mut self, limits: Limits) -> Room {
        let session = |place: u16| self.seats.get(usize::from(place)).map(|seat| seat.place.session);
        let described = self.described.iter().filter_map(|(from, to)| Some((session(*from)?, session(*to)?)));
        let candidates = Candidates::of(described, limits);
        let mut room = Room { candidates, ..Room::new(self.id, self.settings, limits) };
        for SeatAtRest { user, place, here } in std::mem::take(&mut self.seats) {
            room.roster.insert(user, place);
            if let Some((socket, cursor)) = here {
                room.local.insert(place.session, Local { user, socket, cursor });
            }
        }
        room
    }
}

impl Room {
    /// The room at rest; `None` if something waits for its time, or speaks of a stay that no seat has: news of it are on
    /// their way.
    pub(crate) fn at_rest(&self) -> Option<RoomAtRest> {
        let sessions: BTreeMap<SessionId, u16> = self.roster.values().map(|place| place.session).zip(0..).collect();
        let place = |session| sessions.get(session).copied();
        let described = self.candidates.described_only()?.map(|(from, to)| Some((place(from)?, place(to)?)));
        let described = described.collect::<Option<Box<[_]>>>()?;
        let seated = |(session, local): (&SessionId, &Local)| {
            self.roster.get(&local.user).is_some_and(|place| place.session == *session)
        };
        if self.roster.len() > usize::from(u16::MAX) || !self.local.iter().all(seated) {
            return None;
        }
        let seats = self.roster.iter().map(|(user, place)| {
            let here = self.local.get(&place.session).map(|local| (local.socket, local.cursor));
            SeatAtRest { user: *user, place: *place, here }
        });
        Some(RoomAtRest { id: self.id, settings: self.settings, seats: seats.collect(), described })
    }
}
