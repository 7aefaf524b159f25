//! The web app as it is committed: its page, its files, and that our own rules let it run.

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
