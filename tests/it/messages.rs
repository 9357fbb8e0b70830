//! What the program says where what it was given is odd: in words that tell what to do.

use crate::{
    cli::{path, run},
    support::Folder,
};

#[test]
fn one_is_no_plural() {
    let folder = Folder::new();
    let one = folder.file("one.jsonl", "{\"id\": \"a\", \"name\": \"China\"}\n{\"id\": \"b\", \"name\": \"\"}\n");
    let (_, _, err) = run(&["check", path(&one)]);
    assert!(err.ends_with("one.jsonl: 1 entity, 1 issue\n"), "{err}");
    let output = folder.path("one.segment");
    let (code, _, err) = run(&["compile", path(&one), "--output", path(&output), "--skip-bad-lines"]);
    assert!(code == 0 && err.contains("one.segment: 1 entity, 1 name and 0 derived from them, 1 word; "), "{err}");
}
