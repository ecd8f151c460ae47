//! Instructions that only some processors have.

/// Whether this processor has those that the splitter and the fast rung use where they can:
/// AVX-512, for 64 bytes at a time, and counting of bits.
#[inline]
#[cfg(target_arch = "x86_64")]
pub fn available() -> bool {
    use std::sync::LazyLock;
    static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    });
    *AVAILABLE
}
