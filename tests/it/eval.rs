//! `onomast eval` as a user meets it: counts by hand, errors for reading, wrong files.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::support::{Folder, shared};

const GAZETTEER: &str = concat!(
    "{\"id\": \"cn\", \"name\": \"China\", \"type\": \"country\"}\n",
    "{\"id\": \"ru\", \"name\": \"Russia\", \"type\": \"country\"}\n",
    "{\"id\": \"xi\", \"name\": \"Xi Jinping\", \"type\": \"person\"}\n",
);

/// The exit code, standard output and standard error of `onomast eval` with these arguments.
fn eval(gazetteer: &Path, documents: &Path, expected: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onomast"));
    command.arg("eval").args([Path::new("--gazetteer"), gazetteer]).args([Path::new("--documents"), documents]);
    let output = command.args([Path::new("--expected"), expected]).args(more).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

struct Files {
    folder: Folder,
    gazetteer: std::path::PathBuf,
    documents: std::path::PathBuf,
    expected: std::path::PathBuf,
}

fn files(documents: &str, expected: &str) -> Files {
    let folder = Folder::new();
    let gazetteer = folder.file("g.jsonl", GAZETTEER);
    let documents = folder.file("d.jsonl", documents);
    let expected = folder.file("e.jsonl", expected);
    Files { folder, gazetteer, documents, expected }
}

/// "𝒳 China, RUSSIA. Jinping and Xi Jinping in China": one right, one wrong link, one missed, one extra, one open, one
/// outside.
fn example() -> Files {
    files(
        "{\"id\": \"a\", \"text\": \"𝒳 China, RUSSIA. The one of Xi Jinping in China\"}\n",
        concat!(
            "{\"id\": \"a\", \"evaluationSpan\": [0, 41], \"mentions\": [",
            "{\"start\": 2, \"end\": 7, \"text\": \"China\", \"entityIds\": [\"cn\"]},",
            "{\"start\": 9, \"end\": 15, \"text\": \"RUSSIA\", \"entityIds\": [\"cn\", \"nobody\"]},",
            "{\"start\": 17, \"end\": 24, \"entityIds\": [\"xi\"]},",
            "{\"start\": 42, \"end\": 47, \"entityIds\": [\"cn\"]}]}\n",
        ),
    )
}

#[test]
fn errors_are_not_written_over_what_is_read() {
    let Files { folder: _folder, gazetteer, documents, expected } = example();
    // By another name as well.
    let linked = documents.with_file_name("linked.jsonl");
    fs::hard_link(&documents, &linked).unwrap();
    for file in [&gazetteer, &documents, &expected, &linked] {
        let before = fs::read(file).unwrap();
        let (code, out, err) = eval(&gazetteer, &documents, &expected, &["--errors", file.to_str().unwrap()]);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains("the file is read, and would be lost"), "{err}");
        assert_eq!(fs::read(file).unwrap(), before);
    }
}

