//! The sequence: refuse unknown keys, read, check, read the values in files of their own. Must not know single keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::environment::read_environment;
use super::fault::{ConfigError, Fault};
use super::fetch::breaches_of_fetched;
use super::file::read_file;
use super::layers::{FlagValue, Origin, Setting, Settings, Value};
use super::nearest::nearest;
use super::read::read;
use super::rules::breaches;
use super::schema::SCHEMA;
use super::snippet::File;
use super::{Config, Loaded, Sources};

/// Reads and checks all layers.
///
/// # Errors
/// Every mistake found, not only the first.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let mut faults = Vec::new();
    let mut settings = layered(sources, &mut faults);
    let config = read_all(&mut settings, &mut faults);
    let origins = settings.iter().map(|(key, setting)| (key.clone(), setting.origin.name())).collect();
    let mut loaded = Loaded { config, origins, derived: BTreeMap::new(), settings };
    if faults.is_empty() {
        faults.extend(breaches(&loaded.config).iter().map(|breach| loaded.fault(breach)));
    }
    if faults.is_empty() {
        loaded.fetch(&mut faults);
        faults.extend(breaches_of_fetched(&loaded));
    }
    if faults.is_empty() { Ok(loaded) } else { Err(ConfigError::new(faults)) }
}

fn layered(sources: &Sources, faults: &mut Vec<Fault>) -> Settings {
    let mut settings = Settings::new();
    if let Some((name, text)) = &sources.file {
        let file = Arc::new(File { name: name.clone(), text: text.clone() });
        read_file(&file, &mut settings, faults);
    }
    read_environment(&sources.environment, &mut settings, faults);
    for FlagValue { key, flag, text } in &sources.flags {
        let origin = Origin::Flag { name: flag.clone(), text: text.clone() };
        if SCHEMA.has_key(key) {
            settings.insert(key.clone(), Setting { value: Value::Loose(text.clone()), origin });
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

/// Reads until nothing is wrong: a wrong value is reported and removed, and the rest is read again, so that all are
/// found.
fn read_all(settings: &mut Settings, faults: &mut Vec<Fault>) -> Config {
    loop {
        let unreadable = match read(settings) {
            Ok(config) => return config,
            Err(unreadable) => unreadable,
        };
        let wrong = unreadable.key.and_then(|key| Some((settings.remove(&key)?, key)));
        let Some((setting, key)) = wrong else {
            faults.push(Fault::new("the configuration cannot be read".to_owned()).because(unreadable.why));
            return Config::default();
        };
        let what = format!("wrong value for `{key}`");
        let fault = setting.origin.wrong_value(&key, unreadable.element, what, unreadable.why);
        faults.push(unreadable.help.into_iter().fold(fault, Fault::help));
    }
}
