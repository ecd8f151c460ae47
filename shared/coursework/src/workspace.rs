//! Cargo workspaces around exercise files.
//!
//! Profiles, versions and features are the checkout's own, and so is the target folder:
//! libtorch's bindings are then built once for all.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use toml::{Table, Value};

use crate::catalogue::{Chapter, Exercise, FOLDER};
use crate::checkout::Checkout;
use crate::files;

/// A workspace with one package per chapter.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its top folder.
    pub folder: PathBuf,
    /// What its packages are called after the chapter's name. Workspaces that share a
    /// target folder need different names: cargo takes packages of one name for the same,
    /// and would run a test that was built in another folder.
    name: String,
}

#[derive(Serialize)]
struct Top {
    workspace: Members,
    profile: Table,
}

#[derive(Serialize)]
struct Members {
    resolver: String,
    members: Vec<String>,
    dependencies: Table,
}

#[derive(Serialize)]
struct Member {
    package: Package,
    #[serde(rename = "dev-dependencies")]
    dependencies: Table,
    test: Vec<Target>,
}

#[derive(Serialize)]
struct Package {
    name: String,
    version: &'static str,
    edition: String,
    publish: bool,
    autotests: bool,
}

#[derive(Serialize)]
struct Target {
    name: String,
    path: String,
}

impl Workspace {
    /// The workspace in `folder`, with packages called `chNN-<name>`.
    pub fn new(folder: &Path, name: &str) -> Self {
        Self { folder: folder.to_path_buf(), name: name.to_string() }
    }

    /// Its `Cargo.toml`.
    pub fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }

    /// The package of a chapter: `ch03-coursework`.
    pub fn package(&self, chapter: &Chapter) -> String {
        format!("{}-{}", chapter.package, self.name)
    }

    /// Where the file of an exercise lies.
    pub fn file(&self, chapter: &Chapter, exercise: &Exercise) -> PathBuf {
        self.folder.join(&chapter.package).join(&exercise.file)
    }

    /// Writes everything but the exercise files.
    ///
    /// # Errors
    /// When the checkout's manifests can't be read, or the folder can't be written.
    pub fn write(&self, checkout: &Checkout, chapters: &[Chapter]) -> Result<()> {
        let ours = manifest(&checkout.root)?;
        let top = self.top(&checkout.root, &ours, chapters)?;
        files::write(&self.manifest(), &toml::to_string_pretty(&top)?)?;
        for chapter in chapters {
            let member = self.member(&checkout.root, &ours, chapter)?;
            let file = self.folder.join(&chapter.package).join("Cargo.toml");
            files::write(&file, &toml::to_string_pretty(&member)?)?;
        }
        self.lock(checkout)
    }

    fn top(&self, root: &Path, ours: &Table, chapters: &[Chapter]) -> Result<Top> {
        let mut dependencies = table(ours, &["workspace", "dependencies"]);
        rebase(&mut dependencies, root, root, &self.folder);
        Ok(Top {
            workspace: Members {
                resolver: text(ours, &["workspace"], "resolver")?,
                members: chapters
                    .iter()
                    .map(|chapter| chapter.package.clone())
                    .collect(),
                dependencies,
            },
            profile: table(ours, &["profile"]),
        })
    }

    /// The package of one chapter's exercises. It depends on the reference chapter, never
    /// on a student's earlier answers, and on all that the chapter itself depends on: with
    /// fewer crates cargo would choose other features, and build libtorch's bindings again.
    fn member(
        &self,
        root: &Path,
        ours: &Table,
        chapter: &Chapter,
    ) -> Result<Member> {
        let theirs = manifest(&chapter.folder)?;
        let home = self.folder.join(&chapter.package);
        let mut dependencies = table(&theirs, &["dependencies"]);
        dependencies.extend(table(&theirs, &["dev-dependencies"]));
        let itself = Table::from_iter([("path".to_string(), Value::from("."))]);
        dependencies.insert(chapter.package.clone(), Value::Table(itself));
        rebase(&mut dependencies, root, &chapter.folder, &home);
        Ok(Member {
            package: Package {
                name: self.package(chapter),
                version: "0.0.0",
                edition: text(ours, &["workspace", "package"], "edition")?,
                publish: false,
                autotests: false,
            },
            dependencies,
            test: chapter.exercises.iter().map(target).collect(),
        })
    }

    /// Gives the workspace the checkout's own versions, from its lock file.
    fn lock(&self, checkout: &Checkout) -> Result<()> {
        let ours = checkout.root.join("Cargo.lock");
        files::write(&self.folder.join("Cargo.lock"), &files::read(&ours)?)?;
        let settle = |extra: &[&str]| {
            let mut cargo = checkout.cargo("update", &self.manifest());
            cargo.args(["--quiet", "--workspace"]).args(extra).stdin(Stdio::null());
            cargo.output().context("could not start cargo")
        };
        if settle(&["--offline"])?.status.success() {
            return Ok(());
        }
        let output = settle(&[])?; // on a machine that has not built the checkout yet
        ensure!(
            output.status.success(),
            "cargo can't settle the versions in {}: {}",
            self.folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }
}

fn target(exercise: &Exercise) -> Target {
    Target { name: exercise.number.target(), path: exercise.file.clone() }
}

/// The `[[test]]` section that a chapter's own `Cargo.toml` needs for an exercise, as
/// name and path.
pub fn target_in_chapter(exercise: &Exercise) -> (String, String) {
    (exercise.number.target(), format!("{FOLDER}/{}", exercise.file))
}

/// Reads the `Cargo.toml` of a folder.
///
/// # Errors
/// When it is missing or not TOML.
pub fn manifest(folder: &Path) -> Result<Table> {
    let file = folder.join("Cargo.toml");
    files::read(&file)?
        .parse()
        .with_context(|| format!("{} is not a cargo manifest", file.display()))
}

/// A table within a manifest, empty when it is not there.
fn table(manifest: &Table, path: &[&str]) -> Table {
    let mut here = manifest;
    for name in path {
        match here.get(*name).and_then(Value::as_table) {
            Some(inner) => here = inner,
            None => return Table::new(),
        }
    }
    here.clone()
}

fn text(manifest: &Table, path: &[&str], name: &str) -> Result<String> {
    let inner = table(manifest, path);
    let value = inner.get(name).and_then(Value::as_str).map(str::to_string);
    value.with_context(|| {
        format!("the top Cargo.toml has no `{}.{name}`", path.join("."))
    })
}

/// Makes the paths of dependencies fit a manifest in `to` instead of in `from`.
fn rebase(dependencies: &mut Table, root: &Path, from: &Path, to: &Path) {
    for dependency in
        dependencies.iter_mut().filter_map(|(_, value)| value.as_table_mut())
    {
        if let Some(path) = dependency.get("path").and_then(Value::as_str) {
            let path = relative(root, to, &from.join(path));
            dependency.insert("path".into(), Value::from(path));
        }
    }
}

/// `to` as seen from the folder `from`: relative within the checkout, so that it can be
/// moved as a whole, and absolute from elsewhere. Slashes work on Windows too.
pub fn relative(root: &Path, from: &Path, to: &Path) -> String {
    let to: PathBuf = to.components().collect(); // without a trailing `/.`
    let path = match (from.strip_prefix(root), to.strip_prefix(root)) {
        (Ok(from), Ok(to)) => {
            let up = from.components().map(|_| Path::new(".."));
            up.chain([to]).collect()
        }
        _ => to,
    };
    path.to_string_lossy().replace('\\', "/")
}
