//! The architecture rules as a table: which words are forbidden in which files, why, and the alternative.
//! Must not know how files are read.

use super::page::Page;

/// Words that are forbidden in some files.
pub(crate) struct Rule {
    /// A summary of the rule.
    pub name: &'static str,
    /// Forbidden words, as in code; `::` and `(` are part of them.
    words: &'static [&'static str],
    /// The files it holds in.
    holds_in: fn(&str) -> bool,
    /// Which lines of these files.
    lines: Lines,
    /// A remark on the line that makes it an exception.
    unless: &'static str,
    why: &'static str,
    instead: &'static str,
    /// A file that breaks it once, and one that does not, as path and text.
    pub bad: (&'static str, &'static str),
    pub good: (&'static str, &'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Code,
    Tests,
    All,
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "rules are pure",
        words: &[
            "tokio",
            "ractor",
            "async",
            "await",
            "SystemTime",
            "Instant::now",
            "rand",
            "clock::now",
            "Moment::now",
            "std::thread",
        ],
        holds_in: is_pure,
        lines: Lines::Code,
        unless: NOTHING,
        why: "time and ids are arguments, so that every decision can be tested without waiting",
        instead: "take `now` or the id as an argument, return an effect, and let the turn perform it",
        bad: ("actors/src/room/rules.rs", "fn handle() { tokio::spawn(x); }"),
        good: (
            "actors/src/room/rules.rs",
            "/// Not async.\nfn handle(now: Instant) {}\n#[cfg(test)]\nmod tests {\n    fn t() { Instant::now(); }\n}",
        ),
    },
    Rule {
        name: "the system knows no bytes",
        words: &["axum", "hyper", "sqlx", "redis", "fastwebsockets", "rustls", "reqwest", "tower"],
        holds_in: |path| path.starts_with("actors/"),
        lines: Lines::All,
        unless: NOTHING,
        why: "the system runs behind any edge, and in tests without one",
        instead: "define a trait in actors/src/ports.rs, and implement it in src/",
        bad: ("actors/src/socket.rs", "use hyper::Uri;"),
        good: ("actors/src/ledger.rs", "fn redis_url() {} // as redis has it"),
    },
    Rule {
        name: "SQL is in the storage only",
        words: &["sqlx"],
        holds_in: |path| path.starts_with("src/") && !in_folder(path, "src/storage"),
        lines: Lines::All,
        unless: NOTHING,
        why: "one contract suite covers both databases only if no query bypasses it",
        instead: "use the `Store`; if it lacks a method, add one there and to its contract",
        bad: ("src/http/rooms.rs", "use sqlx::query;"),
        good: ("src/storage/sqlite.rs", "use sqlx::query;"),
    },
    Rule {
        name: "Redis is in the ledger only",
        words: &["redis::", "use redis"],
        holds_in: |path| path.starts_with("src/") && !in_folder(path, "src/ledger"),
        lines: Lines::All,
        unless: NOTHING,
        why: "one module handles an unavailable Redis",
        instead: "use the ledger's port, or extend it",
        bad: ("src/ice.rs", "let quota = redis::cmd();"),
        good: ("src/ledger/redis.rs", "use redis::Client;"),
    },
    Rule {
        name: "the environment is read in the configuration only",
        words: &["std::env", "env::var", "env::vars", "env::set_var"],
        holds_in: |path| {
            (path.starts_with("src/") || path.starts_with("actors/src/")) && !in_folder(path, "src/config")
        },
        lines: Lines::Code,
        unless: NOTHING,
        why: "every setting of a node is a key: checked, documented, shown by `aldis config show`",
        instead: "add a key to src/config and pass its value as an argument",
        bad: ("src/http.rs", "let debug = std::env::var(\"DEBUG\");"),
        good: ("src/cli.rs", "let version = env!(\"CARGO_PKG_VERSION\");"),
    },
    Rule {
        name: "the system reads one clock",
        words: &["Instant::now", "SystemTime::now", "Timestamp::now", "UNIX_EPOCH"],
        holds_in: |path| path.starts_with("actors/src/") && path != "actors/src/clock.rs",
        lines: Lines::Code,
        unless: NOTHING,
        why: "tests pause and advance that clock, and pure rules get the time as an argument",
        instead: "take `now` as an argument, or call `clock::now()` in a turn",
        bad: ("actors/src/socket/actor.rs", "let now = Instant::now();"),
        good: ("actors/src/clock.rs", "let now = Instant::now();"),
    },
    Rule {
        name: "the edge reads the clock in few places",
        words: &["Instant::now", "SystemTime::now", "Timestamp::now"],
        holds_in: |path| path.starts_with("src/") && !CLOCK_EDGES.iter().any(|edge| in_folder(path, edge)),
        lines: Lines::Code,
        unless: NOTHING,
        why: "time-dependent code must be testable without waiting",
        instead: "take the time as an argument or use `auth::Clock`; if it is only a measurement, list the file here",
        bad: ("src/http/rooms.rs", "let now = Timestamp::now();"),
        good: ("src/http/metrics.rs", "let begun = Instant::now();"),
    },
    Rule {
        name: "everything is bounded",
        words: &["unbounded_channel", "UnboundedSender", "UnboundedReceiver"],
        holds_in: |path| path.starts_with("src/") || path.starts_with("actors/src/"),
        lines: Lines::Code,
        unless: NOTHING,
        why: "a slow or hostile client must only hurt itself, not the node",
        instead: "use mpsc::channel, its size a documented field of a Limits",
        bad: ("src/ws/wire.rs", "let (to, from) = mpsc::unbounded_channel();"),
        good: ("src/ws/wire.rs", "let (to, from) = mpsc::channel(limits.frames_max);"),
    },
    Rule {
        name: "tests do not sleep",
        words: &["sleep(", "sleep_until("],
        // The faults of a chaos run last for a while: that is the test.
        holds_in: |path| !path.starts_with("benches/") && !path.starts_with("tests/node/chaos"),
        lines: Lines::Tests,
        unless: "// paused",
        why: "a sleep is too short on a busy machine and too long on any other",
        instead: "await a message or a state, or advance the paused clock; mark a sleep on the paused clock with `// paused`",
        bad: ("actors/src/room/tests.rs", "tokio::time::sleep(SECOND).await;"),
        good: ("actors/src/room/tests.rs", "tokio::time::sleep(SECOND).await; // paused\nlet asleep = sleeper();"),
    },
    Rule {
        name: "the configuration knows no part",
        words: &["crate::http", "crate::ws", "crate::auth", "crate::storage", "crate::app", "crate::ice", "actors::"],
        holds_in: |path| in_folder(path, "src/config") || in_folder(path, "src/telemetry"),
        lines: Lines::Code,
        unless: NOTHING,
        why: "every part may import its section, so the configuration must not import any part",
        instead: "pass the values in the composition root, src/app.rs",
        bad: ("src/config/room.rs", "use crate::http::Limits;"),
        good: ("src/config/room.rs", "use super::text::Size;"),
    },
];

