//! The promises of chapter 5 about watching a run: event files, curves, the share of the peak.

use std::fs;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::Gpt2Config;
use ch05::{
    Checkpoint, EventLog, Peak, Precision, Preset, TrainConfig, Trainer, curves,
    step_flops,
};
use tch::Device;

// ---- Event files --------------------------------------------------------------------------

/// CRC-32C bit by bit, from its definition.
fn crc32c(bytes: &[u8]) -> u32 {
    let shift = |rest: u32| (rest >> 1) ^ (0x82f6_3b78 * (rest & 1));
    let add = |rest: u32, &byte: &u8| {
        (0..8).fold(rest ^ u32::from(byte), |rest, _| shift(rest))
    };
    !bytes.iter().fold(!0, add)
}

/// Takes `count` bytes and their masked checksum off the front.
fn checked<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (part, after) = rest.split_at(count);
    let (sum, after) = after.split_at(4);
    let crc = crc32c(part);
    let masked = crc.rotate_right(15).wrapping_add(0xa282_ead8);
    assert_eq!(sum, masked.to_le_bytes(), "the checksum is wrong");
    *rest = after;
    part
}

/// The records of a file.
fn records(mut file: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while !file.is_empty() {
        let length = checked(&mut file, 8).try_into().expect("eight bytes");
        records.push(checked(&mut file, u64::from_le_bytes(length) as usize));
    }
    records
}

/// The fields of a message of Protocol Buffers: each with its number and its bytes.
fn fields(mut message: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = number(&mut message);
        let count = match key & 7 {
            0 => {
                let value = number(&mut message).to_le_bytes().to_vec();
                fields.push((key >> 3, value));
                continue;
            }
            1 => 8,
            2 => number(&mut message) as usize,
            5 => 4,
            other => panic!("wire type {other}"),
        };
        let (value, rest) = message.split_at(count);
        fields.push((key >> 3, value.to_vec()));
        message = rest;
    }
    fields
}

/// Seven bits in each byte, the lowest first.
fn number(bytes: &mut &[u8]) -> u64 {
    let length = bytes.iter().position(|byte| byte & 128 == 0).expect("an end") + 1;
    let (number, rest) = bytes.split_at(length);
    *bytes = rest;
    let bits = number.iter().enumerate();
    bits.map(|(i, byte)| u64::from(byte & 127) << (7 * i)).sum()
}

fn find(fields: &[(u64, Vec<u8>)], wanted: u64) -> Option<&[u8]> {
    let found = fields.iter().find(|(number, _)| *number == wanted);
    found.map(|(_, bytes)| bytes.as_slice())
}

#[derive(Debug, PartialEq)]
enum Said {
    Version(String),
    Start { step: u64 },
    Number { step: u64, tag: String, value: f32 },
}

/// What all event files of a folder say, in the order that TensorBoard reads them.
fn events(folder: &Path) -> Vec<Said> {
    let names = fs::read_dir(folder).expect("it is there").flatten();
    let mut names: Vec<_> = names
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains("tfevents"))
        .collect();
    names.sort();
    let files = names.iter().map(|name| fs::read(name).expect("it can be read"));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let mut said = Vec::new();
    for event in files
        .flat_map(|file| records(&file).into_iter().map(fields).collect::<Vec<_>>())
    {
        let time = find(&event, 1).expect("every event has a time");
        let time = f64::from_le_bytes(time.try_into().expect("eight bytes"));
        assert!(time > 1.7e9, "after 2023: {time}");
        let step = find(&event, 2).map_or(0, |it| {
            u64::from_le_bytes(it.try_into().expect("eight bytes"))
        });
        if let Some(version) = find(&event, 3) {
            said.push(Said::Version(text(version)));
        }
        if find(&event, 7).is_some() {
            said.push(Said::Start { step });
        }
        for (_, value) in find(&event, 5).map(fields).unwrap_or_default() {
            let value = fields(&value);
            let tag = text(find(&value, 1).expect("a tag"));
            let bytes = find(&value, 2).expect("a number").try_into();
            let value = f32::from_le_bytes(bytes.expect("four bytes"));
            said.push(Said::Number { step, tag, value });
        }
    }
    said
}

fn noted(step: u64, tag: &str, value: f32) -> Said {
    Said::Number { step, tag: tag.into(), value }
}

#[test]
fn the_checksum_of_the_test_is_the_known_one() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

#[test]
fn an_event_file_says_what_was_noted() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut log = EventLog::begin(&run, 0).unwrap();
    log.add(1, &[("loss/training", 5.5), ("step/rate", 1e-3)]).unwrap();
    log.add(300, &[("loss/training", f64::NAN)]).unwrap();
    drop(log);
    let said = events(&run);
    assert_eq!(said[0], Said::Version("brain.Event:2".into()));
    assert_eq!(said[1], noted(1, "loss/training", 5.5));
    assert_eq!(said[2], noted(1, "step/rate", 1e-3));
    let Said::Number { step: 300, value, .. } = said[3] else { panic!("{said:?}") };
    assert!(value.is_nan() && said.len() == 4);
}

