//! Training, which is what happens when nothing else is asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ch01::Tokenizer;
use ch04::{Parameters, Switches};
use ch05::{
    Algorithm, Checkpoint, Evaluation, MemoryReport, Precision, Preset, Schedule,
    Texts, TrainConfig, Trainer, perplexity,
};
use clap::Args;
use device::DeviceChoice;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use tch::Device;

use super::plot;

#[derive(Args)]
pub struct Train {
    /// The text, the tokenizer and the model
    #[arg(long, value_enum, default_value_t)]
    preset: Preset,

    /// Folder with texts of your own [default: $LLM_IN_RUST_DATA, else what was fetched, else the
    /// built-in text]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Folder for the checkpoint [default: datasets/trained/PRESET]
    #[arg(long)]
    out: Option<PathBuf>,

    /// How many steps [default: the preset's, 1800 for stories]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    steps: Option<i64>,

    /// Windows in a batch [default: the preset's, 3 for stories]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    batch_size: Option<u16>,

    /// Batches in a step, one after the other: a large batch in the memory of a small one
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    accumulate: Option<u16>,

    /// The largest learning rate [default: the preset's, 0.002 for stories]
    #[arg(long)]
    lr: Option<f64>,

    /// Seed of the stories, the weights, the order and the dropout
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// How gradients become steps [default: the preset's, muon for stories]
    #[arg(long, value_enum)]
    optimizer: Option<Algorithm>,

    /// Bits of a weight while computing [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Go on with the interrupted run in --out
    #[arg(long)]
    resume: bool,

    /// Keep the weights with the lowest validation loss too, in a folder beside --out
    #[arg(long)]
    keep_best: bool,

    /// Say what the run keeps in memory, by part
    #[arg(long)]
    report_memory: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,

    #[command(flatten)]
    switches: Switches,
}

/// Time between two checkpoints at least: a large model takes a while to write.
const BETWEEN_SAVES: Duration = Duration::from_secs(20);

impl Train {
    fn out(&self) -> PathBuf {
        let folder = || PathBuf::from("datasets/trained").join(self.preset.name());
        self.out.clone().unwrap_or_else(folder)
    }

    /// The preset's numbers, but for those that were typed.
    fn config(&self) -> TrainConfig {
        let precision = self.precision.unwrap_or_else(Precision::fastest);
        let preset = self.preset.config(self.seed, precision);
        let of_preset = preset.schedule;
        let steps = self.steps.unwrap_or(of_preset.steps);
        let peak = self.lr.unwrap_or(of_preset.peak);
        let schedule = Schedule {
            peak,
            floor: of_preset.floor * peak / of_preset.peak,
            warmup: of_preset.warmup * steps / of_preset.steps,
            steps,
        };
        TrainConfig {
            schedule,
            algorithm: self.optimizer.unwrap_or(preset.algorithm),
            batch_size: self.batch_size.map_or(preset.batch_size, usize::from),
            accumulate: self.accumulate.map_or(preset.accumulate, usize::from),
            ..preset
        }
    }
}

/// A run and what belongs to it.
struct Run {
    trainer: Trainer,
    tokenizer: Tokenizer,
    metrics: Vec<Evaluation>,
    checkpoint: Checkpoint,
    folder: PathBuf,
}

pub fn run(args: &Train) -> Result<()> {
    let device = args.device.resolve()?;
    let stopped = stop_on_ctrl_c()?;
    let mut run = Run::begin(args, device)?;
    let texts = run.read(args)?;
    if args.report_memory {
        run.report_memory();
    }
    run.train(&texts, args.keep_best, &stopped)?;
    plot::losses(&run.folder, &run.metrics)?;
    let Run { trainer, tokenizer, folder, .. } = &run;
    let TrainConfig { preset, seed, .. } = trainer.config;
    let text =
        preset.write(&trainer.model, tokenizer, None, preset.longest(), seed)?;
    println!("\n{text}");
    eprintln!("\nthe checkpoint is in {}", folder.display());
    Ok(())
}

impl Run {
    /// A new run, or the one that was interrupted.
    fn begin(args: &Train, device: Device) -> Result<Self> {
        let folder = args.out();
        let checkpoint = Checkpoint::new(&folder);
        if args.resume {
            let (trainer, tokenizer, metrics) = checkpoint
                .resume(device)
                .context("there is no run to go on with in --out")?;
            let switches = Switches::of(trainer.model.config());
            ensure!(
                args.switches.are_gpt2s() || args.switches == switches,
                "the run in {} began with other switches: leave them out, the checkpoint knows them",
                folder.display()
            );
            let steps = trainer.config.schedule.steps;
            eprintln!("going on after step {} of {steps}", trainer.step);
            return Ok(Self { trainer, tokenizer, metrics, checkpoint, folder });
        }
        ensure!(
            !checkpoint.exists(),
            "{} holds a checkpoint already: use --resume to go on, another --out, or remove it",
            folder.display()
        );
        let tokenizer = args.preset.tokenizer(args.seed)?;
        let model = args.switches.apply(args.preset.model());
        let total = Parameters::of(&model).total();
        eprintln!(
            "a GPT-2 of {:.1} million parameters; {} tokens to write with",
            total as f64 / 1e6,
            tokenizer.vocab_size()
        );
        let trainer = args.preset.trainer_of(&model, args.config(), device)?;
        Ok(Self { trainer, tokenizer, metrics: Vec::new(), checkpoint, folder })
    }

