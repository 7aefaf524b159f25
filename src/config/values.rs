//! A configuration's values by their full keys, as TOML. Must not know their sources.

use std::collections::BTreeMap;

use super::Config;

/// Every value that is set, by its full key. Secrets are redacted.
pub(super) fn values(config: &Config) -> BTreeMap<String, toml::Value> {
    let mut values = BTreeMap::new();
    // A configuration consists of tables of plain values: it always has a TOML form.
    let table = toml::Table::try_from(config).unwrap_or_default();
    for (section, inner) in table {
        for (name, value) in inner.as_table().cloned().unwrap_or_default() {
            values.insert(format!("{section}.{name}"), value);
        }
    }
    values
}
