//! What a host chooses for a room, as it is written in the table and in JSON.

/// How media flows in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Mode {
    /// Between the browsers.
    Mesh,
    /// Through a media service.
    Sfu,
    /// Between the browsers of two, through a media service from three members on.
    Auto,
}

impl Mode {
    /// The columns `mode` and `auto`: versions that do not know `auto` take such a room for one of mode `sfu`.
    pub(super) const fn columns(self) -> (&'static str, bool) {
        match self {
            Self::Mesh => ("mesh", false),
            Self::Sfu => ("sfu", false),
            Self::Auto => ("sfu", true),
        }
    }

    /// What [`columns`](Self::columns) writes.
    pub(super) fn read(mode: String, is_auto: bool) -> Result<Self, NotAMode> {
        match mode.as_str() {
            "mesh" => Ok(Self::Mesh),
            "sfu" if is_auto => Ok(Self::Auto),
            "sfu" => Ok(Self::Sfu),
            _ => Err(NotAMode(mode)),
        }
    }
}

/// Not the name of a mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown mode {0:?}: it is \"mesh\", \"sfu\" or \"auto\"")]
pub struct NotAMode(pub(super) String);

impl TryFrom<String> for Mode {
    type Error = NotAMode;

    fn try_from(text: String) -> Result<Self, NotAMode> {
        match text.as_str() {
            "mesh" => Ok(Self::Mesh),
            "sfu" => Ok(Self::Sfu),
            "auto" => Ok(Self::Auto),
            _ => Err(NotAMode(text)),
        }
    }
}

/// Whether people without an account may join a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Guests {
    /// Whoever knows its id may.
    Yes,
    /// Its host is asked each time.
    Ask,
    /// They may not.
    #[default]
    No,
}

impl Guests {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Ask => "ask",
            Self::No => "no",
        }
    }
}

/// Not a choice about guests.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown choice {0:?}: it is \"yes\", \"ask\" or \"no\"")]
pub struct NotAboutGuests(pub(super) String);

impl TryFrom<String> for Guests {
    type Error = NotAboutGuests;

    fn try_from(text: String) -> Result<Self, NotAboutGuests> {
        match text.as_str() {
            "yes" => Ok(Self::Yes),
            "ask" => Ok(Self::Ask),
            "no" => Ok(Self::No),
            _ => Err(NotAboutGuests(text)),
        }
    }
}
