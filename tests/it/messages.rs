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

#[test]
fn a_segment_is_neither_documents_nor_what_is_expected() {
    let folder = Folder::new();
    let (list, segment) = (folder.file("names.txt", "China\n"), folder.path("names.segment"));
    assert_eq!(run(&["compile", path(&list), "--output", path(&segment)]).0, 0);
    let documents = folder.file("d.jsonl", "{\"id\": \"a\", \"text\": \"China\"}\n");
    let eval = |documents, expected| {
        run(&["eval", "--gazetteer", path(&list), "--documents", path(documents), "--expected", path(expected)])
    };
    let (code, _, err) = eval(&segment, &documents);
    assert!(code == 1 && err.contains("names.segment: this is a segment file, and documents are asked for"), "{err}");
    let (code, _, err) = eval(&documents, &segment);
    assert!(code == 1 && err.contains("this is a segment file, and expected mentions are asked for"), "{err}");
}
