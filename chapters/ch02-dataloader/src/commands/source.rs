//! Where documents come from, and where they go.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch02::{Document, Form, each_document};
use datasets::stories::{self, Grammar};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;

/// The documents that a task is about.
#[derive(clap::Args)]
pub struct Source {
    /// Files of UTF-8 text, with <|endoftext|> between two documents, or of JSON lines with a
    /// field "text" (NAME.jsonl); `-` is standard input [default: the built-in stories]
    files: Vec<PathBuf>,

    /// Read every file as JSON lines, whatever its name
    #[arg(long)]
    jsonl: bool,

    /// Without files: how many stories the grammar tells, after those written by hand
    #[arg(long, default_value_t = 1000, conflicts_with = "files")]
    stories: usize,
}

impl Source {
    /// Gets ready to read the documents, as often as it takes.
    pub fn open(&self) -> Result<Documents> {
        if self.files.is_empty() {
            let by_hand = stories::hand_written().len();
            eprintln!(
                "reading the built-in stories: {by_hand} by hand, {} from the grammar",
                self.stories
            );
            return Ok(Documents::BuiltIn(self.stories));
        }
        let part = |file: &PathBuf| Part::open(file, self.jsonl);
        Ok(Documents::Files(self.files.iter().map(part).collect::<Result<_>>()?))
    }
}

/// Documents that can be gone through several times.
pub enum Documents {
    /// The stories by hand, and so many from the grammar
    BuiltIn(usize),
    /// Files, one after the other
    Files(Vec<Part>),
}

/// A file.
pub struct Part {
    name: String,
    form: Form,
    bytes: u64,
    held: Option<Vec<u8>>, // standard input: it can be read only once
}

impl Part {
    fn open(file: &Path, jsonl: bool) -> Result<Self> {
        let name = file.display().to_string();
        let form = if jsonl { Form::JsonLines } else { Form::of(file) };
        if file == Path::new("-") {
            let (name, mut held) = ("standard input".to_owned(), Vec::new());
            io::stdin().lock().read_to_end(&mut held).context("cannot read it")?;
            return Ok(Self {
                name,
                form,
                bytes: held.len() as u64,
                held: Some(held),
            });
        }
        let facts =
            fs::metadata(file).with_context(|| format!("cannot read {name}"))?;
        ensure!(facts.is_file(), "{name} is a folder: name the files in it");
        Ok(Self { name, form, bytes: facts.len(), held: None })
    }

    fn each(
        &self,
        bar: &ProgressBar,
        each: impl FnMut(Document) -> Result<()>,
    ) -> Result<()> {
        let bytes: Box<dyn Read> = match &self.held {
            Some(bytes) => Box::new(bytes.as_slice()),
            None => Box::new(File::open(&self.name).context("cannot open it")?),
        };
        each_document(BufReader::new(bar.wrap_read(bytes)), self.form, each)
    }
}

impl Documents {
    /// Calls `each` with every document. A bar on standard error says how far it is.
    pub fn each(
        &self,
        doing: &'static str,
        mut each: impl FnMut(Document) -> Result<()>,
    ) -> Result<()> {
        let parts = match self {
            Self::Files(parts) => parts,
            Self::BuiltIn(told) => {
                let told = Grammar::new(0).take(*told);
                let by_hand =
                    stories::hand_written().into_iter().map(str::to_owned);
                return by_hand.chain(told).map(Document::new).try_for_each(each);
            }
        };
        let bar = byte_bar(doing, parts.iter().map(|part| part.bytes).sum());
        for part in parts {
            part.each(&bar, &mut each).with_context(|| part.name.clone())?;
        }
        bar.finish_and_clear();
        Ok(())
    }
}

fn byte_bar(doing: &'static str, bytes: u64) -> ProgressBar {
    let style = "{msg} {bar:30} {bytes} of {total_bytes}, {eta} left";
    let style = ProgressStyle::with_template(style);
    let bar = ProgressBar::new(bytes).with_message(doing);
    bar.with_style(style.expect("the template is a constant"))
}

/// The option `--out`.
#[derive(clap::Args)]
pub struct Target {
    /// File for the documents that are kept; `-` is standard output, and then the report goes to
    /// standard error. Without it nothing is written: a trial run
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Target {
    /// Gets ready to write; a file that exists is left alone.
    pub fn open(&self) -> Result<Sink> {
        match &self.out {
            None => Ok(Sink::Nothing),
            Some(path) if path == Path::new("-") => Ok(Sink::Standard),
            Some(path) => {
                let name = path.display();
                ensure!(
                    !path.exists(),
                    "{name} exists already: choose another --out, or remove it"
                );
                let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
                let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
                    .with_context(|| format!("cannot write {name}"))?;
                Ok(Sink::File(BufWriter::new(file), path.clone()))
            }
        }
    }
}

/// Where documents go.
pub enum Sink {
    /// Nowhere
    Nothing,
    /// Standard output
    Standard,
    /// A file under another name, until it is complete
    File(BufWriter<NamedTempFile>, PathBuf),
}

impl Sink {
    /// Writes a document to `out`, where that is standard output, or to the file.
    pub fn write(
        &mut self,
        document: &Document,
        out: &mut impl Write,
    ) -> Result<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::Standard => document.write(out),
            Self::File(file, path) => document
                .write(file)
                .with_context(|| format!("cannot write {}", path.display())),
        }
    }

    /// Gives the file its name, and says what was done: `report` goes to `out`, or to standard
    /// error where `out` has the documents.
    pub fn finish(self, report: &str, out: &mut impl Write) -> Result<()> {
        if let Self::File(file, path) = self {
            let complete =
                file.into_inner().map_err(io::IntoInnerError::into_error)?;
            complete
                .persist(&path)
                .with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("the documents are in {}", path.display());
        } else if matches!(self, Self::Standard) {
            eprint!("{report}");
            return Ok(());
        }
        write!(out, "{report}")?;
        Ok(())
    }
}
