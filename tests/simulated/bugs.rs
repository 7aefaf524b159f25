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
            seed: 0,
            changes: &[("if used and used <= number(get(n, 'b')) and", "if false and")],
        },
        Self {
            name: "one seat more than the limit",
            seed: 0,
            changes: &[
                ("if taken >= tonumber(bound())", "if taken > tonumber(bound())"),
                ("if #order >= tonumber(max", "if #order > tonumber(max"),
            ],
        },
        Self {
            name: "a room of an older epoch is not brought into the present one",
            seed: 16,
            changes: &[("if number(hot:get('ep')) < epoch then enter() end", "")],
        },
        Self {
            name: "an acknowledged message is not appended",
            seed: 1,
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
