//! The built-in data, the reader's own where there is some, and what was fetched.
//!
//! | what | built in | the file |
//! |---|---|---|
//! | [`stories`] | some by hand, any number from a grammar | |
//! | [`messages`] | `builtin/messages.tsv` | the SMS Spam Collection |
//! | [`instructions()`] | `builtin/instructions.json` | `instruction-data.json` |
//! | [`preferences()`] | `builtin/preferences.json` | `instruction-data-with-preference.json` |
//! | [`completions()`] | `builtin/completions.json` | `hellaswag_val.jsonl` |
//! | [`text()`] | [`LIGHTHOUSE`] | `the-verdict.txt`, `tinyshakespeare.txt` |
//!
//! A file is looked for in the folder that `--data` names, else in the one that
//! [`DATA_VARIABLE`] names, else among the data sets of the [`catalog`] that were fetched into the
//! [`store`]. Nothing is fetched unasked. A program says on standard error which it used:
//!
//! ```
//! let loaded = datasets::instructions(None)?;
//! eprintln!("{}", loaded.source.note());
//! # anyhow::Ok(())
//! ```

pub mod catalog;
mod completions;
mod drills;
#[cfg(feature = "fetch")]
pub mod fetch;
mod grammar;
mod instructions;
mod messages;
mod preferences;
mod source;
pub mod store;
pub mod stories;
mod text;

pub use completions::{Completion, built_in_completions, completions};
pub use drills::Drills;
pub use instructions::{Instruction, built_in_instructions, instructions};
pub use messages::{Label, Message, built_in_messages, messages};
pub use preferences::{Preference, built_in_preferences, preferences};
pub use source::{DATA_VARIABLE, Loaded, Source};
pub use store::folder_or_fetched;
pub use text::{LIGHTHOUSE, text};