#[test]
fn counts_are_those_by_hand_and_errors_say_what_is_wrong() {
    let Files { folder, gazetteer, documents, expected } = example();
    let list = folder.path("wrong.jsonl");
    let more = ["--format", "json", "--errors", list.to_str().unwrap()];
    let (code, out, err) = eval(&gazetteer, &documents, &expected, &more);
    assert_eq!((code, err.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&out).unwrap();
    let total = &found["total"];
    assert_eq!((&total["expected"], &total["given"]), (&3.into(), &3.into()), "{out}");
    assert_eq!((&total["spans"]["right"], &total["links"]["right"]), (&2.into(), &1.into()), "{out}");
    assert_eq!(found["types"]["person"]["expected"], 1);
    assert_eq!(found["types"]["person"]["given"], 1);
    assert_eq!(found["forms"]["case"]["given"], 1);
    assert_eq!(found["errors"], serde_json::json!({"missed": 1, "wrong-link": 1, "extra": 1}));

    let faults: Vec<Value> =
        fs::read_to_string(&list).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = faults.iter().map(|fault| (&fault["kind"], &fault["text"])).collect();
    let of = |kind: &str, text: &str| (Value::from(kind), Value::from(text));
    let wanted = [of("wrong-link", "RUSSIA"), of("missed", "The one"), of("extra", "Xi Jinping")];
    assert_eq!(kinds, wanted.each_ref().map(|(kind, text)| (kind, text)));
    assert_eq!(faults[0]["left"], "𝒳 China, ");
    assert_eq!(faults[0]["right"], ". The one of Xi Jinping in Chi");
    assert_eq!(faults[0]["expected"][0]["id"], "cn");
    assert_eq!(faults[0]["given"], serde_json::json!({"id": "ru", "name": "Russia"}));
    assert_eq!((&faults[0]["forms"][0], &faults[0]["score"]), (&"case".into(), &0.9.into()));
}

#[test]
fn the_table_fits_a_terminal_and_flags_are_those_of_extract() {
    let Files { gazetteer, documents, expected, folder: _folder } = example();
    let (code, out, _) = eval(&gazetteer, &documents, &expected, &[]);
    assert_eq!(code, 0);
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(out.contains("\ntotal                      3      3    0.667 0.667 0.667    0.333 0.333 0.333\n"), "{out}");
    assert!(out.ends_with("errors: 1 missed, 1 wrong-link, 1 extra\n"), "{out}");
    // What is not wanted is not expected either.
    let (_, out, _) = eval(&gazetteer, &documents, &expected, &["--type", "country", "--without", "case"]);
    assert!(out.ends_with("errors: 1 missed, 0 wrong-link, 0 extra\n"), "{out}");
    let (_, out, err) = eval(&gazetteer, &documents, &expected, &["--type", "planet"]);
    assert!(out.contains("\ntotal                      0      0        -"), "{out}");
    assert!(err.contains("there is nothing to measure"), "{err}");
}

#[test]
fn the_starter_gazetteer_is_searched_only_on_request() {
    let text = "{\"id\": \"a\", \"text\": \"Taiwan\"}\n";
    let Files { gazetteer, documents, expected, folder: _folder } = files(text, "{\"id\": \"a\", \"mentions\": []}\n");
    let (_, out, _) = eval(&gazetteer, &documents, &expected, &[]);
    assert!(out.ends_with(" 0 extra\n"), "{out}");
    let (_, out, _) = eval(&gazetteer, &documents, &expected, &["--default-gazetteer"]);
    assert!(out.ends_with(" 1 extra\n"), "{out}");
}

#[test]
fn everything_wrong_with_the_files_is_said_in_one_run() {
    let documents = concat!(
        "{\"id\": \"a\", \"text\": \"äbc\"}\n",
        "{\"id\": \"b\", \"text\": \"\"}\n\n",
        "{\"id\": \"a\", \"text\": \"\"}\n",
        "{\"id\": \"c\", \"txt\": \"\"}\n",
        "{\"id\": \"d\", \"text\": \"\", \"languageCode\": \"a b\"}\n",
    );
    let expected = concat!(
        "{\"id\": \"a\", \"evaluationSpan\": [0, 4], \"mentions\": [{\"start\": 1, \"end\": 1},",
        "{\"start\": 0, \"end\": 9}, {\"start\": 0, \"end\": 1, \"text\": \"a\", \"entityIds\": []}]}\n",
        "{\"id\": \"z\", \"mentions\": []}\n",
        "{\"id\": \"a\", \"mentions\": []}\n",
        "[\n",
    );
    let Files { gazetteer, documents, expected, folder: _folder } = files(documents, expected);
    let (code, out, err) = eval(&gazetteer, &documents, &expected, &[]);
    assert_eq!((code, out.as_str()), (1, ""));
    for message in [
        "d.jsonl:2: nothing is expected for the document \"b\"",
        "d.jsonl:4: the id \"a\" is that of line 1",
        "d.jsonl:5: unknown field `txt`",
        "d.jsonl:6: languageCode: a BCP 47 tag is asked for, such as en or zh-Hant, not \"a b\"",
        "e.jsonl:1: evaluationSpan [0, 4] is no part of \"a\", which has 3 characters",
        "e.jsonl:1: the mention 1..1 is no part of \"a\"",
        "e.jsonl:1: the mention 0..9 is no part of \"a\"",
        "e.jsonl:1: the mention 0..1 of \"a\" is said to be \"a\", but \"ä\" stands there",
        "e.jsonl:2: there is no document \"z\"",
        "e.jsonl:3: \"a\" was expected in line 1 already",
        "e.jsonl:4: ",
        "12 faults in the files",
    ] {
        assert!(err.contains(message), "{message} is not in\n{err}");
    }
    let (code, _, err) = eval(&gazetteer, Path::new("missing.jsonl"), &expected, &[]);
    assert!(code == 1 && err.contains("cannot read missing.jsonl"), "{err}");
    let (code, _, err) = eval(Path::new("missing.jsonl"), &documents, &expected, &[]);
    assert!(code == 1 && !err.is_empty(), "{err}");
}

/// The articles of Wikipedia that may lie beside this repository: a floor, so that no change loses what was reached.
#[test]
fn wikipedia_is_linked_as_well_as_before() {
    let [Some(gazetteer), Some(documents), Some(expected)] =
        ["link/gazetteer.jsonl", "link/documents.jsonl", "link/expected.jsonl"].map(shared)
    else {
        return;
    };
    let (code, out, err) = eval(&gazetteer, &documents, &expected, &["--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["documents"], 120);
    assert_eq!(found["total"]["expected"], 1866);
    assert!(found["total"]["links"]["f1"].as_f64().unwrap() > 0.74, "{}", found["total"]);
}

/// The annotated texts of `tests/quality`: a floor, so that no change loses what was reached.
#[test]
fn texts_that_the_rules_were_not_made_for_are_linked_as_well_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality");
    for (half, mentions, floor) in [("seen", 1301, 0.90), ("held", 1285, 0.84)] {
        let file = |name: &str| folder.join(half).join(name);
        let (documents, expected) = (file("documents.jsonl"), file("expected.jsonl"));
        marked_text_is_there(&documents, &expected);
        let gazetteer = folder.join("gazetteer.jsonl");
        let (code, out, err) = eval(&gazetteer, &documents, &expected, &["--format", "json"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let found: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(found["total"]["expected"], mentions);
        assert!(found["total"]["links"]["f1"].as_f64().unwrap() > floor, "{half}: {}", found["total"]);
    }
}

/// Checks that each mention stands where it is said to stand.
fn marked_text_is_there(documents: &Path, expected: &Path) {
    let lines = |path: &Path| -> Vec<Value> {
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let documents = lines(documents);
    for expected in lines(expected) {
        let document = documents.iter().find(|document| document["id"] == expected["id"]).unwrap();
        let text: Vec<char> = document["text"].as_str().unwrap().chars().collect();
        for mention in expected["mentions"].as_array().unwrap() {
            let at = |name: &str| mention[name].as_u64().unwrap() as usize;
            let marked: String = text[at("start")..at("end")].iter().collect();
            assert_eq!(marked, mention["text"], "{}", expected["id"]);
        }
    }
}
