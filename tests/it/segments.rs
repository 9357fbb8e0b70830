//! Segment files: equal input gives equal files, and whatever is not as it was written is refused with the reason.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use onomast::{
    catalog::{self, Gazetteer, LoadError, Step},
    index::{FileError, Segment},
    service::{Limits, proto},
};

use crate::{
    support::{Folder, TestServer, repository},
    surfaces,
};

const PLACES: &str = concat!(
    "{\"id\": \"Q148\", \"name\": \"China\", \"type\": \"country\", \"aliases\": [\"People's Republic of China\"]}\n",
    "{\"id\": \"Q60\", \"name\": \"New York\", \"type\": \"city\", \"prior\": 0.9, \"attributes\": {\"in\": \"USA\"},",
    " \"related\": [\"Q148\"], \"context\": [\"skyscraper\"]}\n",
    "{\"id\": \"Q1\", \"name\": \"The Very Long and Winding Road to the Sea\", \"aliases\": [{\"text\": \"Straße\",",
    " \"language_code\": \"de\"}]}\n",
);

/// A compiled file, and its bytes.
fn compiled(folder: &Folder, name: &str) -> (std::path::PathBuf, Vec<u8>) {
    let (source, file) = (folder.file("places.jsonl", PLACES), folder.path(name));
    catalog::compile(&[source], &file, false, &mut |_| {}).unwrap();
    let bytes = fs::read(&file).unwrap();
    (file, bytes)
}

/// What is wrong with a file, whether that shows when it is opened or when it is verified.
fn fault(file: &Path) -> Option<FileError> {
    Segment::open(file).and_then(|(segment, _)| segment.verify()).err()
}

/// The names of what is in a folder.
fn listed(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn found(gazetteer: Gazetteer, text: &str) -> Vec<String> {
    let document = proto::Document { text: text.into(), ..proto::Document::default() };
    let answer = surfaces::library(gazetteer, &onomast::extract::Options::default(), &document);
    answer.mentions.into_iter().map(|mention| mention.entity.map_or(String::new(), |entity| entity.id)).collect()
}

#[test]
fn equal_input_gives_equal_files() {
    let folder = Folder::new();
    let (_, one) = compiled(&folder, "one.segment");
    let (_, other) = compiled(&folder, "other.segment");
    assert_eq!(one, other);
}

#[test]
fn a_flipped_byte_is_refused_wherever_it_is() {
    let folder = Folder::new();
    let (file, bytes) = compiled(&folder, "places.segment");
    assert!(fault(&file).is_none());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&file, damaged).unwrap();
        let error = fault(&file).unwrap_or_else(|| panic!("byte {at} of {} was flipped", bytes.len()));
        let expected = match at {
            0..8 => matches!(error, FileError::NotASegment),
            8..12 => matches!(error, FileError::Format { .. }),
            24..32 => matches!(error, FileError::Length { .. }),
            _ => matches!(error, FileError::Damaged(_)),
        };
        assert!(expected, "byte {at}: {error:?}");
    }
}

#[test]
fn a_cut_file_is_refused_wherever_it_was_cut() {
    let folder = Folder::new();
    let (file, bytes) = compiled(&folder, "places.segment");
    for length in 0..bytes.len() {
        fs::write(&file, &bytes[..length]).unwrap();
        let error = Segment::open(&file).expect_err("a cut file must not open");
        let expected = match length {
            0 => matches!(error, FileError::NotASegment | FileError::Io(_)),
            _ => matches!(error, FileError::Length { .. }),
        };
        assert!(expected, "{length} bytes: {error:?}");
    }
    fs::write(&file, [&bytes[..], b"\n"].concat()).unwrap();
    assert!(matches!(Segment::open(&file), Err(FileError::Length { .. })), "a byte too many");
}

#[test]
fn a_file_of_another_format_or_other_rules_is_refused_with_the_reason() {
    let folder = Folder::new();
    let (file, bytes) = compiled(&folder, "places.segment");
    let mut newer = bytes.clone();
    newer[8] += 1;
    fs::write(&file, newer).unwrap();
    let message = fault(&file).map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("format 4") && message.contains("reads 3;"), "{message}");
    // Other rules, with a checksum that is right.
    let mut other = bytes;
    other[16] ^= 1;
    let end = 64 + 24 * u32::from_le_bytes(other[12..16].try_into().unwrap()) as usize;
    other[32..36].fill(0);
    let checksum = crc32fast::hash(&other[..end]);
    other[32..36].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&file, other).unwrap();
    assert!(matches!(fault(&file), Some(FileError::Rules { .. })));
    fs::write(&file, "China\n").unwrap();
    assert!(matches!(fault(&file), Some(FileError::NotASegment)));
    assert!(matches!(fault(&folder.path("missing.segment")), Some(FileError::Io(_))));
    let message = fault(&folder.path(".")).unwrap().to_string();
    assert!(message.contains("is a directory"), "{message}");
}

