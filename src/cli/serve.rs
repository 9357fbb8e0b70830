//! `onomast serve`: settings, logs, exporters, ports, gazetteers, run, drain.

use std::{process::ExitCode, time::Duration};

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{args::Serve, gazetteers};
use crate::{
    catalog,
    config::Settings,
    observe::{Metrics, Observer, Tracer},
    service::{Facing, Handle, Scrape, Server},
    telemetry::{self, Exporters},
};

/// How long signals are one: some send it to the process and to its group, as `timeout` does.
const ONE_SIGNAL: Duration = Duration::from_millis(100);

/// Serves until a signal to stop.
pub(super) fn run(arguments: Serve) -> anyhow::Result<ExitCode> {
    let config = arguments.settings.load()?;
    let settings = config.settings().clone();
    let _log = telemetry::start(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let result = runtime.block_on(serve(settings));
    // A job that still runs has had its time; the process does not wait for it.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let Settings { server, tls, access, quota, limits, gazetteers, log: _, telemetry } = settings;
    let server = Server::bind_facing(server, limits, &Facing { tls, access, quota }).await?;
    let exporters = Exporters::start(&telemetry, server.admin_address().is_some())?;
    let metrics = exporters.meter().map(|meter| Metrics::new(&meter)).unwrap_or_default();
    let tracer = exporters.tracer().map(|(tracer, propagator)| Tracer::new(tracer, propagator));
    let server = server.observed(Observer { metrics, tracer }, Scrape::new(exporters.scrape()));
    let result = run_with(server, gazetteers).await;
    // What was measured last is sent before the end; that waits for the network.
    tokio::task::spawn_blocking(move || exporters.stop()).await.context("sending telemetry failed")?;
    result
}

/// Loads gazetteers into a server, and runs it until a signal to stop.
async fn run_with(server: Server, gazetteers: catalog::Options) -> anyhow::Result<()> {
    let handle = server.handle();
    let reloading =
        tokio::spawn(reload(signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?, server.handle()));
    // The server runs while gazetteers are read, so that health checks see it coming up.
    let (failed, failure) = tokio::sync::oneshot::channel();
    let loading = tokio::spawn(async move {
        if let Err(error) = gazetteers::serve(gazetteers, handle).await {
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
    let again = async {
        tokio::time::sleep(ONE_SIGNAL).await;
        stop_signal().await
    };
    tokio::select! {
        result = running => Ok(result?),
        signal = again => {
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
