//! A progress bar on standard error, where that is a terminal.

use std::io::{self, IsTerminal as _, Read};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows how much of the input was read, where standard error is a terminal.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar up to `total` bytes, beside output that is written meanwhile: none where it would be written across.
    pub(super) fn beside_output(total: Option<u64>) -> Self {
        if io::stdout().is_terminal() { Self(None) } else { Self::new(total) }
    }

    /// A bar up to `total` bytes; `None` when the total is not known.
    pub(super) fn new(total: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let template = match total {
            Some(_) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{spinner} {bytes} {bytes_per_sec}",
        };
        // The template is a constant that is right.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(Some(total.map_or_else(ProgressBar::new_spinner, ProgressBar::new).with_style(style)))
    }

    /// A reader that moves the bar on.
    pub(super) fn wrap<R: Read>(&self, reader: R) -> Counted<R> {
        Counted { reader, bar: self.0.clone() }
    }

    /// Moves the bar on by so many bytes.
    pub(super) fn add(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A reader that counts.
pub(super) struct Counted<R> {
    reader: R,
    bar: Option<ProgressBar>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if let Some(bar) = &self.bar {
            bar.inc(count as u64);
        }
        Ok(count)
    }
}
