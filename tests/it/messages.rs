//! What the program says where what it was given is odd: in words that tell what to do.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::{
    cli::{onomast, path, run},
    databases::{Database, KEEP, serve},
    support::Folder,
};

#[test]
fn a_gazetteer_without_names_is_served_and_told() {
    let folder = Folder::new();
    let (empty, text) = (folder.file("empty.jsonl", ""), folder.file("text.txt", "China"));
    let flags = ["--no-default-gazetteer", "--gazetteer", path(&empty)];
    let (code, out, err) = run(&[&["extract"][..], &flags, &[path(&text)]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("\"name\":\"empty\""), "{out}");
    assert_eq!(err, "warning: the gazetteer \"empty\" has no names: nothing of it can be found\n");
    let (code, _, err) = run(&["compile", path(&empty), "--output", path(&folder.path("empty.segment"))]);
    assert!(code == 0 && err.ends_with("warning: it has no names: nothing of it can be found\n"), "{err}");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut child = onomast(&[&serve[..], &flags].concat()).stderr(Stdio::piped()).spawn().unwrap();
    // It may be told before the address is.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("has no names")).unwrap();
    assert!(line.contains("WARN") && line.contains("\"empty\""), "{line}");
    assert!(lines.any(|line| line.contains("\"serving\"")));
    child.kill().unwrap();
    child.wait().unwrap();
}

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

#[test]
fn a_password_that_is_not_shown_is_told() {
    let (code, out, _) = run(&["config", "--database", "postgres://me:secret@host/name"]);
    assert_eq!(code, 0);
    let line = out.lines().find(|line| line.starts_with("database = ")).unwrap();
    assert!(line.starts_with("database = \"postgres://me:***@host/name\"") && !out.contains("secret"), "{line}");
    assert!(
        line.ends_with("# flag --database; *** stands for the password: put it there before you use this"),
        "{line}"
    );
    let (_, out, _) = run(&["config", "--database", "postgres://me@host/name"]);
    assert!(!out.contains("***"), "{out}");
}

#[test]
fn nothing_is_left_of_a_compilation_that_is_stopped() {
    let folder = Folder::new();
    // Nothing is written into it, so that reading it takes without end.
    let endless = folder.path("endless.jsonl");
    assert!(Command::new("mkfifo").arg(&endless).status().unwrap().success());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let output = folder.path("world.segment");
        let mut child =
            onomast(&["compile", path(&endless), "--output", path(&output)]).stderr(Stdio::null()).spawn().unwrap();
        let listed = || {
            let names = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name());
            names.filter(|name| name.to_string_lossy().contains("world")).count()
        };
        // It can be opened when it is opened for reading, which comes after the file is made.
        let kept_open = fs::OpenOptions::new().write(true).open(&endless).unwrap();
        assert_eq!(listed(), 1);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!((child.wait().unwrap().code(), listed()), (Some(code), 0));
        drop(kept_open);
    }
}

#[test]
fn an_address_of_something_else_is_refused() {
    for address in ["ftp://localhost", "unix:///run/onomast", "HTTP//x://y"] {
        let (code, _, err) = run(&["gazetteer", "list", "--server", address]);
        assert!(code == 1 && err.contains("it begins neither with http:// nor with https://"), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_loses_nothing_that_came() {
    let (folder, database) = (Folder::new(), Database::Sqlite(Folder::new()));
    let server = serve(&database, KEEP).await;
    let ask = |arguments: &[&str]| run(&[&["gazetteer", "--server", &server.address][..], arguments].concat());
    let good = "{\"id\":\"1\",\"name\":\"China\"}\n{\"id\":\"2\",\"name\":\"India\"}\n";
    let names = folder.file("names.jsonl", good);
    assert_eq!(ask(&["import", path(&names)]).0, 0);
    let bad = folder.file("bad.jsonl", good.replace("\"India\"", "\"India\",\"prior\":7"));
    let empty = folder.file("empty.jsonl", "");
    let heading = folder.file("heading.csv", "name,id,population\nChina,CN,1400\n");
    let long = format!("{{\"id\":\"1\",\"name\":\"x\",\"{}\":1}}", "f".repeat(5000));
    let into_names = ["import", "--name", "names", "--skip-bad-lines"];
    for (arguments, code, expected) in [
        (&[&into_names[..], &["--replace", path(&bad)]].concat()[..], 1, "--replace would delete what they stand for"),
        (&[&into_names[..], &[path(&heading)]].concat(), 1, "nothing would be left"),
        (
            &["import", "--replace", "--name", "names", path(&empty)],
            1,
            "--replace would delete all that the gazetteer has",
        ),
        (&["import", "--check-only", "--if-version", "9", path(&names)], 1, "VERSION_MISMATCH"),
        (&["put", "names", &long], 1, "unknown field `fff"),
        (&["put", "names", "{\"id\":\"3\",\"name\":\"x\"}", "--if-version", ""], 2, "--if-version"),
        (&["list", "--authority", "no"], 1, "it speaks no TLS; write https:// before it"),
    ] {
        let (ended, out, err) = ask(arguments);
        assert!(ended == code && out.is_empty() && err.contains(expected), "{arguments:?}: {ended} {out} {err}");
        assert!(err.len() < 1500, "{err}");
    }
    assert_eq!(ask(&["export", "names"]).1.lines().count(), 2);
    // A bad line does not take its id from a good one.
    let twice = folder.file("twice.jsonl", "{\"id\":\"1\",\"name\":\"\"}\n{\"id\":\"1\",\"name\":\"China\"}\n");
    assert!(ask(&["import", "--skip-bad-lines", path(&twice)]).1.contains("\"added\":\"1\""));
    // More than a message holds.
    let large = |id: u32| {
        format!("{{\"id\":\"{id}\",\"name\":\"China\",\"attributes\":{{\"a\":\"{}\"}}}}\n", "x".repeat(900_000))
    };
    let many = folder.file("many.jsonl", (0..20).map(large).collect::<String>());
    let (code, out, err) = ask(&["import", path(&many)]);
    assert!(code == 0 && out.contains("\"added\":\"20\""), "{out} {err}");
}
