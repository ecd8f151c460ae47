//! The figures of chapter 1. `cargo xtask figures ch01` draws them again.
//!
//! Those of the two ladders show what was measured once, on a machine that the page names: their
//! tests hold the drawing to the committed CSV.

use std::fs;
use std::path::{Path, PathBuf};

use ch01::{Analysis, Tokenizer, Vocabulary, train};
use plot::{Axis, Bars, Chart, Figure, Lines, Table};
use tiktoken_rs::cl100k_base;

const STORY: &str = include_str!("../../../datasets/builtin/lighthouse.txt");
const STORIES: &str =
    include_str!("../../../datasets/builtin/stories/hand-written.txt");

const MESSAGES: &str = include_str!("../../../datasets/builtin/messages.tsv");

/// One sentence in ten languages.
const LANGUAGES: [(&str, &str); 10] = [
    ("English", "The lamp burns all night, so that the boats find the harbour."),
    (
        "German",
        "Die Lampe brennt die ganze Nacht, damit die Boote den Hafen finden.",
    ),
    (
        "French",
        "La lampe brûle toute la nuit pour que les bateaux trouvent le port.",
    ),
    (
        "Spanish",
        "La lámpara arde toda la noche para que los barcos encuentren el puerto.",
    ),
    ("Russian", "Лампа горит всю ночь, чтобы лодки нашли гавань."),
    ("Greek", "Η λάμπα καίει όλη τη νύχτα για να βρουν τα πλοία το λιμάνι."),
    ("Chinese", "灯整夜亮着，好让船只找到港口。"),
    ("Japanese", "船が港を見つけられるように、ランプは一晩中燃えている。"),
    ("Korean", "배가 항구를 찾을 수 있도록 등불은 밤새 켜져 있다."),
    ("Hindi", "दीपक पूरी रात जलता है, ताकि नावें बंदरगाह ढूँढ सकें।"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch01")
}

/// The tokens of texts, with GPT-2's vocabulary and with GPT-4's.
fn tokens_of<'a>(
    key: &str,
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Table {
    let gpt2 = Tokenizer::gpt2();
    let gpt4 = cl100k_base().expect("the crate brings the vocabulary along");
    let empty = Table::new(key, ["GPT-2", "GPT-4 (cl100k)"]);
    texts.into_iter().fold(empty, |table, (name, text)| {
        let counts = [gpt2.encode(text).len(), gpt4.encode_ordinary(text).len()];
        table.row(name, counts.map(|count| count as f64))
    })
}

#[test]
fn a_sentence_costs_more_in_other_scripts() {
    let figure = Figure {
        name: "languages",
        finding: "One sentence in ten languages: with GPT-2's vocabulary it costs 14 tokens in English, 53 in Russian and 80 in Hindi",
        chart: Chart::Bars(Bars { value: "tokens".into() }),
    };
    let table = tokens_of("language", LANGUAGES);
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

#[test]
fn the_same_data_costs_more_in_some_formats() {
    let json = include_str!("texts/boats.json");
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let compact = value.to_string();
    let formats = [
        ("JSON, indented", json),
        ("JSON, compact", &compact),
        ("YAML", include_str!("texts/boats.yaml")),
        ("CSV", include_str!("texts/boats.csv")),
    ];
    let figure = Figure {
        name: "formats",
        finding: "The same two records: indented JSON costs GPT-2 135 tokens, YAML 56, compact JSON 49 and CSV 31",
        chart: Chart::Bars(Bars { value: "tokens".into() }),
    };
    plot::check_or_overwrite(
        &figure,
        &tokens_of("format", formats),
        &folder(),
        0.0,
    );
}

#[test]
fn a_larger_vocabulary_compresses_what_it_learned_from() {
    // Learning stops by itself when no pair of tokens occurs twice.
    let full = train([STORIES], 4096);
    let all: Vec<Vec<u8>> = full.tokens().map(<[u8]>::to_vec).collect();
    let texts = [
        ("the stories it learned from", STORIES),
        ("another story", STORY),
        ("text messages", MESSAGES),
    ];
    let mut table = Table::new("tokens", texts.map(|(name, _)| name));
    for size in [256, 300, 400, 512, 724, 1024, 1448, 2048, all.len()] {
        let learned = all[..size].to_vec();
        let tokenizer = Tokenizer::new(Vocabulary::new(learned), &[]);
        let mut analysis = Analysis::new(&tokenizer);
        for (name, text) in texts {
            analysis.add(name, text);
        }
        let rows = analysis.texts().iter().map(|text| text.bytes_per_token());
        table = table.row(size.to_string(), rows);
    }
    let figure = Figure {
        name: "vocabulary-size",
        finding: "Bytes per token grow with the vocabulary, from 1 at 256 tokens to 3.6 on the text it learned from, 3.5 on another story and 2.0 on text messages",
        chart: Chart::Lines(Lines {
            x: Axis::log("tokens in the vocabulary"),
            y: Axis::linear("bytes per token"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}

/// Holds the drawing of measured figures to the CSV, which no test can measure again.
fn check_measured(name: &'static str, value: &str, finding: &'static str) {
    let csv = fs::read_to_string(folder().join(name).with_extension("csv"))
        .expect("the CSV is committed");
    let table = Table::from_csv(&csv).expect("the CSV is a table");
    let chart = Chart::Bars(Bars { value: value.into() });
    let figure = Figure { name, finding, chart };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

#[test]
fn every_rung_of_training_is_faster_than_the_one_before() {
    check_measured(
        "training-ladder",
        "seconds for 8,192 tokens from 1 MB",
        "Learning 8,192 tokens takes the naive rung 116 seconds, the counted one 21, the incremental one 1.2 and the parallel one 0.07",
    );
}

#[test]
fn every_rung_of_encoding_is_faster_than_the_one_before() {
    check_measured(
        "encoding-ladder",
        "times as fast as replay",
        "The lowest-rank rung is about 200 times as fast as replay, the fast one about 3,300 times",
    );
}

#[test]
fn the_fast_rung_holds_its_own_beside_other_tokenizers() {
    check_measured(
        "encoding-peers",
        "megabytes a second, one core",
        "The fast rung encodes 446 MB/s on a pass over known words, fastokens 395, tokenizers 178 and tiktoken-rs 17; on its first pass 192, the others 123, 92 and 16",
    );
}
