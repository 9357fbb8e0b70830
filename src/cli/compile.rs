//! `onomast compile`: gazetteer files into one segment file.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::Instant,
};

use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use super::{args::Compile, counted, progress::Progress, say};
use crate::catalog::{self, Compiled, LoadError, Step, is_segment};

/// Compiles, and says what came of it.
pub(super) fn run(arguments: &Compile) -> anyhow::Result<ExitCode> {
    let Compile { files, output, skip_bad_lines } = arguments;
    let already =
        |file: &Path| anyhow::anyhow!("{} is a segment file already; give what it was compiled from", file.display());
    if let Some(file) = files.iter().find(|file| is_segment(file)) {
        return Err(already(file));
    }
    let started = Instant::now();
    let total = files.iter().map(|file| fs::metadata(file).ok().map(|data| data.len())).sum();
    let progress = Progress::new(total);
    let compiled = catalog::compile(files, output, *skip_bad_lines, &mut |step| match step {
        Step::Begun(part) => remove_when_stopped(part.to_owned()),
        Step::Read(bytes) => progress.add(bytes),
    });
    progress.finish();
    let Compiled { gazetteer, bytes, skipped } = compiled.map_err(|error| match error {
        // Another name would not help here.
        LoadError::Misnamed { file } => already(&file),
        error => error.into(),
    })?;
    for issue in &skipped {
        say(&format!("left out: {issue}"));
    }
    let segment = gazetteer.segment();
    let each = match segment.name_count() {
        0 => String::new(),
        names => format!(", {:.0} bytes a name", bytes as f64 / names as f64),
    };
    say(&format!(
        "{}: {}, {} and {} derived from them, {}; {:.1} MB{each}; version {}; {:.1} s",
        output.display(),
        counted(segment.entities().len(), "entity", "entities"),
        counted(segment.name_count(), "name", "names"),
        segment.derived_count(),
        counted(segment.word_count(), "word", "words"),
        bytes as f64 / 1e6,
        gazetteer.version(),
        started.elapsed().as_secs_f64(),
    ));
    if gazetteer.has_no_names() {
        say("warning: it has no names: nothing of it can be found");
    }
    Ok(ExitCode::SUCCESS)
}

/// Sees to it that nothing is left of the file that is written where a signal stops the program from now on. Where the
/// system does not let us wait for signals, they stop it as they always do.
fn remove_when_stopped(part: PathBuf) {
    let Ok((runtime, [mut interrupt, mut terminate])) = signals() else { return };
    let wait = move || {
        let kind = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            }
        });
        // It may be renamed already.
        let _ = fs::remove_file(part);
        // What a shell says of a program that a signal stopped.
        std::process::exit(128 + kind.as_raw_value());
    };
    let _ = thread::Builder::new().name("signals".into()).spawn(wait);
}

/// The signals that stop the program, and what waits for them.
fn signals() -> io::Result<(Runtime, [Signal; 2])> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    drop(entered);
    Ok((runtime, signals))
}
