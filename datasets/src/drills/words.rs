//! Words that several makers share.

/// Children's names, with the pronoun that fits.
pub(super) const NAMES: &[(&str, &str)] = &[("Anna", "she"), ("Ben", "he")];
