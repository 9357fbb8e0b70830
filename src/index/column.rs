//! Columns: runs of plain values that lie in memory or in a mapped file, and are read the same way.
//!
//! The only file with `unsafe` code; the compiler forbids it everywhere else. Three things need it:
//!
//! 1. Mapping a file. The system shows us the file itself: whoever writes into it, or cuts it, while it is mapped
//!    changes memory that Rust takes for constant, or ends the process. Nothing in this program writes into a segment
//!    file that exists: `onomast compile` writes beside it and renames. `docs/segments.md` asks the same of others.
//! 2. Reading a column through a pointer. The pointer comes from a slice of the column's own owner (a `Vec` or a map
//!    behind an `Arc`), which is never changed or moved while the column lives: nothing else holds the `Vec`, and a map
//!    is read-only. The values are `Pod`, so that any bytes of a file are values; alignment and length were checked
//!    when the slice was made.
//! 3. Sending a column to other threads. It only ever gives out shared references to values that are `Send + Sync`,
//!    and its owner is both.
//!
//! Must not know: what the values mean.

#![allow(unsafe_code)]

use std::{any::Any, fmt, fs::File, io, ops::Deref, ops::Range, path::Path, sync::Arc};

use bytemuck::Pod;

/// A file in memory, shared by every process that maps it.
pub(super) struct Map(memmap2::Mmap);

impl Map {
    /// Maps the file at `path`; reads nothing of it yet.
    pub(super) fn open(path: &Path) -> io::Result<Arc<Self>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // SAFETY: see 1. above.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        // Searches go all over a large file: with pages of 2 MiB they wait less for the tables of pages, and the file is
        // read in larger pieces. A system that has none for files refuses, and the map is as good.
        #[cfg(target_os = "linux")]
        map.advise(memmap2::Advice::HugePage).ok();
        Ok(Arc::new(Self(map)))
    }

    /// The bytes of the file.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A run of values that does not change.
pub(super) struct Column<T> {
    start: *const T,
    len: usize,
    /// Keeps what `start` points into.
    owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: see 3. above.
unsafe impl<T: Pod + Send + Sync> Send for Column<T> {}
// SAFETY: see 3. above.
unsafe impl<T: Pod + Send + Sync> Sync for Column<T> {}

impl<T: Pod + Send + Sync> Column<T> {
    /// The values at `range`, in bytes, of a mapped file; `None` where the range does not hold whole, aligned values.
    pub(super) fn mapped(map: &Arc<Map>, range: Range<usize>) -> Option<Self> {
        let values: &[T] = bytemuck::try_cast_slice(map.bytes().get(range)?).ok()?;
        Some(Self { start: values.as_ptr(), len: values.len(), owner: Arc::clone(map) as _ })
    }

    /// The values as the bytes that a file holds.
    pub(super) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self)
    }
}

impl<T: Pod + Send + Sync> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        let owner = Arc::new(values);
        Self { start: owner.as_ptr(), len: owner.len(), owner }
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: see 2. above.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

impl<T> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.owner.is::<Map>() { "mapped" } else { "owned" };
        write!(f, "Column({} values, {kept})", self.len)
    }
}

/// Does these reads of memory, none of which waits for another, so that what they read is in the cache afterwards.
pub(super) fn touch(reads: impl Iterator<Item = u32>) {
    std::hint::black_box(reads.fold(0, |seen, read| seen ^ read));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_outlives_what_made_it() {
        let column = Column::from(vec![1_u32, 2, 3]);
        let moved = std::thread::spawn(move || column.iter().sum::<u32>()).join();
        assert_eq!(moved.ok(), Some(6));
        assert!(Column::<u64>::from(Vec::new()).is_empty());
    }

    #[test]
    fn a_mapped_column_holds_whole_aligned_values() {
        let path = std::env::temp_dir().join(format!("onomast-column-{}", std::process::id()));
        std::fs::write(&path, [1, 0, 0, 0, 2, 0, 0, 0]).ok();
        let map = Map::open(&path);
        std::fs::remove_file(&path).ok();
        let Ok(map) = map else { panic!("the file can be mapped") };
        let whole = Column::<u32>::mapped(&map, 0..8);
        assert_eq!(whole.as_deref(), Some(&[1_u32.to_le(), 2_u32.to_le()][..]));
        assert!(Column::<u32>::mapped(&map, 0..7).is_none(), "no whole value");
        assert!(Column::<u32>::mapped(&map, 2..6).is_none(), "not aligned");
        assert!(Column::<u32>::mapped(&map, 4..12).is_none(), "behind the end");
    }
}
