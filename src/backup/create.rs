//! `aldis backup`: everything is copied first, then archived, read back and only then given its name. So a file of that name
//! is a whole backup, whatever fails. Changes nothing of the node.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;

use super::{
    Place,
    archive::{self, Content},
    manifest::{API_SECRET, CONFIG, DATABASE, KEYS, Manifest, TOKEN, may_be_in_an_archive},
};
use crate::{
    files::private,
    storage::copy::{self, newest_schema},
};

/// How often the keys are read anew because one has disappeared: the node rotates them.
const TRIES: u32 = 3;

/// The source of a backup.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where the node's data is.
    pub place: Place,
    /// The operators' token; may be missing.
    pub token: PathBuf,
    /// The text of the configuration file, if the node has one.
    pub config: Option<String>,
}

/// Writes the archive `into`, which only its maker may read, and returns what is in it. `replace`: although there is one.
///
/// # Errors
/// The file exists, the disk is full, or a part of the node's data cannot be read; then there is no new file.
pub async fn create(source: &Source, into: &Path, replace: bool, now: Timestamp) -> anyhow::Result<Manifest> {
    ensure!(replace || !into.exists(), "{} exists → choose another name, or add --force", into.display());
    let stage = private::part_of(into);
    fs::DirBuilder::new().create(&stage).with_context(|| {
        format!(
            "cannot make the folder {0} → may this user write there? If a backup was interrupted, remove it: rm -r {0}",
            stage.display()
        )
    })?;
    let made = fill(source, &stage, now).await.and_then(|manifest| {
        fs::rename(stage.join("archive"), into)
            .and_then(|()| private::sync_folder(private::folder_of(into)))
            .with_context(|| format!("cannot write {}", into.display()))?;
        Ok(manifest)
    });
    let removed = fs::remove_dir_all(&stage);
    let manifest = made?;
    removed.with_context(|| format!("cannot remove {}, which holds secrets", stage.display()))?;
    Ok(manifest)
}

async fn fill(source: &Source, stage: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    fs::set_permissions(stage, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let database = stage.join(DATABASE);
    private::create(&database).context("cannot write the copy of the database")?;
    copy::copy(&source.place.database, &database).await?;
    let schema = copy::inspect(&database).await?;
    ensure!(
        schema <= newest_schema(),
        "the database has the schema {schema}, and this version ({}) knows {} at most → back it up with the node's own version",
        env!("CARGO_PKG_VERSION"),
        newest_schema()
    );
    let mut files = vec![(DATABASE.to_owned(), Content::File(database))];
    files.extend(keys(&source.place.data_dir.join(KEYS))?);
    match fs::read(&source.token) {
        Ok(token) => files.push((TOKEN.to_owned(), Content::Bytes(token))),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {} // made at the first start
        Err(why) => {
            return Err(why).with_context(|| format!("cannot read the operators' token {}", source.token.display()));
        }
    }
    files.extend(source.config.clone().map(|text| (CONFIG.to_owned(), Content::Bytes(text.into_bytes()))));
    let entries: io::Result<Vec<_>> = files.iter().map(|(name, content)| content.entry(name)).collect();
    let manifest = Manifest::new(entries.context("cannot read what was copied")?, schema, now);
    let contents: Vec<_> = files.into_iter().map(|(_, content)| content).collect();
    let archive = stage.join("archive");
    let file = private::create(&archive).context("cannot write the archive")?;
    archive::write(file, &manifest, &contents).context("cannot write the archive → is the disk full?")?;
    // What cannot be read back is no backup.
    let read = archive::read(&archive, schema, |_| Ok(io::sink())).context("the archive is not what was written")?;
    ensure!(read == manifest, "the archive is not what was written: its manifest differs");
    Ok(manifest)
}

/// The key files of a folder that a node may rotate meanwhile.
fn keys(folder: &Path) -> anyhow::Result<Vec<(String, Content)>> {
    let mut tries = 1;
    loop {
        match read_keys(folder) {
            Err(why) if tries < TRIES && why.kind() == io::ErrorKind::NotFound => tries += 1,
            Ok(keys) if !keys.iter().any(|(name, _)| name != API_SECRET) => {
                bail!("there is no signing key in {} → is this the node's data directory?", folder.display())
            }
            read => {
                return read.with_context(|| {
                    format!(
                        "cannot read the signing keys in {} → run this as the node's user or root",
                        folder.display()
                    )
                });
            }
        }
    }
}

fn read_keys(folder: &Path) -> io::Result<Vec<(String, Content)>> {
    let mut keys = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = format!("{KEYS}/{}", file.file_name().to_string_lossy());
        if may_be_in_an_archive(&name) {
            keys.push((name, Content::Bytes(fs::read(file.path())?)));
        }
    }
    keys.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(keys)
}
