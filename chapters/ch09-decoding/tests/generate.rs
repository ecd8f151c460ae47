//! Texts from beginning to end.

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::{Gpt2, Gpt2Config};
use ch09::*;
use datasets::LIGHTHOUSE;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn tokenizer() -> Tokenizer {
    Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT])
}

/// A model that knows one text by heart: at each place it says what comes next there.
///
/// Its blocks do nothing, and its input is nothing but the place.
fn reciter(ids: &[u32]) -> (VarStore, Gpt2) {
    let config = Gpt2Config {
        vocab_size: 301,
        n_positions: ids.len() as i64,
        n_embd: ids.len() as i64,
        n_layer: 1,
        n_head: 1,
        tie_word_embeddings: false,
        ..Gpt2Config::default()
    };
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), &config);
    tch::no_grad(|| {
        for (name, mut parameter) in variables.variables() {
            match name.as_str() {
                "wpe.weight" => {
                    parameter.copy_(&Tensor::eye(ids.len() as i64, CPU))
                }
                "lm_head.weight" => {
                    let _ = parameter.zero_();
                    for (place, &next) in (0..).zip(&ids[1..]) {
                        let _ = parameter.get(next.into()).get(place).fill_(9.0);
                    }
                }
                name if name.starts_with("ln_f") => {}
                _ => drop(parameter.zero_()),
            }
        }
    });
    (variables, model)
}

/// What a reciter of `text` writes after the first token, and the pieces in which it came.
fn recite(text: &str, options: &Options) -> (Written, Vec<String>) {
    let _generator = testkit::seed(1);
    let tokenizer = tokenizer();
    let ids = tokenizer.encode_with_special(&format!("{END_OF_TEXT}{text}"));
    let (_variables, model) = reciter(&ids);
    let options = Options {
        sampling: Sampling::greedy(),
        tokens: options.tokens.min(ids.len() - 1),
        ..options.clone()
    };
    let mut pieces = Vec::new();
    let show = |piece: &str| pieces.push(piece.to_owned());
    let written = generate(&model, &tokenizer, &ids[..1], &options, show);
    (written.expect("the options are valid"), pieces)
}

fn until(stops: &[&str]) -> Options {
    Options {
        stop: stops.iter().map(ToString::to_string).collect(),
        tokens: 1_000,
        ..Options::default()
    }
}

#[test]
fn the_streamed_pieces_are_the_text() {
    let text = "The lamp was lit. Grüße! 🤗 And then?";
    let (written, pieces) = recite(text, &until(&[]));
    assert_eq!(written.text, text);
    assert_eq!(pieces.concat(), text);
    assert_eq!(written.ended, Ended::Tokens);
    assert_eq!(written.ids, tokenizer().encode(text));
    assert!(pieces.len() > 5, "it comes in pieces");
}

#[test]
fn no_piece_shows_half_a_character() {
    let (_, pieces) = recite("a 🤗 b", &until(&[]));
    assert!(pieces.iter().all(|piece| !piece.contains('�')), "{pieces:?}");
    let (cut, _) = recite("a 🤗 b", &Options { tokens: 4, ..until(&[]) });
    assert_eq!(cut.text, "a �", "what never became whole is shown at the end");
}

#[test]
fn the_end_of_text_ends_it_and_is_not_shown() {
    let text = format!("One.{END_OF_TEXT}Two.");
    let end = tokenizer().special_id(END_OF_TEXT);
    let (written, _) = recite(&text, &Options { end, ..until(&[]) });
    assert_eq!((written.text.as_str(), written.ended), ("One.", Ended::EndOfText));
    assert_eq!(written.ids, tokenizer().encode("One."));
}

#[test]
fn a_stop_string_over_several_tokens_ends_the_text_before_it() {
    let text = "The keeper slept. Question: why?";
    assert!(tokenizer().encode("Question:").len() > 2, "several tokens");
    let (written, pieces) = recite(text, &until(&["Question:"]));
    assert_eq!(written.text, "The keeper slept. ");
    assert_eq!(pieces.concat(), written.text, "nothing more was shown");
    assert_eq!(written.ended, Ended::Stop("Question:".into()));
    let ids = tokenizer().decode(&written.ids).unwrap();
    assert!(ids.ends_with("Question:"), "the ids tell all: {ids:?}");
}

#[test]
fn what_only_looked_like_a_stop_string_is_shown() {
    for text in ["Quest", "a Quest for Questions", "Question"] {
        let (written, pieces) = recite(text, &until(&["Question:"]));
        assert_eq!((written.text.as_str(), pieces.concat().as_str()), (text, text));
    }
}

#[test]
fn a_stop_string_may_have_characters_of_several_tokens() {
    let (written, pieces) = recite("ja 🤗 nein", &until(&["🤗"]));
    assert_eq!((written.text.as_str(), pieces.concat().as_str()), ("ja ", "ja "));
}

