//! Telling of changes.

use futures_util::{StreamExt as _, stream, stream::BoxStream};
use tonic::Status;

use super::{Gazetteers, convert};
use crate::{
    catalog::{Catalog, Change, Kind, Revision, Served, Version},
    service::{
        Error, Principal, Violation,
        proto::{ErrorReason, GazetteerEvent, WatchGazetteersRequest, WatchGazetteersResponse},
    },
};

/// The most changes read at once.
const PAGE: i64 = 500;

/// A stream that tells.
struct Watch {
    service: Gazetteers,
    principal: Principal,
    wanted: Vec<String>,
    /// The newest revision told.
    checkpoint: Revision,
    /// How often the database had gone back when it began.
    backs: u64,
    /// What was read and not told yet.
    ready: std::collections::VecDeque<WatchGazetteersResponse>,
    served: tokio::sync::watch::Receiver<Served>,
}

impl Gazetteers {
    /// Tells of changes from the checkpoint on, or of everything first.
    pub(super) async fn watch(
        &self,
        principal: Principal,
        request: WatchGazetteersRequest,
    ) -> Result<BoxStream<'static, Result<WatchGazetteersResponse, Status>>, Error> {
        let WatchGazetteersRequest { checkpoint, gazetteers: wanted } = request;
        let keeper = self.keeper()?;
        let mut wrong = Vec::new();
        crate::service::convert::at_most(&wanted, "gazetteers", &mut wrong);
        Error::check(wrong)?;
        let served = keeper.served();
        let (service, ready) = (self.clone(), Default::default());
        let backs = served.borrow().backs;
        let mut watch = Watch { service, principal, wanted, checkpoint: 0, backs, ready, served };
        if checkpoint.is_empty() {
            // A newer change of another gazetteer may be served while an older one is not yet.
            watch.checkpoint = keeper.refresh(&self.catalog).await?;
            watch.backs = watch.served.borrow().backs;
            let catalog = self.catalog.catalog().unwrap_or_default();
            for gazetteer in catalog.iter() {
                let event = match gazetteer.kept() {
                    Some(stored) => watch.event(gazetteer.name(), &stored.head),
                    None => watch.wants(gazetteer.name()).then(|| GazetteerEvent {
                        gazetteer: gazetteer.name().to_owned(),
                        kind: convert::kind(Kind::Create).into(),
                        version: gazetteer.version().to_owned(),
                    }),
                };
                // Until all were told, coming back begins anew.
                let event = event.map(|event| WatchGazetteersResponse { event: Some(event), checkpoint: "".into() });
                watch.ready.extend(event);
            }
            let checkpoint = watch.checkpoint.to_string();
            watch.ready.push_back(WatchGazetteersResponse { event: None, checkpoint });
        } else {
            let wrong = || Error::Invalid(vec![Violation::invalid("checkpoint", "no answer of this call had it")]);
            watch.checkpoint = convert::number(&checkpoint).ok_or_else(wrong)?;
            // One that lies ahead would wait for what is not a change since it. Another server may be ahead of this one.
            if watch.checkpoint > self.ask(keeper.store().revision()).await? {
                return Err(wrong());
            }
            // What is not kept of others makes no difference here.
            let oldest = keeper.store().oldest_change(|name| watch.wants(name));
            if watch.checkpoint < self.ask(oldest).await? {
                let message = "the changes since the checkpoint are not kept any more; watch anew without one";
                return Err(Error::refused(ErrorReason::CheckpointTooOld, message));
            }
        }
        let told = stream::unfold(Some(watch), |watch| async {
            let mut watch = watch?;
            match watch.next().await {
                Ok(message) => Some((Ok(message), Some(watch))),
                Err(error) => Some((Err(Status::from(error)), None)),
            }
        });
        Ok(told.boxed())
    }
}

impl Watch {
    fn wants(&self, name: &str) -> bool {
        self.principal.sees(name) && (self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == name))
    }

    fn event(&self, name: &str, version: &Version) -> Option<GazetteerEvent> {
        let kind = convert::kind(version.kind).into();
        let (gazetteer, version) = (name.to_owned(), version.revision.to_string());
        self.wants(name).then_some(GazetteerEvent { gazetteer, kind, version })
    }

    /// The next message, once there is something to tell.
    async fn next(&mut self) -> Result<WatchGazetteersResponse, Error> {
        let mut stopping = self.service.stopping.clone();
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(message);
            }
            // Before what is served is looked at, so that whatever is served later wakes it.
            let served = *self.served.borrow_and_update();
            if served.backs != self.backs {
                let message = "the database went back to an older state; watch anew without a checkpoint";
                return Err(Error::refused(ErrorReason::CheckpointTooOld, message));
            }
            let before = self.checkpoint;
            if served.newest > before {
                self.read(served).await?;
            }
            if self.checkpoint == before && self.ready.is_empty() {
                tokio::select! {
                    changed = self.served.changed() => changed.map_err(|_| Error::NotServing)?,
                    _ = stopping.wait_for(|stopping| *stopping) => return Err(Error::NotServing),
                }
                continue;
            }
            if self.ready.is_empty() {
                let checkpoint = self.checkpoint.to_string();
                self.ready.push_back(WatchGazetteersResponse { event: None, checkpoint });
            }
        }
    }

    /// Reads the changes behind the checkpoint, up to the first that is not served here yet: who hears of one reads it.
    async fn read(&mut self, served: Served) -> Result<(), Error> {
        let keeper = self.service.keeper()?;
        let changes = self.service.ask(keeper.store().changes(self.checkpoint, PAGE)).await?;
        let catalog = self.service.catalog.catalog().unwrap_or_default();
        let told = changes.iter().take_while(|change| is_served(change, served, &catalog)).count();
        for Change { name, version, .. } in &changes[..told] {
            self.checkpoint = version.revision;
            let checkpoint = version.revision.to_string();
            if let Some(event) = self.event(name, version) {
                self.ready.push_back(WatchGazetteersResponse { event: Some(event), checkpoint });
            }
        }
        // What was forgotten meanwhile stands in no change.
        if told == changes.len() && told < PAGE as usize {
            self.checkpoint = served.newest.max(self.checkpoint);
        }
        Ok(())
    }
}

/// Whether who asks for a gazetteer gets it with the change, or without the gazetteer where that was deleted.
fn is_served(change: &Change, served: Served, catalog: &Catalog) -> bool {
    let there = catalog.get(&change.name).ok();
    let kept = there.as_ref().map(|there| there.kept());
    change.version.revision <= served.all
        || match kept {
            Some(Some(kept)) if kept.uid == change.uid => kept.head.revision >= change.version.revision,
            // One that was given as a file keeps its name.
            Some(None) => true,
            _ => change.is_deleted,
        }
}
