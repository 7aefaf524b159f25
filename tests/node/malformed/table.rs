//! The tables: `== name`, lines, and the expected answer last. In a line `<x0a>` is a byte, `<300*x>` a repetition, and `<room>`
//! a value of the test's.

use std::{fs, path::Path};

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// What it shows.
    pub(super) name: String,
    /// The request line, and `+Name: value` or `-Name` for each header that is added or left out. None in a table of messages.
    pub(super) lines: Vec<Vec<u8>>,
    /// The body, or the message.
    pub(super) body: Vec<u8>,
    /// The expected answer.
    pub(super) expected: String,
}

/// The rows of a table, in order.
pub(super) fn rows(file: &str, values: &[(&str, &str)]) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/malformed");
    let text = fs::read_to_string(folder.join(file)).expect("the table");
    let text = text.strip_prefix("== ").expect("a row").strip_suffix('\n').expect("an end of the last line");
    let row = |part: &str| {
        let mut lines: Vec<String> = part.split('\n').map(str::to_owned).collect();
        let (expected, body) = (lines.pop().expect("an answer"), lines.pop().expect("a body"));
        let name = lines.remove(0);
        let lines = lines.iter().map(|line| bytes(line, values)).collect();
        Row { name, lines, body: bytes(&body, values), expected }
    };
    text.split("\n== ").map(row).collect()
}

/// A line as it is sent.
fn bytes(line: &str, values: &[(&str, &str)]) -> Vec<u8> {
    let (mut all, mut rest) = (Vec::new(), line);
    while let Some((before, after)) = rest.split_once('<') {
        all.extend(before.as_bytes());
        let known = after.split_once('>').and_then(|(inside, behind)| Some((meant(inside, values)?, behind)));
        let (meant, behind) = known.unwrap_or_else(|| (b"<".to_vec(), after));
        all.extend(meant);
        rest = behind;
    }
    all.extend(rest.as_bytes());
    all
}

/// What stands for `<inside>`, if it is not itself.
fn meant(inside: &str, values: &[(&str, &str)]) -> Option<Vec<u8>> {
    if let Some((_, value)) = values.iter().find(|(name, _)| *name == inside) {
        return Some(value.as_bytes().to_vec());
    }
    if let Some(byte) = inside.strip_prefix('x').filter(|digits| digits.len() == 2) {
        return u8::from_str_radix(byte, 16).ok().map(|byte| vec![byte]);
    }
    let (times, letter) = inside.split_once('*')?;
    Some(letter.repeat(times.parse().ok()?).into_bytes())
}
