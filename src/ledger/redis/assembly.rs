//! Puts a script together from its texts, without comments and without functions that it never calls: Redis makes every function
//! anew with each call, and collects it afterwards.

use std::collections::BTreeSet;

/// One part of a text: a named function of the outermost level, or the text between two of them.
struct Part<'a> {
    name: Option<&'a str>,
    text: String,
}

/// The texts as one, with those of their functions only that the rest names, or that such a function names.
pub(super) fn assembled(texts: &[&str]) -> String {
    let parts: Vec<Part<'_>> = texts.iter().flat_map(|text| parts(text)).collect();
    let mut named = BTreeSet::new();
    let mut is_kept: Vec<bool> = parts.iter().map(|part| part.name.is_none()).collect();
    for (part, _) in parts.iter().zip(&is_kept).filter(|(_, is_kept)| **is_kept) {
        named.extend(words(&part.text));
    }
    while let Some(next) =
        (0..parts.len()).find(|&at| !is_kept[at] && parts[at].name.is_some_and(|name| named.contains(name)))
    {
        is_kept[next] = true;
        named.extend(words(&parts[next].text));
    }
    let kept = parts.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept);
    kept.map(|(part, _)| part.text.as_str()).collect()
}

/// A function begins with `local function` at the beginning of a line, and ends with that line, or with the next line that begins
/// with `end`.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut all: Vec<Part<'_>> = Vec::new();
    let mut is_open = false;
    for line in text.lines().filter(|line| !line.is_empty() && !line.trim_start().starts_with("--")) {
        let name = line.strip_prefix("local function ").and_then(|rest| rest.split('(').next());
        if !is_open && (name.is_some() || all.last().is_none_or(|last| last.name.is_some())) {
            all.push(Part { name, text: String::new() });
            is_open = name.is_some() && !line.ends_with(" end");
        } else if is_open && line == "end" {
            is_open = false;
        }
        if let Some(last) = all.last_mut() {
            last.text.push_str(line);
            last.text.push('\n');
        }
    }
    all
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_that_are_called_are_kept() {
        let library = "-- A comment.\nlocal x = 1\nlocal function one() return x end\n\nlocal function two()\n  -- Why.\n  \
                       return one()\nend\nlocal function three()\n  if x then\n    return 3\n  end\nend\nlocal y = 2\n";
        assert_eq!(
            assembled(&[library, "return two()\n"]),
            "local x = 1\nlocal function one() return x end\nlocal function two()\n  return one()\nend\nlocal y = 2\n\
             return two()\n"
        );
        assert_eq!(assembled(&[library, "return x\n"]), "local x = 1\nlocal y = 2\nreturn x\n");
    }
}