/// `tests/data/format-1.segment` was written by the first version of the format: by `onomast compile` of `PLACES`.
#[test]
fn a_file_of_an_old_format_is_refused_for_it() {
    let error = Gazetteer::open("places", &repository("tests/data/format-1.segment")).unwrap_err();
    assert!(matches!(error, FileError::Format { found: 1 }), "{error}");
    assert!(error.to_string().contains("compile the gazetteer again"), "{error}");
}

#[test]
fn everything_of_an_entity_survives() {
    let folder = Folder::new();
    let (file, _) = compiled(&folder, "places.segment");
    let gazetteer = Gazetteer::open("places", &file).unwrap();
    let segment = gazetteer.segment();
    let york = segment.entity(segment.find("Q60").unwrap());
    assert_eq!((york.name, &*segment.types()[york.kind.0 as usize]), ("New York", "city"));
    assert_eq!(segment.id_of(segment.find("Q60").unwrap()), "Q60");
    assert_eq!(york.related, [segment.find("Q148").unwrap()]);
    assert_eq!(york.attributes.iter().map(|&id| segment.attribute(id)).collect::<Vec<_>>(), ["in=USA"]);
    assert_eq!(york.context, [segment.word(b"skyscraper").unwrap()]);
    let road = segment.entity(segment.find("Q1").unwrap());
    assert!(road.related.is_empty() && road.attributes.is_empty() && road.context.is_empty());
    let german = segment.names().find(|name| name.text() == "Straße").unwrap();
    assert_eq!((german.manner.language, german.prior), (segment.language("de"), 0.5));
    assert_eq!(segment.find("Q2"), None);
    assert_eq!(found(gazetteer, "the very long and winding road to the sea"), ["Q1"], "more words than a node counts");
}

