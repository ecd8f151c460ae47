//! Tokens made visible: in the terminal, and as a page for the browser.

use std::borrow::Cow;
use std::fmt::Write;

use crate::{DecodeError, Tokenizer};

/// How neighbouring tokens are told apart in the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// By bars between them
    Plain,
    /// By the colour behind them
    Coloured,
}

/// The colours behind the tokens, in turn: numbers of the terminal's 256 colours, and the same
/// for the browser. All are light, with black letters on them.
const COLOURS: [(u8, &str); 5] = [
    (153, "#afd7ff"),
    (157, "#afffaf"),
    (223, "#ffd7af"),
    (218, "#ffafd7"),
    (189, "#d7d7ff"),
];

/// One token's text in a line: white space and control characters as signs that can be seen,
/// and in hexadecimal what is only a part of a character.
///
/// ```
/// assert_eq!(ch01::spell(b" tea\n"), "␣tea⏎");
/// assert_eq!(ch01::spell(&[0xf0, 0x9f]), "⟨f0 9f⟩");
/// ```
pub fn spell(token: &[u8]) -> String {
    let mut text = String::new();
    for chunk in token.utf8_chunks() {
        text.extend(chunk.valid().chars().map(visible));
        if !chunk.invalid().is_empty() {
            let bytes: Vec<_> =
                chunk.invalid().iter().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("⟨{}⟩", bytes.join(" "));
        }
    }
    text
}

/// A character that can be seen. Control characters could do things to the terminal.
fn visible(character: char) -> char {
    match character {
        ' ' => '␣',
        '\n' => '⏎',
        '\t' => '⇥',
        '\0'..='\x1f' => {
            char::from_u32(0x2400 + u32::from(character)).unwrap_or('�')
        }
        '\x7f'..='\u{9f}' => '␡',
        _ => character,
    }
}

/// The text of `ids` with the borders between tokens to be seen.
///
/// ```
/// use ch01::{Style, Tokenizer, show};
///
/// let tokenizer = Tokenizer::gpt2();
/// let ids = tokenizer.encode("Akwirw ier");
/// assert_eq!(show(&tokenizer, &ids, Style::Plain).unwrap(), "Ak|w|ir|w|␣|ier");
/// ```
///
/// # Errors
/// When an id is not in the vocabulary.
pub fn show(
    tokenizer: &Tokenizer,
    ids: &[u32],
    style: Style,
) -> Result<String, DecodeError> {
    let mut shown = String::new();
    for (place, &id) in ids.iter().enumerate() {
        let bytes = tokenizer.decode_bytes(&[id])?;
        let text = spell(&bytes);
        match style {
            Style::Plain if place == 0 => shown += &text,
            Style::Plain => shown.extend(["|", &text]),
            Style::Coloured => {
                let (colour, _) = COLOURS[place % COLOURS.len()];
                let text = text.replace('␣', " "); // the colour shows it
                shown += &format!("\x1b[30;48;5;{colour}m{text}\x1b[0m");
            }
        }
        if bytes.ends_with(b"\n") {
            shown.push('\n');
        }
    }
    Ok(shown)
}

/// A page for the browser: every token in its colour, with its id under the mouse.
///
/// # Errors
/// When an id is not in the vocabulary.
pub fn show_as_page(
    tokenizer: &Tokenizer,
    ids: &[u32],
    title: &str,
) -> Result<String, DecodeError> {
    let mut page = String::from("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n");
    let title = escape(title);
    let bytes = tokenizer.decode_bytes(ids)?.len();
    let colours = COLOURS.iter().enumerate();
    let styles: String = colours
        .map(|(i, (_, colour))| format!(".t{i} {{ background: {colour} }}\n"))
        .collect();
    // Writing into a string can't fail.
    let _ = write!(
        page,
        "<title>{title}</title>\n<style>\n\
         body {{ max-width: 50em; margin: 2em auto; padding: 0 1em; font-family: sans-serif }}\n\
         pre {{ white-space: pre-wrap; line-height: 1.6 }}\n\
         span {{ color: black; border-radius: 3px }}\n{styles}</style>\n\
         <h1>{title}</h1>\n<p>{} tokens for {bytes} bytes</p>\n<pre>",
        ids.len(),
    );
    for (place, &id) in ids.iter().enumerate() {
        let token = tokenizer.decode_bytes(&[id])?;
        let text = escape(&spell(&token)).replace('␣', " ");
        let end = if token.ends_with(b"\n") { "\n" } else { "" };
        let colour = place % COLOURS.len();
        let _ = write!(
            page,
            "<span class=\"t{colour}\" title=\"{id}\">{text}</span>{end}"
        );
    }
    page += "</pre>\n";
    Ok(page)
}

/// Text that no browser takes for a tag.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return text.into();
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;").into()
}
