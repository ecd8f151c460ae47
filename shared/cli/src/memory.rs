//! What a program takes of the machine's memory.

/// Suits the C library to programs whose memory is a few large tensors. To be called before there
/// is a second thread.
///
/// By default it gives every large block back to the system at once, and asks for it anew a
/// moment later. The system clears each page that it hands out, since it may have been somebody
/// else's. A training step makes and forgets hundreds of large tensors, and a quarter of its time
/// went into cleared pages. Kept, a block is there for the next tensor.
///
/// Besides, every thread has a store of its own, whose leftovers nobody else may use. With large
/// tensors that is much, so there is one store for all. Programs with many small objects and many
/// threads are better off without: there, threads would wait for one another.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library's own switches")]
pub fn suit_tensors() {
    // SAFETY: `mallopt` takes two numbers, and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0); // no block of its own for a large tensor
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1); // nothing back before the end
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Elsewhere the C library has no such switches.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn suit_tensors() {}

/// The most memory that this process has had, in bytes, where the system tells it in a file.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}
