//! A control group with a memory limit for the node under test (cgroups(7), version 2 or 1), as a container has one: above
//! the limit the kernel kills the process. Must not know what runs in it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Where the controllers are mounted, and the names of the files, by version.
const VERSIONS: [Version; 2] = [
    Version { root: "/sys/fs/cgroup", controllers: "", limit: "memory.max", peak: "memory.peak" },
    Version {
        root: "/sys/fs/cgroup/memory",
        controllers: "memory",
        limit: "memory.limit_in_bytes",
        peak: "memory.max_usage_in_bytes",
    },
];

struct Version {
    root: &'static str,
    /// As in `/proc/self/cgroup`; version 2 names none.
    controllers: &'static str,
    limit: &'static str,
    peak: &'static str,
}

/// A control group; removed when dropped, when no process is in it any more.
#[derive(Debug)]
pub(super) struct Cgroup {
    folder: PathBuf,
    peak: &'static str,
}

impl Cgroup {
    /// A new group below this process's own, whose processes may use this much memory together.
    ///
    /// # Errors
    /// The last reason why none can be made: no controller, or no permission.
    pub(super) fn limited(bytes: u64) -> io::Result<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup")?;
        let mut why = io::Error::other("no memory controller");
        for version in VERSIONS {
            let Some(own) = own_group(&groups, version.controllers) else { continue };
            let folder = Path::new(version.root).join(own.trim_start_matches('/'));
            let folder = folder.join(format!("aldis-bench-{}", std::process::id()));
            match make(&folder, version.limit, bytes) {
                Ok(()) => return Ok(Self { folder, peak: version.peak }),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// The file into which a process writes its number to enter; 0 is the writer itself.
    pub(super) fn processes(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// The most memory that the group has used at once, in bytes, the kernel's buffers included; `None`: the kernel does
    /// not record it.
    pub(super) fn peak(&self) -> Option<u64> {
        fs::read_to_string(self.folder.join(self.peak)).ok()?.trim().parse().ok()
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder); // fails while a process is in it
    }
}

fn make(folder: &Path, limit: &str, bytes: u64) -> io::Result<()> {
    fs::create_dir(folder)?;
    // Not created here: a folder of another file system, or without the memory controller, has no such file.
    let file = fs::OpenOptions::new().write(true).open(folder.join(limit));
    let limited = file.and_then(|mut file| file.write_all(bytes.to_string().as_bytes()));
    if limited.is_err() {
        let _ = fs::remove_dir(folder); // the first error counts
    }
    limited
}

/// This process's group in the hierarchy with these controllers.
fn own_group<'a>(groups: &'a str, controllers: &str) -> Option<&'a str> {
    let lines = groups.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
    lines.filter(|(names, _)| names.split(',').any(|name| name == controllers)).map(|(_, path)| path).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_by_its_controller() {
        let groups = "8:pids:/\n4:memory,hugetlb:/box/a\n0::/user.slice\n";
        assert_eq!(own_group(groups, "memory"), Some("/box/a"));
        assert_eq!(own_group(groups, ""), Some("/user.slice"));
        assert_eq!(own_group("8:pids:/\n", "memory"), None);
    }
}
