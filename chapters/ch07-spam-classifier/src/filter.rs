//! Model and tokenizer together: text in, verdict out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ch01::{END_OF_TEXT, Tokenizer};
use ch04::Gpt2Config;
use datasets::{Label, Message};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use crate::{Batch, Classifier, Confusion, Evaluation, Example, encode, vary};

/// Batches are this many tokens long, or a multiple.
const STEP: usize = 16;
/// Messages that are judged at once.
const AT_ONCE: usize = 32;

/// A classifier with its parameters and the tokenizer it reads with.
#[derive(Debug)]
pub struct SpamFilter {
    /// The model
    pub classifier: Classifier,
    /// Its parameters, by name
    pub variables: VarStore,
    /// What cuts a text into tokens
    pub tokenizer: Tokenizer,
}

impl SpamFilter {
    /// A filter with random weights. Its tokenizer's end of text serves as padding.
    ///
    /// # Errors
    /// When the sizes do not fit together, or the tokenizer has no end of text or more ids
    /// than the model.
    pub fn random(
        config: &Gpt2Config,
        tokenizer: Tokenizer,
        device: Device,
    ) -> Result<Self> {
        config.validate()?;
        if tokenizer.special_id(END_OF_TEXT).is_none() {
            bail!("the tokenizer has no {END_OF_TEXT} to pad with");
        }
        let (ids, rows) = (tokenizer.vocab_size(), config.vocab_size);
        if ids as i64 > rows {
            bail!("the tokenizer has {ids} ids and the model only {rows}");
        }
        let variables = VarStore::new(device);
        let classifier = Classifier::new(&variables.root(), config);
        Ok(Self { classifier, variables, tokenizer })
    }

    /// A filter that starts from the language model in `folder`: every weight is taken over, and
    /// the new head starts from random numbers. While training, a share of `dropout` of the
    /// numbers is set to 0 at each place where GPT-2 does that.
    ///
    /// # Errors
    /// When the folder holds no language model, or a broken one.
    pub fn from_language_model(
        folder: &Path,
        dropout: f64,
        device: Device,
    ) -> Result<Self> {
        let (pretrained, model) = ch06::load_model(folder, device)?;
        let tokenizer = ch06::load_tokenizer(folder, model.config())?;
        let config = with_dropout(model.config(), dropout);
        let filter = Self::random(&config, tokenizer, device)?;
        let weights = pretrained.variables().into_iter();
        let renamed = weights.map(|(name, w)| (format!("transformer.{name}"), w));
        filter.copy(&renamed.collect())?;
        Ok(filter)
    }

    /// The id that fills up short texts.
    pub fn pad(&self) -> i64 {
        let end = self.tokenizer.special_id(END_OF_TEXT);
        i64::from(end.expect("checked when the filter was made"))
    }

    /// The most tokens of a message that are read.
    pub fn context(&self) -> usize {
        usize::try_from(self.classifier.config().n_positions).unwrap_or(usize::MAX)
    }

    /// [`encode`] for this model.
    pub fn encode(&self, messages: &[Message]) -> (Vec<Example>, usize) {
        encode(messages, &self.tokenizer, self.context(), self.pad())
    }

    /// The messages as ids with a share of the merges [forgotten](vary).
    pub fn encode_varied(
        &self,
        messages: &[Message],
        share: f64,
        seed: u64,
    ) -> Vec<Example> {
        let mut generator = StdRng::seed_from_u64(seed);
        let (context, pad) = (self.context(), self.pad());
        let example = |message: &Message| {
            let ids = vary(&self.tokenizer, &message.text, share, &mut generator);
            Example::new(ids, message.label, context, pad)
        };
        messages.iter().map(example).collect()
    }

