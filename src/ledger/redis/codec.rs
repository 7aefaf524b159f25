//! The texts that scripts store and answer: entries, members, numbers. Lines and words, no JSON; whole numbers in decimal.
//! The scripts' side of each is in `lua/seats.lua`. Knows no keys.

mod attributes;
mod media;

use actors::{
    ledger::{Ended, Sequence, Skipped, Source},
    protocol::{Code, Entry, Kind, LeaveReason, Member, Message, SeatId},
};

pub(super) use attributes::{changes, read_attributes, shown};
pub(super) use media::{media_reason, mode, producer_end, read_hosting, read_media, room_media, track_kind};

/// A text that no script of this version writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger answered what this version cannot read: {0}")]
pub(super) struct Malformed(pub(super) String);

/// What is read, or why it cannot be.
pub(super) type Read<T> = Result<T, Malformed>;

fn malformed(text: &str) -> Malformed {
    Malformed(text.chars().take(80).collect())
}

/// A whole number or an id.
pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Read<T> {
    text.parse().map_err(|_| malformed(text))
}

const REASONS: [(LeaveReason, &str); 6] = [
    (LeaveReason::Left, "left"),
    (LeaveReason::Lost, "lost"),
    (LeaveReason::Replaced, "replaced"),
    (LeaveReason::Kicked, "kicked"),
    (LeaveReason::Closed, "closed"),
    (LeaveReason::Banned, "banned"),
];

/// A reason's word.
pub(super) fn word(reason: LeaveReason) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == reason).map_or("lost", |(_, word)| word)
}

/// The reason of a word.
pub(super) fn reason(word: &str) -> Read<LeaveReason> {
    REASONS.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason).ok_or_else(|| malformed(word))
}

/// How a seat has ended: `moved`, or a reason's word.
pub(super) fn ended(word: &str) -> Read<Ended> {
    if word == "moved" { Ok(Ended::Moved) } else { reason(word).map(Ended::Freed) }
}

/// An entry: `M<kind>⏎<data>`, `J<order>⏎<user>⏎<session>⏎<name and attributes>`, `L<order>⏎<user>⏎<reason>`, or news of media (`codec/media.rs`).
pub(super) fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Message(message) => self::message(message),
        Entry::Joined(member) => {
            let Member { user, name, session, order, connected: _, attributes } = &**member;
            format!("J{order}\n{user}\n{session}\n{}", shown(name, attributes))
        }
        Entry::Left { user, order, reason } => format!("L{order}\n{user}\n{}", word(*reason)),
        Entry::Media(news) => media::news(news),
    }
}

/// A message as an entry.
pub(super) fn message(Message { kind, data }: &Message) -> String {
    format!("M{}\n{data}", kind.as_str())
}

/// The entry that this text is.
pub(super) fn read_entry(text: &str) -> Read<Entry> {
    let bad = || malformed(text);
    let lines = |count| text.get(1..).unwrap_or_default().splitn(count, '\n');
    match text.bytes().next() {
        Some(b'M') => {
            let (kind, data) = text[1..].split_once('\n').ok_or_else(bad)?;
            Ok(Entry::Message(Message { kind: Kind::named(kind), data: data.into() }))
        }
        Some(b'J') => {
            let [order, user, session, name] = array(lines(4)).ok_or_else(bad)?;
            let (user, session, order) = (parse(user)?, parse(session)?, parse(order)?);
            let (name, attributes) = attributes::read_shown(name)?;
            Ok(Entry::Joined(Member { user, name, session, order, connected: true, attributes }.into()))
        }
        Some(b'L') => {
            let [order, user, why] = array(lines(3)).ok_or_else(bad)?;
            Ok(Entry::Left { user: parse(user)?, order: parse(order)?, reason: reason(why)? })
        }
        Some(b'H' | b'V') => media::read_news(text).map(|news| Entry::Media(news.into())),
        Some(_) | None => Err(bad()),
    }
}

/// A member: `<order>⏎<1 if connected>⏎<user>⏎<session>⏎<name and attributes>`.
pub(super) fn member(text: &str) -> Read<Member> {
    let [order, connected, user, session, name] = array(text.splitn(5, '\n')).ok_or_else(|| malformed(text))?;
    let (user, session, order) = (parse(user)?, parse(session)?, parse(order)?);
    let (name, attributes) = attributes::read_shown(name)?;
    Ok(Member { user, name, session, order, connected: connected == "1", attributes })
}

fn array<'a, const N: usize>(parts: impl Iterator<Item = &'a str>) -> Option<[&'a str; N]> {
    parts.collect::<Vec<_>>().try_into().ok()
}

