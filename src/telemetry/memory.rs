//! The memory limit of this process: the configured one, else that of its control group (cgroup), else the machine's
//! memory. Reads `/proc` and `/sys/fs/cgroup`, which only Linux has. Must not know what it is used for.

use std::fmt;
use std::fs;

use metrics::{Unit, describe_gauge, gauge};

/// Assumed where the system reports nothing.
const UNTOLD: u64 = 1 << 30;

/// A memory limit and its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryMax {
    /// In bytes.
    pub bytes: u64,
    /// Who set it.
    pub set_by: SetBy,
}

/// Where a [`MemoryMax`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// `node.memory_max`.
    Operator,
    /// The cgroup of this process, or one above it.
    Cgroup,
    /// The machine's memory.
    Machine,
    /// The system reports nothing: a cautious assumption.
    Nobody,
}

impl fmt::Display for SetBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "node.memory_max",
            Self::Cgroup => "the limit of the cgroup",
            Self::Machine => "the machine's memory",
            Self::Nobody => "assumed, because the system reports none",
        })
    }
}

/// The memory limit of this process; `configured`: the operator's limit, in bytes.
#[must_use]
pub fn memory_max(configured: Option<u64>) -> MemoryMax {
    let allowed = allowed(|path| fs::read_to_string(path).ok());
    match configured {
        Some(bytes) => MemoryMax { bytes, set_by: SetBy::Operator },
        None => allowed,
    }
}

/// Logs the limit and exports it as a metric; warns if it exceeds what the system allows.
pub fn announce(memory: MemoryMax) {
    let MemoryMax { bytes, set_by } = memory;
    describe_gauge!("aldis_memory_max_bytes", Unit::Bytes, "Memory this process may use.");
    gauge!("aldis_memory_max_bytes").set(bytes as f64);
    tracing::info!(bytes, %set_by, "memory limit");
    let granted = memory_max(None);
    if granted.set_by != SetBy::Nobody && granted.bytes < bytes {
        tracing::warn!(
            bytes,
            granted = granted.bytes,
            granted_by = %granted.set_by,
            "node.memory_max exceeds what the system allows: the kernel would kill the process first → lower it"
        );
    }
}

/// What the system allows; `read` returns a file's text, if the file exists.
fn allowed(read: impl Fn(&str) -> Option<String>) -> MemoryMax {
    let machine = read("/proc/meminfo").as_deref().and_then(total);
    let cgroup = read("/proc/self/cgroup").and_then(|groups| of_cgroups(&groups, &read));
    match (cgroup, machine) {
        (Some(bytes), machine) if machine.is_none_or(|machine| bytes < machine) => {
            MemoryMax { bytes, set_by: SetBy::Cgroup }
        }
        (_, Some(bytes)) => MemoryMax { bytes, set_by: SetBy::Machine },
        (_, None) => MemoryMax { bytes: UNTOLD, set_by: SetBy::Nobody },
    }
}

/// `MemTotal` of proc_meminfo(5), which is in KiB.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The least limit of the process's cgroups and of all above them. `groups`: `/proc/self/cgroup`, see cgroups(7).
fn of_cgroups(groups: &str, read: &impl Fn(&str) -> Option<String>) -> Option<u64> {
    let mut limits = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let (root, files): (_, &[_]) = match controllers {
            // Version 2. Above `memory.high` the kernel slows a process down until it can no longer serve.
            "" => ("/sys/fs/cgroup", &["memory.max", "memory.high"]),
            // Version 1; without a limit the file contains a number near 2^63, more than any machine has.
            names if names.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", &["memory.limit_in_bytes"])
            }
            _ => continue,
        };
        for folder in folders(path) {
            // "max" is not a number: no limit.
            let of = |file: &&str| read(&format!("{root}{folder}/{file}"))?.trim().parse::<u64>().ok();
            limits.extend(files.iter().filter_map(of));
        }
    }
    limits.into_iter().min()
}

/// The folder of a cgroup and all above it, up to the root, which is "". In a container the path may be that of the
/// host: nothing is found below it, and the root is the container's own group.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let mut folders: Vec<_> = ends.map(|end| &path[..end]).filter(|folder| !folder.contains("..")).collect();
    folders.dedup();
    folders.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;
    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal:        8388608 kB\nMemFree:         100 kB\n");

    fn found(files: &[(&str, &str)]) -> (u64, SetBy) {
        let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        let MemoryMax { bytes, set_by } = allowed(read);
        (bytes, set_by)
    }

    #[test]
    fn without_a_cgroup_it_is_the_machines_memory() {
        assert_eq!(found(&[MEMINFO]), (8 * GIB, SetBy::Machine));
        assert_eq!(found(&[]), (UNTOLD, SetBy::Nobody));
        assert_eq!(found(&[("/proc/meminfo", "MemTotal: much kB")]), (UNTOLD, SetBy::Nobody));
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        for path in ["0::/\n", "0::/docker/4711\n", "0::/../../docker/4711\n"] {
            let files = [MEMINFO, ("/proc/self/cgroup", path), ("/sys/fs/cgroup/memory.max", "536870912\n")];
            assert_eq!(found(&files), (GIB / 2, SetBy::Cgroup), "{path}");
        }
    }

    #[test]
    fn max_is_no_limit() {
        let files = [MEMINFO, ("/proc/self/cgroup", "0::/a\n"), ("/sys/fs/cgroup/a/memory.max", "max\n")];
        assert_eq!(found(&files), (8 * GIB, SetBy::Machine));
    }

    #[test]
    fn of_nested_groups_the_least_limit_holds() {
        let files = [
            MEMINFO,
            ("/proc/self/cgroup", "0::/system.slice/aldis.service\n"),
            ("/sys/fs/cgroup/system.slice/aldis.service/memory.max", "max\n"),
            ("/sys/fs/cgroup/system.slice/aldis.service/memory.high", "3221225472\n"),
            ("/sys/fs/cgroup/system.slice/memory.max", "2147483648\n"),
        ];
        assert_eq!(found(&files), (2 * GIB, SetBy::Cgroup));
        assert_eq!(found(&files[..4]), (3 * GIB, SetBy::Cgroup), "memory.high counts as well");
    }

    #[test]
    fn version_1_has_a_folder_for_memory_and_a_huge_number_for_no_limit() {
        let groups =
            ("/proc/self/cgroup", "12:cpu,cpuacct:/x\n7:hugetlb,memory:/docker/4711\n1:name=systemd:/x\n0::/x\n");
        let at = |text| ("/sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes", text);
        assert_eq!(found(&[MEMINFO, groups, at("1073741824\n")]), (GIB, SetBy::Cgroup));
        assert_eq!(found(&[MEMINFO, groups, at("9223372036854771712\n")]), (8 * GIB, SetBy::Machine));
        let inside = ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
        assert_eq!(found(&[MEMINFO, groups, inside]), (GIB, SetBy::Cgroup), "the host's path is not there");
    }

    #[test]
    fn a_limit_beyond_the_machine_limits_nothing() {
        let files = [MEMINFO, ("/proc/self/cgroup", "0::/\n"), ("/sys/fs/cgroup/memory.max", "99999999999\n")];
        assert_eq!(found(&files), (8 * GIB, SetBy::Machine));
        assert_eq!(found(&files[1..]), (99_999_999_999, SetBy::Cgroup), "unless the machine is not known");
    }

    #[test]
    fn the_configured_limit_takes_precedence() {
        assert_eq!(memory_max(Some(7)), MemoryMax { bytes: 7, set_by: SetBy::Operator });
    }
}
