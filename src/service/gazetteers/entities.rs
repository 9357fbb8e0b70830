//! What a version of a gazetteer has, wherever it lies: in the database, or in the compiled form of a file.

use std::sync::Arc;

use super::{Gazetteers, convert};
use crate::{
    catalog::{Gazetteer, Revision, Stored},
    service::{Error, Principal, Violation, proto::StoredEntity},
};

/// A version of a gazetteer.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Of the database.
    Stored(Stored, Revision),
    /// Of a file, as it is served.
    File(Arc<Gazetteer>),
}

impl Content {
    /// What identifies the version.
    pub(super) fn version(&self) -> String {
        match self {
            Self::Stored(_, revision) => revision.to_string(),
            Self::File(gazetteer) => gazetteer.version().to_owned(),
        }
    }
}

impl Gazetteers {
    /// The version of a gazetteer that is asked for; by default the one that is served. Of a file there is no other. `wrong`
    /// is what is known to be wrong with the request already.
    pub(super) async fn at(
        &self,
        principal: &Principal,
        name: &str,
        version: &str,
        mut wrong: Vec<Violation>,
    ) -> Result<Content, Error> {
        let Some(served) = self.named(principal, "gazetteer", name, &mut wrong)? else {
            return Err(Error::Invalid(wrong));
        };
        let Some(kept) = served.kept() else {
            Error::check(wrong)?;
            if version.is_empty() || version == served.version() {
                return Ok(Content::File(served));
            }
            return Err(Error::no_version(name, version));
        };
        let revision = convert::revision("version", version, &mut wrong);
        Error::check(wrong)?;
        let Some(revision) = revision else {
            return Ok(Content::Stored(kept.clone(), kept.head.revision));
        };
        let keeper = self.keeper()?;
        let stored = self.ask(keeper.store().gazetteer(name)).await?;
        let stored = stored.ok_or_else(|| Error::no_gazetteer(name))?;
        let version = self.ask_about(name, keeper.store().version(&stored, revision)).await?;
        Ok(Content::Stored(stored, version.revision))
    }

    /// What was read of a version. Nothing where none was `asked` for, and the newest was forgotten for a newer one before it
    /// was read: `content` is the newer one then, to be read anew.
    pub(super) async fn settled<T>(
        &self,
        asked: &str,
        content: &mut Content,
        read: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match (read, &mut *content) {
            (Err(error), Content::Stored(stored, revision)) if asked.is_empty() && error.is_no_version() => {
                let now = self.ask(self.keeper()?.store().gazetteer(&stored.name)).await?;
                let now = now.filter(|now| now.uid == stored.uid).ok_or_else(|| Error::no_gazetteer(&stored.name))?;
                if now.head.revision == *revision {
                    return Err(error);
                }
                (*revision, *stored) = (now.head.revision, now);
                Ok(None)
            }
            (read, _) => read.map(Some),
        }
    }

    /// One entity.
    pub(super) async fn entity(&self, content: &Content, id: &str) -> Result<Option<StoredEntity>, Error> {
        match content {
            // No database keeps the character.
            Content::Stored(..) if id.contains('\0') => Ok(None),
            Content::Stored(stored, revision) => {
                let row =
                    self.ask_about(&stored.name, self.keeper()?.store().entity(stored.uid, id, *revision)).await?;
                row.as_ref().map(convert::stored_entity).transpose()
            }
            Content::File(gazetteer) => {
                let (id, version) = (id.to_owned(), gazetteer.version().to_owned());
                let found = away(gazetteer, move |gazetteer| gazetteer.given(&id)).await?;
                found.as_ref().map(|given| convert::given_entity(given, &version)).transpose()
            }
        }
    }

    /// As `entities`, of the newest version where none was `asked` for.
    pub(super) async fn first_page(
        &self,
        asked: &str,
        content: &mut Content,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<StoredEntity>, bool), Error> {
        loop {
            let read = self.entities(content, after, limit).await;
            if let Some(read) = self.settled(asked, content, read).await? {
                return Ok(read);
            }
        }
    }

    /// Entities behind an id, in the order of the kind of gazetteer, and whether there are more: at most `limit`, and not
    /// many where they are large.
    pub(super) async fn entities(
        &self,
        content: &Content,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<StoredEntity>, bool), Error> {
        match content {
            Content::Stored(stored, revision) => {
                let keeper = self.keeper()?;
                let asking = keeper.store().entities(stored.uid, *revision, after, limit);
                let (rows, more) = self.ask_about(&stored.name, asking).await?;
                Ok((rows.iter().map(convert::stored_entity).collect::<Result<_, _>>()?, more))
            }
            Content::File(gazetteer) => {
                let (after, version) = (after.to_owned(), gazetteer.version().to_owned());
                let (page, more) = away(gazetteer, move |gazetteer| gazetteer.given_behind(&after, limit)).await?;
                let page = page.iter().map(|given| convert::given_entity(given, &version));
                Ok((page.collect::<Result<_, _>>()?, more))
            }
        }
    }
}

/// Reads a compiled form away from the threads that do input and output: the first time, every name of it is read.
async fn away<T: Send + 'static>(
    gazetteer: &Arc<Gazetteer>,
    read: impl FnOnce(&Gazetteer) -> T + Send + 'static,
) -> Result<T, Error> {
    let gazetteer = gazetteer.clone();
    tokio::task::spawn_blocking(move || read(&gazetteer)).await.map_err(|_| Error::Internal)
}
