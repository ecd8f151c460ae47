//! `vectors`: learns word vectors and asks them questions.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch02::word_vectors::{
    Corpus, CorpusOptions, Score, TrainOptions, WordVectors, plane, train,
};
use clap::value_parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tch::Tensor;
use tempfile::NamedTempFile;

use super::show::at_least_one;
use super::source::Source;

/// What is asked about when nothing is: words of the built-in stories.
const NEAR: [&str; 6] = ["mom", "fox", "anna", "school", "happy", "big"];
const ANALOGIES: [[&str; 3]; 3] =
    [["boy", "girl", "dad"], ["he", "she", "grandpa"], ["big", "bigger", "small"]];

const FAMILY: [(&str, &str); 7] = [
    ("boy", "girl"),
    ("he", "she"),
    ("his", "her"),
    ("dad", "mom"),
    ("papa", "mama"),
    ("grandpa", "grandma"),
    ("uncle", "aunt"),
];

/// Learn word vectors, and ask which words are alike
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- vectors
  cargo run --release -p ch02 -- vectors --near grandma --analogy boy girl uncle
  cargo run --release -p ch02 -- vectors --out vectors.txt novels/*.txt
  cargo run --release -p ch02 -- vectors --from vectors.txt --map red blue mom dad")]
pub struct Args {
    #[command(flatten)]
    source: Source,

    /// Read vectors in the text form of word2vec, GloVe or fastText instead of learning them
    #[arg(long, conflicts_with_all = ["files", "stories", "out"])]
    from: Option<PathBuf>,

    /// File for the vectors, in word2vec's text form
    #[arg(long)]
    out: Option<PathBuf>,

    /// Show the closest words of these
    #[arg(long, num_args = 1.., value_name = "WORD")]
    near: Vec<String>,

    /// What is to C as B is to A? May be given several times
    #[arg(long, num_args = 3, value_names = ["A", "B", "C"])]
    analogy: Vec<String>,

    /// Print these words' places in a plane
    #[arg(long, num_args = 1.., value_name = "WORD")]
    map: Vec<String>,

    /// How many answers to each question
    #[arg(long, default_value_t = 5, value_parser = at_least_one)]
    top: usize,

    /// Channels of a vector
    #[arg(long, default_value_t = TrainOptions::default().channels, value_parser = value_parser!(i64).range(2..))]
    channels: i64,

    /// How often the text is gone through
    #[arg(long, default_value_t = TrainOptions::default().epochs, value_parser = value_parser!(u64).range(1..))]
    epochs: u64,

    /// How many words away a neighbour may be
    #[arg(long, default_value_t = CorpusOptions::default().window, value_parser = at_least_one)]
    window: usize,

    /// A word that occurs less often is left out
    #[arg(long, default_value_t = CorpusOptions::default().min_count)]
    min_count: u64,

    /// Seed of everything that is random
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Whether anything is asked.
    fn asks(&self) -> bool {
        !(self.near.is_empty() && self.analogy.is_empty() && self.map.is_empty())
    }
}

/// Learns or reads vectors, keeps them where asked to, and answers.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    if let Some(path) = &args.out {
        let name = path.display();
        ensure!(
            !path.exists(),
            "{name} exists already: choose another --out, or remove it"
        );
    }
    let vectors = match &args.from {
        Some(path) => read(path)?,
        None => learn(args)?,
    };
    if let Some(path) = &args.out {
        save(&vectors, path)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let answers = Answers::new(args, &vectors)?;
    match args.json {
        true => answers.print_json(out),
        false => answers.print(out),
    }
}

fn read(path: &Path) -> Result<WordVectors> {
    let name = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(name)?;
    WordVectors::read(BufReader::new(file)).with_context(name)
}

fn learn(args: &Args) -> Result<WordVectors> {
    let mut texts = Vec::new();
    args.source.open()?.each("reading", |document| {
        texts.push(document.text);
        Ok(())
    })?;
    let corpus = Corpus::new(
        texts.iter().map(String::as_str),
        CorpusOptions {
            min_count: args.min_count,
            window: args.window,
            ..CorpusOptions::default()
        },
    );
    let (words, running): (_, u64) =
        (corpus.words().len(), corpus.counts().iter().sum());
    ensure!(
        words >= 2,
        "no two words occur {} times: give more text or a lower --min-count",
        args.min_count
    );
    eprintln!("{words} different words, {running} in all");
    let options = TrainOptions {
        channels: args.channels,
        epochs: args.epochs,
        seed: args.seed,
        ..TrainOptions::default()
    };
    let style = "learning {bar:30} {percent} %, loss {msg}, {eta} left";
    let style = ProgressStyle::with_template(style).expect("a constant");
    let bar = ProgressBar::new(1000).with_style(style);
    let vectors = train(&corpus, &options, |done, loss| {
        bar.set_message(format!("{loss:.3}"));
        bar.set_position((1000.0 * done) as u64);
    });
    bar.finish_and_clear();
    Ok(vectors)
}

fn save(vectors: &WordVectors, path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut file = BufWriter::new(file);
    vectors.write(&mut file)?;
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .persist(path)?;
    eprintln!("the vectors are in {}", path.display());
    Ok(())
}

/// Words and how close they are.
type Words = Vec<(String, f64)>;

/// Words and where they lie.
type Places = Vec<(String, [f64; 2])>;

/// Questions and what the vectors say.
struct Answers {
    near: Vec<(String, Words)>,
    analogies: Vec<([String; 3], Words)>,
    family: Option<Score>,
    map: Places,
    seen: f64,
}

impl Answers {
    fn new(args: &Args, vectors: &WordVectors) -> Result<Self> {
        let (near, analogies) = questions(args, vectors);
        let (map, seen) = map(vectors, &args.map)?;
        let own = |found: Vec<(&str, f64)>| -> Words {
            found
                .into_iter()
                .map(|(word, cosine)| (word.to_owned(), cosine))
                .collect()
        };
        let near = near.into_iter().map(|word| {
            let found = vectors.neighbours(&word, args.top)?;
            Ok((word, own(found)))
        });
        let analogies = analogies.into_iter().map(|asked| {
            let [a, b, c] = &asked;
            let found = vectors.analogy(a, b, c, args.top)?;
            Ok((asked, own(found)))
        });
        Ok(Self {
            near: near.collect::<Result<_>>()?,
            analogies: analogies.collect::<Result<_>>()?,
            family: if args.asks() { None } else { vectors.score(&FAMILY).ok() },
            map,
            seen,
        })
    }

    fn print(&self, out: &mut impl Write) -> Result<()> {
        let list = |words: &Words| {
            let words =
                words.iter().map(|(word, cosine)| format!("{word} {cosine:.2}"));
            words.collect::<Vec<_>>().join("  ")
        };
        for (word, found) in &self.near {
            writeln!(out, "{word:<10}  {}", list(found))?;
        }
        for ([a, b, c], found) in &self.analogies {
            writeln!(out, "{b} - {a} + {c}:  {}", list(found))?;
        }
        if let Some(Score { asked, right, by_the_last, is_the_last }) = self.family
        {
            writeln!(out, "{asked} analogies in the family: {right} right")?;
            writeln!(
                out,
                "{by_the_last} if only the last word of a question counts"
            )?;
            writeln!(out, "{is_the_last} times the last word itself is closest")?;
        }
        if !self.map.is_empty() {
            writeln!(out, "word,x,y")?;
            for (word, [x, y]) in &self.map {
                writeln!(out, "{word},{x:.3},{y:.3}")?;
            }
            eprintln!(
                "{:.0} % of the spread is seen in the plane",
                100.0 * self.seen
            );
        }
        Ok(())
    }

    fn print_json(&self, out: &mut impl Write) -> Result<()> {
        let near = self.near.iter();
        let near = near.map(|(word, found)| json!({"word": word, "found": found}));
        let analogies = self.analogies.iter();
        let analogies =
            analogies.map(|(asked, found)| json!({"asked": asked, "found": found}));
        let map = self.map.iter();
        let map = map.map(|(word, place)| json!({"word": word, "place": place}));
        let answers = json!({
            "near": near.collect::<Vec<_>>(),
            "analogies": analogies.collect::<Vec<_>>(),
            "family": self.family.map(|family| {
                json!({
                    "asked": family.asked,
                    "right": family.right,
                    "by_the_last": family.by_the_last,
                    "is_the_last": family.is_the_last,
                })
            }),
            "map": map.collect::<Vec<_>>(),
        });
        writeln!(out, "{answers}")?;
        Ok(())
    }
}

/// What was asked, or else what the built-in stories have an answer to.
fn questions(
    args: &Args,
    vectors: &WordVectors,
) -> (Vec<String>, Vec<[String; 3]>) {
    let analogies = args.analogy.chunks_exact(3);
    let analogies = analogies.map(|asked| [0, 1, 2].map(|it| asked[it].clone()));
    let (near, analogies) = (args.near.clone(), analogies.collect::<Vec<_>>());
    if args.asks() {
        return (near, analogies);
    }
    let is_known = |word: &&str| vectors.vector(word).is_ok();
    let near = NEAR.iter().filter(|word| is_known(word));
    let asked = ANALOGIES.iter().filter(|asked| asked.iter().all(&is_known));
    let asked = asked.map(|asked| asked.map(str::to_owned));
    (near.map(ToString::to_string).collect(), asked.collect())
}

/// The places of words in the plane in which they lie furthest apart.
fn map(vectors: &WordVectors, words: &[String]) -> Result<(Places, f64)> {
    if words.is_empty() {
        return Ok((Vec::new(), 0.0));
    }
    ensure!(words.len() >= 3, "--map needs at least three words");
    let rows = words.iter().map(|word| vectors.vector(word));
    let (places, seen) =
        plane(&Tensor::stack(&rows.collect::<Result<Vec<_>>>()?, 0));
    let places = Vec::<Vec<f64>>::try_from(places.to_kind(tch::Kind::Double))?;
    let places = places.into_iter().map(|place| [place[0], place[1]]);
    Ok((words.iter().cloned().zip(places).collect(), seen))
}
