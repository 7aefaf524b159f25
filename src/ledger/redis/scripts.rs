//! The scripts: their texts, and the hashes by which Redis runs them (`EVALSHA`). Two versions of Aldis run side by side,
//! each with its own hashes. Knows no keys and no answers.

use std::borrow::Cow;

use actors::{ledger::events::KEPT_FOR, settings::LedgerLimits};
use sha1::{Digest, Sha1};

use super::{assembly::assembled, keys::Keys};

/// Reads the server's clock in milliseconds; the only clock of all nodes.
pub(super) const SERVER_CLOCK: &str = "
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
";

const PRELUDE: &str = include_str!("../lua/prelude.lua");
const MEDIA: &str = include_str!("../lua/media.lua");
const ENTRIES: &str = include_str!("../lua/entries.lua");
const APPEND: &str = include_str!("../lua/append.lua");
const EVENTS: &str = include_str!("../lua/events.lua");
const LOG: &str = include_str!("../lua/log.lua");
const SEATS: &str = include_str!("../lua/seats.lua");
const FINISH: &str = include_str!("../lua/finish.lua");

/// The texts before a script's own text.
struct Before {
    texts: &'static [&'static str],
    /// Its usual case, which is decided before the rest is set up.
    usual: Option<&'static str>,
    /// Of a script on a room, what it wants with the first question.
    first: Option<First>,
}

/// What a script on a room wants with the first question, in Lua: SEAT, whether its first argument is a seat (`'p'`: and its
/// receivers), and RECEIVER, whether its third is.
#[derive(Clone, Copy)]
struct First {
    seat: &'static str,
    receiver: &'static str,
}

impl Before {
    const fn wanting(&self, seat: &'static str, receiver: &'static str) -> Self {
        Self { texts: self.texts, usual: self.usual, first: Some(First { seat, receiver }) }
    }

    const fn usually(&self, text: &'static str) -> Self {
        Self { texts: self.texts, usual: Some(text), first: self.first }
    }

    /// All texts, in their order, between the clock and the script's own.
    fn all(&self) -> Vec<&'static str> {
        let entries = self.first.map(|_| [ENTRIES, APPEND]);
        entries.into_iter().flatten().chain(self.usual).chain(self.texts.iter().copied()).collect()
    }
}

const NOTHING: Option<First> = Some(First { seat: "false", receiver: "false" });
const ALONE: Before = Before { texts: &[], usual: None, first: None };
const LEASES: Before = Before { texts: &[include_str!("../lua/leases.lua")], ..ALONE };
const ROOM: Before = Before { texts: &[EVENTS, PRELUDE, MEDIA, SEATS, LOG, FINISH], usual: None, first: NOTHING };
const LOST: Before =
    Before { texts: &[EVENTS, PRELUDE, MEDIA, SEATS, LOG, FINISH, include_str!("../lua/lost.lua")], ..ROOM };
const BROADCAST: Before =
    Before { texts: &[EVENTS, PRELUDE, MEDIA, SEATS, LOG, FINISH, include_str!("../lua/keep.lua"), TOLD], ..ROOM };
const TOLD: &str = include_str!("../lua/told.lua");
const SWIFT: &str = include_str!("../lua/swift.lua");
const REST: &str = include_str!("../lua/rest.lua");
const NEWCOMER: &str = include_str!("../lua/newcomer.lua");
const RECONNECT: &str = include_str!("../lua/reconnect.lua");

/// The prefix of lines that keep events: left out where none are kept, so that they cost nothing there.
const KEEPS_EVENTS: [&str; 5] = ["event(", "keep_events(", "log_event(", "if not life then return", "local happened"];

/// It only gives memory back, so it runs although Redis is full.
const FREES: &str = "#!lua flags=allow-oom\n";
/// A full Redis refuses it before its first write.
const TAKES: &str = "#!lua\n";

