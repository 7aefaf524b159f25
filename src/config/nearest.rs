//! The name that was probably meant. Must not know what the names stand for.

/// How alike two names must be (Jaro–Winkler, 1 = the same) for one to be offered for the other.
const ALIKE: f64 = 0.82;

/// The one of `names` most like `name`, if one is like it at all.
pub(super) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
