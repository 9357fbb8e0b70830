//! Counts the bytes of the heap while something is built.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed},
};

#[global_allocator]
static COUNTED: Counted = Counted;

static COUNTING: AtomicBool = AtomicBool::new(false);
static NOW: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// What building something took from the heap, in bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    /// At most, at one time.
    pub(crate) peak: u64,
    /// In the end.
    pub(crate) steady: u64,
}

/// Runs it and counts. Outside of this, counting costs one look at a flag.
pub(crate) fn counted<T>(build: impl FnOnce() -> T) -> (Memory, T) {
    NOW.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    COUNTING.store(true, Relaxed);
    let built = build();
    COUNTING.store(false, Relaxed);
    let bytes = |count: &AtomicI64| count.load(Relaxed).max(0) as u64;
    (Memory { peak: bytes(&PEAK), steady: bytes(&NOW) }, built)
}

/// What the system says that programs can still take, in bytes; all there could be where it does not say.
pub(crate) fn available() -> u64 {
    let known = || {
        let text = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    known().map_or(u64::MAX, |kilobytes| kilobytes * 1024)
}

struct Counted;

fn add(bytes: i64) {
    if COUNTING.load(Relaxed) {
        let now = NOW.fetch_add(bytes, Relaxed) + bytes;
        PEAK.fetch_max(now, Relaxed);
    }
}

// SAFETY: all is left to the allocator of the system; only sizes are counted.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as i64);
        // SAFETY: what the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        add(-(layout.size() as i64));
        // SAFETY: what the caller promised.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as i64);
        // SAFETY: what the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size as i64 - layout.size() as i64);
        // SAFETY: what the caller promised.
        unsafe { System.realloc(at, layout, size) }
    }
}
