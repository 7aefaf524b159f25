//! The effective configuration with the source of each value, so that a broken rule is reported with its line.
//! Must not know how the layers were read.

use std::collections::BTreeMap;
use std::fmt;

use super::Config;
use super::fault::Fault;
use super::layers::Settings;
use super::rules::Breach;
use super::values::values;

/// The effective configuration, with the source of each value that is not a default.
#[derive(Clone)]
pub struct Loaded {
    /// The effective values.
    pub config: Config,
    /// Full key → `config/aldis.toml:12`, `environment ALDIS_…` or `flag --…`.
    pub origins: BTreeMap<String, String>,
    /// Full key → the value derived at run time because the key is not set, as printed for operators.
    pub derived: BTreeMap<&'static str, String>,
    /// Mistakes that keep no node from starting.
    pub warnings: Vec<Fault>,
    pub(super) settings: Settings,
}

/// Omits the settings as written: they contain secrets.
impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("config", &self.config).field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Loaded {
    /// A mistake that is found outside the configuration: the value of `key` is well-formed, but `why`.
    #[must_use]
    pub fn mistake(&self, key: &'static str, why: String, help: &str) -> Fault {
        self.fault(&Breach { keys: vec![key], element: None, why, help: help.to_owned() })
    }

    /// The same about one element of the list of `key`.
    #[must_use]
    pub fn mistake_in_list(&self, key: &'static str, element: usize, why: String, help: &str) -> Fault {
        self.fault(&Breach { keys: vec![key], element: Some(element), why, help: help.to_owned() })
    }

    /// The same, which keeps no node from starting.
    #[must_use]
    pub fn warning(&self, key: &'static str, why: String, help: &str) -> Fault {
        self.mistake(key, why, help).into_warning()
    }

    pub(super) fn fault(&self, breach: &Breach) -> Fault {
        let (first, others) = match breach.keys.split_first() {
            Some((first, others)) => (*first, others),
            None => ("", &[][..]),
        };
        // A mistake is in a value that is set, not in a default.
        let shown = breach.keys.iter().copied().find(|key| self.settings.contains_key(*key)).unwrap_or(first);
        let what = format!("wrong value for `{first}`");
        let fault = match self.settings.get(shown) {
            Some(setting) if shown == first => {
                setting.origin.wrong_value(first, breach.element, what, breach.why.clone())
            }
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

    /// The source of the value of `key`.
    pub(super) fn origin(&self, key: &str) -> &str {
        self.origins.get(key).map_or("default", String::as_str)
    }
}
