//! The sequence: gather the layers, refuse unknown keys, read, check, fetch what stands in files of its own.
//! Must not know single keys, but for those that name a file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Config;
use super::environment::{CONFIG_FILE, environment, read_environment};
use super::fault::{ConfigError, Fault};
use super::file::read_file;
use super::layers::{File, FlagValue, Origin, Setting, Settings, Value};
use super::nearest::nearest;
use super::read::read;
use super::rules::{Breach, breaches, not_yet};
use super::schema::SCHEMA;
use super::secret::Secret;
use super::show::values;
use super::text::Text;

/// The file read when none is named, if it is there.
const USUAL_FILE: &str = "config/aldis.toml";
/// A configuration or secrets file at most, so that a wrong path is not read for ever.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What each layer has to say, before it is judged.
#[derive(Clone, Default)]
pub struct Sources {
    /// The TOML file's name, as errors show it, and its text.
    pub file: Option<(String, String)>,
    /// `ALDIS_…` variables and their values.
    pub environment: Vec<(String, String)>,
    /// Flags that set a key, in the order given.
    pub flags: Vec<FlagValue>,
}

impl Sources {
    /// Reads the environment and the file: `named`, else `$ALDIS_CONFIG`, else `config/aldis.toml` if it is there.
    /// Errors when a named file cannot be read.
    pub fn gather(named: Option<&Path>, flags: Vec<FlagValue>) -> Result<Self, ConfigError> {
        let environment = environment()?;
        let variable = environment.iter().find(|(name, text)| name == CONFIG_FILE && !text.is_empty());
        let named = named.map(Path::to_path_buf).or_else(|| variable.map(|(_, text)| PathBuf::from(text)));
        let path = named.clone().or_else(|| Path::new(USUAL_FILE).exists().then(|| USUAL_FILE.into()));
        let file = path.map(|path| {
            let text = read_text(&path).map_err(|why| unreadable_file(&path, why));
            text.map(|text| (path.display().to_string(), text))
        });
        Ok(Self { file: file.transpose()?, environment, flags })
    }
}

/// The configuration in force, and where each value that is no default was said.
#[derive(Clone)]
pub struct Loaded {
    /// What is in force.
    pub config: Config,
    /// Full key → `config/aldis.toml:12`, `environment ALDIS_…` or `flag --…`.
    pub origins: BTreeMap<String, String>,
    settings: Settings,
}

/// Hides the settings as written: they hold secrets.
impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("config", &self.config).field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Loaded {
    /// Refuses what this version understands but cannot do yet. Ask before serving.
    pub fn startable(&self) -> Result<(), ConfigError> {
        let faults: Vec<_> = not_yet(&self.config).iter().map(|breach| self.fault(breach)).collect();
        if faults.is_empty() { Ok(()) } else { Err(ConfigError::new(faults)) }
    }

    fn fault(&self, breach: &Breach) -> Fault {
        let (first, others) = match breach.keys.split_first() {
            Some((first, others)) => (*first, others),
            None => ("", &[][..]),
        };
        // The value to change is one that somebody wrote.
        let shown = breach.keys.iter().copied().find(|key| self.settings.contains_key(*key)).unwrap_or(first);
        let what = format!("wrong value for `{first}`");
        let fault = match self.settings.get(shown) {
            Some(setting) if shown == first => setting.origin.wrong_value(first, None, what, breach.why.clone()),
            Some(setting) => {
                let why = format!("so `{first}` is wrong: {}", breach.why);
                setting.origin.wrong_value(shown, None, what, why)
            }
            None => Fault::new(what).because(breach.why.clone()),
        };
        let others = std::iter::once(&first).chain(others).filter(|key| **key != shown);
        let values = values(&self.config);
        let note = |fault: Fault, key: &&str| {
            fault.note(match values.get(*key) {
                Some(value) => format!("`{key}` is {value} ({})", self.origin(key)),
                None => format!("`{key}` is not set"),
            })
        };
        others.fold(fault, note).help(breach.help.clone())
    }

    /// Where the value of `key` was said.
    pub(super) fn origin(&self, key: &str) -> &str {
        self.origins.get(key).map_or("default", String::as_str)
    }

    /// Fetches what stands in a file of its own.
    fn fetch(&mut self, faults: &mut Vec<Fault>) {
        let url = self.config.database.url_file.clone();
        self.one("database.url_file", url.as_deref(), faults, |config, url| config.database.url = Some(url));
        let url = self.config.ledger.redis_url_file.clone();
        self.one("ledger.redis_url_file", url.as_deref(), faults, |config, url| config.ledger.redis_url = Some(url));
        if let Some(path) = self.config.ice.turn_secrets_file.clone() {
            let text = self.text_at("ice.turn_secrets_file", &path, faults).unwrap_or_default();
            let secrets = text.lines().map(str::trim).filter(|line| !line.is_empty());
            self.config.ice.turn_secrets = secrets.map(|line| Secret::from(line.to_owned())).collect();
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

/// Judges the layers. Errors with every mistake found, not only the first.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let mut faults = Vec::new();
    let mut settings = layered(sources, &mut faults);
    let config = read_all(&mut settings, &mut faults);
    let origins = settings.iter().map(|(key, setting)| (key.clone(), setting.origin.name())).collect();
    let mut loaded = Loaded { config, origins, settings };
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
        let file = Rc::new(File { name: name.clone(), text: text.clone() });
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

/// Reads until nothing is wrong: a wrong value is noted, taken out, and the rest read again, so that all are found.
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

/// Rules that a fetched value can break; the rest were checked before.
fn breaches_of_fetched(loaded: &Loaded) -> Vec<Fault> {
    let short = loaded.config.ice.turn_secrets.iter().any(|secret| secret.expose().len() < 16);
    if short && loaded.config.ice.turn_secrets_file.is_some() {
        vec![loaded.wrong_file("ice.turn_secrets_file", "holds a secret shorter than 16 characters".to_owned())]
    } else {
        Vec::new()
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > FILE_BYTES_MAX {
        return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn unreadable_file(path: &Path, why: String) -> Fault {
    Fault::new(format!("cannot read the configuration file {}", path.display()))
        .because(why)
        .help("name a file that exists (--config, ALDIS_CONFIG), or print one with: aldis config default".to_owned())
}
