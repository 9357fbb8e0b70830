//! `onomast gazetteer`: the gazetteers of a running server.
//!
//! Answers are printed as proto3 JSON, one a line, in the words of the protocol.

use std::{
    fs::File,
    io::{self, BufReader, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use serde::Serialize;

use super::{
    args::{Gazetteer, ImportFile, Verb},
    counted,
    progress::Progress,
    say,
};
use crate::{
    catalog::{self, LoadError},
    gazetteer::{Checker, Entity, Format, parse_json, read_each, write_json},
    service::{
        Client, connect, explain,
        proto::{self, ImportConfig, ImportEntitiesRequest, ImportMode},
    },
};

/// How many entities a message of an import has, and of how many bytes, but for a single one that has more.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 1 << 20;
/// How many items are asked for at a time of what is listed: the most that the server gives.
const PAGE: u32 = 1000;
/// How many characters of an entity that cannot be read a message shows.
const SHOWN: usize = 200;
/// How many messages are read ahead of the server.
const AHEAD: usize = 8;
/// The fields of gazetteers and versions that are times, up to what they hold.
const TIMES: [&str; 2] = [r#""createTime":""#, r#""updateTime":""#];

/// Does what is asked, and prints what the server answers.
pub(super) fn run(arguments: Gazetteer) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    let Gazetteer { verb, server } = arguments;
    let server = server.connection();
    // A server closes a connection that says nothing while a large file is checked; one that is not there is told first.
    let checked = if let Verb::Import(import) = &verb {
        drop(runtime.block_on(connect(&server))?);
        check(import)?
    } else {
        0
    };
    let result = runtime.block_on(async { ask(connect(&server).await?, verb, checked).await });
    // A file that is still read has no reader any more.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

/// Asks and prints; `checked` is how many good entities the file of an import has.
async fn ask(mut client: Client, verb: Verb, checked: usize) -> anyhow::Result<()> {
    macro_rules! call {
        ($method:ident, $request:expr) => {
            client.$method($request).await.map_err(|status| anyhow::anyhow!(explain(&status)))?.into_inner()
        };
    }
    // Prints all that a call lists, page by page.
    macro_rules! list {
        ($method:ident, $request:ident { $($field:ident),* }, $items:ident, $print:ident) => {{
            let mut page_token = String::new();
            loop {
                let request = proto::$request { page_size: PAGE, page_token, $($field: $field.clone()),* };
                let answer = call!($method, request);
                answer.$items.iter().try_for_each($print)?;
                page_token = answer.next_page_token;
                if page_token.is_empty() {
                    return Ok(());
                }
            }
        }};
    }
    match verb {
        Verb::List => list!(list_gazetteers, ListGazetteersRequest {}, gazetteers, print_timed),
        Verb::Get { name } => print_timed(&call!(get_gazetteer, proto::GetGazetteerRequest { name }).gazetteer),
        Verb::Create { name, description } => {
            print_timed(&call!(create_gazetteer, proto::CreateGazetteerRequest { name, description }).gazetteer)
        }
        Verb::Delete { name, if_version } => {
            let if_version = if_version.unwrap_or_default();
            print(&call!(delete_gazetteer, proto::DeleteGazetteerRequest { name, if_version }))
        }
        Verb::Entities { gazetteer, version } => {
            let version = version.unwrap_or_default();
            list!(list_entities, ListEntitiesRequest { gazetteer, version }, entities, print)
        }
        Verb::Entity { gazetteer, id, version } => {
            let version = version.unwrap_or_default();
            print(&call!(get_entity, proto::GetEntityRequest { gazetteer, id, version }))
        }
        Verb::Put { gazetteer, entity, if_version } => {
            let if_version = if_version.unwrap_or_default();
            let entities = entity.iter().map(|text| parsed(text)).collect::<anyhow::Result<_>>()?;
            let request = proto::UpsertEntitiesRequest { gazetteer, entities, if_version, checks: vec![] };
            print(&call!(upsert_entities, request))
        }
        Verb::Remove { gazetteer, ids, if_version } => {
            let if_version = if_version.unwrap_or_default();
            print(&call!(delete_entities, proto::DeleteEntitiesRequest { gazetteer, ids, if_version, checks: vec![] }))
        }
        Verb::Versions { gazetteer } => list!(list_versions, ListVersionsRequest { gazetteer }, versions, print_timed),
        Verb::Rollback { gazetteer, to_version, if_version } => {
            let if_version = if_version.unwrap_or_default();
            print(&call!(rollback, proto::RollbackRequest { gazetteer, to_version, if_version }))
        }
        Verb::Export { gazetteer, version } => {
            let version = version.unwrap_or_default();
            let mut answers = call!(export_entities, proto::ExportEntitiesRequest { gazetteer, version });
            let fail = |status| anyhow::anyhow!(explain(&status));
            while let Some(answer) = answers.message().await.map_err(fail)? {
                answer.entities.iter().try_for_each(print)?;
            }
            Ok(())
        }
        Verb::Watch { gazetteers, checkpoint } => {
            let checkpoint = checkpoint.unwrap_or_default();
            let mut answers = call!(watch_gazetteers, proto::WatchGazetteersRequest { checkpoint, gazetteers });
            let fail = |status| anyhow::anyhow!(explain(&status));
            while let Some(answer) = answers.message().await.map_err(fail)? {
                print(&answer)?;
            }
            Ok(())
        }
        Verb::Import(import) => send(client, import, checked).await,
    }
}

/// Tells everything that is wrong with the file of an import, before anything is sent. Gives how many good entities it has.
fn check(import: &ImportFile) -> anyhow::Result<usize> {
    let &ImportFile { ref file, replace, skip_bad_lines, .. } = import;
    let segment = || {
        anyhow::anyhow!(
            "{} is a segment file; give what it was compiled from, or serve it and export it there",
            file.display()
        )
    };
    if catalog::is_segment(file) {
        return Err(segment());
    }
    if std::fs::metadata(file).is_ok_and(|data| !data.is_file() && !data.is_dir()) {
        anyhow::bail!("{} can be read only once, and an import reads it twice; write it into a file", file.display());
    }
    let (entities, issues) = catalog::check(file).map_err(|error| match error {
        LoadError::Misnamed { .. } => segment(),
        error => error.into(),
    })?;
    for issue in &issues {
        say(&format!("{}{}:{issue}", if skip_bad_lines { "left out: " } else { "" }, file.display()));
    }
    if !issues.is_empty() && !skip_bad_lines {
        anyhow::bail!("{} in {}; nothing was sent", counted(issues.len(), "bad line", "bad lines"), file.display());
    }
    if !issues.is_empty() && (replace || entities == 0) {
        let bad = counted(issues.len(), "bad line", "bad lines");
        anyhow::bail!(
            "{bad} in {}; nothing was sent: {}",
            file.display(),
            match replace {
                true => "--replace would delete what they stand for",
                false => "nothing would be left",
            }
        );
    }
    if replace && entities == 0 {
        anyhow::bail!(
            "{} has no entity; nothing was sent: --replace would delete all that the gazetteer has; to empty it, delete \
             and create it",
            file.display()
        );
    }
    Ok(entities)
}

/// Sends a file that has so many good entities as an import.
async fn send(mut client: Client, import: ImportFile, entities: usize) -> anyhow::Result<()> {
    let ImportFile { file, name, replace, skip_bad_lines: _, check_only, if_version } = import;
    let gazetteer =
        name.unwrap_or_else(|| file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default());
    let if_version = if_version.unwrap_or_default();
    let mode = if replace { ImportMode::Replace } else { ImportMode::Merge };
    let config =
        ImportConfig { gazetteer, mode: mode.into(), create: true, skip_bad_entities: false, if_version, check_only };
    let progress = Progress::new(std::fs::metadata(&file).ok().map(|data| data.len()));
    let (give, take) = tokio::sync::mpsc::channel(AHEAD);
    let reader = progress.wrap(File::open(&file).with_context(|| format!("cannot read {}", file.display()))?);
    let reading = tokio::task::spawn_blocking(move || (read(reader, &file, config, &give, entities), give));
    let requests = tokio_stream::wrappers::ReceiverStream::new(take);
    let call = client.import_entities(requests);
    let answer = in_full(call, reading).await?;
    progress.finish();
    print(&answer.map_err(|status| anyhow::anyhow!(explain(&status)))?.into_inner())
}

/// What a call answers whose messages are read meanwhile. Where reading fails, the call is given up before its stream of
/// messages ends: the server would keep what it has of a stream that ends.
async fn in_full<A, G>(
    call: impl Future<Output = A>,
    reading: tokio::task::JoinHandle<(anyhow::Result<()>, G)>,
) -> anyhow::Result<A> {
    let mut call = std::pin::pin!(call);
    tokio::select! {
        answer = &mut call => Ok(answer),
        read = reading => {
            let (read, give) = read.context("reading failed")?;
            read?;
            drop(give);
            Ok(call.await)
        }
    }
}

/// Reads a file that had so many good entities before into messages.
fn read(
    reader: impl io::Read,
    file: &Path,
    config: ImportConfig,
    give: &tokio::sync::mpsc::Sender<ImportEntitiesRequest>,
    expected: usize,
) -> anyhow::Result<()> {
    let (mut count, mut bytes) = (0, 0);
    let mut message = ImportEntitiesRequest { config: Some(config), entities: Vec::new() };
    let mut failed = None;
    // Whoever takes the messages says why it does so no more.
    let send = |message: &mut ImportEntitiesRequest| {
        let _ = give.blocking_send(std::mem::take(message));
    };
    let format = Format::of(&file.to_string_lossy());
    read_each(BufReader::with_capacity(1 << 18, reader), format, &mut Checker::default(), |read| {
        // What is wrong was told before.
        let Ok(entry) = read else { return };
        count += 1;
        let more = entry.entity.text_bytes();
        if message.entities.len() == BATCH || bytes > 0 && bytes + more > BATCH_BYTES {
            send(&mut message);
            bytes = 0;
        }
        bytes += more;
        match proto_of(&entry.entity) {
            Ok(entity) => message.entities.push(entity),
            Err(error) => failed = Some(error),
        }
    })
    .with_context(|| format!("cannot read {}", file.display()))?;
    anyhow::ensure!(count == expected, "{} was changed while it was read; nothing was kept of it", file.display());
    send(&mut message);
    failed.map_or(Ok(()), Err)
}

/// An entity that the user typed.
fn parsed(text: &str) -> anyhow::Result<proto::Entity> {
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    let entity = parse_json(text).map_err(|message| anyhow::anyhow!("the entity {shown}{more}: {message}"))?;
    proto_of(&entity)
}

fn proto_of(entity: &Entity) -> anyhow::Result<proto::Entity> {
    serde_json::from_str(&write_json(entity)).context("an entity has no form in the protocol")
}

fn print<T: Serialize>(value: &T) -> anyhow::Result<()> {
    writeln!(io::stdout().lock(), "{}", serde_json::to_string(value)?)?;
    Ok(())
}

/// Prints a gazetteer or a version, which have times. Not for entities: their attributes may have any key.
fn print_timed<T: Serialize>(value: &T) -> anyhow::Result<()> {
    writeln!(io::stdout().lock(), "{}", in_utc(serde_json::to_string(value)?))?;
    Ok(())
}

/// The JSON of a gazetteer or a version with its times as proto3 JSON has them, `Z` for `+00:00`.
fn in_utc(json: String) -> String {
    // A quotation mark inside a string has a backslash before it, so that this is a field.
    TIMES.iter().fold(json, |json, field| {
        let Some((before, rest)) = json.split_once(field) else { return json };
        let Some((time, after)) = rest.split_once('"') else { return json };
        let time = time.strip_suffix("+00:00").map_or_else(|| time.to_owned(), |time| format!("{time}Z"));
        format!("{before}{field}{time}\"{after}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_is_given_up_where_reading_fails_before_its_messages_end() {
        for reads in [true, false] {
            let (give, mut take) = tokio::sync::mpsc::channel::<u8>(1);
            // What the server does: it keeps what it has of a stream that ends.
            let call = async {
                while take.recv().await.is_some() {}
                "kept"
            };
            let read = if reads { Ok(()) } else { Err(anyhow::anyhow!("cannot read")) };
            let reading = tokio::task::spawn_blocking(move || (read, give));
            assert_eq!(in_full(call, reading).await.ok(), reads.then_some("kept"));
        }
    }

    #[test]
    fn times_are_those_of_proto3_json() {
        let json =
            r#"{"name":"a","createTime":"2026-01-02T03:04:05.678+00:00","updateTime":"2026-01-02T03:04:05+00:00"}"#;
        assert_eq!(
            in_utc(json.into()),
            r#"{"name":"a","createTime":"2026-01-02T03:04:05.678Z","updateTime":"2026-01-02T03:04:05Z"}"#
        );
        for other in [
            r#"{"description":"\"createTime\":\"1+00:00"}"#,
            r#"{"name":"createTime","description":":\"1+00:00"}"#,
            r#"{"description":"1+00:00","updateTime":"x"}"#,
            r#"{"openTime":"1+00:00"}"#,
            r#"{"version":"2"}"#,
            "{}",
        ] {
            assert_eq!(in_utc(other.into()), other);
        }
    }
}
