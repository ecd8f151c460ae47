//! How long to wait for a server, and how often to ask again.

use std::time::Duration;

/// How long to wait for a server, and how often to ask again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes: a transfer may take hours, as long as something arrives.
    pub stall: Duration,
    /// How many attempts in a row may bring nothing new.
    pub attempts: u32,
    /// Before the second attempt; each further pause is twice as long.
    pub pause: Duration,
}

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            stall: Duration::from_secs(30),
            attempts: 5,
            pause: Duration::from_secs(1),
        }
    }
}

impl Patience {
    /// The pause after `failed` attempts in a row: 1, 2, 4, 8 … times the first.
    pub(crate) fn pause_after(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.pause.saturating_mul(doubled).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let patience = Patience::default();
        let seconds =
            [1, 2, 3, 6, 40].map(|failed| patience.pause_after(failed).as_secs());
        assert_eq!(seconds, [1, 2, 4, 30, 30]);
    }
}
