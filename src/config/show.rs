//! `config show`: the effective values and their sources, as TOML that can be read again. Secrets are redacted.
//! Must not know what the values mean.

use std::fmt;

use super::Loaded;
use super::schema::SCHEMA;
use super::values::values;

/// The effective values, one key per line, each with its source: `bind = "127.0.0.1:8080"  # default`.
impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = values(&self.config);
        for (n, section) in SCHEMA.sections.iter().enumerate() {
            let gap = if n == 0 { "" } else { "\n" };
            writeln!(f, "{gap}[{section}]")?;
            for name in SCHEMA.names_in(section) {
                let key = format!("{section}.{name}");
                match (values.get(&key), self.derived.get(key.as_str())) {
                    (Some(value), _) => writeln!(f, "{name} = {value}  # {}", self.origin(&key))?,
                    (None, Some(derived)) => writeln!(f, "# {name} is not set: {derived}")?,
                    (None, None) => writeln!(f, "# {name} is not set")?,
                }
            }
        }
        Ok(())
    }
}