macro_rules! scripts {
    ($($(#[doc = $doc:literal])+ $name:ident = $file:literal, $flags:ident, $before:expr;)+) => {
        /// A script.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub(super) enum Script { $($(#[doc = $doc])+ $name,)+ }

        impl Script {
            /// Every script, at the index of its discriminant.
            pub(super) const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in metrics.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $file,)+
                }
            }

            fn text(self, clock: &str, room: &str, keeps_events: bool) -> String {
                let (flags, before, own) = match self {
                    $(Self::$name => ($flags, $before, include_str!(concat!("../lua/", $file, ".lua")))),+
                };
                let constants = before.first.map_or_else(String::new, |First { seat, receiver }| {
                    format!("{room}local SEAT, RECEIVER = {seat}, {receiver}\n")
                });
                let texts = [vec![clock], before.all(), vec![own]].concat();
                let texts: Vec<_> = texts.into_iter().map(|text| with_or_without_events(text, keeps_events)).collect();
                [flags, &constants, &assembled(&texts.iter().map(|text| &**text).collect::<Vec<_>>())].concat()
            }
        }
    };
}

scripts! {
    /// Asks for a seat.
    Join = "join", TAKES, ROOM.usually(NEWCOMER);
    /// Frees a seat.
    Leave = "leave", FREES, ROOM.wanting("'p'", "false");
    /// Frees a user's seat.
    Evict = "evict", FREES, ROOM;
    /// Frees every seat.
    Close = "close", FREES, ROOM;
    /// A socket was lost.
    Gone = "gone", FREES, LOST.wanting("true", "false");
    /// Resumes a session.
    Resume = "resume", TAKES, ROOM.wanting("'p'", "false").usually(RECONNECT);
    /// Appends to one inbox.
    Send = "send", TAKES, ROOM.wanting("true", "true").usually(SWIFT);
    /// Appends to all others' inboxes.
    Broadcast = "broadcast", TAKES, BROADCAST.wanting("true", "false");
    /// Appends to all inboxes.
    Announce = "announce", TAKES, ROOM;
    /// Compares, and trims inboxes.
    Audit = "audit", FREES, ROOM.wanting("true", "false").usually(REST);
    /// Lists members.
    Members = "members", FREES, ROOM;
    /// Lists a node's seats.
    Held = "held", FREES, ROOM;
    /// Lets a room's media flow otherwise or elsewhere.
    Place = "place", TAKES, ROOM;
    /// Changes what a seat sends.
    Publish = "publish", TAKES, ROOM.wanting("true", "false");
    /// Keeps a media server.
    Hears = "hears", FREES, ALONE;
    /// Appends to a seat's own inbox.
    Repair = "repair", TAKES, ROOM.wanting("true", "false");
    /// Brings seats into the epoch.
    Claim = "claim", TAKES, LOST;
    /// Frees what is past its window.
    Reap = "reap", FREES, LOST;
    /// Begins an epoch if the server has lost something.
    Epoch = "epoch", FREES, ALONE;
    /// Keeps a lease.
    Renew = "renew", FREES, LEASES;
    /// Gives a lease up.
    Release = "release", FREES, LEASES;
    /// Lists what is due.
    Look = "look", FREES, LEASES;
    /// Lists rooms with somebody in them.
    Occupied = "occupied", FREES, ALONE;
    /// Lists whose sockets are where.
    Present = "present", FREES, ALONE;
    /// Lists rooms with events that nobody has stored.
    News = "news", FREES, ALONE;
    /// Lists those events of a room.
    Unstored = "unstored", FREES, ALONE;
    /// They are stored.
    Stored = "stored", FREES, ALONE;
    /// Lists all events of a room.
    Timeline = "timeline", FREES, ALONE;
    /// Adds notes to those of a room.
    Note = "note", TAKES, ALONE;
}

/// The text, or what is left of it where no events are kept.
fn with_or_without_events(text: &str, keeps_events: bool) -> Cow<'_, str> {
    let keeps = |line: &&str| KEEPS_EVENTS.iter().any(|begin| line.trim_start().starts_with(begin));
    if keeps_events || !text.lines().any(|line| keeps(&line)) {
        return text.into();
    }
    text.split_inclusive('\n').filter(|line| !keeps(line)).collect::<String>().into()
}

/// All scripts with their hashes.
#[derive(Debug)]
pub(super) struct Scripts(Vec<(String, String)>);

