//! What exercises there are: `chapters/*/exercises/exercises.toml`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::source::Master;

/// The number of an exercise: chapter and place in it, `3.1`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Number {
    chapter: u32,
    place: u32,
}

impl Number {
    /// The chapter's package: `ch03`.
    pub fn chapter(self) -> String {
        format!("ch{:02}", self.chapter)
    }

    /// The name of its test target: `ex3_1`.
    pub fn target(self) -> String {
        format!("ex{}_{}", self.chapter, self.place)
    }

    /// The id of its heading in the book: `ex-3-1`.
    pub fn heading(self) -> String {
        format!("ex-{}-{}", self.chapter, self.place)
    }
}

impl FromStr for Number {
    type Err = anyhow::Error;

    /// Reads `3.1` or `ex3_1`.
    fn from_str(text: &str) -> Result<Self> {
        let parts = text.strip_prefix("ex").unwrap_or(text).split_once(['.', '_']);
        let parsed = parts.and_then(|(chapter, place)| {
            Some(Self {
                chapter: chapter.parse().ok()?,
                place: place.parse().ok()?,
            })
        });
        parsed.with_context(|| {
            format!("`{text}` is not the number of an exercise; write it like 3.1")
        })
    }
}

impl TryFrom<String> for Number {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{}", self.chapter, self.place)
    }
}

/// What `exercises.toml` says about one exercise.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Chapter and place: `3.1`.
    pub number: Number,
    /// A few words.
    pub title: String,
    /// The master file, beside `exercises.toml`.
    pub file: String,
    /// What solving it is worth.
    pub points: u32,
    /// How long it takes who has read the page.
    pub minutes: u32,
    /// Where the book sets it: `ch03-attention/multi-head-attention.md#ex-3-1`.
    pub page: String,
    /// What helps without giving the answer away.
    pub hint: String,
    /// The folder of the master file.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Exercise {
    /// The path of the master file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.file)
    }

    /// Reads the master file.
    ///
    /// # Errors
    /// When it is missing, or its markers are wrong.
    pub fn master(&self) -> Result<Master> {
        let path = self.path();
        Master::parse(&path, &files::read(&path)?)
    }
}

/// A chapter that has exercises.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Its package: `ch03`.
    pub package: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its exercises, in the order of the file.
    pub exercises: Vec<Exercise>,
}

/// Where a chapter keeps its exercises, from the chapter's folder.
pub const FOLDER: &str = "exercises";

/// The file that lists them.
pub const LIST: &str = "exercises.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    exercise: Vec<Exercise>,
}

/// The chapters of a checkout that have exercises, in order.
///
/// # Errors
/// When a list can't be read; names the file.
pub fn chapters(root: &Path) -> Result<Vec<Chapter>> {
    let folder = root.join("chapters");
    let entries = fs::read_dir(&folder).with_context(|| {
        format!("could not read the folder {}", folder.display())
    })?;
    let mut folders = Vec::new();
    for entry in entries {
        folders.push(entry?.path());
    }
    folders.retain(|folder| folder.join(FOLDER).is_dir());
    folders.sort();
    folders.iter().map(|folder| chapter(folder)).collect()
}

fn chapter(folder: &Path) -> Result<Chapter> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let package = name.split('-').next().unwrap_or_default().to_string();
    let home = folder.join(FOLDER);
    let file = home.join(LIST);
    let list: List = toml::from_str(&files::read(&file)?).with_context(|| {
        format!("{} is not a list of exercises", file.display())
    })?;
    let mut exercises = list.exercise;
    for exercise in &mut exercises {
        exercise.folder.clone_from(&home);
        ensure!(
            exercise.number.chapter() == package,
            "{}: exercise {} does not belong to {package}",
            file.display(),
            exercise.number
        );
    }
    Ok(Chapter { package, folder: folder.to_path_buf(), exercises })
}

/// The chapters with only the exercises that `wanted` names; all when it names none.
///
/// # Errors
/// When there is no exercise of that number.
pub fn pick(chapters: Vec<Chapter>, wanted: &[Number]) -> Result<Vec<Chapter>> {
    let exists = |number: &Number| {
        let mut all = chapters.iter().flat_map(|chapter| &chapter.exercises);
        all.any(|exercise| exercise.number == *number)
    };
    if let Some(unknown) = wanted.iter().find(|number| !exists(number)) {
        bail!(
            "there is no exercise {unknown}; `cargo xtask coursework list` shows them all"
        );
    }
    let keep = |mut chapter: Chapter| {
        chapter.exercises.retain(|exercise| {
            wanted.is_empty() || wanted.contains(&exercise.number)
        });
        chapter
    };
    let kept = chapters.into_iter().map(keep);
    Ok(kept.filter(|chapter| !chapter.exercises.is_empty()).collect())
}
