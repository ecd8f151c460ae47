//! The last pass over a story: `a` or `an`, capitals at the start of sentences, single spaces.

/// Mends one paragraph.
pub fn polish(paragraph: &str) -> String {
    let mut out = String::with_capacity(paragraph.len() + 8);
    let mut words = paragraph.split_ascii_whitespace().peekable();
    let mut starts_sentence = true;
    while let Some(word) = words.next() {
        if !out.is_empty() {
            out.push(' ');
        }
        if starts_sentence {
            push_with_capital(&mut out, word);
        } else {
            out.push_str(word);
        }
        if matches!(word.trim_start_matches('"'), "a" | "A")
            && words.peek().is_some_and(|next| sounds_like_vowel(next))
        {
            out.push('n');
        }
        // After `!"` and `?"` the sentence may go on: `"Stop!" said Ann.`
        starts_sentence = word.ends_with(['.', '!', '?']) || word.ends_with(".\"");
    }
    out
}

/// Appends `word` with its first letter as a capital.
pub fn push_with_capital(out: &mut String, word: &str) {
    let letter = word.find(|c: char| c != '"').unwrap_or(0);
    out.push_str(&word[..letter]);
    let mut rest = word[letter..].chars();
    out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
    out.push_str(rest.as_str());
}

/// Whether `an` comes before `word`.
pub fn sounds_like_vowel(word: &str) -> bool {
    let word = word.trim_start_matches('"').to_ascii_lowercase();
    let sounds_like_w_or_y = ["one", "once", "use", "uni", "eu"];
    let silent_h = ["hour", "honest"];
    silent_h.iter().any(|start| word.starts_with(start))
        || word.starts_with(['a', 'e', 'i', 'o', 'u'])
            && !sounds_like_w_or_y.iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_sound() {
        assert_eq!(
            polish("he ate a apple in a hour."),
            "He ate an apple in an hour."
        );
        assert_eq!(
            polish("a useful thing, a one-eyed cat"),
            "A useful thing, a one-eyed cat"
        );
    }

    #[test]
    fn sentences_start_with_a_capital() {
        assert_eq!(polish("it fell. the cup broke."), "It fell. The cup broke.");
        assert_eq!(
            polish("\"stop!\" said Ann.  \"no.\" she ran."),
            "\"Stop!\" said Ann. \"No.\" She ran."
        );
    }
}
