//! Cleaning: what a page carries and a reader never sees is taken away.
//!
//! Each [`Step`] is a small function from text to text. A [`Cleaner`] runs some of them in turn and
//! counts what each one changed.
//!
//! Cleaning cannot know what a text means: `a<b` is markup to it, and white space that a program
//! needs is white space. So look at the counts, and clean prose, not code.

use std::borrow::Cow;
use std::sync::LazyLock;

use ch01::Normalization;
use clap::ValueEnum;
use regex::{Captures, Regex};

// ANCHOR: step
/// One thing that cleaning does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// HTML tags, comments, scripts and styles go; `&amp;` becomes `&`
    Markup,
    /// Web addresses go
    Urls,
    /// Characters without a picture go, except line ends and tabs
    Controls,
    /// Unicode's composed form: e and an accent become é
    Nfc,
    /// As nfc, and look-alikes too: ﬁ becomes fi, x² becomes x2
    Nfkc,
    /// Runs of blanks become one blank, several empty lines one
    Space,
}

impl Step {
    /// Markup first, for it hides addresses and blanks; space last, for the others leave gaps.
    pub const USUAL: [Self; 5] =
        [Self::Markup, Self::Urls, Self::Controls, Self::Nfc, Self::Space];

    /// The text after this step; borrowed where nothing changed.
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Markup => strip_markup(text),
            Self::Urls => strip_urls(text),
            Self::Controls => strip_controls(text),
            Self::Nfc => Normalization::Nfc.apply(text),
            Self::Nfkc => Normalization::Nfkc.apply(text),
            Self::Space => squeeze_space(text),
        }
    }
}
// ANCHOR_END: step

/// A pattern that is a constant of this file.
macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("a valid pattern"));
    };
}

// What no reader sees, and what a tag looks like: `<` and at once a letter, `/` or `!`. So
// `3 < 4` stays, and so does `<|endoftext|>`.
pattern!(
    UNSEEN,
    r"(?is)<!--.*?-->|<head\b.*?</head\s*>|<script\b.*?</script\s*>|<style\b.*?</style\s*>"
);
pattern!(
    TAG,
    r#"</?([A-Za-z][A-Za-z0-9-]*)(?:[\s/](?:"[^"]*"|'[^']*'|[^<>"'])*)?>|<![A-Za-z][^<>]*>"#
);
pattern!(URL, r#"(?i)\b(?:https?://|ftp://|www\.)[^\s<>"]+"#);

/// Tags that stand between two lines, not inside one.
const BLOCKS: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "nav",
    "ol",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];

// ANCHOR: strip_markup
/// Tags go, and what stands between them stays. A paragraph's tag leaves a line end; a tag inside
/// a line leaves nothing, so `wo<b>r</b>d` is one word again.
///
/// Entities come last. `&lt;b&gt;` is an author writing *about* tags: it becomes `<b>` and stays.
pub fn strip_markup(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return text.into();
    }
    let seen = UNSEEN.replace_all(text, "");
    let untagged = TAG.replace_all(&seen, |tag: &Captures| {
        let name = tag.get(1).map_or("", |name| name.as_str());
        match BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) {
            true => "\n",
            false => "",
        }
    });
    let plain = html_escape::decode_html_entities(&untagged);
    if plain == text { text.into() } else { plain.into_owned().into() }
}
// ANCHOR_END: strip_markup

/// Addresses go. A full stop or bracket behind one belongs to the sentence and stays.
pub fn strip_urls(text: &str) -> Cow<'_, str> {
    URL.replace_all(text, |url: &Captures| {
        let url = &url[0];
        let address = url.trim_end_matches(|c| ".,;:!?)]}'’”".contains(c));
        url[address.len()..].to_owned()
    })
}

/// Control characters go, and so do invisible ones that a copied page is full of: the byte order
/// mark, soft hyphens, zero-width spaces and marks of direction. A line end of two characters
/// becomes one.
///
/// The joiners U+200C and U+200D stay: Persian and Hindi are written with them, and emoji.
pub fn strip_controls(text: &str) -> Cow<'_, str> {
    let goes = |c: char| match c {
        '\n' | '\t' => false,
        '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => true,
        '\u{200E}' | '\u{200F}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    };
    if !text.contains(goes) {
        return text.into();
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.replace(goes, "").into()
}

/// Runs of blanks become one blank, blanks at the ends of lines go, and between two lines at most
/// one is empty.
pub fn squeeze_space(text: &str) -> Cow<'_, str> {
    let mut squeezed = String::with_capacity(text.len());
    for line in text.trim().lines() {
        if line.trim().is_empty() && squeezed.ends_with("\n\n") {
            continue;
        }
        for (place, word) in line.split_whitespace().enumerate() {
            if place > 0 {
                squeezed.push(' ');
            }
            squeezed.push_str(word);
        }
        squeezed.push('\n');
    }
    squeezed.pop(); // the last line's end
    if squeezed == text { text.into() } else { squeezed.into() }
}

/// What a step did to all documents so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The step
    pub step: Step,
    /// Documents that it changed
    pub documents: usize,
    /// Characters before
    pub before: u64,
    /// Characters after
    pub after: u64,
}

// ANCHOR: cleaner
/// Some steps, one after the other.
///
/// ```
/// use ch02::{Cleaner, Step};
///
/// let mut cleaner = Cleaner::new(&Step::USUAL);
/// let page = "<p>Tea  &amp; cake: https://tea.example</p>";
/// assert_eq!(cleaner.clean(page), "Tea & cake:");
/// assert_eq!(cleaner.changes()[1].documents, 1); // urls
/// ```
#[derive(Clone, Debug)]
pub struct Cleaner {
    changes: Vec<Changes>,
}

impl Cleaner {
    /// A cleaner that runs `steps` in this order.
    pub fn new(steps: &[Step]) -> Self {
        let fresh = |&step| Changes { step, documents: 0, before: 0, after: 0 };
        Self { changes: steps.iter().map(fresh).collect() }
    }

    /// The clean text; the counts grow by what changed.
    pub fn clean(&mut self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for changes in &mut self.changes {
            changes.before += text.chars().count() as u64;
            let cleaned = changes.step.apply(&text).into_owned();
            changes.documents += usize::from(cleaned != text);
            changes.after += cleaned.chars().count() as u64;
            text = cleaned.into();
        }
        text.into_owned()
    }

    /// What each step has changed so far.
    pub fn changes(&self) -> &[Changes] {
        &self.changes
    }
}
// ANCHOR_END: cleaner
