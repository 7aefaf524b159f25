//! What members tell of themselves.

use actors::protocol::{Attributes, attributes::Changes};

use super::Draw;

impl Draw {
    /// What somebody tells of themselves from the first: mostly nothing.
    pub(super) fn attributes(&self) -> Attributes {
        let attributes = Attributes::of_token((self.below(4) == 0).then_some("a \"token\"\n\u{1}"));
        if self.below(6) == 0 { attributes.hiding() } else { attributes }
    }

    /// A change of it: sometimes too much with what there is.
    pub(super) fn changes(&self) -> Changes {
        let value = || (self.below(3) > 0).then(|| "\u{e9}\t\"".repeat(self.below(90) as usize).into());
        (0..=self.below(3)).map(|_| (format!("n{}", self.below(6)).into(), value())).collect()
    }
}
