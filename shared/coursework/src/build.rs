//! Building test programs with cargo, one per exercise.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::checkout::Checkout;

/// How many lines of a compiler's error are worth showing.
const ERROR_LINES: usize = 14;

/// What became of one test target.
#[derive(Debug, Clone)]
pub enum Build {
    /// It compiled.
    Ready(Program),
    /// It did not; the first error of the compiler.
    Failed(String),
}

/// A compiled test program.
#[derive(Debug, Clone)]
pub struct Program {
    /// The file to start.
    pub file: PathBuf,
    /// The folder to start it in.
    pub folder: PathBuf,
    /// The system's variable for library folders, with those that the program needs.
    pub libraries: (&'static str, OsString),
}

/// Builds the test targets of one package. A compile error in one costs only that one.
///
/// # Errors
/// When cargo fails for another reason than the targets' own code; what it said is on
/// standard error then.
pub fn build(
    checkout: &Checkout,
    manifest: &Path,
    package: &str,
    targets: &[String],
) -> Result<HashMap<String, Build>> {
    let mut cargo = checkout.cargo("test", manifest);
    cargo.args(["--no-run", "--no-fail-fast", "--message-format", "json"]);
    cargo.arg("--target-dir").arg(&checkout.target).args(["--package", package]);
    cargo.args(targets.iter().flat_map(|target| ["--test", target]));
    let mut cargo = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start cargo")?;
    let stdout = cargo.stdout.take().context("cargo's output is not ours")?;
    let mut found = Found::default();
    for message in Message::parse_stream(BufReader::new(stdout)) {
        found.take(message.context("could not read what cargo printed")?, targets);
    }
    let status = cargo.wait()?;
    let builds = found.builds();
    let explained = builds.values().any(|build| matches!(build, Build::Failed(_)));
    ensure!(
        status.success() || explained,
        "cargo could not build the package {package}"
    );
    if let Some(lost) = targets.iter().find(|target| !builds.contains_key(*target))
    {
        bail!("cargo said nothing about the test {lost} of the package {package}");
    }
    Ok(builds)
}

/// What cargo's messages told so far.
#[derive(Default)]
struct Found {
    programs: HashMap<String, (PathBuf, PathBuf)>,
    errors: HashMap<String, String>,
    libraries: Vec<PathBuf>,
}

impl Found {
    fn take(&mut self, message: Message, targets: &[String]) {
        match message {
            Message::CompilerArtifact(artifact)
                if targets.contains(&artifact.target.name) =>
            {
                let folder = artifact.manifest_path.parent().map(Into::into);
                if let (Some(file), Some(folder)) = (artifact.executable, folder) {
                    self.programs
                        .insert(artifact.target.name, (file.into(), folder));
                }
            }
            Message::CompilerMessage(report)
                if targets.contains(&report.target.name)
                    && report.message.level == DiagnosticLevel::Error =>
            {
                let text =
                    report.message.rendered.unwrap_or(report.message.message);
                self.errors
                    .entry(report.target.name)
                    .or_insert_with(|| head(&text));
            }
            Message::BuildScriptExecuted(script) => {
                let paths = script.linked_paths.iter().map(|path| path.as_str());
                let paths =
                    paths.map(|path| path.split_once('=').map_or(path, |(_, p)| p));
                self.libraries.extend(paths.map(PathBuf::from));
            }
            _ => {}
        }
    }

    fn builds(self) -> HashMap<String, Build> {
        let libraries = search_path(&self.libraries);
        let ready = self.programs.into_iter().map(|(name, (file, folder))| {
            let libraries = libraries.clone();
            (name, Build::Ready(Program { file, folder, libraries }))
        });
        let failed =
            self.errors.into_iter().map(|(name, text)| (name, Build::Failed(text)));
        ready.chain(failed).collect()
    }
}

fn head(text: &str) -> String {
    text.lines()
        .take(ERROR_LINES)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .to_string()
}

/// The folders where build scripts found libraries, as cargo itself passes them on when it
/// runs a test. We start tests without cargo, which does not stop a test with itself.
fn search_path(folders: &[PathBuf]) -> (&'static str, OsString) {
    let variable = match env::consts::OS {
        "windows" => "PATH",
        "macos" => "DYLD_FALLBACK_LIBRARY_PATH",
        _ => "LD_LIBRARY_PATH",
    };
    let before = env::var_os(variable).unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&before));
    (variable, env::join_paths(all).unwrap_or(before))
}
