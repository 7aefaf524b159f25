//! Key sets kept across a restart: a node that starts while an issuer is unreachable verifies with the keys that it had before. Must
//! not know what a key is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};

use super::{FetchError, KeySource};
use crate::files::private;

/// How old a kept key set may be: a key that was withdrawn meanwhile verifies no longer than that.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A source whose answers are kept in a folder.
pub struct Kept {
    source: Arc<dyn KeySource>,
    folder: PathBuf,
    /// Addresses that were answered for since the start, by the source or from the folder.
    answered: Mutex<BTreeSet<String>>,
}

impl Kept {
    /// In this folder, which is made when there is something to keep.
    #[must_use]
    pub fn new(source: Arc<dyn KeySource>, folder: PathBuf) -> Self {
        Self { source, folder, answered: Mutex::default() }
    }

    /// Whether this is the first answer for this address.
    fn is_first(&self, url: &str) -> bool {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(url.to_owned())
    }

    fn path(&self, url: &str) -> PathBuf {
        let name: String = Sha256::digest(url).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }
}

#[async_trait]
impl KeySource for Kept {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let (fetched, path) = (self.source.fetch(url).await, self.path(url));
        match fetched {
            Ok(text) => {
                self.is_first(url);
                let (folder, kept) = (self.folder.clone(), text.clone());
                let written = tokio::task::spawn_blocking(move || keep(&folder, &path, &kept)).await;
                if let Ok(Err(why)) = written {
                    tracing::debug!(url, %why, "the keys of an issuer are not kept over a restart");
                }
                Ok(text)
            }
            Err(why) if self.is_first(url) => {
                let text = tokio::task::spawn_blocking(move || read(&path)).await.ok().flatten();
                let Some(text) = text else { return Err(why) };
                tracing::warn!(url, %why, "cannot get the keys of an issuer; those from before the start are used");
                Ok(text)
            }
            Err(why) => Err(why),
        }
    }
}

/// Keeps what looks like a key set, if it is another one or the former one grows old.
fn keep(folder: &Path, path: &Path, text: &[u8]) -> std::io::Result<()> {
    let is_set = serde_json::from_slice::<serde_json::Value>(text).is_ok_and(|value| value["keys"].is_array());
    let is_new = age(path).is_none_or(|age| age > KEPT_FOR / 24) || fs::read(path).ok().as_deref() != Some(text);
    if !is_set || !is_new {
        return Ok(());
    }
    private::make_folder(folder)?;
    private::write(path, text)
}

fn read(path: &Path) -> Option<Vec<u8>> {
    age(path).filter(|age| *age <= KEPT_FOR)?;
    fs::read(path).ok()
}

fn age(path: &Path) -> Option<Duration> {
    Some(fs::metadata(path).ok()?.modified().ok()?.elapsed().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::SystemTime};

    use super::{super::tests::Desk, *};

    const URL: &str = "https://login.example.org/keys";
    const SET: &str = r#"{"keys":[]}"#;

    /// A node that starts on this folder.
    fn starts(desk: &Arc<Desk>, folder: &Path) -> Kept {
        Kept::new(Arc::clone(desk) as _, folder.join("issuers"))
    }

    #[tokio::test]
    async fn a_node_that_starts_while_the_issuer_is_away_has_the_keys_of_before_and_a_day_later_none() {
        let (folder, desk) = (tempfile::tempdir().expect("a folder"), Arc::new(Desk::of(SET.to_owned())));
        assert_eq!(starts(&desk, folder.path()).fetch(URL).await.expect("keys"), SET.as_bytes());
        desk.answers(Some("<html>".to_owned()));
        assert_eq!(starts(&desk, folder.path()).fetch(URL).await.expect("rubbish, which is told"), b"<html>");
        desk.answers(None);
        let again = starts(&desk, folder.path());
        assert_eq!(again.fetch(URL).await.expect("kept keys"), SET.as_bytes());
        assert!(again.fetch(URL).await.is_err(), "later failures are told: the keys are known");
        assert!(again.fetch("https://other.example.org/keys").await.is_err());
        let file = File::options().write(true).open(again.path(URL)).expect("kept");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("made old");
        assert!(starts(&desk, folder.path()).fetch(URL).await.is_err(), "too old");
    }
}
