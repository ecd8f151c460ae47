//! Training, which is what happens when nothing else is asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ch01::Tokenizer;
use ch04::{Parameters, Switches};
use ch05::{
    Algorithm, Checkpoint, Evaluation, MemoryReport, Precision, Preset, Texts,
    TrainConfig, Trainer, perplexity,
};
use clap::Args;
use device::DeviceChoice;
use indicatif::HumanBytes;
use tch::Device;

use super::plot;
use super::watch::Watch;

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

    /// Steps between two looks at the validation text [default: the preset's, 200 for stories]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    evaluate_every: Option<i64>,

    /// Write the loss of every step for TensorBoard too, into --out
    #[arg(long)]
    tensorboard: bool,

    /// Draw no curve above the progress bar, where there is a terminal with room for it
    #[arg(long)]
    no_plot: bool,

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
        TrainConfig {
            schedule: of_preset.scaled(peak, steps),
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
    let mut watch = run.watch(args)?;
    run.train(&texts, args, &mut watch, &stopped)?;
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
            texts.training.windows(),
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
        args: &Train,
        watch: &mut Watch,
        stopped: &AtomicBool,
    ) -> Result<()> {
        let TrainConfig { preset, schedule, .. } = self.trainer.config;
        let every = args.evaluate_every.unwrap_or(preset.evaluation().0);
        let mut saved = Instant::now();
        while self.trainer.step < schedule.steps {
            let batches = self.trainer.batches(&*texts.training)?;
            let loss = self.trainer.train_on_all(&batches);
            watch.step(&self.trainer, loss.with_context(|| self.last_good())?)?;
            let step = self.trainer.step;
            let is_last = step == schedule.steps;
            if step % every == 0 || is_last {
                self.evaluate(texts, watch)?;
                if saved.elapsed() >= BETWEEN_SAVES || is_last {
                    self.save()?;
                    saved = Instant::now();
                }
                if args.keep_best {
                    self.save_if_best()?;
                }
                watch.restart_clock();
            }
            if !is_last && stopped.load(Ordering::Relaxed) {
                watch.abandon();
                self.save()?;
                bail!("stopped after step {step}; go on with {}", self.again());
            }
        }
        watch.finish();
        Ok(())
    }
    // ANCHOR_END: train

    /// Bar, curve and event file, as far as they are wanted.
    fn watch(&self, args: &Train) -> Result<Watch> {
        let events = args.tensorboard.then_some(self.folder.as_path());
        let watch =
            Watch::begin(&self.trainer, &self.metrics, !args.no_plot, events)?;
        eprintln!("{}", watch.note());
        Ok(watch)
    }

    /// Looks at the validation text, and says what was seen since the last look.
    fn evaluate(&mut self, texts: &Texts, watch: &mut Watch) -> Result<()> {
        let span = watch.span(&self.trainer);
        let speed = watch.speed(&span);
        let TrainConfig { preset, schedule, .. } = self.trainer.config;
        let (step, (_, batches)) = (self.trainer.step, preset.evaluation());
        let evaluation = Evaluation {
            step,
            train_loss: span.loss(),
            validation_loss: self.trainer.evaluate(&texts.validation, batches),
            gradient: Some(span.gradient()),
            rate: Some(schedule.rate(step - 1)),
        };
        self.metrics.push(evaluation);
        watch.evaluated(&evaluation, || self.report(&evaluation, &speed))
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
    fn report(&self, evaluation: &Evaluation, speed: &str) -> Result<()> {
        let Self { trainer, tokenizer, .. } = self;
        let Evaluation { step, train_loss, validation_loss, .. } = *evaluation;
        let TrainConfig { preset, seed, .. } = trainer.config;
        eprintln!(
            "step {step:>5}  training {train_loss:.3}  validation {validation_loss:.3} \
             (perplexity {:.1})  {speed}",
            perplexity(validation_loss)
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
