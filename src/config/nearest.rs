//! The name that was probably meant. Must not know what the names mean.

/// How similar a known name must be to be suggested (Jaro–Winkler, 1 = equal).
const ALIKE: f64 = 0.82;

/// The most similar of `names`, if any is similar enough.
pub(super) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
