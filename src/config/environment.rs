//! `ALDIS_…` variables: `ALDIS_HTTP__BIND` sets `http.bind`. An unknown one is an error: it was meant to set something.
//! The only reader of the process's environment.

use super::fault::{ConfigError, Fault, Place};
use super::layers::{Origin, Setting, Settings, Value};
use super::nearest::nearest;
use super::schema::SCHEMA;

const PREFIX: &str = "ALDIS_";
/// The variable that names the configuration file, as `--config` does.
pub(super) const CONFIG_FILE: &str = "ALDIS_CONFIG";

/// The process's `ALDIS_…` variables. Errors when one is not UTF-8.
pub(super) fn environment() -> Result<Vec<(String, String)>, ConfigError> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let ours = ours.filter(|(name, _)| name.starts_with(PREFIX));
    let text = |(name, value): (String, std::ffi::OsString)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(ConfigError::from(
            Fault::new(format!("cannot read the environment variable {name}"))
                .because("its value is not UTF-8".to_owned()),
        )),
    };
    ours.map(text).collect()
}

/// Adds the values of `variables` to `settings`, and unknown ones to `faults`.
pub(super) fn read_environment(variables: &[(String, String)], settings: &mut Settings, faults: &mut Vec<Fault>) {
    for (name, text) in variables.iter().filter(|(name, _)| name != CONFIG_FILE) {
        let known = SCHEMA.keys.iter().find(|key| variable(key) == *name);
        if let Some(key) = known {
            let origin = Origin::Environment { name: name.clone(), text: text.clone() };
            settings.insert(key.clone(), Setting { value: Value::Loose(text.clone()), origin });
        } else {
            faults.push(unknown(name));
        }
    }
}

/// The variable that sets `key`: two underscores separate section and name, since names contain single ones.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn unknown(name: &str) -> Fault {
    let names: Vec<_> = SCHEMA.keys.iter().map(|key| variable(key)).chain([CONFIG_FILE.to_owned()]).collect();
    let bare = |name: &str| name.trim_start_matches(PREFIX).replace("__", "_").to_uppercase();
    let same = names.iter().find(|known| bare(known) == bare(name)).map(String::as_str);
    let close = || nearest(name.trim_start_matches(PREFIX), names.iter().map(|known| known.trim_start_matches(PREFIX)));
    let help = match same.map(str::to_owned).or_else(|| close().map(|known| format!("{PREFIX}{known}"))) {
        Some(known) => format!("did you mean {known}?"),
        None => "variables are named after keys: ALDIS_HTTP__BIND sets `http.bind`".to_owned(),
    };
    let place = Place::beside_a_line("environment", name, "=", "", true);
    Fault::new(format!("unknown environment variable {name}")).at(place, "sets no key".to_owned()).help(help)
}
