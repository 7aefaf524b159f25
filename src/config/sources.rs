//! Collects the layers: which file, which variables, which flags. Must not know their content.

use std::path::{Path, PathBuf};

use super::environment::{CONFIG_FILE, environment};
use super::fault::{ConfigError, Fault};
use super::layers::FlagValue;

/// The file read when none is named, if it exists.
const USUAL_FILE: &str = "config/aldis.toml";
/// Maximum size of a configuration or secrets file, so that a wrong path is not read without end.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The layers as written.
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
    /// Reads the environment and the file: `named`, else `$ALDIS_CONFIG`, else `config/aldis.toml` if it exists.
    ///
    /// # Errors
    /// A named file cannot be read.
    pub fn gather(named: Option<&Path>, flags: Vec<FlagValue>) -> Result<Self, ConfigError> {
        let environment = environment()?;
        let variable = environment.iter().find(|(name, text)| name == CONFIG_FILE && !text.is_empty());
        let named = named.map(Path::to_path_buf).or_else(|| variable.map(|(_, text)| PathBuf::from(text)));
        let path = named.clone().or_else(|| Path::new(USUAL_FILE).exists().then(|| USUAL_FILE.into()));
        let file = path.map(|path| {
            let text = read_text(&path).map_err(|why| unreadable_file(&path, why))?;
            Ok::<_, ConfigError>((path.display().to_string(), text))
        });
        Ok(Self { file: file.transpose()?, environment, flags })
    }
}

/// A small text file's content, or why it cannot be read.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > FILE_BYTES_MAX {
        return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn unreadable_file(path: &Path, why: String) -> ConfigError {
    let help = "name a file that exists (--config, ALDIS_CONFIG), or print one with: aldis config default";
    let fault = Fault::new(format!("cannot read the configuration file {}", path.display()));
    fault.because(why).help(help.to_owned()).into()
}
