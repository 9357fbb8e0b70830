//! The page of `onomast extract --format html`: what is marked, what is safe, what is the same. Without a browser.

use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, repository};

fn page(arguments: &[&str]) -> String {
    let all = [&["extract", "--format", "html"], arguments].concat();
    let output = Command::new(env!("CARGO_BIN_EXE_onomast")).args(all).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn of(gazetteer: &str, documents: &str, more: &[&str]) -> String {
    let folder = Folder::new();
    let gazetteer = folder.file("g.jsonl", gazetteer);
    let documents = folder.file("d.jsonl", documents);
    let paths = [gazetteer.to_str().unwrap(), documents.to_str().unwrap()];
    page(&[&["--no-default-gazetteer", "--gazetteer", paths[0], paths[1]], more].concat())
}

/// What stands between two strings.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

/// The tags of a part of the page, and its text without labels.
fn parts(part: &str) -> (Vec<String>, String) {
    let (mut tags, mut text) = (Vec::new(), String::new());
    let mut label = false;
    for piece in part.split('<').enumerate() {
        let content = match piece {
            (0, content) => content,
            (_, piece) => {
                let (tag, content) = piece.split_once('>').unwrap();
                label = tag.starts_with("a ");
                tags.push(tag.to_owned());
                content
            }
        };
        if !label {
            text.push_str(content);
        }
    }
    for (code, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(code, c);
    }
    (tags, text)
}

/// The tags of a part of a page close in the order in which they open.
fn assert_nested(tags: &[String]) {
    let mut open = Vec::new();
    for tag in tags {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tags:?}"),
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "id=\"data\">", "</script>")).unwrap()
}

const NAMES: &str = concat!(
    "{\"id\": \"Q1\", \"name\": \"New York\", \"type\": \"city\"}\n",
    "{\"id\": \"geonames:7\", \"name\": \"York City Council\", \"type\": \"organisation\"}\n",
    "{\"id\": \"c\", \"name\": \"City Council of Elders\", \"type\": \"organisation\"}\n",
    "{\"id\": \"d\", \"name\": \"York\", \"type\": \"city\"}\n",
);

#[test]
fn the_story_is_marked_and_its_entities_are_listed() {
    let story = repository("tests/data/story.txt");
    let page = page(&[story.to_str().unwrap()]);
    let text = between(&page, "<div class=\"text\">", "</div>\n<aside");
    assert_eq!(text.matches("<mark ").count(), 56);
    let (tags, shown) = parts(text);
    assert_nested(&tags);
    let written = std::fs::read_to_string(&story).unwrap();
    assert!(shown.replace("\n\n", "\n").contains(&written.replace("\n\n", "\n")[..200]), "{shown}");
    // One stop of the tab key among the mentions, and reasons where there is no script.
    assert_eq!(text.matches("tabindex=\"0\"").count(), 1);
    assert!(
        text.contains(
            "title=\"Xi Jinping · wikidata:Q15031 · 0.97 · short · surname\">Xi<a class=\"k\" href=\"#d0e0\""
        ),
        "{text}"
    );
    let list = between(&page, "<aside", "</aside>");
    assert_eq!(list.matches("<li id=\"d0e").count(), 12);
    assert!(list.contains("<a href=\"https://www.wikidata.org/wiki/Q15031\" rel=\"noreferrer\">wikidata:Q15031</a>"));
    assert!(list.contains(" · iso3166:CN · starter"));
    // Every place that is pointed at exists.
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
    // The data has the rest: the first Xi follows the full name.
    let data = data(&page);
    let mention = &data[1][0][1][0];
    assert_eq!((&mention[0], &mention[2][0]), (&0.into(), &"short".into()));
    assert_eq!(data[1][0][1].as_array().unwrap().len(), 56);
    assert!(mention[4].as_u64().is_some(), "{mention}");
}

#[test]
fn nothing_is_loaded_and_only_the_pages_own_script_may_run() {
    let page = page(&[repository("tests/data/story.txt").to_str().unwrap()]);
    assert!(page.contains("content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"));
    for loading in [" src=", "<link", "@import", "url(", "style=\"", " onclick", "unsafe-inline"] {
        assert!(!page.contains(loading), "{loading}");
    }
}

