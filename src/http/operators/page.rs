//! `/admin`: the operators' page. Files that are embedded as they are written, without a build; it asks the routes of this
//! listener, with the token that an operator enters. Must not know those routes.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

/// A file: its name, its type, its text.
type File = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const PAGE: File = ("index.html", HTML, include_str!("page/index.html"));

const FILES: [File; 11] = [
    ("style.css", CSS, include_str!("page/style.css")),
    ("api.js", JS, include_str!("page/api.js")),
    ("counters.js", JS, include_str!("page/counters.js")),
    ("dom.js", JS, include_str!("page/dom.js")),
    ("lanes.js", JS, include_str!("page/lanes.js")),
    ("main.js", JS, include_str!("page/main.js")),
    ("nodes.js", JS, include_str!("page/nodes.js")),
    ("room.js", JS, include_str!("page/room.js")),
    ("rooms.js", JS, include_str!("page/rooms.js")),
    ("spans.js", JS, include_str!("page/spans.js")),
    ("words.js", JS, include_str!("page/words.js")),
];

/// Only this listener's own files and answers; no markup made from text.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                   form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types";

/// Whether a path is the page's: its files are free, because they hold nothing secret.
pub(in crate::http) fn is_file(path: &str) -> bool {
    path == "/" || path == "/admin" || path.starts_with("/admin/")
}

/// `GET /`: leads to the page.
pub(in crate::http) async fn lead() -> Redirect {
    Redirect::temporary("/admin")
}

/// `GET /admin`
pub(in crate::http) async fn page() -> Response {
    serve(PAGE)
}

/// `GET /admin/{file}`
pub(in crate::http) async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(file, ..)| *file == name);
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |file| serve(*file))
}

fn serve((_, kind, text): File) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there_and_none_comes_from_elsewhere() {
        let texts = FILES.iter().map(|(_, _, text)| *text).chain([PAGE.2]);
        let is_there = |name: &str| FILES.iter().any(|(file, ..)| *file == name);
        let (mut named, mut text) = (0, String::new());
        for part in texts {
            text.push_str(part);
            for (_, rest) in part.match_indices("from \"./").map(|(at, found)| (found, &part[at + found.len()..])) {
                let name = rest.split('"').next().expect("a name");
                assert!(is_there(name), "{name}");
                named += 1;
            }
        }
        assert!(named > 10 && is_there("main.js") && is_there("style.css"));
        for foreign in ["https://", "//cdn", "innerHTML", "eval(", " style=\"", " onclick="] {
            assert!(!text.contains(foreign), "{foreign}");
        }
        let own = text.matches("http://").count() - text.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(own, 0, "only the namespace of SVG");
    }
}
