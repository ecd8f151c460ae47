//! The frame: it tells the model that a task comes, and where the answer begins.
//!
//! Source: Taori et al. (2023), "Stanford Alpaca: An Instruction-following LLaMA model", in the
//! form of Raschka (2024), section 7.2: one opening sentence, with and without an input.

use ch01::END_OF_TEXT;
use datasets::Instruction;

const OPENING: &str = "Below is an instruction that describes a task. \
     Write a response that appropriately completes the request.";
const RESPONSE: &str = "\n\n### Response:\n";

// ANCHOR: prompt
/// All that the model is given: the instruction in its frame, up to where the answer
/// begins. The part for the input is left out when there is none.
pub fn prompt(entry: &Instruction) -> String {
    let input = match entry.input.as_str() {
        "" => String::new(),
        input => format!("\n\n### Input:\n{input}"),
    };
    let instruction = &entry.instruction;
    format!("{OPENING}\n\n### Instruction:\n{instruction}{input}{RESPONSE}")
}

/// All that the model learns from: the prompt, the answer, and where that ends.
pub fn training_text(entry: &Instruction) -> String {
    format!("{}{}{END_OF_TEXT}", prompt(entry), entry.output)
}
// ANCHOR_END: prompt

/// The answer in a whole text: what stands between the first `### Response:` and the end of
/// text, without spaces around it. `None` when there is no such heading.
pub fn response_of(text: &str) -> Option<&str> {
    let (_, answer) = text.split_once(RESPONSE)?;
    let end = answer.find(END_OF_TEXT).unwrap_or(answer.len());
    Some(answer[..end].trim())
}
