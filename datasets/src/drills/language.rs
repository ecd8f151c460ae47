//! Makers.

use super::Maker;

/// The makers of this file, by kind.
pub(super) const MAKERS: &[(&str, Maker)] = &[];
