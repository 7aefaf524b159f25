//! The web app as it is committed: its page, its files, and that our own rules let it run.

use serde_json::json;

use super::{Ask, bench};

#[tokio::test]
async fn the_page_is_at_its_paths_and_all_its_files_exist() {
    let bench = bench().await;
    let page = Ask::get("/").send(&bench.router).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html"), "{page:?}");
    assert_eq!(page.header("cache-control"), "no-cache", "a new version is seen at once");
    for path in ["/r/abc-defg-hij", "/r/anything/at/all?relay=1"] {
        assert_eq!(Ask::get(path).send(&bench.router).await.text, page.text, "{path}");
    }
    let named: Vec<_> = ["src=\"", "href=\""].iter().flat_map(|mark| page.text.split(mark).skip(1)).collect();
    assert!(named.len() >= 3, "a script, a style and a manifest: {}", page.text);
    for path in named.into_iter().filter_map(|rest| rest.split('"').next()) {
        let file = Ask::get(path).send(&bench.router).await;
        assert_eq!(file.status, 200, "{path}");
        let expected = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(file.header("cache-control"), expected, "{path}");
    }
}

#[tokio::test]
async fn the_page_runs_under_its_own_content_security_policy() {
    let page = Ask::get("/").send(&bench().await.router).await.text;
    for forbidden in ["<script>", "<style", " style=", " onclick=", " onload=", "javascript:", "https://", "http://"] {
        assert!(!page.contains(forbidden), "{forbidden} stands in the page: {page}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_web_app() {
    let bench = bench().await;
    for path in [
        "/../Cargo.toml",
        "/assets/../../../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/assets",
    ] {
        Ask::get(path).send(&bench.router).await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn who_opens_an_address_that_is_none_sees_a_page_that_says_so_and_programs_read_a_problem() {
    let bench = bench().await;
    let page = Ask::get("/").send(&bench.router).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/r", "/r/", "/R/abc-defg-hij", "/rooms", "/api/nothing", "/assets/gone.js"] {
        let tag = page.header("etag");
        let seen = Ask::get(path).header("accept", browser).header("if-none-match", tag).send(&bench.router).await;
        assert_eq!((seen.status.as_u16(), seen.header("content-type")), (404, "text/html"), "{path}: {seen:?}");
        assert_eq!((seen.text == page.text, seen.header("vary")), (true, "accept, accept-encoding"), "{path}");
        for accept in ["*/*", "application/json"] {
            Ask::get(path).header("accept", accept).send(&bench.router).await.is_problem(404, "not_found");
        }
        let posted = Ask::post(path).header("accept", browser).send(&bench.router).await;
        assert_ne!(posted.header("content-type"), "text/html", "{path}");
    }
}

#[tokio::test]
async fn a_link_to_a_room_is_shown_with_the_rooms_name_as_text() {
    let bench = bench().await;
    let (host, _) = bench.signup("ann").await;
    let create = |name: &str| Ask::post("/api/rooms").bearer(&host).json(json!({ "name": name }));
    let named = create("Ann & \"friends\"").send(&bench.router).await.json();
    let room = named["roomId"].as_str().expect("an id");
    let page = Ask::get(&format!("/r/{room}")).send(&bench.router).await;
    let title = "<meta property=\"og:title\" content=\"Ann &amp; &quot;friends&quot;\" />";
    assert!(page.text.contains(title), "{}", page.text);
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html", "no-cache"));
    let plain = Ask::get("/").send(&bench.router).await.text;
    assert!(plain.contains("<meta property=\"og:title\" content=\"Aldis\" />"), "the tag that is replaced: {plain}");
    let unnamed = create("").send(&bench.router).await.json();
    let room = unnamed["roomId"].as_str().expect("an id");
    assert_eq!(Ask::get(&format!("/r/{room}")).send(&bench.router).await.text, plain);
}