/// No remark excuses.
const NOTHING: &str = "\u{0}";

/// Where the edge may read the clock: the composition root, the clock of tokens, a port without a time argument, measurements, commands that run once, the age of cached values.
const CLOCK_EDGES: [&str; 11] = [
    "src/load",
    "src/app",
    "src/auth/clock",
    "src/auth/aside",
    "src/ice",
    "src/rooms",
    "src/history/health",
    "src/http/metrics",
    "src/http/health",
    "src/ws/metrics",
    "src/cli",
];

/// Meaningless words in type names.
const VAGUE: [&str; 8] = ["Manager", "Hub", "Service", "Handler", "Helper", "Util", "Context", "Impl"];

fn is_pure(path: &str) -> bool {
    let named = path.ends_with("/rules.rs") || path.contains("/rules/");
    let split = ["actors/src/bytes.rs", "actors/src/ledger/cursor.rs", "actors/src/executor/timers.rs"];
    let ledger = path.starts_with("actors/src/ledger/memory/");
    path.ends_with(".rs") && !path.starts_with("tests/") && (named || ledger || split.contains(&path))
}

/// Whether `path` is the module file `folder`.rs or inside that folder.
fn in_folder(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

impl Rule {
    /// Each line of `page` that violates this rule: the place, the rule, its reason, the remedy.
    pub(crate) fn broken_by(&self, page: &Page) -> Vec<String> {
        if !(self.holds_in)(&page.path) {
            return Vec::new();
        }
        let asked = |n: usize| match self.lines {
            Lines::Code => n < page.tests_from,
            Lines::Tests => n >= page.tests_from,
            Lines::All => true,
        };
        let excused: Vec<_> = page.text.lines().map(|line| line.contains(self.unless)).collect();
        let lines =
            page.code.iter().enumerate().filter(|(n, _)| asked(*n) && !excused.get(*n).copied().unwrap_or(false));
        let found = lines.filter_map(|(n, line)| Some((n, self.words.iter().find(|word| has_word(line, word))?)));
        let say = |(n, word)| {
            let Self { name, why, instead, .. } = self;
            format!("{}:{}: `{word}`, but {name}: {why}. Instead: {instead}.", page.path, n + 1)
        };
        found.map(say).collect()
    }
}

/// Whether `word` is in `line` and not a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let goes_on = |at: usize| word.ends_with(part_of_name) && line[at..].starts_with(part_of_name);
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part_of_name) && !goes_on(at + word.len()))
}

/// Types and modules of `page` with a vague name: line, name, word.
pub(crate) fn type_names(page: &Page) -> Vec<(usize, String, &'static str)> {
    let mut found = Vec::new();
    for (n, line) in page.code.iter().enumerate() {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            let Some(name) =
                matches!(word, "struct" | "enum" | "trait" | "type" | "mod").then(|| words.next()).flatten()
            else {
                continue;
            };
            let bare = name.trim_end_matches('s').to_lowercase();
            let vague = |vague: &&str| {
                name.trim_end_matches('s').ends_with(vague) || (word == "mod" && bare == vague.to_lowercase())
            };
            found.extend(VAGUE.into_iter().find(vague).map(|vague| (n + 1, name.to_owned(), vague)));
        }
    }
    found
}
