//! The gate: everybody who may call, and the access file that says so, read again when it changed.
//!
//! A bad new file leaves the old one in force.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;

use super::{
    directory::Directory,
    file::{self, AccessError, Options},
};

/// The gate.
#[derive(Debug)]
pub(in crate::service) struct Gate {
    file: PathBuf,
    directory: ArcSwap<Directory>,
}

impl Gate {
    /// A gate that knows whom the file names; `None` where there is no file, and nobody is asked.
    pub(in crate::service) fn load(options: &Options) -> Result<Option<Self>, AccessError> {
        let Options { file } = options;
        if file.as_os_str().is_empty() {
            return Ok(None);
        }
        let directory = ArcSwap::from_pointee(file::read(file)?);
        Ok(Some(Self { file: file.clone(), directory }))
    }

    /// Reads the file again.
    pub(in crate::service) fn reload(&self) -> Result<(), AccessError> {
        self.directory.store(Arc::new(file::read(&self.file)?));
        Ok(())
    }

    /// The files that say who may call.
    pub(in crate::service) fn files(&self) -> Vec<PathBuf> {
        self.directory.load().files.clone()
    }

    /// Everybody who may call now.
    pub(super) fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }
}
