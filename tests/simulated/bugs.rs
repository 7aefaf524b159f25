//! Bugs of the scripts, one at a time: the checker is only worth something if it catches them. What an audit mends by itself, as
//! a push that is lost, is not among them.

/// One bug: texts of the scripts, and what stands there instead.
pub(crate) struct Bug {
    pub(crate) name: &'static str,
    /// A seed that shows it, tried first.
    pub(crate) seed: u64,
    changes: &'static [(&'static str, &'static str)],
}

impl Bug {
    pub(crate) const ALL: &[Self] = &[
        Self {
            name: "a message that is sent again is appended again",
            seed: 5,
            changes: &[
                ("if tonumber(cid) <= used then return { 'dup' } end", ""),
                (
                    "if used and used <= last_number(n, to) and not is_skipped(n, used) then return answer('dup') end",
                    "",
                ),
            ],
        },
        Self {
            name: "a broadcast that is sent again is appended again",
            seed: 17,
            changes: &[("if used and used <= number(get(n, 'b')) and", "if false and")],
        },
        Self { name: "one seat more than the limit", seed: 0, changes: &[(">= tonumber(max)", "> tonumber(max)")] },
        Self {
            name: "a leave with an old fence frees the seat",
            seed: 1,
            changes: &[("if is_up_to(n, generation) then\n  if node(n)", "if place(n) then\n  if node(n)")],
        },
        Self {
            name: "a resume does not tell the node of before",
            seed: 0,
            changes: &[
                ("tell_ended(n, 'moved')", ""),
                ("if place(n) then return 'moved' end", "if place(n) then return 'lost' end"),
            ],
        },
        Self {
            name: "the seats of a dead node are freed at once",
            seed: 0,
            changes: &[("disconnect(n, now() + number(cold:get('w' .. n)), true)", "disconnect(n, now(), true)")],
        },
        Self {
            name: "the rooms of a node are not known",
            seed: 0,
            changes: &[("redis.call(holds and 'SADD' or 'SREM', AT .. name, ROOM)", "")],
        },
        Self {
            name: "what is due is not known",
            seed: 0,
            changes: &[("redis.call('ZADD', DUE, at, ROOM)", "redis.call('ZREM', DUE, ROOM)")],
        },
        Self {
            name: "the epoch of the caller does not matter, nor whether a seat was claimed",
            seed: 0,
            changes: &[
                ("if KNOWN ~= 0 and KNOWN ~= epoch then", "if false then"),
                ("known ~= '0' and known ~= epoch", "false"),
                (
                    "local function is_unclaimed(n) return get(n, 'x') end",
                    "local function is_unclaimed(n) return false end",
                ),
                ("'^(%d+)|%d*|%d*||[^|]*|[^|]*||||'", "'^(%d+)|%d*|%d*||[^|]*|[^|]*||[^|]*||'"),
                ("(|[^|]*|[^|]*|[^|]*||[^|]*|[^|]*|[^|]*|(.*))$", "(|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|(.*))$"),
            ],
        },
        Self { name: "nobody claims what was heard", seed: 0, changes: &[("  hear(n, heard)\n", "")] },
        Self {
            name: "a number is used twice after a loss",
            seed: 0,
            changes: &[("  settle(n, mark, seen)\n  connect(n)", "  connect(n)")],
        },
        Self {
            name: "an acknowledged message is not appended",
            seed: 0,
            changes: &[("local length = redis.call('RPUSH', inbox, entry)", "local length = 2")],
        },
    ];

    /// A script with this bug.
    pub(super) fn spoil(&self, script: &str) -> String {
        self.changes.iter().fold(script.to_owned(), |script, (is, becomes)| script.replace(is, becomes))
    }

    /// The texts that none of these scripts has.
    pub(crate) fn stale(&self, scripts: &[String]) -> Vec<&'static str> {
        let texts = self.changes.iter().map(|(is, _)| *is);
        texts.filter(|is| !scripts.iter().any(|script| script.contains(is))).collect()
    }
}