impl Scripts {
    /// The scripts on this clock, with these names and bounds.
    pub(super) fn new(clock: &str, keys: &Keys, limits: &LedgerLimits) -> Self {
        let (channels, entries, bytes) = (keys.channels(), limits.inbox_entries_max, limits.inbox_bytes_max);
        let settle = limits.settle_within.as_millis();
        let mut room =
            format!("local CHANNEL, ENTRIES, BYTES, SETTLE = [[{channels}]], {entries}, {bytes}, {settle}\n");
        let keeps_events = limits.events_max > 0;
        if keeps_events {
            let (events, ttl) = (limits.events_max, KEPT_FOR.as_secs());
            room.push_str(&format!("local EVENTS, EVENTS_TTL = {events}, {ttl}\n"));
        }
        let hashed = |script: &Script| {
            let text = script.text(clock, &room, keeps_events);
            let hash = Sha1::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
            (hash, text)
        };
        Self(Script::ALL.iter().map(hashed).collect())
    }

    /// A script's hash, in hexadecimal digits.
    pub(super) fn hash(&self, script: Script) -> &str {
        &self.0[script as usize].0
    }

    /// Every script's text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts() -> Scripts {
        Scripts::new(SERVER_CLOCK, &Keys::new("aldis:"), &LedgerLimits::default())
    }

    #[test]
    fn every_script_begins_with_a_header_and_reads_one_clock() {
        let scripts = scripts();
        for text in scripts.texts() {
            assert!(text.starts_with("#!lua"));
            assert!(text.matches("'TIME'").count() <= 1);
        }
        assert_eq!(scripts.hash(Script::Join).len(), 40);
    }

    #[test]
    fn where_no_events_are_kept_no_script_contains_a_word_of_them() {
        let scripts = scripts();
        let words = ["happened", "event", "EVENTS", "news"];
        for script in [Script::Join, Script::Leave, Script::Resume, Script::Reap, Script::Claim, Script::Send] {
            let text = &scripts.0[script as usize].1;
            assert!(words.iter().all(|word| !text.contains(word)), "{script:?}");
        }
        let limits = LedgerLimits { events_max: 9, ..LedgerLimits::default() };
        let keeping = Scripts::new(SERVER_CLOCK, &Keys::new("aldis:"), &limits);
        assert!(keeping.0[Script::Join as usize].1.contains("  keep_events()"));
        for script in [Script::Join, Script::Resume] {
            assert!(keeping.0[script as usize].1.contains("  log_event("), "{script:?}");
        }
    }

    #[test]
    fn a_seat_keeps_as_many_producers_as_it_may_have() {
        let max = actors::protocol::media::PRODUCERS_MAX;
        assert!(MEDIA.contains(&format!("local PRODUCERS_MAX = {max}\n")));
    }

    #[test]
    fn a_member_tells_as_much_of_themselves_as_they_may() {
        use actors::protocol::attributes::{ATTRIBUTES_BYTES_MAX, ATTRIBUTES_MAX, HIDDEN, METADATA};
        let (told, limits) = (TOLD, [ATTRIBUTES_MAX, ATTRIBUTES_BYTES_MAX]);
        let limits = limits.map(|limit| limit.to_string()).join(", ");
        assert!(told.contains(&format!("local ATTRIBUTES_MAX, ATTRIBUTES_BYTES_MAX = {limits}\n")));
        assert!(told.contains(&format!("'{METADATA}'")));
        assert!([SEATS, NEWCOMER].iter().all(|text| text.contains(&format!("'\\1{HIDDEN}\\t'"))));
    }

    #[test]
    fn every_command_of_the_scripts_is_a_right_of_nodes() {
        let users = include_str!("../../../config/redis/users.acl");
        let nodes = users.lines().find(|line| line.starts_with("user aldis ")).expect("the user of nodes");
        let rights: Vec<_> = nodes.split(' ').collect();
        let limits = LedgerLimits { events_max: 9, ..LedgerLimits::default() };
        let scripts = Scripts::new(SERVER_CLOCK, &Keys::new("aldis:"), &limits);
        let values = [
            include_str!("../values/chat.lua"),
            include_str!("../values/get.lua"),
            include_str!("../values/put.lua"),
            include_str!("../values/take.lua"),
        ];
        let calls = scripts.texts().chain(values).flat_map(|text| text.split("call('").skip(1));
        let commands = calls.map(|call| call.split('\'').next().expect("a name").to_lowercase());
        let missing: Vec<_> = commands.filter(|command| !rights.contains(&format!("+{command}").as_str())).collect();
        assert_eq!(missing, [""; 0]);
    }
}
