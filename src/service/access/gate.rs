//! The gate: everybody who may call, and the access file that says so, read again when it changed.
//!
//! A bad new file leaves the old one in force.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

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
    /// What was read the last time, or was to be.
    files: Mutex<Vec<PathBuf>>,
}

impl Gate {
    /// A gate that knows whom the file names; `None` where there is no file, and nobody is asked.
    pub(in crate::service) fn load(options: &Options) -> Result<Option<Self>, AccessError> {
        let Options { file } = options;
        if file.as_os_str().is_empty() {
            return Ok(None);
        }
        let mut files = Vec::new();
        let directory = ArcSwap::from_pointee(file::read(file, &mut files)?);
        Ok(Some(Self { file: file.clone(), directory, files: files.into() }))
    }

    /// Reads the file again.
    pub(in crate::service) fn reload(&self) -> Result<(), AccessError> {
        let mut files = Vec::new();
        let directory = file::read(&self.file, &mut files);
        // Where one of them is bad, it may be another that is changed next.
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
        self.directory.store(Arc::new(directory?));
        Ok(())
    }

    /// The files that say who may call, or would if they were good.
    pub(in crate::service) fn files(&self) -> Vec<PathBuf> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everybody who may call now.
    pub(super) fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }
}
