//! A tiny model that comes with the chapter, as TensorFlow and as transformers wrote it.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use tch::nn::ModuleT;
use tch::{Device, Tensor};

use crate::{Format, load_model, open, shape};

/// The folder of a tiny random model in this format. Both formats hold the same weights.
pub fn example(format: Format) -> PathBuf {
    let name = match format {
        Format::HuggingFace => "hugging-face",
        Format::OpenAi => "openai",
    };
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect()
}

/// Opens both folders, shows which tensor is which, and compares what the two models say.
///
/// # Errors
/// When an example is missing, or `out` can't be written to.
pub fn show_example(out: &mut impl Write) -> Result<()> {
    let openai = open(&example(Format::OpenAi))?;
    let hugging_face = open(&example(Format::HuggingFace))?;
    writeln!(out, "One tiny model, in OpenAI's files and in Hugging Face's:\n")?;
    let header = ["OpenAI's name", "shape", "Hugging Face's name", "shape"];
    print_columns(out, header.map(str::to_owned))?;
    let (theirs, ours) = (openai.pairs()?, hugging_face.pairs()?);
    for (theirs, ours) in theirs.iter().zip(&ours) {
        let same = theirs.stored.read()?.view(&ours.shape[..]);
        ensure!(
            same.equal(&ours.stored.read()?),
            "{} has other numbers",
            ours.name
        );
        if !ours.name.starts_with("h.1.") {
            let shapes = [theirs, ours].map(|pair| shape(&pair.stored.shape));
            let [a, b] = [&theirs.stored.name, &ours.name].map(Clone::clone);
            print_columns(out, [a, shapes[0].clone(), b, shapes[1].clone()])?;
        } else if ours.name == "h.1.ln_1.weight" {
            writeln!(out, "…                       the same again for layer 1")?;
        }
    }
    writeln!(out, "\nAll {} tensors hold the same numbers.", ours.len())?;
    let ids = [72i64, 101, 108, 108, 111];
    let [a, b] = [&openai, &hugging_face].map(|it| logits(&it.folder, &ids));
    let difference = (a? - b?).abs().max().double_value(&[]);
    writeln!(out, "The logits for {ids:?} differ by at most {difference}.")?;
    writeln!(out, "\nLook into your own: cargo run -p ch06 -- inspect DIR")?;
    Ok(())
}

fn print_columns(out: &mut impl Write, columns: [String; 4]) -> Result<()> {
    let [a, b, c, d] = columns;
    Ok(writeln!(out, "{a:22}  {b:11}  {c:24}  {d}")?)
}

fn logits(folder: &Path, ids: &[i64]) -> Result<Tensor> {
    let (_variables, model) = load_model(folder, Device::Cpu)?;
    let ids = Tensor::from_slice(ids).unsqueeze(0); // (1, t)
    Ok(tch::no_grad(|| model.forward_t(&ids, false))) // (1, t, v)
}
