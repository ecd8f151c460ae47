//! One form for characters that look alike.
//!
//! Unicode can write the same letter in several ways: `é` is one character, or an `e` and an
//! accent. To a tokenizer of bytes these are different texts. Normalisation chooses one form
//! before the text is cut; what was written is then lost, so GPT-2 does not do it.
//!
//! Source: Unicode Standard Annex 15, "Unicode Normalization Forms".

use std::borrow::Cow;

use unicode_normalization::IsNormalized::Yes;
use unicode_normalization::{UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

/// What happens to a text before it is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalization {
    /// Nothing, as in GPT-2: every text comes back as it was.
    #[default]
    None,
    /// Canonical composition: `e` and an accent become `é`. Looks the same as before.
    Nfc,
    /// Compatibility composition: also `ﬁ` becomes `fi`, `２` becomes `2`, `x²` becomes `x2`.
    Nfkc,
}

impl Normalization {
    /// The normal form of `text`; borrowed where it is normal already.
    ///
    /// ```
    /// use ch01::Normalization::{Nfc, Nfkc, None};
    ///
    /// let text = "cafe\u{301} ﬁne";
    /// assert_eq!(None.apply(text), text);
    /// assert_eq!(Nfc.apply(text), "café ﬁne");
    /// assert_eq!(Nfkc.apply(text), "café fine");
    /// ```
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Nfc if is_nfc_quick(text.chars()) != Yes => {
                text.nfc().collect::<String>().into()
            }
            Self::Nfkc if is_nfkc_quick(text.chars()) != Yes => {
                text.nfkc().collect::<String>().into()
            }
            _ => text.into(),
        }
    }
}
