//! What links to rooms look like in chats and mails: the page of a room with its name in the Open Graph tags
//! (<https://ogp.me>). Must not know how files are served.

use std::fmt::Write as _;

use crate::{
    http::{Shared, rooms::guests},
    net::Origin,
    storage::RoomId,
};

/// The tag of the page that a room's own replaces.
const TITLE: &str = "<meta property=\"og:title\" content=\"Aldis\" />";

/// The page of this room: with its name, if it has one and is open; else the page as it is. The card tells as much, to
/// anybody who knows the room's id; guesses are counted as guesses there.
pub(super) async fn of_room(site: &Shared, room: &str, from: guests::From, page: &str) -> Option<String> {
    let room_id: RoomId = room.parse().ok()?;
    // While the database is away the page has no preview, and says why itself.
    let Some(meeting) = site.rooms.find(room_id).await.ok()? else {
        // The page is sent all the same: it says that there is no such room.
        let _ = from.is_counted(site, "requests for rooms that do not exist").await;
        return None;
    };
    let is_shown = meeting.active && !meeting.name.is_empty();
    is_shown.then(|| with_name(page, &meeting.name, room, site.settings.net.public_url.as_ref()))
}

/// `page` with a room's tags. `site`: the addresses in them must be complete, so without it there are none.
fn with_name(page: &str, name: &str, room: &str, site: Option<&Origin>) -> String {
    let mut tags = format!("<meta property=\"og:title\" content=\"{}\" />", escaped(name));
    if let Some(site) = site {
        let _ = write!(
            tags,
            "<meta property=\"og:url\" content=\"{site}/r/{room}\" />\
             <meta property=\"og:image\" content=\"{site}/icon-512.png\" />"
        );
    }
    page.replacen(TITLE, &tags, 1)
}

/// Text in a quoted attribute (HTML §13.1.2.3).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{TITLE, with_name};

    #[test]
    fn a_name_is_text_whatever_it_contains() {
        let page = format!("<head>{TITLE}</head>");
        assert_eq!(
            with_name(&page, "\"><script>a && b</script>", "abc-defg-hij", None),
            "<head><meta property=\"og:title\" content=\"&quot;&gt;&lt;script&gt;a &amp;&amp; b&lt;/script&gt;\" /></head>"
        );
    }

    #[test]
    fn with_a_public_url_the_link_and_the_picture_are_complete() {
        let site = "https://call.example.org".parse().expect("an origin");
        let page = with_name(TITLE, "Weekly", "abc-defg-hij", Some(&site));
        assert!(page.contains("content=\"https://call.example.org/r/abc-defg-hij\""), "{page}");
        assert!(page.contains("content=\"https://call.example.org/icon-512.png\""), "{page}");
    }
}
