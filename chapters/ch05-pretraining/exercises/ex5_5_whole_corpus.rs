//! Exercise 5.5 (10 points): one number for many texts.

// ANCHOR: task
/// What a model makes of one text.
#[derive(Clone, Copy)]
pub struct Text {
    /// Its mean loss for a token, in nats
    pub loss: f64,
    /// How many tokens that is the mean of
    pub tokens: usize,
    /// How many bytes those tokens spell
    pub bytes: usize,
}

/// The perplexity of all texts together: every token of every text counts alike, however
/// long its text is.
pub fn perplexity(texts: &[Text]) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let nats: f64 = texts.iter().map(|text| text.loss * text.tokens as f64).sum();
    let tokens: usize = texts.iter().map(|text| text.tokens).sum();
    (nats / tokens as f64).exp()
    // SOLUTION: end
}

// ANCHOR: task_bits
/// Bits per byte of all texts together: every byte of every text counts alike.
pub fn bits_per_byte(texts: &[Text]) -> f64 {
    // ANCHOR_END: task_bits
    // SOLUTION: begin
    let nats: f64 = texts.iter().map(|text| text.loss * text.tokens as f64).sum();
    let bytes: usize = texts.iter().map(|text| text.bytes).sum();
    nats / std::f64::consts::LN_2 / bytes as f64
    // SOLUTION: end
}

/// A text whose every token is as surprising as one of `choices` equally likely ones.
fn text(choices: f64, tokens: usize, bytes: usize) -> Text {
    Text { loss: choices.ln(), tokens, bytes }
}

/// Demands that two numbers agree.
fn assert_near(ours: f64, wanted: f64, what: &str) {
    assert!((ours - wanted).abs() < 1e-9, "{what}: {ours}, not {wanted}");
}

// ANCHOR: tests
#[test]
fn one_text() {
    // 10 tokens of 3 bits each, 30 bits for 40 bytes
    let texts = [text(8.0, 10, 40)];
    assert_near(perplexity(&texts), 8.0, "the perplexity");
    assert_near(bits_per_byte(&texts), 0.75, "bits per byte");
}

#[test]
fn a_long_text_and_a_short_one() {
    // 3 tokens of 1 bit and 1 of 5 bits: 8 bits, 4 tokens, 16 bytes
    let texts = [text(2.0, 3, 12), text(32.0, 1, 4)];
    assert_near(perplexity(&texts), 4.0, "the perplexity");
    assert_near(bits_per_byte(&texts), 0.5, "bits per byte");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_text_cut_in_two_says_the_same() {
    let whole = [text(8.0, 10, 45)];
    let cut = [text(8.0, 7, 20), text(8.0, 3, 25)];
    assert_near(perplexity(&cut), perplexity(&whole), "the perplexity");
    assert_near(bits_per_byte(&cut), bits_per_byte(&whole), "bits per byte");
}

#[test]
fn another_tokenizer_changes_the_perplexity_and_not_the_bits() {
    // The same surprise, in half as many tokens.
    let (small, large) = ([text(4.0, 100, 200)], [text(16.0, 50, 200)]);
    assert_near(perplexity(&small), 4.0, "small tokens");
    assert_near(perplexity(&large), 16.0, "large tokens");
    assert_near(bits_per_byte(&small), bits_per_byte(&large), "bits per byte");
}

#[test]
fn bytes_count_for_bytes_and_tokens_for_tokens() {
    // Many bytes in few tokens, and few bytes in many tokens.
    let texts = [text(16.0, 1, 96), text(2.0, 3, 4)];
    assert_near(perplexity(&texts), 2f64.powf(7.0 / 4.0), "7 bits, 4 tokens");
    assert_near(bits_per_byte(&texts), 0.07, "7 bits, 100 bytes");
}

#[test]
fn an_empty_text_says_nothing() {
    let texts = [text(8.0, 10, 40), text(1e6, 0, 0)];
    assert_near(perplexity(&texts), 8.0, "the perplexity");
    assert_near(bits_per_byte(&texts), 0.75, "bits per byte");
}

#[test]
fn single_texts_agree_with_the_chapters_functions() {
    let one = Text { loss: 3.217, tokens: 1024, bytes: 4603 };
    assert_near(perplexity(&[one]), ch05::perplexity(one.loss), "the perplexity");
    let chapters = ch05::bits_per_byte(one.loss, one.tokens, one.bytes);
    assert_near(bits_per_byte(&[one]), chapters, "bits per byte");
}
// HIDDEN: end
