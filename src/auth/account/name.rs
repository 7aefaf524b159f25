//! Names that are shown to others: the world's scripts (PRECIS, RFC 8266) and emoji, but nothing invisible, nothing that
//! turns the text around, no towers of accents. Pure.

use precis_profiles::precis_core::{DerivedPropertyValue, FreeformClass, StringClass as _};
use precis_profiles::{Nickname, precis_core::profile::Profile as _};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_properties::{GeneralCategoryGroup as Group, UnicodeEmoji as _, UnicodeGeneralCategory as _};

use super::NAME_LEN_MAX;

/// Marks upon one letter: no script's spelling needs more.
const MARKS_MAX: usize = 4;
/// Joins emoji into one, as in families.
const JOINER: char = '\u{200d}';
/// Makes a symbol an emoji.
const EMOJI_STYLE: char = '\u{fe0f}';
/// A pattern of no dots: a letter of Braille that shows nothing.
const BRAILLE_BLANK: char = '\u{2800}';

/// The name as it is stored: composed letters, single blanks.
pub(super) fn checked(name: &str) -> Result<String, String> {
    let name = name.trim();
    if let Some(invisible) = name.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(format!("contains a control character, U+{:04X}", u32::from(invisible)));
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
    let length = name.chars().count();
    if !(1..=NAME_LEN_MAX).contains(&length) {
        return Err(format!("has {length} characters; it needs 1 to {NAME_LEN_MAX}"));
    }
    let mut marks = 0;
    for c in name.nfd() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_MAX {
            return Err(format!("has a letter with more than {MARKS_MAX} marks upon it"));
        }
    }
    let plain: String = without_joints(&name).chars().map(as_known).collect();
    if plain.chars().all(|c| c == BRAILLE_BLANK || c.is_whitespace() || is_combining_mark(c)) {
        return Err("shows nothing".to_owned());
    }
    match Nickname::new().enforce(&plain) {
        Ok(_) => Ok(name),
        Err(why) => Err(format!("contains a character that is invisible, or not allowed in names (RFC 8266): {why}")),
    }
}

/// A letter or symbol that is younger than the PRECIS tables (Unicode 6.3) stands for any other.
fn as_known(c: char) -> char {
    let is_visible = matches!(
        c.general_category_group(),
        Group::Letter | Group::Mark | Group::Number | Group::Punctuation | Group::Symbol
    );
    let is_unknown = FreeformClass::default().get_value_from_char(c) == DerivedPropertyValue::Unassigned;
    if is_unknown && is_visible { 'x' } else { c }
}

/// The name without what holds its emoji together, which PRECIS would refuse.
fn without_joints(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let is_emoji = |at: Option<usize>| {
        at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_emoji_char() || *c == EMOJI_STYLE || *c == '\u{20e3}')
    };
    let is_joint = |at: usize| match chars[at] {
        EMOJI_STYLE => is_emoji(at.checked_sub(1)),
        JOINER => is_emoji(at.checked_sub(1)) && is_emoji(Some(at + 1)),
        _ => false,
    };
    (0..chars.len()).filter(|at| !is_joint(*at)).map(|at| chars[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn names_of_the_world_are_kept_as_they_are() {
        for name in [
            "Ann",
            "Ann-Marie O'Neill",
            "Jean‑Luc",
            "Åsa Öberg",
            "Nguyễn Thị Hương",
            "Иван Петрович",
            "Ελένη",
            "مريم",
            "شاه\u{200c}رخ",
            "דוד",
            "นิพนธ์",
            "क्षितिज",
            "அருண்",
            "王小明",
            "たなか さくら",
            "김민준",
            "ʻIolani",
            "José 👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f} Bo",
            "👋🏽 Kim",
            "🏳\u{fe0f}\u{200d}🌈",
            "R2D2",
        ] {
            assert_eq!(checked(name).as_deref(), Ok(name), "{name}");
        }
    }

    #[test]
    fn blanks_are_single_and_letters_are_composed() {
        assert_eq!(checked("  Ann \u{3000} Lee ").as_deref(), Ok("Ann Lee"));
        assert_eq!(checked("A\u{30a}sa").as_deref(), Ok("Åsa"));
    }

    #[test]
    fn names_that_deceive_or_show_nothing_are_refused() {
        for name in [
            "",
            "  ",
            "\u{200b}",
            "\u{202e}Ann",
            "Ann\u{202e}",
            "An\u{200b}n",
            "\u{3164}",
            "\u{2066}Ann\u{2069}",
            "An\u{ad}n",
            "\u{e0041}\u{e0042}",
            "\u{2800}\u{2800}",
            "Ann\u{2028}Bob",
            "Ann\u{0}",
            "Ann\u{200d}",
            "\u{200d}Ann",
            "\u{feff}Ann",
            "Ann\u{180e}",
            "\u{301}",
            "\u{e000}",
            "\u{fdd0}",
            "A\u{fe0f}nn",
        ] {
            assert!(checked(name).is_err(), "{name:?} was taken");
        }
        let tower = format!("A{}", "\u{301}".repeat(63));
        assert!(checked(&tower).is_err_and(|why| why.contains("marks")));
    }
}
