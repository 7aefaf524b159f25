//! What an archive says of itself, and what may be in one. Pure. Must not know tar.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The manifest's name: the first entry of every archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// The database.
pub(super) const DATABASE: &str = "aldis.db";
/// The operators' token.
pub(super) const TOKEN: &str = "admin.token";
/// The configuration.
pub(super) const CONFIG: &str = "aldis.toml";
/// The folder of the signing keys.
pub(super) const KEYS: &str = "keys";
/// What seals the secrets of API keys, in the same folder.
pub(super) const API_SECRET: &str = "keys/api.secret";

/// The form of archives that this program writes and reads.
const FORMAT: u32 = 1;
/// More files than any archive has.
const FILES_MAX: usize = 256;

/// The content of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    pub format: u32,
    /// The version of the program that made it.
    pub aldis: String,
    /// When.
    pub made_at: Timestamp,
    /// The version of the database's schema.
    pub schema: i64,
    /// All files but the manifest, in their order.
    pub files: Vec<Entry>,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, such as `keys/1800000000000.pem`.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

/// Why a manifest is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotUsable {
    #[error("its manifest cannot be read: {0} → use another backup")]
    Malformed(serde_json::Error),
    #[error(
        "it was made by Aldis {aldis} in a form that this version ({}) does not know → restore it with that version, or a later one",
        env!("CARGO_PKG_VERSION")
    )]
    Newer { aldis: String },
    #[error(
        "its database has the schema {schema} of Aldis {aldis}, and this version ({}) knows {known} at most → restore it with that version, or a later one",
        env!("CARGO_PKG_VERSION")
    )]
    NewerSchema { schema: i64, aldis: String, known: i64 },
    #[error("its manifest names {0:?}, which no backup contains → use another backup")]
    Strange(String),
    #[error("its manifest names no {0} → use another backup")]
    Missing(&'static str),
    #[error("its manifest names {0:?} twice → use another backup")]
    Twice(String),
}

impl Manifest {
    pub(super) fn new(files: Vec<Entry>, schema: i64, made_at: Timestamp) -> Self {
        Self { format: FORMAT, aldis: env!("CARGO_PKG_VERSION").to_owned(), made_at, schema, files }
    }

    /// Reads and judges a manifest. `known`: the newest schema that this program can open.
    pub(super) fn read(json: &[u8], known: i64) -> Result<Self, NotUsable> {
        /// What every form has.
        #[derive(Deserialize)]
        struct Form {
            format: u32,
            #[serde(default)]
            aldis: String,
        }
        let Form { format, aldis } = serde_json::from_slice(json).map_err(NotUsable::Malformed)?;
        if format != FORMAT {
            return Err(NotUsable::Newer { aldis });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(NotUsable::Malformed)?;
        if manifest.schema > known {
            return Err(NotUsable::NewerSchema { schema: manifest.schema, aldis, known });
        }
        manifest.names()?;
        Ok(manifest)
    }

    fn names(&self) -> Result<(), NotUsable> {
        let mut names: Vec<_> = self.files.iter().map(|file| file.name.as_str()).collect();
        if let Some(strange) = names.iter().find(|name| !may_be_in_an_archive(name)) {
            return Err(NotUsable::Strange((*strange).to_owned()));
        }
        if names.len() > FILES_MAX {
            return Err(NotUsable::Strange(format!("{} files", names.len())));
        }
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows::<2>().find(|[one, other]| one == other) {
            return Err(NotUsable::Twice((*twice).to_owned()));
        }
        match (names.contains(&DATABASE), names.iter().any(|name| name.starts_with(KEYS) && *name != API_SECRET)) {
            (false, _) => Err(NotUsable::Missing("database")),
            (_, false) => Err(NotUsable::Missing("signing key")),
            (true, true) => Ok(()),
        }
    }
}

/// Whether a file of this name is ever written by a backup; so no archive reaches outside the data directory.
pub(super) fn may_be_in_an_archive(name: &str) -> bool {
    let is_key = |name: &str| {
        let key = name.strip_prefix(KEYS).and_then(|name| name.strip_prefix('/')?.strip_suffix(".pem"));
        key.is_some_and(|key| (1..=20).contains(&key.len()) && key.bytes().all(|digit| digit.is_ascii_digit()))
    };
    [DATABASE, TOKEN, CONFIG, API_SECRET].contains(&name) || is_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), bytes: 1, sha256: "00".to_owned() }
    }

    fn read(files: &[&str], schema: i64) -> String {
        let files = files.iter().map(|name| entry(name)).collect();
        let manifest = Manifest::new(files, schema, Timestamp::UNIX_EPOCH);
        let json = serde_json::to_vec(&manifest).expect("JSON");
        Manifest::read(&json, 3).map_or_else(|why| why.to_string(), |_| "good".to_owned())
    }

    #[test]
    fn a_manifest_names_what_backups_contain_and_nothing_else() {
        assert_eq!(read(&["aldis.db", "keys/1.pem", "keys/2.pem", "admin.token", "aldis.toml"], 3), "good");
        assert_eq!(read(&["aldis.db", "keys/1.pem"], 2), "good", "an older one is migrated at the start");
        for (files, expected) in [
            (&["aldis.db"][..], "names no signing key"),
            (&["keys/1.pem"], "names no database"),
            (&["aldis.db", "keys/1.pem", "aldis.db"], "names \"aldis.db\" twice"),
            (&["aldis.db", "keys/1.pem", "../../etc/passwd"], "names \"../../etc/passwd\", which no backup contains"),
            (&["aldis.db", "keys/../1.pem"], "which no backup contains"),
            (&["aldis.db", "keys/.pem"], "which no backup contains"),
            (&["aldis.db", "/keys/1.pem"], "which no backup contains"),
            (&["aldis.db", "keys/1.pem", "manifest.json"], "which no backup contains"),
        ] {
            let found = read(files, 3);
            assert!(found.contains(expected), "{files:?}: {found}");
        }
    }

    #[test]
    fn newer_forms_and_schemas_are_refused_with_the_version_to_use() {
        let found = read(&["aldis.db", "keys/1.pem"], 4);
        assert!(found.contains("has the schema 4 of Aldis ") && found.contains("knows 3 at most →"), "{found}");
        let newer = Manifest::read(br#"{"format":2,"aldis":"9.0.0","other":[]}"#, 3).expect_err("newer").to_string();
        assert!(newer.contains("made by Aldis 9.0.0 in a form that this version"), "{newer}");
        for wrong in ["", "{}", "[]", r#"{"format":1}"#, r#"{"format":"1"}"#] {
            let why = Manifest::read(wrong.as_bytes(), 3).expect_err(wrong).to_string();
            assert!(why.starts_with("its manifest cannot be read"), "{why}");
        }
    }
}
