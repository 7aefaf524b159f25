//! The sequence: refuse unknown keys, read, check, read the values in files of their own. Must not know single keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::environment::read_environment;
use super::fault::{ConfigError, Fault};
use super::fetch::breaches_of_fetched;
use super::file::read_file;
use super::layers::{FlagValue, Origin, Setting, Settings};
use super::nearest::nearest;
use super::read::{loose, read};
use super::rules::{Breach, breaches};
use super::schema::SCHEMA;
use super::snippet::File;
use super::{Loaded, Sources};

/// Reads and checks all layers.
///
/// # Errors
/// Every mistake found, not only the first.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    let mut settings = layered(sources, &mut faults, &mut warnings);
    let unknown = !faults.is_empty();
    let (config, keys) = read(&mut settings, &mut faults);
    let unreadable = Unreadable { unknown, keys };
    let origins = settings.iter().map(|(key, setting)| (key.clone(), setting.origin.name())).collect();
    let mut loaded = Loaded { config, origins, derived: BTreeMap::new(), warnings, settings };
    let broken = breaches(&loaded.config);
    let broken: Vec<_> = broken.iter().filter(|breach| unreadable.explains_not(breach, &loaded.settings)).collect();
    faults.extend(broken.iter().map(|breach| loaded.fault(breach)));
    loaded.fetch(&mut faults);
    faults.extend(breaches_of_fetched(&loaded));
    if faults.is_empty() { Ok(loaded) } else { Err(ConfigError::new(faults)) }
}

/// What could not be read: rules are checked on the rest.
struct Unreadable {
    /// Whether a file has unknown keys, which may be misspelt ones.
    unknown: bool,
    keys: BTreeSet<String>,
}

impl Unreadable {
    /// Whether a rule is broken by values that were read, not by the defaults in place of those that were not.
    fn explains_not(&self, breach: &Breach, settings: &Settings) -> bool {
        let read = breach.keys.iter().all(|key| !self.keys.contains(*key));
        let all_set = breach.keys.iter().all(|key| settings.contains_key(*key));
        read && (all_set || !self.unknown)
    }
}

fn layered(sources: &Sources, faults: &mut Vec<Fault>, warnings: &mut Vec<Fault>) -> Settings {
    let mut settings = Settings::new();
    if let Some((name, text)) = &sources.file {
        let file = Arc::new(File { name: name.clone(), text: text.clone() });
        read_file(&file, &mut settings, faults);
    }
    read_environment(&sources.environment, &mut settings, warnings);
    for FlagValue { key, flag, text } in &sources.flags {
        let origin = Origin::Flag { name: flag.clone(), text: text.clone() };
        if SCHEMA.has_key(key) {
            settings.insert(key.clone(), Setting { value: loose(key, text), origin });
        } else {
            let fault = origin.wrong_value(key, None, format!("unknown key `{key}`"), "no such key".to_owned());
            let known = nearest(key, SCHEMA.keys.iter().map(String::as_str));
            let help = known.map_or_else(
                || "`aldis config default` prints every key".to_owned(),
                |known| format!("did you mean `{known}`?"),
            );
            faults.push(fault.help(help));
        }
    }
    settings
}
