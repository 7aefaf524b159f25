//! A configuration's values by their full keys, as TOML writes them. Must not know where they were set.

use std::collections::BTreeMap;

use super::Config;

/// Every value that is set, by its full key. What is secret is hidden.
pub(super) fn values(config: &Config) -> BTreeMap<String, toml::Value> {
    let mut values = BTreeMap::new();
    // A configuration is tables of plain values: it always has a TOML form.
    let table = toml::Table::try_from(config).unwrap_or_default();
    for (section, inner) in table {
        for (name, value) in inner.as_table().cloned().unwrap_or_default() {
            values.insert(format!("{section}.{name}"), value);
        }
    }
    values
}