#[test]
fn no_tokens_are_no_text() {
    let (written, pieces) = recite("text", &Options { tokens: 0, ..until(&[]) });
    assert_eq!((written.text.as_str(), written.ended), ("", Ended::Tokens));
    assert_eq!(pieces.concat(), "");
}

/// The text that is shown when `text` arrives in pieces that end at the bits of `cuts`.
fn watch(stops: &[String], text: &[char], cuts: u32) -> (String, Option<String>) {
    let mut watcher = StopStrings::new(stops);
    let (mut shown, mut piece) = (String::new(), String::new());
    for (place, &character) in text.iter().enumerate() {
        piece.push(character);
        if cuts >> place & 1 == 1 || place + 1 == text.len() {
            let (more, stop) = watcher.push(&std::mem::take(&mut piece));
            shown += &more;
            if stop.is_some() {
                return (shown, stop);
            }
        }
    }
    (shown + &watcher.finish(), None)
}

#[test]
fn it_makes_no_difference_how_the_text_was_cut() {
    let stops = ["aab", "ab!", "xaabc", "é"].map(String::from);
    let cases = [
        ("aaab...", "a", Some("aab")),
        ("xaabc", "x", Some("aab")), // complete before the longer one
        ("ab?ab!", "ab?", Some("ab!")),
        ("aaaaaa", "aaaaaa", None),
        ("caféab!", "caf", Some("é")),
    ];
    for (text, wanted, stop) in cases {
        let characters: Vec<char> = text.chars().collect();
        for cuts in 0..1 << characters.len() {
            let (shown, found) = watch(&stops, &characters, cuts);
            assert_eq!(
                (shown.as_str(), found.as_deref()),
                (wanted, stop),
                "{text:?}, cut at {cuts:b}"
            );
        }
    }
}

#[test]
fn an_empty_stop_string_stops_nothing() {
    let (shown, stop) = StopStrings::new(&[String::new()]).push("text");
    assert_eq!((shown.as_str(), stop), ("text", None));
}

/// A small random model over the tokenizer's ids.
fn random_model() -> (VarStore, Gpt2) {
    let config = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 2,
        initializer_range: 0.3,
        ..Gpt2Config::default()
    };
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), &config);
    (variables, model)
}

#[test]
fn the_same_seed_and_sample_write_the_same_and_others_do_not() {
    let _generator = testkit::seed(3);
    let (_variables, model) = random_model();
    let tokenizer = tokenizer();
    let write = |seed, sample| {
        let options = Options { seed, sample, tokens: 30, ..Options::default() };
        generate(&model, &tokenizer, &[5, 6], &options, |_| ()).unwrap().ids
    };
    let first = write(1, 0);
    assert_eq!(first.len(), 30);
    assert_eq!(write(1, 0), first);
    assert_ne!(write(2, 0), first);
    assert_ne!(write(1, 1), first);
}

#[test]
fn a_full_context_slides() {
    let _generator = testkit::seed(3);
    let (_variables, model) = random_model();
    let long: Vec<u32> = (0..40).collect();
    let greedy = |prompt: &[u32]| -> Vec<u32> {
        let stream = TokenStream::new(&model, prompt, Sampling::greedy(), (1, 0));
        stream.unwrap().take(30).collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(greedy(&long), greedy(&long[24..]), "it sees the last 16 ids");
    assert_ne!(greedy(&long), greedy(&long[28..]), "and all of them");
}

#[test]
fn an_id_that_slid_out_of_view_still_counts() {
    let _generator = testkit::seed(3);
    let (_variables, model) = random_model();
    let write = |prompt: &[u32]| -> Vec<u32> {
        let sampling = Sampling { repetition_penalty: 1e6, ..Sampling::greedy() };
        let stream = TokenStream::new(&model, prompt, sampling, (1, 0));
        stream.unwrap().take(40).collect::<Result<_, _>>().unwrap()
    };
    let (written, prompt) = (write(&[1, 2, 3]), [1, 2, 3]);
    let mut distinct: Vec<_> = written.iter().chain(&prompt).collect();
    distinct.sort();
    distinct.dedup();
    // As long as an unseen token has a positive score, a seen one has no chance.
    assert_eq!(distinct.len(), 43, "{written:?}");
}

#[test]
fn mistakes_are_told_in_words() {
    let _generator = testkit::seed(3);
    let (_variables, model) = random_model();
    let tokenizer = tokenizer();
    let error = |prompt: &[u32], options: &Options| {
        let result = generate(&model, &tokenizer, prompt, options, |_| ());
        result.unwrap_err().to_string()
    };
    assert!(error(&[], &Options::default()).contains("prompt is empty"));
    assert!(error(&[301], &Options::default()).contains("the id 301"));
    let sampling = Sampling { top_k: Some(0), ..Sampling::default() };
    let options = Options { sampling, ..Options::default() };
    assert!(error(&[1], &options).contains("top-k"));
}