#[test]
fn several_files_make_one_gazetteer_and_share_its_ids() {
    let folder = Folder::new();
    let one = folder.file("one.jsonl", "{\"id\": \"a\", \"name\": \"Berlin\"}\n");
    let two = folder.file("two.csv", "id,name\na,Paris\nb,Rome\n");
    let output = folder.path("all.segment");
    let files = [one.clone(), two];
    let Err(LoadError::Issues(issues)) = catalog::compile(&files, &output, false, &mut |_| {}) else {
        panic!("an id is given twice")
    };
    assert_eq!(issues.len(), 1);
    assert!(issues[0].to_string().contains(&format!("first at {}:1", one.display())), "{}", issues[0]);
    assert!(!output.exists(), "nothing is written for a gazetteer with issues");
    let compiled = catalog::compile(&files, &output, true, &mut |_| {}).unwrap();
    assert_eq!(compiled.skipped.len(), 1);
    assert_eq!(found(Gazetteer::open("all", &output).unwrap(), "Berlin, Paris, Rome"), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_serves_segment_files_as_it_does_others() {
    let folder = Folder::new();
    let (file, _) = compiled(&folder, "places.segment");
    let source = folder.path("places.jsonl");
    let ask = async |file: &Path| {
        let options = catalog::Options { files: vec![file.to_owned()], starter: false, ..Default::default() };
        let loaded = catalog::load(&options).unwrap();
        loaded.unverified.iter().for_each(|one| one.verify().unwrap());
        let server = TestServer::with(loaded.catalog, Limits::default()).await;
        let document = proto::Document { text: "New York and China".into(), ..proto::Document::default() };
        let request = proto::ExtractRequest { document: Some(document), ..proto::ExtractRequest::default() };
        surfaces::unary(&mut server.client().await, request).await
    };
    let (opened, compiled) = (ask(&file).await, ask(&source).await);
    assert_eq!(opened.mentions.len(), 2);
    assert_eq!(opened, compiled, "the answers are the same, with the same version of the gazetteer");
}

#[test]
fn a_compilation_that_cannot_be_written_says_where_before_it_reads() {
    let folder = Folder::new();
    let source = folder.file("places.jsonl", PLACES);
    fs::create_dir(folder.path("folder.segment")).unwrap();
    let before = listed(&folder);
    for name in ["missing/world.segment", "folder.segment", ".", ".."] {
        let (output, mut read) = (folder.path(name), 0);
        let compiled = catalog::compile(std::slice::from_ref(&source), &output, false, &mut |_| read += 1);
        let error = compiled.unwrap_err();
        assert!(matches!(&error, LoadError::Write { file, .. } if *file == output), "{error}");
        assert_eq!((read, listed(&folder)), (0, before.clone()), "{name}");
    }
}

#[test]
fn a_compilation_that_fails_leaves_all_as_it_was() {
    let folder = Folder::new();
    let (file, bytes) = compiled(&folder, "world.segment");
    let twice = folder.file("twice.jsonl", PLACES.repeat(2));
    let another = folder.file("world.segment.part", "of somebody else");
    let before = listed(&folder);
    for source in [twice, folder.path("missing.jsonl")] {
        let error = catalog::compile(&[source], &file, false, &mut |_| {}).unwrap_err();
        assert!(matches!(error, LoadError::Issues(_) | LoadError::Read { .. }), "{error}");
        assert_eq!(listed(&folder), before);
        assert_eq!(fs::read(&file).unwrap(), bytes);
        assert_eq!(fs::read(&another).unwrap(), b"of somebody else");
    }
}

#[test]
fn compilations_to_one_file_do_not_meet() {
    let folder = Folder::new();
    let (file, bytes) = compiled(&folder, "world.segment");
    let one = folder.path("places.jsonl");
    let other = folder.file("other.jsonl", "{\"id\": \"a\", \"name\": \"Berlin\"}\n");
    let before = listed(&folder);
    let mut between = 0;
    let mut compile_between = |_: Step<'_>| {
        if std::mem::replace(&mut between, 1) == 0 {
            catalog::compile(std::slice::from_ref(&other), &file, false, &mut |_| {}).unwrap();
            assert_eq!(found(Gazetteer::open("world", &file).unwrap(), "Berlin"), ["a"]);
        }
    };
    catalog::compile(&[one], &file, false, &mut compile_between).unwrap();
    assert_eq!(between, 1);
    assert_eq!(fs::read(&file).unwrap(), bytes, "the one that ends last");
    assert_eq!(listed(&folder), before);
}

#[test]
fn a_compiled_file_is_for_whom_any_new_file_is() {
    let folder = Folder::new();
    let (file, _) = compiled(&folder, "world.segment");
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode(&file), mode(&folder.path("places.jsonl")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_file_in_the_place_of_another_is_told_in_one_sentence() {
    let (folder, server) = (Folder::new(), TestServer::empty(Limits::default()).await);
    let (file, bytes) = compiled(&folder, "world.segment");
    let (other, text) = (folder.file("pp.jsonl", bytes), folder.file("text.txt", "China"));
    let output = folder.path("again.segment");
    let [file, other, text, output] = [&file, &other, &text, &output].map(|path| path.to_str().unwrap());
    let rename = "is a segment file; give it a name that ends in .segment";
    let document = "is a segment file and no document; give it to --gazetteer";
    for (arguments, message) in [
        (&["check", other][..], rename),
        (&["extract", "--gazetteer", other, text], rename),
        (&["serve", "--listen", "127.0.0.1:0", "--gazetteer", other], rename),
        (&["compile", "--skip-bad-lines", other, "--output", output], "is a segment file already; give what it was"),
        (&["gazetteer", "import", other, "--server", &server.address], "is a segment file; give what it was compiled"),
        (&["extract", file], document),
        (&["extract", other], document),
        (&["extract", "--input-format", "jsonl", file], document),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_onomast")).args(arguments).env_clear().output().unwrap();
        let (out, error) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert_eq!((run.status.code(), &*out), (Some(1), ""), "{arguments:?}: {error}");
        assert!(error.lines().filter(|line| line.contains(message)).count() == 1, "{arguments:?}: {error}");
        assert!(!error.contains("UTF-8"), "{arguments:?}: {error}");
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_no_file() {
    // A disk of its own needs a namespace of its own, which not every machine gives.
    let folder = Folder::new();
    let disk = folder.path("disk");
    fs::create_dir_all(&disk).unwrap();
    let lines: String =
        (0..90_000).map(|id| format!("{{\"id\": \"{id}\", \"name\": \"Place number {id}\"}}\n")).collect();
    let (small, large) = (folder.file("small.jsonl", &lines[..1_000_000]), folder.file("large.jsonl", &lines));
    // The last line of the small one is cut, and left out.
    for (source, expected) in [(small, "cannot write the segment file"), (large, "cannot put aside")] {
        let run =
            "mount -t tmpfs -o size=1m tmpfs \"$1\" && cd \"$1\" && shift && { \"$@\"; code=$?; ls -A; exit $code; }";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", run, "sh"]).arg(&disk).arg(env!("CARGO_BIN_EXE_onomast"));
        let output = command.args(["compile", "--skip-bad-lines", "--output", "full.segment"]).arg(source).output();
        let Ok(output) = output else { return println!("skipped: this machine has no unshare") };
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if error.contains("unshare:") || error.contains("mount:") {
            return println!("skipped: this machine gives no disk of its own: {error}");
        }
        assert_eq!((output.status.code(), &*out), (Some(1), ""), "{error}");
        assert!(error.contains(expected) && error.contains("full.segment") && error.contains("space"), "{error}");
    }
}