    /// The text of the run, which must be the one that it began with.
    fn read(&mut self, args: &Train) -> Result<Texts> {
        let config = &mut self.trainer.config;
        let data = args.data.as_deref();
        let texts = config.preset.read(&self.tokenizer, config, data)?;
        let found = texts.fingerprint();
        ensure!(
            config.text == 0 || config.text == found,
            "the run in {} began with another text: name the same --data",
            self.folder.display()
        );
        config.text = found;
        eprintln!("{}", texts.source.note());
        eprintln!(
            "{} windows of {} tokens to train on",
            texts.training.len(),
            texts.training.context()
        );
        Ok(texts)
    }

    // ANCHOR: train
    /// Steps until all are done, with a look at the validation text and a checkpoint now and
    /// then; or until it is stopped, with a checkpoint.
    fn train(
        &mut self,
        texts: &Texts,
        keep_best: bool,
        stopped: &AtomicBool,
    ) -> Result<()> {
        let TrainConfig { preset, schedule, .. } = self.trainer.config;
        let (every, _) = preset.evaluation();
        let bar = progress_bar(schedule.steps, self.trainer.step);
        let (mut losses, mut since) = (Vec::new(), Instant::now());
        let mut saved = Instant::now();
        while self.trainer.step < schedule.steps {
            let batches = self.trainer.batches(&texts.training)?;
            let loss = self.trainer.train_on_all(&batches);
            losses.push(loss.with_context(|| self.last_good())?);
            let step = self.trainer.step;
            bar.set_position(step.unsigned_abs());
            if step % every == 0 || step == schedule.steps {
                let seconds = since.elapsed().as_secs_f64();
                self.evaluate(&losses, texts);
                bar.suspend(|| self.report(losses.len() as f64 / seconds))?;
                if saved.elapsed() >= BETWEEN_SAVES || step == schedule.steps {
                    self.save()?;
                    saved = Instant::now();
                }
                if keep_best {
                    self.save_if_best()?;
                }
                (losses, since) = (Vec::new(), Instant::now());
            } else if stopped.load(Ordering::Relaxed) {
                bar.abandon();
                self.save()?;
                bail!("stopped after step {step}; go on with {}", self.again());
            }
        }
        bar.finish_and_clear();
        Ok(())
    }
    // ANCHOR_END: train

    fn evaluate(&mut self, losses: &[f64], texts: &Texts) {
        let (_, batches) = self.trainer.config.preset.evaluation();
        self.metrics.push(Evaluation {
            step: self.trainer.step,
            train_loss: losses.iter().sum::<f64>() / losses.len() as f64,
            validation_loss: self.trainer.evaluate(&texts.validation, batches),
        });
    }

    fn save(&self) -> Result<()> {
        self.checkpoint.save(&self.trainer, &self.tokenizer, &self.metrics)
    }

    /// Keeps the run in a second folder if its last validation loss is its lowest.
    fn save_if_best(&self) -> Result<()> {
        let losses = self.metrics.iter().map(|line| line.validation_loss);
        let last = losses.clone().next_back();
        if last != losses.reduce(f64::min) {
            return Ok(());
        }
        let mut name = self.folder.file_name().unwrap_or_default().to_os_string();
        name.push("-best");
        let best = Checkpoint::new(self.folder.with_file_name(name));
        best.save(&self.trainer, &self.tokenizer, &self.metrics)
    }

    /// One line for the evaluation, and what the model says now.
    fn report(&self, steps_per_second: f64) -> Result<()> {
        let Self { trainer, tokenizer, metrics, .. } = self;
        let Some(&Evaluation { step, train_loss, validation_loss }) =
            metrics.last()
        else {
            return Ok(());
        };
        let TrainConfig { preset, seed, .. } = trainer.config;
        let context = trainer.model.config().n_positions as usize;
        let tokens = (trainer.config.windows_per_step() * context) as f64;
        eprintln!(
            "step {step:>5}  training {train_loss:.3}  validation {validation_loss:.3} \
             (perplexity {:.1})  {:.0} tokens/s",
            perplexity(validation_loss),
            tokens * steps_per_second
        );
        let opening = preset.write(&trainer.model, tokenizer, None, 24, seed)?;
        eprintln!("            {}", opening.trim().replace('\n', " "));
        Ok(())
    }

    fn report_memory(&self) {
        let Trainer { variables, optimizer, model, config, .. } = &self.trainer;
        let report = MemoryReport::of(variables, optimizer, model.config(), config);
        let rows = [
            ("weights", report.weights),
            ("gradients", report.gradients),
            ("optimizer", report.optimizer),
            ("activations, about", report.activations),
            ("logits", report.logits),
            ("in all", report.total()),
        ];
        for (name, bytes) in rows {
            eprintln!("{name:<20}{:>12}", HumanBytes(bytes as u64).to_string());
        }
    }

    /// What to say when a step failed.
    fn last_good(&self) -> String {
        let again =
            "begin anew with another --seed, a smaller --lr or --precision f32";
        match self.checkpoint.exists() {
            true => format!(
                "the last good checkpoint is in {}; {again}",
                self.folder.display()
            ),
            false => format!("no checkpoint was written yet; {again}"),
        }
    }

    /// The command that goes on with this run.
    fn again(&self) -> String {
        let preset = match self.trainer.config.preset {
            Preset::Stories => String::new(),
            preset => format!(" --preset {}", preset.name()),
        };
        let folder = self.folder.display();
        format!("`cargo run --release -p ch05 --{preset} --out {folder} --resume`")
    }
}

/// Becomes true at the first Ctrl-C. The second one ends the program at once.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>> {
    let stopped = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stopped);
    ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("\nstopping after this step; Ctrl-C again stops at once");
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stopped)
}

fn progress_bar(steps: i64, done: i64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} step {pos}/{len}, {per_sec}, {eta} left",
    );
    let bar =
        ProgressBar::new(steps.unsigned_abs()).with_position(done.unsigned_abs());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.reset_eta();
    bar
}
