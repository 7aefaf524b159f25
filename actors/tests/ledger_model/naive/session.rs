//! One session of the model, while it lasts.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actors::{
    ledger::{Join, Source},
    protocol::{
        Attributes, Code, Entry, Epoch, Fence, JoinOrder, Member, NodeId, SeatId, SessionId, UserId,
        attributes::Changes,
        client::{Cid, Seq},
        media::Producer,
    },
    settings::LedgerLimits,
};

/// One session, while it lasts.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(super) name: Arc<str>,
    pub(crate) session: SessionId,
    pub(super) secret: u128,
    pub(crate) node: NodeId,
    pub(crate) order: JoinOrder,
    pub(crate) fence: Fence,
    pub(super) window: Duration,
    pub(crate) until: Option<Duration>,
    pub(crate) is_orphaned: bool,
    /// Every entry ever sent to it; the first is number `base` + 1.
    pub(crate) sent: Vec<Entry>,
    pub(super) base: Seq,
    pub(super) acked: Seq,
    /// Every message ever sent: to whom (`None`: to all), its number, whether it was a description.
    pub(super) said: Vec<(Option<JoinOrder>, Option<Cid>, bool)>,
    /// The last number of what is forgotten of it.
    pub(super) past: Cid,
    pub(crate) skipped: BTreeMap<Cid, Option<Code>>,
    /// The last entry when each epoch began in which it was not claimed.
    pub(crate) marks: Vec<(Epoch, Seq)>,
    pub(super) heard: Vec<Source>,
    /// A loss is to be told; `true`: it was told, and perhaps did not arrive.
    pub(crate) lost: Option<bool>,
    /// Who was there when it joined, and the older seat that it replaced; until its holder knows.
    pub(super) joined: (Vec<Member>, Option<SeatId>),
    /// What it sends.
    pub(crate) producers: Vec<Producer>,
    /// What its member tells of themselves.
    pub(crate) told: BTreeMap<String, String>,
}

impl Session {
    pub(crate) fn id(&self) -> SeatId {
        SeatId { order: self.order, fence: self.fence }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.until.is_none()
    }

    pub(super) fn member(&self) -> Member {
        let Self { user, name, session, order, until, .. } = self;
        let (connected, attributes) = (until.is_none(), self.attributes());
        Member { user: user.clone(), name: name.clone(), session: *session, order: *order, connected, attributes }
    }

    pub(super) fn attributes(&self) -> Attributes {
        self.told.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect()
    }

    /// Whether others are told of its member.
    pub(crate) fn is_shown(&self) -> bool {
        !self.told.contains_key("_hidden")
    }

    /// Takes a change, unless it is too much; whether it did.
    pub(super) fn tells(&mut self, changes: &Changes) -> bool {
        let mut after = self.told.clone();
        for (name, value) in changes.iter() {
            after.remove(name);
            after.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        }
        let own: Vec<_> = after.iter().filter(|(name, _)| *name != "metadata").collect();
        let bytes: usize = own.iter().map(|(name, value)| name.len() + format!("{value:?}").len()).sum();
        let is_few = own.len() <= 32 && bytes <= 2_048;
        if is_few {
            self.told = after;
        }
        is_few
    }

    pub(crate) fn last(&self) -> Seq {
        self.base + self.sent.len() as Seq
    }

    /// The newest number that is no longer stored: acknowledged, or pushed out by what came later.
    pub(crate) fn floor(&self, limits: &LedgerLimits) -> Seq {
        let (mut entries, mut bytes, mut stored) = (0, 0, self.last());
        for entry in self.sent.iter().rev() {
            entries += 1;
            bytes += match entry {
                Entry::Message(message) => message.data.len(),
                Entry::Joined(member) => member.name.len() + member.attributes.text_bytes(),
                Entry::Left { .. } => 0,
                Entry::Media(news) => news.text_bytes(),
            };
            if entries > limits.inbox_entries_max || bytes > limits.inbox_bytes_max {
                break;
            }
            stored -= 1;
        }
        stored.max(self.acked)
    }

    /// What came after this number, if all of it is stored.
    pub(crate) fn after(&self, seq: Seq, limits: &LedgerLimits) -> Option<Vec<(Seq, Entry)>> {
        let is_stored = seq >= self.floor(limits) && seq <= self.last();
        let skip = seq.saturating_sub(self.base) as usize;
        is_stored.then(|| (seq + 1..).zip(self.sent.iter().skip(skip).cloned()).collect())
    }

    /// What came in this epoch is numbered after what was received before it.
    pub(super) fn settle(&mut self, seen: Seq, known: Epoch, limits: &LedgerLimits) {
        let mut marks = std::mem::take(&mut self.marks);
        while marks.len() > 1 && marks[0].0 <= known {
            marks.remove(0);
        }
        if let Some((_, mark)) = marks.first().copied().filter(|(_, mark)| seen > *mark) {
            let since = (self.last() - mark) as usize;
            let is_stored = self.floor(limits) <= mark;
            let dropped = if is_stored { 0 } else { self.floor(limits) - mark };
            self.sent.drain(..self.sent.len() - since);
            (self.base, self.acked) = (seen, seen + dropped);
        }
    }
}

impl Session {
    pub(super) fn new(join: Join, node: &NodeId, order: JoinOrder, joined: (Vec<Member>, Option<SeatId>)) -> Self {
        let Join { user, name, session, secret, window, attributes, .. } = join;
        Self {
            user,
            name,
            session,
            secret,
            node: node.clone(),
            order,
            fence: 1,
            window,
            until: None,
            is_orphaned: false,
            sent: Vec::new(),
            base: 0,
            acked: 0,
            said: Vec::new(),
            past: 0,
            skipped: BTreeMap::new(),
            marks: Vec::new(),
            heard: Vec::new(),
            lost: None,
            joined,
            producers: Vec::new(),
            told: attributes.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    /// The greatest number ever sent.
    pub(super) fn applied(&self) -> Cid {
        self.said.iter().filter_map(|(_, cid, _)| *cid).fold(self.past, Cid::max)
    }

    /// Its client has received everything up to this number.
    pub(super) fn acknowledge(&mut self, seq: Seq, limits: &LedgerLimits) {
        if seq > self.floor(limits) {
            self.lost = self.lost.filter(|is_told| !is_told);
        }
        self.acked = self.acked.max(seq.min(self.last()));
    }

    /// Its holder has used the present fence.
    pub(super) fn confirm(&mut self) {
        self.joined = (Vec::new(), None);
    }
}