/// A seat: `order:fence`.
pub(super) fn seat(text: &str) -> Read<SeatId> {
    let (order, fence) = text.split_once(':').ok_or_else(|| malformed(text))?;
    Ok(SeatId { order: parse(order)?, fence: parse(fence)? })
}

/// Words that are read one by one.
pub(super) fn words<T>(text: &str, read: impl Fn(&str) -> Read<T>) -> Read<Vec<T>> {
    text.split_ascii_whitespace().map(read).collect()
}

/// A number of a session: `<receiver, or - for all>:<cid>`, and `d` once a description has passed.
pub(super) fn sequence(text: &str) -> Read<Sequence> {
    let (to, last) = text.split_once(':').ok_or_else(|| malformed(text))?;
    let to = if to == "-" { None } else { Some(parse(to)?) };
    let cid = last.strip_suffix('d');
    Ok(Sequence { to, cid: parse(cid.unwrap_or(last))?, described: cid.is_some() })
}

/// Numbers of a session as words.
pub(super) fn sequences(list: &[Sequence]) -> String {
    join(list, |Sequence { to, cid, described }| {
        let to = to.map_or("-".to_owned(), |to| to.to_string());
        format!("{to}:{cid}{}", if *described { "d" } else { "" })
    })
}

/// Where a message came from: `<sender>:<cid>:<1 if broadcast>`.
pub(super) fn source(text: &str) -> Read<Source> {
    let [from, cid, broadcast] = array(text.split(':')).ok_or_else(|| malformed(text))?;
    Ok(Source { from: parse(from)?, cid: parse(cid)?, broadcast: broadcast == "1" })
}

/// Sources as words.
pub(super) fn sources(list: &[Source]) -> String {
    join(list, |Source { from, cid, broadcast }| format!("{from}:{cid}:{}", u8::from(*broadcast)))
}

/// A number that was not applied: `<cid>:<code, or nothing while it waits>`.
pub(super) fn skipped(text: &str) -> Read<Skipped> {
    let (cid, code) = text.split_once(':').ok_or_else(|| malformed(text))?;
    let known = |code: &str| Code::ALL.iter().copied().find(|known| known.as_str() == code);
    // A newer version may refuse with a code that this one does not know.
    let refused = (!code.is_empty()).then(|| known(code).unwrap_or(Code::Internal));
    Ok(Skipped { cid: parse(cid)?, refused })
}

/// Numbers that were not applied, as words.
pub(super) fn skips(list: &[Skipped]) -> String {
    join(list, |Skipped { cid, refused }| format!("{cid}:{}", refused.map_or("", Code::as_str)))
}

/// Numbers as words.
pub(super) fn numbers(list: &[u64]) -> String {
    join(list, u64::to_string)
}

fn join<T>(list: &[T], word: impl Fn(&T) -> String) -> String {
    list.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use actors::protocol::{Attributes, SessionId, UserId};

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let user = UserId::from_u128(7);
        let member = Member {
            user: user.clone(),
            name: "A\nB".into(),
            session: SessionId::from_u128(8),
            order: 9,
            connected: true,
            attributes: Attributes::of_token(Some("a \u{1}\"b\"\n\tc")),
        };
        let message = Message { kind: Kind::Offer, data: "{\"sdp\":\"v=0\\n\"}".into() };
        let left = Entry::Left { user, order: 9, reason: LeaveReason::Banned };
        for one in [Entry::Joined(member.into()), Entry::Message(message), left] {
            assert_eq!(read_entry(&entry(&one)), Ok(one));
        }
        let sent = [(None, 5, false), (Some(3), 1 << 40, true)];
        let sent = sent.map(|(to, cid, described)| Sequence { to, cid, described });
        assert_eq!(words(&sequences(&sent), sequence), Ok(sent.to_vec()));
        let heard = [Source { from: 1, cid: 2, broadcast: true }];
        assert_eq!(words(&sources(&heard), source), Ok(heard.to_vec()));
        let skip = [Skipped { cid: 1, refused: None }, Skipped { cid: 2, refused: Some(Code::Glare) }];
        assert_eq!(words(&skips(&skip), skipped), Ok(skip.to_vec()));
    }

    #[test]
    fn what_no_script_writes_is_refused() {
        for text in ["", "X", "J1\n2", "Mno line", "L1\nno id\nleft", "H\n\nsfu", "Va\n\nu 1 2"] {
            assert!(read_entry(text).is_err(), "{text:?}");
        }
    }
}
