//! What `aldis config check` looks at outside the configuration: files, directories, ports; and with `--probe` the services
//! that it names. Changes nothing. Must not know how values are read.

mod issuers;
mod media;
mod probe;

use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

pub use probe::probe;

use super::permissions;
use crate::{
    auth::KeySecret,
    config::{Config, DatabaseUrl, Fault, Loaded},
    files::modes::{self, Verdict},
    ws::Certificates,
};

/// What would keep a node with this configuration from starting here, and what is only suspicious.
#[must_use]
pub fn check(loaded: &Loaded) -> (Vec<Fault>, Vec<Fault>) {
    let mut found = Found { loaded, faults: Vec::new(), warnings: Vec::new() };
    let config = &loaded.config;
    found.certificates(config);
    found.port("http.bind", config.http.bind);
    found.port("admin.bind", config.admin.bind);
    let data_dir = &config.node.data_dir;
    found.directory("node.data_dir", data_dir, "choose another directory, or give this one to the node's user");
    let token = config.admin.token_file.clone().unwrap_or_else(|| data_dir.join("admin.token"));
    found.private("admin.token_file", &token, "chmod 600 the file");
    if let Some(secret) = &config.auth.key_secret_file {
        found.secret(secret);
    }
    for (key, file) in [
        ("node.ready_file", config.node.ready_file.as_ref()),
        ("admin.socket", config.admin.socket.as_ref()),
        ("admin.token_file", config.admin.token_file.as_ref()),
    ] {
        if let Some(file) = file {
            found.directory(key, &parent(file), "create the directory, or choose another");
        }
    }
    if let Some(file) = config.database.url.as_ref().and_then(DatabaseUrl::file) {
        found.directory("database.url", &parent(file), "create the directory, or choose another");
    }
    found.permissions(config);
    let null = config.http.allowed_origins.iter().any(crate::net::Origin::is_null);
    found.suspect(
        null,
        "http.allowed_origins",
        "`null` is the origin of files and sandboxed frames, so of anybody's pages",
        "remove it, unless an app of yours needs it",
    );
    found.warnings.extend(media::suspicions(loaded));
    (found.faults, found.warnings)
}

struct Found<'a> {
    loaded: &'a Loaded,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Found<'_> {
    fn wrong(&mut self, key: &'static str, why: String, help: &str) {
        self.faults.push(self.loaded.mistake(key, why, help));
    }

    fn suspect(&mut self, is: bool, key: &'static str, why: impl Into<String>, help: &str) {
        if is {
            self.warnings.push(self.loaded.warning(key, why.into(), help));
        }
    }

    fn certificates(&mut self, config: &Config) {
        if let (Some(cert), Some(key)) = (&config.http.tls_cert, &config.http.tls_key)
            && let Err(why) = Certificates::load(cert, key)
        {
            self.wrong("http.tls_cert", why.to_string(), "name a PEM file with the chain, and one with its key");
        }
    }

    /// A port in use may be the running node's own.
    fn port(&mut self, key: &'static str, address: SocketAddr) {
        match TcpListener::bind(address) {
            Ok(_) => {}
            Err(why) if why.kind() == io::ErrorKind::AddrInUse => {
                self.suspect(true, key, format!("{address} is in use now"), "nothing to do if that is this node");
            }
            Err(why) => self.wrong(
                key,
                format!("cannot listen on {address}: {why}"),
                "choose an address of this machine, and a port that its user may use",
            ),
        }
    }

    /// `path` is a directory, or can become one, and this process may write to it.
    fn directory(&mut self, key: &'static str, path: &Path, help: &str) {
        let nearest = path.ancestors().find(|path| path.exists() || path.as_os_str().is_empty());
        let nearest = nearest.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if nearest.is_dir() {
            if let Err(why) = tempfile_in(nearest) {
                self.wrong(key, format!("cannot write to {}: {why}", nearest.display()), help);
            }
        } else {
            self.wrong(key, format!("{} is not a directory", nearest.display()), help);
        }
    }

    /// What is in the data directory already: as the start will judge it.
    fn permissions(&mut self, config: &Config) {
        for (kind, path) in permissions::paths(config) {
            let shown = path.display();
            match modes::look(kind, &path) {
                Ok(Verdict::Fine | Verdict::Narrow(_)) | Err(_) => {}
                Ok(Verdict::Warn(advice)) => {
                    self.suspect(true, "node.data_dir", format!("{shown}: {}", advice.why), &advice.help);
                }
                Ok(Verdict::Refuse(advice)) => {
                    self.wrong("node.data_dir", format!("{shown}: {}", advice.why), &advice.help);
                }
            }
        }
    }

    /// The secret of the signing keys can be used as the start will use it.
    fn secret(&mut self, path: &Path) {
        if let Err(why) = KeySecret::read(path) {
            let help = "make one file for all nodes: umask 077; openssl rand -base64 32 > keys.secret";
            self.wrong("auth.key_secret_file", format!("{why:#}"), help);
        }
    }

    /// `path`, if it exists, can be read by its owner only.
    fn private(&mut self, key: &'static str, path: &Path, help: &str) {
        let Ok(about) = fs::metadata(path) else { return };
        let mode = about.mode() & 0o777;
        if mode & 0o077 != 0 {
            self.wrong(key, format!("{} can be read by other users (mode {mode:o})", path.display()), help);
        }
    }
}

/// A file is created and removed: permissions, read-only mounts and full disks have one answer.
fn tempfile_in(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".aldis-check-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(path)
}

fn parent(file: &Path) -> PathBuf {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}
