//! The scripts: their texts, and the hashes by which Redis runs them (`EVALSHA`). Two versions of Aldis live side by side,
//! each with its own hashes. Knows no keys and no answers.

use sha1::{Digest, Sha1};

/// Reads the server's clock in milliseconds; the only clock of all nodes.
pub(super) const SERVER_CLOCK: &str = "
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
";

const ROOM: &[&str] =
    &[include_str!("../lua/prelude.lua"), include_str!("../lua/seats.lua"), include_str!("../lua/finish.lua")];
const SEND: &[&str] = &[include_str!("../lua/swift.lua"), ROOM[0], ROOM[1], ROOM[2]];
const LOST: &[&str] = &[ROOM[0], ROOM[1], ROOM[2], include_str!("../lua/lost.lua")];
const BROADCAST: &[&str] = &[ROOM[0], ROOM[1], ROOM[2], include_str!("../lua/keep.lua")];
const LEASES: &[&str] = &[include_str!("../lua/leases.lua")];

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

            fn text(self, clock: &str) -> String {
                match self {
                    $(Self::$name => {
                        let before: &[&str] = $before;
                        [$flags, clock, &before.concat(), include_str!(concat!("../lua/", $file, ".lua"))].concat()
                    })+
                }
            }
        }
    };
}

scripts! {
    /// Asks for a seat.
    Join = "join", TAKES, ROOM;
    /// Frees a seat.
    Leave = "leave", FREES, ROOM;
    /// Frees a user's seat.
    Evict = "evict", FREES, ROOM;
    /// Frees every seat.
    Close = "close", FREES, ROOM;
    /// A socket was lost.
    Gone = "gone", FREES, LOST;
    /// Resumes a session.
    Resume = "resume", TAKES, ROOM;
    /// Appends to one inbox.
    Send = "send", TAKES, SEND;
    /// Appends to all others' inboxes.
    Broadcast = "broadcast", TAKES, BROADCAST;
    /// Compares, and trims inboxes.
    Audit = "audit", FREES, ROOM;
    /// Lists members.
    Members = "members", FREES, ROOM;
    /// Lists a node's seats.
    Held = "held", FREES, ROOM;
    /// Appends to a seat's own inbox.
    Repair = "repair", TAKES, ROOM;
    /// Brings seats into the epoch.
    Claim = "claim", TAKES, LOST;
    /// Frees what is past its window.
    Reap = "reap", FREES, LOST;
    /// Begins an epoch if the server has lost something.
    Epoch = "epoch", FREES, &[];
    /// Keeps a lease.
    Renew = "renew", FREES, LEASES;
    /// Gives a lease up.
    Release = "release", FREES, LEASES;
    /// Lists what is due.
    Look = "look", FREES, &[];
}

/// All scripts with their hashes.
#[derive(Debug)]
pub(super) struct Scripts(Vec<(String, String)>);

impl Scripts {
    /// The scripts on this clock.
    pub(super) fn new(clock: &str) -> Self {
        let hashed = |script: &Script| {
            let text = script.text(clock);
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

    #[test]
    fn every_script_begins_with_a_header_and_reads_one_clock() {
        let scripts = Scripts::new(SERVER_CLOCK);
        for text in scripts.texts() {
            assert!(text.starts_with("#!lua"));
            assert_eq!(text.matches("'TIME'").count(), 1);
        }
        assert_eq!(scripts.hash(Script::Join).len(), 40);
    }

    #[test]
    fn every_command_of_the_scripts_is_a_right_of_nodes() {
        let users = include_str!("../../../config/redis/users.acl");
        let nodes = users.lines().find(|line| line.starts_with("user aldis ")).expect("the user of nodes");
        let rights: Vec<_> = nodes.split(' ').collect();
        let scripts = Scripts::new(SERVER_CLOCK);
        let values = [
            include_str!("../values/chat.lua"),
            include_str!("../values/chats.lua"),
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