    /// A batch for this model, as long as the longest example and up to 15 tokens more: libtorch
    /// prepares its fastest kernels anew for each shape it meets, so few shapes are quicker.
    pub fn batch(&self, examples: &[&Example]) -> Batch {
        let longest = examples.iter().map(|example| example.ids.len()).max();
        let t = longest.unwrap_or(1).next_multiple_of(STEP).min(self.context());
        Batch::new(examples, t, self.pad(), self.variables.device())
    }

    /// The chance that each of `examples` is spam.
    pub fn chances(&self, examples: &[Example]) -> Vec<f64> {
        let logits = self.judge(examples); // (n, 2)
        let chances = logits.softmax(-1, Kind::Double).select(-1, 1); // (n)
        Vec::try_from(chances).expect("one number for each example")
    }

    /// The chance that `text` is spam.
    pub fn chance(&self, text: &str) -> f64 {
        let message = Message { label: Label::Ham, text: text.to_string() };
        let (examples, _) = self.encode(&[message]);
        self.chances(&examples)[0]
    }

    /// Loss and mistakes on `examples`, without dropout. NaN and none if there are none.
    pub fn evaluate(&self, examples: &[Example]) -> Evaluation {
        if examples.is_empty() {
            return Evaluation { loss: f64::NAN, confusion: Confusion::default() };
        }
        let logits = self.judge(examples); // (n, 2)
        let classes: Vec<_> =
            examples.iter().map(|example| example.class).collect();
        let loss = logits
            .cross_entropy_for_logits(&Tensor::from_slice(&classes))
            .double_value(&[]);
        let said: Vec<i64> = Vec::try_from(logits.argmax(-1, false))
            .expect("one class for each example");
        let pairs = classes.iter().zip(said);
        let confusion = Confusion::count(
            pairs.map(|(&truth, said)| (truth as usize, said as usize)),
        );
        Evaluation { loss, confusion }
    }

    /// The logits of all examples on the CPU, `(n, 2)`, in their order. Texts of similar length
    /// are judged together, to save padding.
    fn judge(&self, examples: &[Example]) -> Tensor {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        order.sort_by_key(|&i| examples[i].ids.len());
        let logits: Vec<Tensor> = tch::no_grad(|| {
            let judged = order.chunks(AT_ONCE).map(|places| {
                let batch: Vec<_> = places.iter().map(|&i| &examples[i]).collect();
                let batch = self.batch(&batch);
                self.classifier.logits(&batch.ids, &batch.lengths, false)
            });
            judged.map(|logits| logits.to_device(Device::Cpu)).collect()
        });
        let places: Vec<i64> = order.iter().map(|&i| i as i64).collect();
        let back = Tensor::from_slice(&places).argsort(0, false);
        Tensor::cat(&logits, 0).index_select(0, &back)
    }

    /// Copies of all weights in f32 on the CPU, by name.
    pub(crate) fn weights(&self) -> BTreeMap<String, Tensor> {
        let weights = self.variables.variables().into_iter();
        let copy = |w: Tensor| {
            w.detach().to_device(Device::Cpu).to_kind(Kind::Float).copy()
        };
        weights.map(|(name, w)| (name, copy(w))).collect()
    }

    /// Puts the weights back, in f32.
    pub(crate) fn put(&mut self, weights: &BTreeMap<String, Tensor>) -> Result<()> {
        self.variables.set_kind(Kind::Float);
        self.copy(weights)
    }

    /// Copies `weights` into the parameters with their names.
    fn copy(&self, weights: &BTreeMap<String, Tensor>) -> Result<()> {
        let parameters = self.variables.variables();
        for (name, weight) in weights {
            let parameter = parameters
                .get(name)
                .with_context(|| format!("the model has no parameter {name}"))?;
            tch::no_grad(|| parameter.shallow_clone().copy_(weight));
        }
        Ok(())
    }
}

/// The same sizes with another dropout.
fn with_dropout(config: &Gpt2Config, dropout: f64) -> Gpt2Config {
    Gpt2Config {
        embd_pdrop: dropout,
        attn_pdrop: dropout,
        resid_pdrop: dropout,
        ..config.clone()
    }
}
