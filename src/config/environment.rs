//! `ALDIS_…` variables: `ALDIS_HTTP__BIND` sets `http.bind`. An unknown one is a warning, not an error: others set
//! variables, too. Kubernetes gives every pod some for each service, so for one named `aldis`: `ALDIS_PORT`,
//! `ALDIS_SERVICE_HOST`. The only reader of the process's environment.

use super::fault::{ConfigError, Fault, Place};
use super::layers::{Origin, Setting, Settings};
use super::nearest::nearest;
use super::read::loose;
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

/// Adds the values of `variables` to `settings`, and unknown ones to `warnings`.
pub(super) fn read_environment(variables: &[(String, String)], settings: &mut Settings, warnings: &mut Vec<Fault>) {
    let links: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).filter(|name| is_service_link(name)).collect();
    if let Some(first) = links.first() {
        let what = format!("ignored {} environment variables of Kubernetes' services ({first}, …)", links.len());
        let help = "give the pod `enableServiceLinks: false`, or the service a name other than `aldis`".to_owned();
        warnings.push(Fault::new(what).help(help).into_warning());
    }
    for (name, text) in variables.iter().filter(|(name, _)| name != CONFIG_FILE) {
        let known = SCHEMA.keys.iter().find(|key| variable(key) == *name);
        if let Some(key) = known {
            let origin = Origin::Environment { name: name.clone(), text: text.clone() };
            settings.insert(key.clone(), Setting { value: loose(key, text), origin });
        } else if !is_service_link(name) {
            warnings.push(unknown(name).into_warning());
        }
    }
}

/// The variable that sets `key`: two underscores separate section and name, since names contain single ones.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Kubernetes' variables of a service whose name begins with `aldis`, and Docker's of a link: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT`, `…_SERVICE_PORT_HTTP`, `…_PORT`, `…_PORT_8080_TCP`, `…_PORT_8080_TCP_ADDR`.
fn is_service_link(name: &str) -> bool {
    let service = name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_");
    let port =
        name.split_once("_PORT_").is_some_and(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()));
    !name.contains("__") && (service || name.ends_with("_PORT") || port)
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
    let place = Place::beside_a_line(name, "=", "", true);
    Fault::new(format!("unknown environment variable {name}")).at(place, "sets no key".to_owned()).help(help)
}
