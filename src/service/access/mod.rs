//! Who calls, and what they may do.
//!
//! A [`Principal`] comes with each request. Where the server asks nobody who they are, everybody is
//! [`Principal::anybody`]. A gazetteer outside a principal's scope does not exist for them: whatever they ask of it is
//! answered as for a name that nobody gave.
//!
//! How somebody proves who they are: a token (`token`), a signed token of somebody else (`jwt`), or a certificate of
//! their connection (`certificate`). One file (`file`) says who is who; `directory` is what it comes to, `gate` has
//! the newest one, and a `pass` is made for each call. Whatever is wrong with what a caller shows, the answer is one and the
//! same.
//!
//! Must not know: gazetteers, what the calls do.

mod certificate;
mod directory;
mod file;
mod gate;
mod jwt;
mod pass;
mod token;

pub(super) use certificate::Certificate;
pub(super) use directory::FORGED;
pub use file::{AccessError, Options};
pub(super) use gate::Gate;
pub(super) use pass::Pass;
pub use token::{NewToken, NoRandomness, new_token};

use serde::Deserialize;

use super::Error;

/// What somebody may do, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Extract, and look at gazetteers.
    Reader,
    /// Also edit the entities of gazetteers.
    Editor,
    /// Also create and delete gazetteers.
    Admin,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Their name, for logs, metrics and quotas.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The gazetteers that exist for them; `None` for all. An item that ends in `*` stands for every name that begins so.
    pub gazetteers: Option<Vec<String>>,
}

impl Principal {
    /// Whoever calls a server that asks nobody who they are.
    pub fn anybody() -> Self {
        Self { name: "anonymous".into(), role: Role::Admin, gazetteers: None }
    }

    /// The principal that the layers in front put beside a request; nobody, who may do nothing, where they did not.
    pub(super) fn of(extensions: &tonic::Extensions) -> Self {
        let nobody = || Self { name: "nobody".into(), role: Role::Reader, gazetteers: Some(Vec::new()) };
        extensions.get::<Self>().cloned().unwrap_or_else(nobody)
    }

    /// Whether a gazetteer exists for them.
    pub fn sees(&self, gazetteer: &str) -> bool {
        let fits = |item: &String| item.strip_suffix('*').map_or(item == gazetteer, |head| gazetteer.starts_with(head));
        self.gazetteers.as_ref().is_none_or(|list| list.iter().any(fits))
    }

    /// Fails where the role is less than `role`.
    pub(super) fn require(&self, role: Role) -> Result<(), Error> {
        if self.role < role { Err(Error::PermissionDenied { role }) } else { Ok(()) }
    }
}

impl Role {
    fn parse(name: &str) -> Option<Self> {
        [Self::Reader, Self::Editor, Self::Admin].into_iter().find(|role| role.to_string() == name)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        })
    }
}