#[test]
fn a_run_that_goes_on_takes_back_what_came_after_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = EventLog::begin(folder.path(), 0).unwrap();
    first.add(3, &[("loss", 1.0)]).unwrap();
    drop(first);
    drop(EventLog::begin(folder.path(), 2).unwrap());
    let said = events(folder.path());
    assert_eq!(said.last(), Some(&Said::Start { step: 3 }), "{said:?}");
    assert!(said.contains(&noted(3, "loss", 1.0)), "the file itself is kept");
}

#[test]
fn a_checkpoint_brings_the_event_file_with_it() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let checkpoint = Checkpoint::new(&run);
    let tokenizer = Tokenizer::new(train(["a b"], 256), &[END_OF_TEXT]);
    let model = Gpt2Config {
        vocab_size: 257,
        n_positions: 4,
        n_embd: 8,
        n_layer: 1,
        n_head: 2,
        ..Gpt2Config::default()
    };
    let config = TrainConfig {
        batch_size: 1,
        ..Preset::default().config(7, Precision::F32)
    };
    let trainer = Trainer::new(&model, config, Device::Cpu).unwrap();
    let mut log = EventLog::begin(&run, 0).unwrap();
    for step in 1..=3 {
        log.add(step, &[("loss", step as f64)]).unwrap();
        log.flush().unwrap();
        checkpoint.save(&trainer, &tokenizer, &[]).unwrap();
    }
    let numbers: Vec<_> = events(&run).into_iter().skip(1).collect();
    assert_eq!(numbers, [1, 2, 3].map(|step| noted(step, "loss", step as f32)));
    assert!(checkpoint.exists());
}

// ---- Curves -------------------------------------------------------------------------------

fn fall() -> Vec<(f64, f64)> {
    (0..100).map(|step| (f64::from(step), 5.0 - f64::from(step) / 25.0)).collect()
}

/// Whether a letter of Braille shows a dot.
fn has_dot(letter: char) -> bool {
    ('\u{2801}'..='\u{28ff}').contains(&letter)
}

#[test]
fn a_falling_loss_falls_from_the_upper_left_to_the_lower_right() {
    let picture = curves(&fall(), &[], 60, 8).unwrap();
    let rows: Vec<&str> = picture.lines().collect();
    assert!(rows.len() <= 8, "{picture}");
    assert!(rows.iter().all(|row| row.chars().count() <= 60), "{picture}");
    let first = |row: &str| row.chars().position(has_dot);
    let places: Vec<_> =
        rows[..rows.len() - 1].iter().map(|row| first(row)).collect();
    assert!(places.iter().all(Option::is_some), "{picture}");
    assert!(places.is_sorted() && places[0] < Some(3), "{picture}");
    assert!(rows[0].contains("5.000") && picture.contains("1.040"), "{picture}");
}

#[test]
fn dots_are_drawn_beside_the_line() {
    let flat = [(0.0, 1.0), (99.0, 1.0)];
    let count = |dots: &[(f64, f64)]| {
        let picture = curves(&flat, dots, 60, 8).unwrap();
        picture.lines().filter(|row| row.chars().any(has_dot)).count()
    };
    assert_eq!(count(&[]), 1);
    assert_eq!(count(&[(50.0, 3.0)]), 2);
}

#[test]
fn what_is_no_number_is_left_out_and_little_makes_no_picture() {
    let mut broken = fall();
    broken[50].1 = f64::NAN;
    broken[51].1 = f64::INFINITY;
    assert!(curves(&broken, &[(3.0, f64::NAN)], 60, 8).is_some());
    assert_eq!(curves(&[], &[], 60, 8), None);
    assert_eq!(curves(&fall()[..1], &[], 60, 8), None);
    assert_eq!(curves(&fall(), &[], 20, 8), None);
    assert_eq!(curves(&fall(), &[], 3, 8), None);
    assert_eq!(curves(&fall(), &[], 60, 2), None);
}

// ---- The peak -----------------------------------------------------------------------------

#[test]
fn operations_of_a_step_by_hand() {
    let (c, v, n, b, t) = (8, 31, 2, 3, 5);
    let model = Gpt2Config {
        vocab_size: v,
        n_positions: t,
        n_embd: c,
        n_layer: n,
        n_head: 2,
        ..Gpt2Config::default()
    };
    // Forward, for each token: 2 for each weight of a matrix; attention 2 · 2tc for each block.
    let weights = n * 12 * c * c + c * v;
    let forward = b * t * (2 * weights + n * 4 * t * c);
    assert_eq!(step_flops(&model, b, t), 3.0 * forward as f64);
}

#[test]
fn the_share_is_operations_by_time_by_peak() {
    let peak = Peak { size: 2048, flops: 1e11 };
    assert_eq!(peak.share(5e10, 2.0), 0.25);
}

#[test]
fn a_machine_can_multiply() {
    let peak = Peak::measure(Precision::F32, Device::Cpu);
    assert!(peak.flops > 1e8, "{peak:?}");
}
