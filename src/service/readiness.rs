//! Whether requests are served, for all who ask: the health service of gRPC, `/readyz`, the metrics.
//!
//! Invariant: once a server drains, it never says that it serves again.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::observe::Metrics;

/// The life of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Gazetteers are being loaded.
    Starting,
    /// Requests are served.
    Serving,
    /// It was told to stop.
    Draining,
}

/// Says whether requests are served. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Readiness {
    state: Arc<watch::Sender<State>>,
    remarks: Arc<watch::Sender<BTreeMap<&'static str, String>>>,
    health: HealthReporter,
    services: &'static [&'static str],
}

impl Readiness {
    /// A server that starts, with these services; the name of all is empty.
    pub(super) async fn new(services: &'static [&'static str]) -> Self {
        let state = Arc::new(watch::Sender::new(State::Starting));
        let readiness = Self { state, remarks: Default::default(), health: HealthReporter::new(), services };
        readiness.report(ServingStatus::NotServing).await;
        readiness
    }

    /// What the health service answers from.
    pub(super) fn health(&self) -> HealthReporter {
        self.health.clone()
    }

    /// Requests are served from now on, unless it was told to stop already.
    pub(super) async fn serving(&self, metrics: &Metrics) {
        if self.advance(State::Serving) {
            metrics.serving(true);
            self.report(ServingStatus::Serving).await;
            // A signal to stop may have come between the two.
            if self.state() == State::Draining {
                self.draining(metrics).await;
            }
        }
    }

    /// It was told to stop.
    pub(super) async fn draining(&self, metrics: &Metrics) {
        self.advance(State::Draining);
        metrics.serving(false);
        self.report(ServingStatus::NotServing).await;
    }

    /// Adds a sentence about a subject to what `/readyz` says, or removes it. It changes nothing else.
    pub(super) fn remark(&self, subject: &'static str, sentence: Option<String>) {
        self.remarks.send_modify(|remarks| {
            match sentence {
                Some(sentence) => remarks.insert(subject, sentence),
                None => remarks.remove(subject),
            };
        });
    }

    /// Where it stands now.
    pub(super) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// What to tell people of it: a line for its state and for each remark.
    pub(super) fn describe(&self) -> String {
        let mut text = String::from(match self.state() {
            State::Starting => "not ready: gazetteers are being loaded\n",
            State::Serving => "ready\n",
            State::Draining => "not ready: shutting down\n",
        });
        for (subject, sentence) in self.remarks.borrow().iter() {
            text.push_str(&format!("{subject}: {sentence}\n"));
        }
        text
    }

    /// Goes on to that state; false where it is there or further.
    fn advance(&self, to: State) -> bool {
        self.state.send_if_modified(|state| {
            let further = to > *state;
            *state = (*state).max(to);
            further
        })
    }

    async fn report(&self, status: ServingStatus) {
        for service in self.services {
            self.health.set_service_status(service, status).await;
        }
    }
}
