//! The program as a user meets it: inputs, outputs, settings, errors, exit codes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Output, Stdio},
};

use crate::support::{Folder, repository};

pub(crate) fn onomast(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onomast"));
    command.args(arguments).env_clear();
    command
}

pub(crate) fn run(arguments: &[&str]) -> (i32, String, String) {
    texts(onomast(arguments).output().unwrap())
}

fn texts(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

pub(crate) fn path(file: &std::path::Path) -> &str {
    file.to_str().unwrap()
}

#[test]
fn every_bad_line_of_every_gazetteer_is_reported_in_one_run() {
    let folder = Folder::new();
    let jsonl = concat!(
        "{\"id\": \"a\", \"name\": \"China\"}\n",
        "{\"id\": \"a\", \"name\": \"Russia\"}\n",
        "\n",
        "{\"id\": \"b\", \"name\": \"\"}\n",
        "{\"id\": \"c\", \"name\": \"...\", \"aliases\": [\"ok\", \" \"]}\n",
        "{\"id\": \"d\", \"name\": \"x\", \"prior\": 1.5}\n",
        "{\"id\": \"e\", \"nam\": \"x\"}\n",
        "not json\n",
        "{\"name\": \"x\"}\n",
        "{\"id\": \"f\", \"name\": \"x\", \"case\": \"loud\"}\n",
        "{\"id\": \"h\\u0000\", \"name\": \"x\"}\n",
        "[\"i\", \"x\", \"\", [], null, 0.5, {}, [], []]\n",
        "{\"id\": \"j\", \"name\": \"x\", \"aliases\": [{\"text\": \"y\", \"languageCode\": \"en (US)\"}]}\n",
        "{\"id\": \"g\", \"name\": \"last\"}",
    );
    let first = folder.file("first.jsonl", jsonl);
    let second = folder.file("second.csv", b"id,name\nx,\"open\ny,\xFF\nz,Zed\nw,Wu\rv,Vu\n");
    let (code, out, _) = run(&["check", path(&first), path(&second), "missing.jsonl"]);
    assert_eq!(code, 1);
    let expected = [
        (&first, 2, "duplicate-id"),
        (&first, 4, "empty-name"),
        (&first, 5, "unsearchable-name"),
        (&first, 5, "empty-name"),
        (&first, 6, "out-of-range"),
        (&first, 7, "malformed"),
        (&first, 8, "malformed"),
        (&first, 9, "missing-id"),
        (&first, 10, "malformed"),
        (&first, 11, "invalid-id"),
        (&first, 12, "malformed"),
        (&first, 13, "invalid-language"),
        (&second, 2, "malformed"),
        (&second, 3, "not-utf8"),
        (&second, 5, "malformed"),
    ];
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{out}");
    assert!(lines[0].ends_with("the id \"a\" is given twice, first at line 1"), "{}", lines[0]);
    for (line, (file, number, issue)) in lines.iter().zip(expected) {
        assert!(line.starts_with(&format!("{}:{number}: {issue}: ", path(file))), "{line}");
    }

    // Who serves or extracts gets the same list, unless told to skip.
    let (code, _, err) =
        run(&["serve", "--gazetteer", path(&first), "--gazetteer", path(&second), "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(lines.iter().all(|line| err.contains(line)), "{err}");
    let text = folder.file("text.txt", "China, Zed and last");
    let both = ["extract", "--no-default-gazetteer", "--gazetteer", path(&first), "--gazetteer", path(&second)];
    let (code, out, _) = run(&[&both[..], &[path(&text)]].concat());
    assert_eq!((code, out.as_str()), (1, ""));
    let (code, out, err) = run(&[&both[..], &["--skip-bad-lines", path(&text)]].concat());
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.matches("\"start\"").count(), 3, "{out}");
    assert_eq!(err.lines().count(), expected.len());
}

#[test]
fn gazetteers_of_every_format_are_the_same() {
    let folder = Folder::new();
    let text = folder.file("text.txt", "Peking and Big Apple, New York");
    let files = [
        folder.file("a.jsonl", "\u{FEFF}{\"id\":\"1\",\"name\":\"Beijing\",\"type\":\"city\",\"aliases\":[\"Peking\"]}\r\n\
                                {\"id\":\"2\",\"name\":\"New York\",\"type\":\"city\",\"aliases\":[{\"text\":\"Big Apple\"}]}\r\n"),
        folder.file("b.csv", "name,type,id,aliases\nBeijing,city,1,Peking\n\"New York\",city,2,Big Apple | NYC\n"),
        folder.file("c.tsv", "1\tBeijing\tcity\tPeking\n2\tNew York\tcity\tBig Apple|NYC\n"),
    ];
    for file in &files {
        let (code, out, err) = run(&["extract", "--no-default-gazetteer", "--gazetteer", path(file), path(&text)]);
        assert_eq!((code, err.as_str()), (0, ""));
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
        let ids: Vec<_> =
            answer["mentions"].as_array().unwrap().iter().map(|mention| mention["entity"]["id"].clone()).collect();
        assert_eq!(ids, ["1", "2", "2"], "{}", file.display());
    }
    let list = folder.file("d.txt", "Peking\n\n  New York \n");
    let (_, out, _) = run(&["extract", "--no-default-gazetteer", "--gazetteer", path(&list), path(&text)]);
    assert!(out.contains("\"id\":\"New York\"") && out.contains("\"gazetteer\":\"d\""), "{out}");
}

#[test]
fn an_answer_reads_as_promised() {
    let folder = Folder::new();
    let documents = folder.file("d.jsonl", "{\"id\": \"a\", \"text\": \"Xi met. Xi Jinping left.\"}\n");
    let (code, out, _) = run(&["extract", "--format", "jsonl", path(&documents)]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with(
            "{\"documentId\":\"a\",\"mentions\":[{\"start\":0,\"end\":2,\"text\":\"Xi\",\"entity\":{\"id\":"
        ),
        "{out}"
    );
    assert!(
        out.contains("\"name\":\"Xi Jinping\",\"type\":\"person\",\"gazetteer\":\"starter\"},\"score\":0.97,"),
        "{out}"
    );
    assert!(out.contains("\"follows\":1"), "{out}");
}

#[test]
fn text_is_coloured_on_request_and_safe_for_terminals() {
    let folder = Folder::new();
    let text = folder.file("t.txt", "In China\u{1b}[2J and\u{7} Nowhere");
    let (code, out, _) = run(&["extract", "--format", "text", path(&text)]);
    assert_eq!(code, 0);
    assert!(out.contains("In [China]\u{FFFD}[2J and\u{FFFD} Nowhere"), "{out}");
    assert!(out.contains("iso3166:CN"), "{out}");
    let (_, out, _) = run(&["extract", "--format", "text", "--color", "always", path(&text)]);
    assert!(out.contains("\u{1b}[1;32mChina\u{1b}[0m"), "{out}");
    let open = folder.file("open.txt", "Sydney Sweeney came from China.");
    let (_, out, _) = run(&["extract", "--format", "text", path(&open)]);
    assert!(out.contains("[Sydney?] Sweeney came from [China]."), "{out}");
    assert!(out.contains("\n1 mention with ?: linked to no entity\n"), "{out}");
    let (_, out, _) = run(&["extract", "--format", "text", "--color", "always", path(&open)]);
    assert!(out.contains("\u{1b}[4mSydney\u{1b}[0m"), "{out}");
    assert!(out.contains("\n1 mention underlined: linked to no entity\n"), "{out}");
    let empty = folder.file("empty.txt", "");
    let (code, out, _) = run(&["extract", "--format", "text", path(&empty)]);
    assert_eq!(code, 0);
    assert!(out.contains("nothing found"));
}

#[test]
fn standard_input_is_text_unless_told() {
    for (arguments, input, count) in [
        (vec!["extract", "-"], "China and Russia", 2),
        (vec!["extract", "--input-format", "jsonl", "-"], "{\"text\": \"China\"}\n\n{\"title\": \"Russia\"}", 2),
    ] {
        let mut child =
            onomast(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let (code, out, _) = texts(child.wait_with_output().unwrap());
        assert_eq!((code, out.matches("\"start\"").count()), (0, count), "{out}");
    }
}

/// Who gives one document after the other, and waits for each answer.
#[test]
fn each_answer_comes_before_the_next_document() {
    let mut child = onomast(&["extract", "-", "--input-format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut give, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
    for id in ["one", "two"] {
        writeln!(give, "{{\"id\":\"{id}\",\"text\":\"From China.\"}}").unwrap();
        assert!(answers.next().unwrap().unwrap().contains(id));
    }
    drop(give);
    assert!(child.wait().unwrap().success());
    let (code, _, err) = run(&["extract", "-", "-"]);
    assert!(code == 1 && err.contains("- is given twice"), "{err}");
}

#[test]
fn a_bad_document_is_reported_and_the_others_are_not_lost() {
    let folder = Folder::new();
    let documents = folder.file(
        "d.jsonl",
        "{\"text\":\"China\"}\n{\"txt\":\"x\"}\n[]\n{\"id\":\"z\",\"text\":\"Russia\"}\n\
             {\"text\":\"China\",\"languageCode\":\"xx-\"}\n",
    );
    let latin1 = folder.file("latin1.txt", b"caf\xE9");
    let wide = folder.file("wide.txt", b"\xFF\xFEC\0");
    let all = ["extract", path(&documents), path(&latin1), path(&wide), "missing.txt", path(&documents)];
    let (code, out, err) = run(&all);
    assert_eq!(code, 1);
    assert_eq!(out.lines().count(), 4);
    assert!(err.contains("d.jsonl:2: unknown field `txt`"), "{err}");
    assert!(err.contains("d.jsonl:3: it is a JSON array: "), "{err}");
    let tag = "d.jsonl:5: languageCode: a BCP 47 tag is asked for, such as en or zh-Hant, not \"xx-\"\n";
    assert!(err.contains(tag), "{err}");
    assert!(err.contains("latin1.txt: not UTF-8 at byte 3\n"), "{err}");
    assert!(err.contains("wide.txt: not UTF-8 at byte 0; it looks like UTF-16: convert it first\n"), "{err}");
    assert!(err.contains("cannot read missing.txt: "), "{err}");
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, code, message) in [
        (&["extract"][..], 2, "INPUT"),
        (&["extract", "--without", "exact", "x"], 2, "the forms are case, diacritics"),
        (&["extract", "--min-score", "2", "x"], 2, "a number from 0 to 1 is asked for"),
        (&["extract", "--min-score", "-1", "x"], 2, "a number from 0 to 1 is asked for"),
        (&["extract", "--max-mentions", "0", "x"], 2, "--max-mentions"),
        (&["extract", "--max-mentions", "-1", "x"], 2, "--max-mentions"),
        (&["extract", "--no-default-gazetteer", "x"], 1, "no gazetteer to search"),
        (&["extract", "--type", "a", "--not-type", "a", "x"], 1, "\"a\" is given to --type and to --not-type"),
        (&["extract", "--gazetteer", "missing.csv", "x"], 1, "cannot read the gazetteer missing.csv: "),
        (&["frobnicate"], 2, "unrecognized subcommand"),
        (&["serve", "--listen", "nowhere"], 1, "flag --listen: the setting server.listen has a wrong value"),
        (&["serve", "--listen", "localhost:5006"], 1, "an IP address and a port, such as 127.0.0.1:50051"),
        (&["config", "--admin", "localhost:9464"], 1, "server.admin has a wrong value: \"localhost:9464\" is not an"),
        (&["serve", "--set", "limits.mentoins=5"], 1, "unknown setting limits.mentoins; did you mean limits.mentions?"),
        (&["serve", "--set", "limits.mentions=many"], 1, "asks for a whole number, not \"many\""),
        (&["config", "--set", "limits.mentions=-1"], 1, "limits.mentions has a wrong value: -1 is less than 0"),
        (&["config", "--set", "limits.header_bytes=5000000000"], 1, "5000000000 is too large"),
        (
            &["config", "--set", "limits.mentions=0"],
            1,
            "limits.mentions has a wrong value: 0 would let nothing through",
        ),
        (&["config", "--set", "limits.connections=0"], 1, "0 would let nothing through; at least 1 is asked for"),
        (&["config", "--set", "limits.handshake_seconds=0"], 1, "limits.handshake_seconds has a wrong value: 0 would"),
        (&["config", "--set", "limits.keepalive_seconds=0"], 1, "limits.keepalive_seconds has a wrong value: 0 would"),
        (&["serve", "--set", "limits.mentions"], 2, "the form is KEY=VALUE"),
        (&["config", "--set", "server.workers=1025"], 1, "server.workers has a wrong value: 1025 workers are more"),
        (&["config", "--set", "server.workers=99999999"], 1, "99999999 workers are more than the 1024 there may be"),
        (&["serve", "--log-level", "loud=high=x"], 1, "log.level"),
        (
            &["serve", "--log-level", "foo"],
            1,
            "flag --log-level: the setting log.level has a wrong value: \"foo\" is neither a level",
        ),
        (&["config", "--set", "log.level=loud"], 1, "log.level has a wrong value: \"loud\" is neither"),
        (&["serve", "--log-level", ""], 1, "log.level"),
    ] {
        let (found, _, err) = run(arguments);
        assert_eq!(found, code, "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}

#[test]
fn a_type_that_no_entity_has_is_told() {
    let folder = Folder::new();
    let text = folder.file("text.txt", "China");
    for (flag, found) in [("--type", 0), ("--not-type", 1)] {
        let (code, out, err) = run(&["extract", flag, "Country", path(&text)]);
        assert_eq!((code, err.as_str()), (0, "warning: no entity is of the type \"Country\"; capitals count\n"));
        assert_eq!(out.matches("\"start\"").count(), found);
        let (_, _, err) = run(&["extract", flag, "country", path(&text)]);
        assert_eq!(err, "");
    }
}

#[test]
fn settings_come_from_defaults_file_environment_and_flags() {
    let folder = Folder::new();
    let file = folder.file("onomast.toml", "[limits]\nmentions = 7\nbatch_documents = 8\ninline_entities = 9\n");
    let output = onomast(&["config", "--config", path(&file), "--set", "limits.inline_entities=30"])
        .env("ONOMAST_LIMITS_BATCH_DOCUMENTS", "20")
        .env("ONOMAST_LIMITS_INLINE_ENTITIES", "20")
        .output()
        .unwrap();
    let (code, out, err) = texts(output);
    assert_eq!(code, 0, "{err}");
    let origin = |key: &str| {
        let line = out.lines().find(|line| line.starts_with(&format!("{key} ="))).unwrap();
        let (value, origin) = line.split_once('#').unwrap();
        (value.trim().to_owned(), origin.trim().to_owned())
    };
    assert_eq!(origin("document_bytes"), ("document_bytes = 8388608".into(), "default".into()));
    assert_eq!(origin("mentions"), ("mentions = 7".into(), path(&file).into()));
    assert_eq!(
        origin("batch_documents"),
        ("batch_documents = 20".into(), "environment ONOMAST_LIMITS_BATCH_DOCUMENTS".into())
    );
    assert_eq!(origin("inline_entities"), ("inline_entities = 30".into(), "flag --set".into()));

    // What is printed is itself a configuration of the same settings.
    let printed = folder.file("printed.toml", &out);
    let (code, again, err) = run(&["config", "--config", path(&printed)]);
    assert_eq!(code, 0, "{err}");
    let values =
        |text: &str| text.lines().map(|line| line.split('#').next().unwrap().trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&again), values(&out));

    let wrong = folder.file("wrong.toml", "[limits]\nmention = 7\n");
    let (code, _, err) = run(&["config", "--config", path(&wrong)]);
    assert_eq!(code, 1);
    assert!(err.contains("wrong.toml: unknown setting limits.mention; did you mean limits.mentions?"), "{err}");
    let (code, _, err) = texts(onomast(&["config"]).env("ONOMAST_LIMTS", "1").output().unwrap());
    assert_eq!(code, 1);
    assert!(err.contains("environment ONOMAST_LIMTS: unknown setting"), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let story = repository("tests/data/story.txt");
    let inputs = vec![path(&story); 200];
    let arguments = [&["extract", "--format", "jsonl"][..], &inputs].concat();
    let mut child = onomast(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let (code, _, err) = texts(child.wait_with_output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn messages_are_safe_for_terminals() {
    let folder = Folder::new();
    let file = folder.file("evil.jsonl", "{\"id\": \"a\", \"\u{202e}name\\u001b[2J\": 1}\n");
    let (code, out, _) = run(&["check", path(&file)]);
    assert_eq!(code, 1);
    assert!(out.contains("malformed") && !out.contains(['\u{1b}', '\u{202e}']), "{out:?}");
    let long = folder.file("long.jsonl", format!("{{\"{}\": 1}}\n", "x".repeat(1_000_000)));
    let (_, out, _) = run(&["check", path(&long)]);
    assert!(out.len() < 1000, "{}", out.len());
}

#[test]
fn odd_paths_and_environments_are_no_trouble() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let file = folder.file("a:b.jsonl", "{\"id\": \"a\", \"name\": \"Xanadu\"}\n");
    let foreign = std::ffi::OsStr::from_bytes(b"\xFF");
    let output = onomast(&["config", "--gazetteer", path(&file)]).env("FOREIGN", foreign).output().unwrap();
    let (code, out, err) = texts(output);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("a:b.jsonl"), "{out}");
    let (code, _, err) =
        run(&["serve", "--listen", "nowhere", "--set", "limits.concurrent_requests=9223372036854775807"]);
    assert!(code == 1 && err.contains("server.listen"), "{err}");
}

#[test]
fn a_compiled_gazetteer_gives_what_its_source_gives() {
    let folder = Folder::new();
    let source = folder.file("places.csv", "id,name,type\na,New York,city\nb,China,country\n");
    let file = folder.path("places.segment");
    let (code, out, err) = run(&["compile", path(&source), "--output", path(&file)]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("2 entities, 2 names") && err.contains("bytes a name"), "{err}");
    let text = folder.file("text.txt", "New York, China");
    let extract = |file| run(&["extract", "--no-default-gazetteer", "--gazetteer", path(file), path(&text)]);
    let (compiled, given) = (extract(&file), extract(&source));
    assert_eq!(compiled, given);
    assert_eq!(compiled.1.matches("\"start\"").count(), 2, "{}", compiled.1);
    assert_eq!(run(&["check", path(&file)]).0, 0);

    // A damaged file is refused by everything that reads it.
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let damaged = [
        run(&["check", path(&file)]),
        extract(&file),
        run(&["serve", "--no-default-gazetteer", "--gazetteer", path(&file), "--listen", "127.0.0.1:0"]),
    ];
    for (code, out, err) in damaged {
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains("places.segment: the file is damaged: its "), "{err}");
    }
}

#[test]
fn what_cannot_be_compiled_is_told() {
    let folder = Folder::new();
    let source = folder.file("places.jsonl", "{\"id\": \"a\", \"name\": \"China\"}\n{\"id\": \"a\", \"name\": \"\"}\n");
    let file = folder.path("places.segment");
    let compile = |source: &str, output: &std::path::Path| run(&["compile", source, "--output", path(output)]);
    let (code, _, err) = compile(path(&source), &file);
    assert_eq!(code, 1);
    assert!(err.contains(":2: duplicate-id: ") && err.contains(":2: empty-name: "), "{err}");
    assert!(!file.exists());
    let (code, _, err) = run(&["compile", path(&source), "--output", path(&file), "--skip-bad-lines"]);
    assert!(code == 0 && err.contains("left out: ") && err.contains("1 entity, 1 name"), "{err}");
    let (code, _, err) = compile(path(&file), &folder.path("again.segment"));
    assert!(code == 1 && err.contains("is a segment file already"), "{err}");
    let (code, _, err) = compile(path(&source), &folder.path("places.bin"));
    assert!(code == 2 && err.contains("must end in .segment"), "{err}");
    let (code, _, err) =
        run(&["compile", path(&source), "--output", path(&folder.path("no/a.segment")), "--skip-bad-lines"]);
    assert!(code == 1 && err.contains("cannot write the segment file"), "{err}");
    let (code, _, err) = compile("missing.jsonl", &file);
    assert!(code == 1 && err.contains("missing.jsonl"), "{err}");
}

#[test]
fn a_document_without_an_id_is_called_by_its_line() {
    let folder = Folder::new();
    let lines = folder.file("lines.jsonl", "{\"id\":\"a\",\"text\":\"China\"}\n\n{\"text\":\"Paris and Paris\"}\n");
    let (code, out, err) = run(&["explain", "--name", "Paris", path(&lines)]);
    assert!(code == 0 && out.contains(&format!("\n{}:3: 10..15 \"Paris\": Paris (", path(&lines))), "{out}{err}");
    assert!(out.starts_with("a: ") && !out.lines().any(|line| line.starts_with(':')), "{out}");
    let (code, out, err) = run(&["extract", "--format", "text", path(&lines)]);
    assert!(code == 0 && out.contains("== a\n") && out.contains(&format!("== {}:3\n", path(&lines))), "{out}{err}");
}

#[test]
fn what_is_not_unicode_is_no_other_setting() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let wrong = OsStr::from_bytes(b"/tmp/n\xFF");
    let said = |command: &mut Command| texts(command.output().unwrap());
    let (code, out, err) = said(onomast(&["config"]).env("ONOMAST_ACCESS_FILE", wrong));
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("environment ONOMAST_ACCESS_FILE: the value is not Unicode"), "{err}");
    assert_eq!(said(onomast(&["config"]).env("OTHER", wrong)).0, 0);
    for flag in ["--data", "--gazetteer"] {
        let (code, _, err) = said(onomast(&["config", flag]).arg(wrong));
        assert!(code == 1 && err.contains(&format!("flag {flag}: the value is not Unicode")), "{err}");
    }
}

#[test]
fn a_password_is_not_printed() {
    let folder = Folder::new();
    let address = "postgres://host/name?user=me&password=secret";
    let (code, out, err) = run(&["config", "--database", address]);
    assert!(code == 0 && out.contains("password=***") && !out.contains("secret"), "{out}{err}");
    let file =
        folder.file("onomast.toml", "[gazetteers]\nstarter = true\ndatabase = \"postgres://me:secret@host/name\n");
    let (code, _, err) = run(&["config", "--config", path(&file)]);
    assert!(code == 1 && err.contains("onomast.toml: line 3, column ") && !err.contains("secret"), "{err}");
}

#[test]
fn explanations_are_not_left_out_in_silence() {
    let folder = Folder::new();
    let text = folder.file("text.txt", "China");
    let (code, out, err) = run(&["extract", "--explain", "--format", "text", path(&text)]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("--explain") && err.contains("jsonl"), "{err}");
    let (code, out, _) = run(&["extract", "--explain", "--format", "jsonl", path(&text)]);
    assert!(code == 0 && out.contains("\"explanation\""), "{out}");
}
