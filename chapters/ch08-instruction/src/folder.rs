//! Reading a model that can be asked, and keeping one that has learned to answer.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use ch01::{DecodeStream, END_OF_TEXT, Tokenizer};
use ch04::Gpt2;
use ch05::Evaluation;
use datasets::Instruction;
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::Device;
use tch::nn::VarStore;

use crate::{Response, Tuner, answer_ids, prompt};

/// A model and its tokenizer.
#[derive(Debug)]
pub struct Assistant {
    /// The model's parameters, by name
    pub variables: VarStore,
    /// The model
    pub model: Gpt2,
    /// What it reads and writes with
    pub tokenizer: Tokenizer,
}

impl Assistant {
    /// Reads the checkpoint in `folder`; `command` is what makes one where there is none.
    ///
    /// # Errors
    /// When there is none, or a file is broken.
    pub fn load(folder: &Path, device: Device, command: &str) -> Result<Self> {
        ensure!(
            folder.join("model.safetensors").is_file(),
            "there is no checkpoint in {}: `{command}` makes one",
            folder.display()
        );
        let (variables, model) = ch06::load_model(folder, device)?;
        let tokenizer = ch06::load_tokenizer(folder, model.config())?;
        Ok(Self { variables, model, tokenizer })
    }

    /// The id of the end of text.
    ///
    /// # Errors
    /// When the tokenizer has none.
    pub fn end(&self) -> Result<i64> {
        let end = self.tokenizer.special_id(END_OF_TEXT);
        Ok(i64::from(end.context("the tokenizer has no end of text")?))
    }

    /// Answers `entry` with at most `longest` tokens, and writes the answer to `out` while it
    /// comes.
    ///
    /// # Errors
    /// When the question is too long for the model, or writing fails.
    pub fn answer(
        &self,
        entry: &Instruction,
        longest: usize,
        out: &mut impl Write,
    ) -> Result<()> {
        let ids = self.tokenizer.encode(&prompt(entry));
        let context = self.model.config().n_positions;
        ensure!(
            ids.len() as i64 <= context,
            "the question has {} tokens and the model sees {context}: ask a shorter one",
            ids.len()
        );
        let ids = ids.into_iter().map(i64::from).collect();
        let mut stream = DecodeStream::new(&self.tokenizer);
        answer_ids(&self.model, &[ids], self.end()?, longest, |_, id| {
            write!(out, "{}", stream.push(u32::try_from(id)?)?)?;
            Ok(out.flush()?)
        })?;
        writeln!(out, "{}", stream.finish())?;
        Ok(())
    }
}

/// What a run leaves behind.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The tuned model, and what its run was made of
    pub tuner: &'a Tuner,
    /// The tokenizer, which stays as it was
    pub tokenizer: &'a Tokenizer,
    /// One line for each look at the losses
    pub metrics: &'a [Evaluation],
    /// The answers to the test questions
    pub responses: &'a [Response],
}

impl Outcome<'_> {
    /// Refuses a folder that holds something already.
    ///
    /// # Errors
    /// When it does.
    pub fn ensure_free(folder: &Path) -> Result<()> {
        if folder.exists() {
            bail!(
                "{} is there already: use another --out, or remove it",
                folder.display()
            );
        }
        Ok(())
    }

    /// Writes the checkpoint, `tuning.json`, `metrics.jsonl`, `loss.svg`, `loss.csv` and
    /// `responses.json` into a folder beside, which takes the name `folder` when all is written.
    ///
    /// # Errors
    /// When something can't be written; the sentence names it.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let new = beside(folder);
        let Tuner { variables, model, config, .. } = self.tuner;
        ch06::save_model(&new, variables, model.config(), Some(self.tokenizer))?;
        let lines = self.metrics.iter().map(serde_json::to_string);
        let lines = lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n";
        let table = losses(self.metrics);
        for (name, text) in [
            ("tuning.json", serde_json::to_string_pretty(config)? + "\n"),
            ("metrics.jsonl", lines),
            ("loss.csv", table.to_csv()?),
            ("loss.svg", figure().draw(&table)?),
            (
                "responses.json",
                serde_json::to_string_pretty(self.responses)? + "\n",
            ),
        ] {
            let path = new.join(name);
            fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        fs::rename(&new, folder)
            .with_context(|| format!("cannot write {}", folder.display()))
    }
}

fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.unfinished"))
}

fn losses(metrics: &[Evaluation]) -> Table {
    let empty = Table::new("step", ["training", "validation"]);
    metrics.iter().fold(empty, |table, line| {
        table.row(line.step.to_string(), [line.train_loss, line.validation_loss])
    })
}

fn figure() -> Figure {
    Figure {
        name: "loss",
        finding: "The loss on instructions for training and for validation",
        chart: Chart::Lines(Lines {
            x: Axis::linear("step"),
            y: Axis::linear("loss"),
        }),
    }
}