#[test]
fn mentions_nest_and_cross() {
    let document = "{\"text\": \"The New York City Council of Elders met.\"}\n";
    for (policy, pieces) in [("longest", 2), ("outermost", 4), ("all", 5)] {
        let page = of(NAMES, document, &["--overlap", policy]);
        let text = between(&page, "<div class=\"text\">", "</div>\n<aside");
        let (tags, shown) = parts(text);
        assert_nested(&tags);
        assert_eq!(shown.trim(), "The New York City Council of Elders met.", "{policy}");
        assert!(text.matches("<mark ").count() >= pieces, "{policy}: {text}");
        let mentions = data(&page)[1][0][1].as_array().unwrap().len();
        assert_eq!(text.matches(" id=\"d0m").count(), mentions, "{policy}");
        assert_eq!(text.matches("class=\"k\"").count(), mentions, "{policy}");
    }
}

#[test]
fn text_of_strangers_does_nothing() {
    let evil = "</script><script>alert(1)</script><!-- & \"'\u{0}\u{1b}[2J \u{202E}x\u{2066}";
    let name = "Evil </script><img src=x onerror=alert(1)> \u{202E}Corp";
    let json = |text: &str| serde_json::to_string(text).unwrap();
    let gazetteer = format!("{{\"id\": {0}, \"name\": {0}, \"type\": {0}, \"aliases\": [\"Evil\"]}}\n", json(name));
    let document =
        format!("{{\"id\": {0}, \"title\": {0}, \"text\": {1}}}\n", json(evil), json(&format!("{evil} Evil {name}")));
    let page = of(&gazetteer, &document, &["--overlap", "all"]);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<img") && !page.contains("<!--"), "{page}");
    let bad = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    assert!(!page.contains(bad));
    assert!(page.contains("<i class=\"x\" title=\"U+0000\">\u{2400}</i>"));
    assert!(page.contains("<i class=\"x\" title=\"U+202E\">"));
    assert!(data(&page)[1][0][0][0][1].as_str().unwrap().starts_with("Evil </script><img"));
}

#[test]
fn several_documents_are_one_page_that_is_always_the_same() {
    let documents = concat!(
        "{\"id\": \"one\", \"title\": \"York\", \"text\": \"New York\"}\n",
        "{\"text\": \"\"}\n",
        "{\"title\": \"Third\", \"text\": \"York\"}\n",
    );
    let first = of(NAMES, documents, &[]);
    assert_eq!(first, of(NAMES, documents, &["--offsets", "utf16"]));
    assert_eq!(first.matches("<article ").count(), 3);
    let nav = between(&first, "<nav", "</nav>");
    assert!(
        nav.contains("<a href=\"#d0\">one</a> <b>2</b>") && nav.contains("<a href=\"#d2\">Third</a> <b>1</b>"),
        "{nav}"
    );
    assert!(first.contains("<h3 class=\"field\">") && first.contains("nothing found"));
    assert!(!of(NAMES, "{\"text\": \"York\"}\n", &[]).contains("<nav"));
    // No document at all is a page, too.
    assert!(of(NAMES, "", &[]).ends_with("</html>\n"));
}

#[test]
fn a_mention_without_entity_is_marked_and_its_candidates_are_told() {
    let twins = concat!(
        "{\"id\": \"a\", \"name\": \"Springfield\", \"type\": \"city\"}\n",
        "{\"id\": \"b\", \"name\": \"Springfield\", \"type\": \"town\"}\n",
    );
    let page = of(twins, "{\"text\": \"In Springfield.\"}\n", &["--min-score", "0.9"]);
    assert!(page.contains("<mark class=\"m none\" id=\"d0m0\""), "{page}");
    assert!(page.contains("data-type=\"-1\""));
    assert_eq!(data(&page)[1][0][1][0][5], serde_json::json!([[0, 0.5], [1, 0.5]]));
}

/// A page stays one page, with every mention marked and one stop of the tab key among them, when there are many.
#[test]
fn ten_thousand_mentions_are_one_page() {
    let text = "York met York City Council in New York. ".repeat(3334);
    let document = serde_json::json!({"id": "a", "text": text});
    let page = of(NAMES, &format!("{document}\n"), &[]);
    let text = between(&page, "<div class=\"text\">", "</div>\n<aside");
    assert_eq!(text.matches("<mark ").count(), 3 * 3334);
    assert_eq!(text.matches("tabindex=\"0\"").count(), 1);
    assert_eq!(data(&page)[1][0][1].as_array().unwrap().len(), 3 * 3334);
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
}
