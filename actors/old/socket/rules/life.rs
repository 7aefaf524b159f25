//! How a socket lives and ends: its clock, hangups, and the last words to client and room.

use super::*;

impl Session {
    pub(super) fn tick(&mut self, now: Instant) -> Effects {
        if let Phase::Greeting { until } = self.phase {
            return if now >= until { self.close(Close::Timeout, None) } else { Vec::new() };
        }
        if now >= self.heard + self.limits.heartbeat_within {
            return self.close(Close::Timeout, None);
        }
        let mut effects = Vec::new();
        if self.ack_by.is_some_and(|at| now >= at) {
            self.ack_by = None;
            effects.extend(self.acks.due(1).map(|cid| Effect::Send(ServerToClient::Ack(cid))));
        }
        if now >= self.next_ping {
            if self.awaiting_pong {
                return self.close(Close::Timeout, None);
            }
            self.awaiting_pong = true;
            self.next_ping = now + self.limits.ping_every;
            effects.push(Effect::Ping(self.delivered));
        }
        effects
    }

    pub(super) fn hung_up(&mut self, how: Hangup) -> Effects {
        let (mut effects, last) = match how {
            Hangup::Violation(code) => return self.close(code, None),
            Hangup::Lost => (self.depart(room::Command::SocketLost), Effect::End),
            Hangup::Closed(code @ (None | Some(1000 | 1001))) => {
                (self.depart(|seat| room::Command::Leave(seat, LeaveReason::Left)), Effect::Echo(code))
            }
            Hangup::Closed(code) => (self.depart(room::Command::SocketLost), Effect::Echo(code)),
        };
        effects.push(last);
        effects
    }

    /// Closes: an `error` goes first, the room learns what becomes of the seat.
    pub(super) fn close(&mut self, code: Close, refusal: Option<Refusal>) -> Effects {
        let mut effects: Effects = refusal.or_else(|| closing_words(code)).map(error).into_iter().collect();
        effects.extend(self.depart(|seat| match code {
            Close::Forbidden => room::Command::Leave(seat, LeaveReason::Kicked),
            Close::Normal => room::Command::Leave(seat, LeaveReason::Left),
            Close::Draining
            | Close::Protocol
            | Close::Binary
            | Close::NotUtf8
            | Close::TooBig
            | Close::Internal
            | Close::Restart
            | Close::Overload
            | Close::Token
            | Close::RoomGone
            | Close::Replaced
            | Close::Timeout
            | Close::Rate
            | Close::SlowReader => room::Command::SocketLost(seat),
        }));
        effects.push(Effect::Close(code));
        effects
    }

    /// Even on its way in: the room hears of the join first, then that its socket is lost.
    pub(super) fn depart(&mut self, last_words: impl FnOnce(Seat) -> room::Command) -> Effects {
        let place = self.place();
        self.phase = Phase::Over;
        place.map(|(room, seat)| Effect::Tell(room, last_words(seat))).into_iter().collect()
    }
}
