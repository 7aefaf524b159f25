//! Values in files of their own (`…_file` keys), so that the configuration need not contain secrets.
//! Must not know how the layers were read.

use std::path::Path;

use super::fault::Fault;
use super::rules::{unsealed, webhooks::MAKE_A_SECRET, wrong_secret};
use super::secret::Secret;
use super::sources::read_text;
use super::text::Text;
use super::{Config, Loaded};

impl Loaded {
    /// Reads the values of all `…_file` keys.
    pub(super) fn fetch(&mut self, faults: &mut Vec<Fault>) {
        let url = self.config.database.url_file.clone();
        self.one("database.url_file", url.as_deref(), faults, |config, url| config.database.url = Some(url));
        let url = self.config.ledger.redis_url_file.clone();
        self.one("ledger.redis_url_file", url.as_deref(), faults, |config, url| config.ledger.redis_url = Some(url));
        let url = self.config.mail.url_file.clone();
        self.one("mail.url_file", url.as_deref(), faults, |config, url| config.mail.url = Some(url));
        if let Some(path) = self.config.ice.turn_secrets_file.clone() {
            let text = self.text_at("ice.turn_secrets_file", &path, faults).unwrap_or_default();
            let secrets = text.lines().map(str::trim).filter(|line| !line.is_empty());
            self.config.ice.turn_secrets = secrets.map(|line| Secret::from(line.to_owned())).collect();
        }
        if let Some(path) = self.config.media.secret_file.clone() {
            let text = self.text_at("media.secret_file", &path, faults).unwrap_or_default();
            let first = text.lines().map(str::trim).find(|line| !line.is_empty());
            self.config.media.secret = first.map(|line| Secret::from(line.to_owned()));
        }
        if let Some(path) = self.config.webhooks.secrets_file.clone() {
            let text = self.text_at("webhooks.secrets_file", &path, faults).unwrap_or_default();
            let secrets = text.lines().map(str::trim).filter(|line| !line.is_empty());
            self.config.webhooks.secrets = secrets.map(|line| Secret::from(line.to_owned())).collect();
        }
    }

    fn one<T: Text>(&mut self, key: &str, path: Option<&Path>, faults: &mut Vec<Fault>, set: fn(&mut Config, T)) {
        let Some(text) = path.and_then(|path| self.text_at(key, path, faults)) else { return };
        match T::read(text.trim()) {
            Ok(value) => set(&mut self.config, value),
            Err(why) => faults
                .push(self.wrong_file(key, format!("its content is wrong: {why}")).help(format!("write {}", T::FORM))),
        }
    }

    fn text_at(&mut self, key: &str, path: &Path, faults: &mut Vec<Fault>) -> Option<String> {
        self.origins.insert(key.trim_end_matches("_file").to_owned(), format!("the file of {key}"));
        match read_text(path) {
            Ok(text) if text.trim().is_empty() => faults.push(self.wrong_file(key, "the file is empty".to_owned())),
            Ok(text) => return Some(text),
            Err(why) => faults.push(self.wrong_file(key, format!("cannot be read: {why}"))),
        }
        None
    }

    fn wrong_file(&self, key: &str, why: String) -> Fault {
        let what = format!("wrong value for `{key}`");
        match self.settings.get(key) {
            Some(setting) => setting.origin.wrong_value(key, None, what, why),
            None => Fault::new(what).because(why),
        }
    }
}

/// Checks the rules that a value from a file can break; the others were checked before.
pub(super) fn breaches_of_fetched(loaded: &Loaded) -> Vec<Fault> {
    let short = loaded.config.ice.turn_secrets.iter().any(|secret| secret.expose().len() < 16);
    let mut found = Vec::new();
    if short && loaded.config.ice.turn_secrets_file.is_some() {
        found.push(loaded.wrong_file("ice.turn_secrets_file", "holds a secret shorter than 16 characters".to_owned()));
    }
    let media = loaded.config.media.secret.as_ref().filter(|_| loaded.config.media.secret_file.is_some());
    if let Some(wrong) = media.and_then(|secret| wrong_secret(secret.expose())) {
        found.push(loaded.wrong_file("media.secret_file", format!("its first line is {wrong}")));
    }
    let webhooks = &loaded.config.webhooks;
    if webhooks.secrets_file.is_some() && (!webhooks.has_only_keys() || webhooks.secrets.len() > 2) {
        let why = "holds a line that is not a secret of webhooks, or more than two".to_owned();
        found.push(loaded.wrong_file("webhooks.secrets_file", why).help(MAKE_A_SECRET.to_owned()));
    }
    let unsealed = unsealed(&loaded.config).filter(|_| loaded.config.database.url_file.is_some());
    found.extend(unsealed.map(|breach| loaded.fault(&breach)));
    found
}
