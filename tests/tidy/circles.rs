//! Import circles. The children of each module, every one with all modules below it, may import each other in one direction
//! only. A child may import what its own ancestors define, and a parent what its children define.
//! Must not know how imports are found.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::Imports;

/// An import of one file by another.
type Import<'a> = (&'a str, &'a str);

/// Each circle as the imports that close it: `a.rs → b/c.rs, b.rs → a.rs`.
pub(crate) fn circles(imports: &Imports) -> Vec<String> {
    let mut found = Vec::new();
    for siblings in families(imports).into_values() {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for module in siblings.keys() {
            if seen.contains(module) {
                continue;
            }
            if let Some(circle) = circle_through(module, &siblings) {
                seen.extend(circle.iter().map(|(module, _)| *module));
                let steps: Vec<_> = circle.iter().map(|(_, (from, to))| format!("{from} → {to}")).collect();
                found.push(steps.join(", "));
            }
        }
    }
    found
}

/// The imports between the children of one module: by child, the other child, and one import that shows it.
type Siblings<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Import<'a>>>;

/// The imports between siblings, by their parent. An import between a module and its own ancestor is between no siblings.
fn families(imports: &Imports) -> BTreeMap<&str, Siblings<'_>> {
    let mut families: BTreeMap<&str, Siblings<'_>> = BTreeMap::new();
    for (from, to) in imports.iter().flat_map(|(from, to)| to.iter().map(move |to| (from.as_str(), to.as_str()))) {
        let (parent, pair) = siblings(module_of(from), module_of(to));
        if let Some((one, other)) = pair {
            families.entry(parent).or_default().entry(one).or_default().entry(other).or_insert((from, to));
        }
    }
    families
}

/// A file's module: its path without the ending; the crate's own file stands for its folder.
fn module_of(file: &str) -> &str {
    let module = file.trim_end_matches(".rs");
    module.strip_suffix("/lib").unwrap_or(module)
}

/// The deepest module above both, and the two children of it on the way to them.
fn siblings<'a>(one: &'a str, other: &'a str) -> (&'a str, Option<(&'a str, &'a str)>) {
    let same =
        one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).map(|(part, _)| part.len() + 1).sum::<usize>();
    let parent = &one[..same.saturating_sub(1).min(one.len())];
    let child = |module: &'a str| {
        let rest = module.get(same..).filter(|rest| !rest.is_empty())?;
        Some(&module[..same + rest.find('/').unwrap_or(rest.len())])
    };
    (parent, child(one).zip(child(other)))
}

/// The shortest circle from `start` back to it, as each module and the import that leaves it.
fn circle_through<'a>(start: &'a str, siblings: &Siblings<'a>) -> Option<Vec<(&'a str, Import<'a>)>> {
    let mut came_by: BTreeMap<&str, (&str, Import<'_>)> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for (other, import) in siblings.get(module).into_iter().flatten() {
            if !came_by.contains_key(other) {
                came_by.insert(other, (module, *import));
                next.push_back(other);
            }
        }
        if came_by.contains_key(start) {
            break;
        }
    }
    let mut circle = vec![*came_by.get(start)?];
    while circle[0].0 != start {
        circle.insert(0, came_by[circle[0].0]);
    }
    Some(circle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(imports: &[(&str, &str)]) -> Vec<String> {
        let mut graph = Imports::new();
        for (from, to) in imports {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        circles(&graph)
    }

    #[test]
    fn a_circle_of_files_is_named_step_by_step() {
        let imports =
            [("src/a.rs", "src/b.rs"), ("src/b.rs", "src/c.rs"), ("src/c.rs", "src/a.rs"), ("src/d.rs", "src/a.rs")];
        assert_eq!(found(&imports), ["src/a.rs → src/b.rs, src/b.rs → src/c.rs, src/c.rs → src/a.rs"]);
    }

    #[test]
    fn a_circle_of_modules_is_found_even_if_no_file_is_in_it_twice() {
        let imports = [("src/app.rs", "src/cli/banner.rs"), ("src/cli/serve.rs", "src/app/start.rs")];
        assert_eq!(found(&imports), ["src/app.rs → src/cli/banner.rs, src/cli/serve.rs → src/app/start.rs"]);
        let inner = [("src/a/b/x.rs", "src/a/c.rs"), ("src/a/c.rs", "src/a/b.rs")];
        assert_eq!(found(&inner), ["src/a/b/x.rs → src/a/c.rs, src/a/c.rs → src/a/b.rs"]);
    }

    #[test]
    fn a_parent_and_its_children_may_import_each_other() {
        let imports = [
            ("src/a.rs", "src/a/b.rs"),
            ("src/a/b.rs", "src/a.rs"),
            ("src/a/b/c.rs", "src/a.rs"),
            ("src/a/d.rs", "src/a/b.rs"),
            ("src/lib.rs", "src/a.rs"),
            ("src/a.rs", "src/lib.rs"),
        ];
        assert_eq!(found(&imports), [""; 0]);
    }

    #[test]
    fn names_with_the_same_beginning_are_different_modules() {
        assert_eq!(found(&[("src/ab.rs", "src/a.rs"), ("src/a.rs", "src/ab.rs")]).len(), 1);
    }
}
