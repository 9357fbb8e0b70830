//! `onomast serve`: settings, logs, port, gazetteers, run, drain.

use std::{process::ExitCode, time::Instant};

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::Serve;
use crate::{
    catalog::{self, Loaded, Unverified},
    config::Settings,
    service::{Facing, Handle, Server},
    telemetry,
};

/// Serves until a signal to stop.
pub(super) fn run(arguments: Serve) -> anyhow::Result<ExitCode> {
    let config = arguments.settings.load()?;
    let settings = config.settings().clone();
    telemetry::start(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let result = runtime.block_on(serve(settings));
    // A job that still runs has had its time; the process does not wait for it.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let Settings { server, tls, access, quota, limits, gazetteers, log: _ } = settings;
    let server = Server::bind_facing(server, limits, &Facing { tls, access, quota }).await?;
    let handle = server.handle();
    let reloading =
        tokio::spawn(reload(signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?, server.handle()));
    // The server runs while gazetteers are read, so that health checks see it coming up.
    let (failed, failure) = tokio::sync::oneshot::channel();
    let loading = tokio::spawn(async move {
        if let Err(error) = load(gazetteers, handle).await {
            // The receiver waits as long as the server runs.
            let _ = failed.send(error);
        }
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut running = Box::pin(server.run(async {
        // A sender that is gone stops the server as well.
        let _ = stopped.await;
    }));
    let outcome = tokio::select! {
        result = &mut running => return Ok(result?),
        Ok(error) = failure => Err(error),
        signal = stop_signal() => signal,
    };
    loading.abort();
    reloading.abort();
    outcome?;
    // The server still runs: it was not polled to its end above.
    let _ = stop.send(());
    tokio::select! {
        result = running => Ok(result?),
        signal = stop_signal() => {
            tracing::warn!("second signal: stopping at once");
            signal
        }
    }
}

/// Reads certificates and the access file again with each SIGHUP.
async fn reload(mut hangup: Signal, handle: Handle) {
    while hangup.recv().await.is_some() {
        let handle = handle.clone();
        // What is bad is logged.
        let _ = tokio::task::spawn_blocking(move || handle.reload_security()).await;
    }
}

/// Loads the gazetteers away from the threads of the server, and gives them to it.
async fn load(options: catalog::Options, handle: Handle) -> anyhow::Result<()> {
    let started = Instant::now();
    let Loaded { catalog, skipped, unverified } =
        tokio::task::spawn_blocking(move || catalog::load(&options)).await.context("loading gazetteers failed")??;
    for issue in &skipped {
        tracing::warn!("left out: {issue}");
    }
    for gazetteer in catalog.iter() {
        tracing::info!(
            gazetteer = gazetteer.name(),
            version = gazetteer.version(),
            entities = gazetteer.segment().entities().len(),
            names = gazetteer.segment().name_count(),
            bytes = gazetteer.segment().memory(),
            "loaded"
        );
    }
    handle.serve(catalog).await;
    tracing::info!(milliseconds = started.elapsed().as_millis() as u64, "serving");
    // Large segment files serve at once; a damaged one ends the server as soon as that is known.
    let verify = move || unverified.iter().try_for_each(Unverified::verify);
    Ok(tokio::task::spawn_blocking(verify).await.context("verifying segment files failed")??)
}

/// Waits for SIGTERM or SIGINT.
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
