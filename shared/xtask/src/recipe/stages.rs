//! The stages of the road and the commands they are made of.

use std::path::Path;

/// The chapters that take part.
pub const PACKAGES: [&str; 5] = ["ch05", "ch06", "ch07", "ch08", "ch09"];

/// A part of the road: some commands, and the plots they leave behind.
pub struct Stage {
    /// Names its folder and its file
    pub name: &'static str,
    /// Its heading
    pub title: &'static str,
    /// What happens and why, in a sentence or two
    pub idea: &'static str,
    /// What is run
    pub steps: Vec<Step>,
    /// Plots in its folder
    pub plots: &'static [&'static str],
    /// What it came to, in a few words
    pub result: Headline,
}

/// Where a stage's result stands.
pub enum Headline {
    /// The last line of the stage's `metrics.jsonl`: a number by its name
    Metric(&'static str),
    /// The output of the last command, which is JSON: a number by its pointer, and its unit
    Json(&'static str, f64),
    /// Nothing to measure
    None,
}

/// A command. In its arguments `OUT` stands for the folder of the whole road.
pub struct Step {
    /// The chapter
    pub package: &'static str,
    arguments: Vec<String>,
}

impl Step {
    fn new(package: &'static str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self { package, arguments }
    }

    fn with(mut self, more: &[String]) -> Self {
        self.arguments.extend(more.iter().cloned());
        self
    }

    /// The arguments, with folders in `out`.
    pub fn arguments(&self, out: &Path) -> Vec<String> {
        let out = out.display().to_string();
        self.arguments.iter().map(|word| word.replace("OUT", &out)).collect()
    }
}

/// The whole road.
pub fn all(data: Option<&Path>, quick: bool) -> Vec<Stage> {
    let data: Vec<String> = match data {
        Some(folder) => vec!["--data".into(), folder.display().to_string()],
        None => Vec::new(),
    };
    let short = |words: &[&str]| -> Vec<String> {
        let words = if quick { words } else { &[] };
        words.iter().map(ToString::to_string).collect()
    };
    vec![
        pretraining(&short),
        weights(),
        spam(&data, &short),
        instructions(&data, &short),
        decoding(),
    ]
}

fn pretraining(short: &dyn Fn(&[&str]) -> Vec<String>) -> Stage {
    Stage {
        name: "stories",
        title: "Pretraining: from random weights to a story",
        idea: "A small GPT-2 reads stories and guesses each next token.",
        steps: vec![
            Step::new("ch05", &["--out", "OUT/stories"])
                .with(&short(&["--steps", "20"])),
            Step::new(
                "ch05",
                &["tell", "--checkpoint", "OUT/stories", "--seed", "2"],
            ),
        ],
        plots: &["loss.svg"],
        result: Headline::Metric("validation_loss"),
    }
}

fn weights() -> Stage {
    Stage {
        name: "exported",
        title: "Weights: out to Hugging Face's format and in again",
        idea: "The checkpoint is exported as transformers expects it, read back, and asked \
               for the likeliest words.",
        steps: vec![
            Step::new(
                "ch06",
                &["export", "--checkpoint", "OUT/stories", "--out", "OUT/exported"],
            ),
            Step::new("ch06", &["inspect", "OUT/exported"]),
            Step::new(
                "ch06",
                &[
                    "generate",
                    "--checkpoint",
                    "OUT/exported",
                    "--prompt",
                    "One morning",
                    "--tokens",
                    "20",
                ],
            ),
        ],
        plots: &[],
        result: Headline::None,
    }
}

fn spam(data: &[String], short: &dyn Fn(&[&str]) -> Vec<String>) -> Stage {
    Stage {
        name: "spam",
        title: "Fine-tuning: spam or not",
        idea: "The story-teller gets a head with two outputs and learns to judge messages.",
        steps: vec![
            Step::new(
                "ch07",
                &["train", "--checkpoint", "OUT/stories", "--out", "OUT/spam"],
            )
            .with(data)
            .with(&short(&["--steps", "5"])),
            Step::new(
                "ch07",
                &[
                    "classify",
                    "--checkpoint",
                    "OUT/spam",
                    "You have won a free cruise! Call now to claim",
                    "Running late, start without me",
                ],
            ),
            Step::new("ch07", &["eval", "--checkpoint", "OUT/spam", "--json"])
                .with(data),
        ],
        plots: &["loss.svg", "accuracy.svg"],
        result: Headline::Json("/test/accuracy", 100.0),
    }
}

fn instructions(data: &[String], short: &dyn Fn(&[&str]) -> Vec<String>) -> Stage {
    let once = ["chat", "--checkpoint", "OUT/instruct", "--once"];
    let ask = |instruction, input| {
        let question = [instruction, "--input", input];
        Step::new("ch08", &[once.as_slice(), &question].concat())
    };
    Stage {
        name: "instruct",
        title: "Instruction tuning: from telling to answering",
        idea: "The story-teller reads questions with their answers. Its answers to questions \
               it never saw are compared, word for word, before and after.",
        steps: vec![
            Step::new(
                "ch08",
                &["train", "--checkpoint", "OUT/stories", "--out", "OUT/instruct"],
            )
            .with(data)
            .with(&short(&[
                "--epochs",
                "1",
                "--drills",
                "0",
                "--max-tokens",
                "4",
            ])),
            ask("Write the opposite.", "a cold morning"),
            ask("Make it plural.", "one boat"),
            Step::new("ch08", &["eval", "--checkpoint", "OUT/instruct", "--json"])
                .with(data)
                .with(&short(&["--max-tokens", "4"])),
        ],
        plots: &["loss.svg"],
        result: Headline::Json("/overall/percent", 1.0),
    }
}

fn decoding() -> Stage {
    let tell = |controls: &[&str]| {
        let prompt = [
            "generate",
            "--checkpoint",
            "OUT/stories",
            "--prompt",
            "A girl named Mia",
            "--tokens",
            "60",
        ];
        Step::new("ch09", &[prompt.as_slice(), controls].concat())
    };
    Stage {
        name: "decoding",
        title: "Decoding: one model, four ways to choose the next token",
        idea: "Always the likeliest token; any token by its chance; the few likeliest; the \
               smallest set that holds nine tenths of the chance.",
        steps: vec![
            tell(&["--temperature", "0"]),
            tell(&["--temperature", "1"]),
            tell(&["--top-k", "3"]),
            tell(&["--top-p", "0.9"]),
        ],
        plots: &[],
        result: Headline::None,
    }
}
