//! Who calls, and what they may do.
//!
//! A [`Principal`] comes with each request. Where the server asks nobody who they are, everybody is
//! [`Principal::anybody`]. A gazetteer outside a principal's scope does not exist for them: whatever they ask of it is
//! answered as for a name that nobody gave.
//!
//! Must not know: how somebody proves who they are, gazetteers.

use super::Error;

/// What somebody may do, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The principal that the layers in front put beside a request.
    pub(super) fn of(extensions: &tonic::Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_else(Self::anybody)
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

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        })
    }
}
