//! The promises of chapter 6.

use std::fs;
use std::path::{Path, PathBuf};

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::{Gelu, Gpt2, Gpt2Config, PositionKind, Switches};
use ch05::{Checkpoint, Precision, Schedule, TrainConfig, Trainer};
use ch06::tensorflow::{bundle, masked_crc32c, message, table};
use ch06::*;
use serde_json::{Value, json};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;
use testkit::{assert_close, golden};

/// Hugging Face's and TensorFlow's logits against ours: sums in another order, no more.
const TOLERANCE: f64 = 1e-5;

fn goldens(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn load(folder: &Path) -> (VarStore, Gpt2) {
    let _generator = testkit::seed(1); // a model begins with random weights
    load_model(folder, Device::Cpu).expect("the folder holds a model")
}

fn random(config: &Gpt2Config) -> (VarStore, Gpt2) {
    let _generator = testkit::seed(2);
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), config);
    (variables, model)
}

fn logits(model: &Gpt2, ids: &Tensor) -> Tensor {
    tch::no_grad(|| model.forward_t(ids, false))
}

/// What is wrong with a folder.
fn complaint(folder: &Path) -> String {
    let _generator = testkit::seed(1);
    let error = load_model(folder, Device::Cpu).map(|_| ());
    format!("{:#}", error.expect_err("something is wrong with the folder"))
}

/// A copy of a golden folder, to be spoiled.
fn copy(name: &str) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(goldens(name)).expect("a golden folder").flatten() {
        fs::copy(entry.path(), copy.path().join(entry.file_name()))
            .expect("a copied file");
    }
    copy
}

/// A copy of the model of one file with other tensors in it.
fn with_tensors(change: impl FnOnce(&mut Vec<(String, Tensor)>)) -> TempDir {
    let copy = copy("hugging-face");
    let path = copy.path().join("model.safetensors");
    let mut tensors = Tensor::read_safetensors(&path).expect("tensors");
    change(&mut tensors);
    Tensor::write_safetensors(&tensors, &path).expect("a written file");
    copy
}

/// A copy of it with another entry in `config.json`.
fn with_config(key: &str, value: Value) -> TempDir {
    let copy = copy("hugging-face");
    let path = copy.path().join("config.json");
    let text = fs::read_to_string(&path).expect("a config");
    let mut config: Value = serde_json::from_str(&text).expect("JSON");
    config[key] = value;
    fs::write(&path, config.to_string()).expect("a written config");
    copy
}

// ---- The real things ----------------------------------------------------------------------

// ANCHOR: golden
#[test]
fn logits_are_those_of_hugging_faces_transformers() {
    let golden = golden(goldens("hugging-face.safetensors"));
    for name in ["hugging-face", "hugging-face-sharded"] {
        let (_variables, model) = load(&goldens(name));
        assert_close(&logits(&model, &golden["ids"]), &golden[name], TOLERANCE);
    }
}

#[test]
fn logits_are_those_of_tensorflow() {
    let golden = golden(goldens("openai.safetensors"));
    let (_variables, model) = load(&goldens("openai"));
    assert_close(&logits(&model, &golden["ids"]), &golden["openai"], TOLERANCE);
}
// ANCHOR_END: golden

#[test]
fn both_formats_give_the_same_weights_to_the_last_bit() {
    let [a, b] = [Format::OpenAi, Format::HuggingFace].map(example);
    let (a, b) = (load(&a).0.variables(), load(&b).0.variables());
    assert_eq!(a.len(), b.len());
    for (name, weight) in a {
        assert!(weight.equal(&b[&name]), "{name}");
    }
}

#[test]
fn tokenizers_are_found_in_both_formats_and_encode_like_hugging_faces() {
    let golden = golden(goldens("hugging-face.safetensors"));
    let theirs = Vec::<i64>::try_from(golden["text"].squeeze_dim(0)).unwrap();
    for format in [Format::OpenAi, Format::HuggingFace] {
        let tokenizer = open(&example(format)).unwrap().tokenizer().unwrap();
        let ours = tokenizer.encode(" the thing, and a 🤗");
        assert!(ours.into_iter().map(i64::from).eq(theirs.iter().copied()));
        assert_eq!(tokenizer.special_id(END_OF_TEXT), Some(262));
    }
}

// ---- Names and shapes ---------------------------------------------------------------------

#[test]
fn the_list_of_parameters_is_what_the_model_registers() {
    let untied = Gpt2Config { tie_word_embeddings: false, ..tiny() };
    let unbiased = Gpt2Config { qkv_bias: false, ..tiny() };
    let switched = Switches::ALL.apply(tiny());
    for config in [tiny(), untied, unbiased, switched] {
        let (variables, _) = random(&config);
        let ours = variables.variables();
        let listed = parameters(&config);
        assert_eq!(listed.len(), ours.len());
        for (name, shape) in listed {
            assert_eq!(ours[&name].size(), shape, "{name}");
        }
    }
}

fn tiny() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 263,
        n_positions: 19,
        n_embd: 12,
        n_layer: 2,
        n_head: 3,
        ..Gpt2Config::default()
    }
}

#[test]
fn names_that_openai_did_not_use_mean_nothing() {
    assert_eq!(
        from_openai("model/h11/mlp/c_fc/b").as_deref(),
        Some("h.11.mlp.c_fc.bias")
    );
    assert_eq!(from_openai("model/ln_f/g").as_deref(), Some("ln_f.weight"));
    for name in [
        "h0/ln_1/g",
        "model/h/ln_1/g",
        "model/h00/ln_1/g",
        "model/h+1/ln_1/g",
        "model/h0/ln_1/w",
        "model/h0/attn/c_attn/g",
        "model/h0/attn/c_fc/w",
        "model/h0/mlp/c_attn/w",
        "model/wte/w",
        "model/h0/attn/c_attn/w/Adam",
        "global_step",
    ] {
        assert_eq!(from_openai(name), None, "{name}");
    }
}

#[test]
fn files_may_lack_the_prefix_hold_masks_and_repeat_a_tied_head() {
    let (_variables, whole) = load(&goldens("hugging-face"));
    let ids = Tensor::from_slice2(&[[1i64, 262, 0, 7]]);
    let bare = with_tensors(|tensors| {
        for (name, _) in tensors.iter_mut() {
            *name = name.trim_start_matches("transformer.").to_owned();
        }
        let mask = Tensor::ones([1, 1, 19, 19], (Kind::Bool, Device::Cpu)).tril(0);
        tensors.push(("h.0.attn.bias".to_owned(), mask));
        let never = Tensor::from(-1e4f32);
        tensors.push(("h.1.attn.masked_bias".to_owned(), never));
    });
    let repeated = with_tensors(|tensors| {
        let table = tensors.iter().find(|(name, _)| name.ends_with("wte.weight"));
        tensors.push(("lm_head.weight".to_owned(), table.unwrap().1.copy()));
    });
    for folder in [bare, repeated] {
        let (_variables, model) = load(folder.path());
        assert_close(&logits(&model, &ids), &logits(&whole, &ids), 0.0);
    }
}

#[test]
fn sixteen_bits_in_the_file_become_the_same_numbers_in_thirty_two() {
    for kind in [Kind::Half, Kind::BFloat16] {
        let folder = with_tensors(|tensors| {
            tensors.iter_mut().for_each(|(_, it)| *it = it.to_kind(kind));
        });
        let (variables, _) = load(folder.path());
        for (name, exact) in load(&goldens("hugging-face")).0.variables() {
            let weight = &variables.variables()[&name];
            assert_eq!(weight.kind(), Kind::Float);
            assert!(
                weight.equal(&exact.to_kind(kind).to_kind(Kind::Float)),
                "{name}"
            );
        }
    }
}

#[test]
fn everything_that_does_not_fit_is_in_one_error() {
    let folder = with_tensors(|tensors| {
        tensors.retain(|(name, _)| !name.contains("h.1.ln"));
        tensors
            .push(("score.weight".to_owned(), Tensor::from_slice2(&[[1f32; 12]])));
        for (name, tensor) in tensors.iter_mut() {
            if name.ends_with("h.0.mlp.c_fc.weight") {
                *tensor = tensor.tr().contiguous();
            }
        }
    });
    let error = complaint(folder.path());
    for part in [
        "do not fit config.json",
        "missing: h.1.ln_1.weight (12), h.1.ln_1.bias (12), h.1.ln_2.weight (12) and 1 more",
        "unexpected: score.weight (1, 12)",
        "h.0.mlp.c_fc.weight (48, 12) instead of (12, 48)",
    ] {
        assert!(error.contains(part), "{part:?} is not in {error:?}");
    }
}

#[test]
fn a_weight_that_is_there_twice_is_refused() {
    let folder = with_tensors(|tensors| {
        let (name, tensor) = &tensors[0];
        let bare = name.trim_start_matches("transformer.").to_owned();
        tensors.push((bare, tensor.copy()));
    });
    assert!(complaint(folder.path()).contains("which one is it?"));
}

#[test]
fn a_tied_model_with_another_head_and_an_untied_one_without_are_refused() {
    let other = with_tensors(|tensors| {
        let head = Tensor::zeros([263, 12], (Kind::Float, Device::Cpu));
        tensors.push(("lm_head.weight".to_owned(), head));
    });
    let error = complaint(other.path());
    assert!(
        error.contains("lm_head.weight is not the token table again"),
        "{error}"
    );

    let lacking = with_config("tie_word_embeddings", json!(false));
    let error = complaint(lacking.path());
    assert!(error.contains("missing: lm_head.weight (263, 12)"), "{error}");
}

// ---- config.json --------------------------------------------------------------------------

#[test]
fn switches_that_change_the_model_are_refused_by_name() {
    for (switch, value) in [
        ("model_type", json!("llama")),
        ("scale_attn_weights", json!(false)),
        ("scale_attn_by_inverse_layer_idx", json!(true)),
        ("reorder_and_upcast_attn", json!(true)),
        ("add_cross_attention", json!(true)),
        ("n_inner", json!(47)),
        ("activation_function", json!("relu")),
        ("n_head", json!(5)),
        ("n_layer", json!(1_000_000)),
        ("vocab_size", json!(1i64 << 60)),
        ("n_embd", json!("twelve")),
    ] {
        let error = complaint(with_config(switch, value).path());
        assert!(error.contains("config.json"), "{error}");
    }
    let error = complaint(with_config("model_type", json!("llama")).path());
    assert!(error.contains("model_type is \"llama\""), "{error}");
}

#[test]
fn usual_values_of_the_switches_and_other_names_of_gelu_are_read() {
    for (key, value) in [
        ("n_inner", json!(48)),
        ("n_inner", json!(null)),
        ("scale_attn_weights", json!(true)),
        ("use_cache", json!(false)),
    ] {
        load(with_config(key, value).path());
    }
    for (name, gelu) in [
        ("gelu_new", Gelu::Tanh),
        ("gelu_pytorch_tanh", Gelu::Tanh),
        ("gelu", Gelu::Exact),
        ("gelu_python", Gelu::Exact),
    ] {
        let folder = with_config("activation_function", json!(name));
        let config = open(folder.path()).unwrap().config;
        assert_eq!(config.activation_function, gelu);
    }
}

// ---- Broken files -------------------------------------------------------------------------

#[test]
fn a_folder_without_a_model_is_described() {
    let empty = tempfile::tempdir().unwrap();
    assert!(complaint(&empty.path().join("no")).contains("there is no folder"));
    assert!(complaint(empty.path()).contains("neither config.json"));
    fs::write(empty.path().join("config.json"), "{}").unwrap();
    assert!(complaint(empty.path()).contains("model.safetensors"));
    fs::write(empty.path().join("pytorch_model.bin"), "").unwrap();
    assert!(complaint(empty.path()).contains("save_pretrained"));
    fs::write(empty.path().join("config.json"), "{").unwrap();
    assert!(complaint(empty.path()).contains("config.json is broken"));
}

#[test]
fn a_safetensors_file_cut_anywhere_is_noticed() {
    let folder = copy("hugging-face");
    let path = folder.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 5, 8, 100, 2_000, 10_000, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let error = format!("{:#}", open(folder.path()).unwrap_err());
        assert!(error.contains("model.safetensors"), "{length}: {error}");
        assert!(error.contains("cut short"), "{length}: {error}");
    }
}

#[test]
fn what_is_no_safetensors_file_is_told_what_it_is() {
    let folder = copy("hugging-face");
    let path = folder.path().join("model.safetensors");
    fs::write(&path, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
        .unwrap();
    assert!(complaint(folder.path()).contains("git lfs pull"));
    fs::write(&path, "<!DOCTYPE html><html>not found</html>").unwrap();
    assert!(complaint(folder.path()).contains("is no safetensors file"));
    fs::write(&path, b"\x02\0\0\0\0\0\0\0[]").unwrap();
    assert!(complaint(folder.path()).contains("is broken"));
    let integers =
        r#"{"wte.weight":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}"#;
    let lying =
        r#"{"wte.weight":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}"#;
    for (header, sentence) in [(integers, "type I8"), (lying, "is damaged")] {
        let length = (header.len() as u64).to_le_bytes();
        fs::write(&path, [&length[..], header.as_bytes(), b"abcd"].concat())
            .unwrap();
        let error = complaint(folder.path());
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_lost_shard_and_a_lying_index_are_named() {
    let folder = copy("hugging-face-sharded");
    let index = folder.path().join("model.safetensors.index.json");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace("h.0.ln_1.bias", "h.0.ln_9.bias")).unwrap();
    assert!(complaint(folder.path()).contains("h.0.ln_9.bias should be in"));
    fs::write(&index, text.replace("model-00002", "../model-00002")).unwrap();
    assert!(complaint(folder.path()).contains("is not the name of a file"));
    fs::write(&index, &text).unwrap();
    fs::remove_file(folder.path().join("model-00002-of-00002.safetensors"))
        .unwrap();
    assert!(complaint(folder.path()).contains("model-00002-of-00002.safetensors"));
}

// ---- TensorFlow ---------------------------------------------------------------------------

#[test]
fn a_damaged_number_is_noticed_by_its_checksum() {
    let folder = copy("openai");
    let path = folder.path().join("model.ckpt.data-00000-of-00001");
    let mut bytes = fs::read(&path).unwrap();
    bytes[20_000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let error = complaint(folder.path());
    assert!(
        error.contains("the checksum of model/") && error.contains("data-00000")
    );
    fs::write(&path, &bytes[..20_000]).unwrap();
    assert!(complaint(folder.path()).contains("cut short"));
}

#[test]
fn no_flipped_bit_in_the_index_goes_unnoticed() {
    let folder = copy("openai");
    let path = folder.path().join("model.ckpt.index");
    let bytes = fs::read(&path).unwrap();
    let good = table::read(&bytes).unwrap();
    for bit in 0..8 * bytes.len() {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // A flip in the filling of the footer changes nothing, and may be overlooked.
        assert!(table::read(&bytes).map_or(true, |it| it == good), "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(table::read(&bytes[..length]).is_err());
    }
}

#[test]
fn a_checkpoint_with_a_lost_file_or_another_name_is_understood() {
    let folder = copy("openai");
    let path = |name: &str| folder.path().join(name);
    fs::write(
        path("checkpoint"),
        "model_checkpoint_path: \"/their/disk/model.ckpt\"",
    )
    .unwrap();
    load(folder.path());
    fs::remove_file(path("checkpoint")).unwrap();
    load(folder.path());
    fs::remove_file(path("model.ckpt.index")).unwrap();
    assert!(complaint(folder.path()).contains("model.ckpt.index"));
}

#[test]
fn a_variable_that_gpt2_does_not_have_is_unexpected() {
    let stored = bundle::list(&goldens("openai")).unwrap();
    let mut more = stored.clone();
    more[0].name = "model/h7/ln_1/g".to_owned();
    let error = match_up(&tiny(), Format::OpenAi, &more).unwrap_err().to_string();
    assert!(error.contains("missing: h.0.attn.c_attn.bias (36)"), "{error}");
    assert!(error.contains("unexpected: model/h7/ln_1/g (36)"), "{error}");
    assert!(match_up(&tiny(), Format::OpenAi, &stored).is_ok());
}

#[test]
fn numbers_of_any_length_are_read() {
    for (mut bytes, number) in [
        (&[0x00][..], 0),
        (&[0x7f], 127),
        (&[0xac, 0x02], 300),
        (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], u64::MAX),
    ] {
        assert_eq!(message::varint(&mut bytes).unwrap(), number);
        assert!(bytes.is_empty());
    }
    for mut wrong in [&[][..], &[0x80], &[0xff; 10], &[0xff; 11]] {
        assert!(message::varint(&mut wrong).is_err(), "{wrong:?}");
    }
}

/// A block: keys that share their beginnings, one restart, no compression, the checksum.
fn block(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::new(), "");
    for (key, value) in entries {
        let shared = key.bytes().zip(before.bytes()).take_while(|(a, b)| a == b);
        let shared = shared.count();
        let sizes = [shared, key.len() - shared, value.len()];
        bytes.extend(sizes.map(|size| u8::try_from(size).expect("a short one")));
        bytes.extend(key[shared..].bytes().chain(value.iter().copied()));
        before = key;
    }
    bytes.extend([0, 0, 0, 0, 1, 0, 0, 0, 0]); // restarts at 0; one restart; no compression
    let sum = masked_crc32c(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

#[test]
fn a_table_of_several_blocks_is_read_in_order() {
    let blocks = [
        block(&[
            ("", b"header"),
            ("model/h0/ln_1/b", b"1"),
            ("model/h0/ln_1/g", b"2"),
        ]),
        block(&[("model/wpe", b"3"), ("model/wte", b"")]),
    ];
    let handle = |offset: usize, length: usize| {
        [offset, length - 5].map(|it| u8::try_from(it).expect("a short one"))
    };
    let first = handle(0, blocks[0].len());
    let second = handle(blocks[0].len(), blocks[1].len());
    let index = block(&[("model/i", &first), ("model/x", &second)]);
    let mut table = blocks.concat();
    let mut footer = [[0, 0], handle(table.len(), index.len())].concat();
    footer.resize(40, 0);
    footer.extend(0xdb47_7524_8b80_fb57u64.to_le_bytes());
    table.extend(index.into_iter().chain(footer));

    let read = table::read(&table).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let read: Vec<_> = read.iter().map(|(k, v)| (text(k), text(v))).collect();
    let wanted = [
        ("", "header"),
        ("model/h0/ln_1/b", "1"),
        ("model/h0/ln_1/g", "2"),
        ("model/wpe", "3"),
        ("model/wte", ""),
    ];
    assert!(read.iter().map(|(k, v)| (&k[..], &v[..])).eq(wanted), "{read:?}");
}

// ---- Saving -------------------------------------------------------------------------------

fn saved(config: &Gpt2Config, precision: Precision) -> (TempDir, VarStore, Gpt2) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (variables, model) = random(config);
    Checkpoint::new(folder.path().join("model"))
        .save_model(&variables, config, None, precision)
        .expect("a written folder");
    (folder, variables, model)
}

#[test]
fn what_is_saved_comes_back_to_the_last_bit() {
    let ids = Tensor::from_slice2(&[[5i64, 262, 0, 7]]);
    let untied = Gpt2Config { tie_word_embeddings: false, ..tiny() };
    let exact = Gpt2Config { activation_function: Gelu::Exact, ..tiny() };
    let rotary = Gpt2Config { positions: PositionKind::Rotary, ..tiny() };
    let switched = Switches::ALL.apply(tiny());
    for config in [tiny(), untied, exact, rotary, switched] {
        let (folder, _variables, model) = saved(&config, Precision::F32);
        let (_loaded, loaded) = load(&folder.path().join("model"));
        assert_eq!(*loaded.config(), config);
        assert_close(&logits(&loaded, &ids), &logits(&model, &ids), 0.0);
    }
}

#[test]
fn a_model_that_transformers_does_not_have_is_not_exported() {
    let (folder, ..) = saved(&Switches::ALL.apply(tiny()), Precision::F32);
    let [from, to] = ["model", "exported"].map(|name| folder.path().join(name));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ch06"))
        .args(["export", "--checkpoint"])
        .arg(from)
        .arg("--out")
        .arg(&to)
        .output()
        .expect("the program starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("has no RMS norm, SwiGLU, rotary positions"), "{error}");
    assert!(!to.exists());
}

#[test]
fn names_in_the_file_are_those_that_old_and_new_transformers_look_for() {
    let names = |config: &Gpt2Config| {
        let (folder, ..) = saved(config, Precision::F32);
        let stored = open(&folder.path().join("model")).unwrap().stored;
        stored.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert!(names(&tiny()).contains(&"wte.weight".to_owned()));
    let untied = names(&Gpt2Config { tie_word_embeddings: false, ..tiny() });
    assert!(untied.contains(&"transformer.wte.weight".to_owned()));
    assert!(untied.contains(&"lm_head.weight".to_owned()));
}

#[test]
fn sixteen_bits_are_saved_as_the_nearest_ones() {
    let (folder, variables, _) = saved(&tiny(), Precision::Bf16);
    let (loaded, _) = load(&folder.path().join("model"));
    for (name, weight) in variables.variables() {
        let nearest = weight.to_kind(Kind::BFloat16).to_kind(Kind::Float);
        assert!(loaded.variables()[&name].equal(&nearest), "{name}");
    }
    assert_eq!(variables.variables()["wte.weight"].kind(), Kind::Float);
}

#[test]
fn a_model_without_qkv_bias_is_saved_with_one_of_zeros() {
    let config = Gpt2Config { qkv_bias: false, ..tiny() };
    let (folder, _variables, model) = saved(&config, Precision::F32);
    let (loaded, with_bias) = load(&folder.path().join("model"));
    assert!(with_bias.config().qkv_bias);
    let bias = &loaded.variables()["h.1.attn.c_attn.bias"];
    assert!(bias.equal(&bias.zeros_like()));
    let ids = Tensor::from_slice2(&[[5i64, 262, 0, 7]]);
    assert_close(&logits(&with_bias, &ids), &logits(&model, &ids), 1e-6);
}

#[test]
fn a_saved_folder_replaces_the_old_one_and_leaves_nothing_beside() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("model");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("optimizer.safetensors"), "of another run").unwrap();
    let (variables, model) = random(&tiny());
    let tokenizer = Tokenizer::new(train(["a a a"], 256), &[END_OF_TEXT]);
    save_model(&folder, &variables, model.config(), Some(&tokenizer)).unwrap();
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> =
            entries.map(|it| it.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&folder),
        ["config.json", "merges.txt", "model.safetensors", "vocab.json"]
    );
    assert_eq!(names(parent.path()), ["model"]);
}

#[test]
fn a_checkpoint_of_chapter_5_is_a_folder_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let config = TrainConfig {
        schedule: Schedule { peak: 1e-3, floor: 1e-4, warmup: 1, steps: 1 },
        algorithm: ch05::Algorithm::AdamW,
        batch_size: 1,
        ..ch05::Preset::default().config(7, Precision::Bf16)
    };
    let generator = testkit::seed(3);
    let trainer = Trainer::new(&tiny(), config, Device::Cpu).unwrap();
    drop(generator);
    let tokenizer = Tokenizer::new(train(["a a a"], 256), &[END_OF_TEXT]);
    Checkpoint::new(&path).save(&trainer, &tokenizer, &[]).unwrap();
    let (loaded, _) = load(&path);
    for (name, weight) in trainer.variables.variables() {
        assert!(loaded.variables()[&name].equal(&weight.to_kind(Kind::Float)));
    }
    let ours = load_tokenizer(&path, &tiny()).unwrap();
    assert_eq!(ours.encode("a a a b"), tokenizer.encode("a a a b"));
}

// ---- Tokenizers ---------------------------------------------------------------------------

#[test]
fn a_model_with_gpt2s_ids_uses_gpt2s_tokenizer() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = load_tokenizer(folder.path(), &Gpt2Config::default()).unwrap();
    assert_eq!(tokenizer.encode("Every effort moves you"), [6109, 3626, 6100, 345]);
    let error = load_tokenizer(folder.path(), &tiny()).unwrap_err().to_string();
    assert!(error.contains("holds no tokenizer"), "{error}");
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let small = Gpt2Config { vocab_size: 262, ..tiny() };
    let error = load_tokenizer(&goldens("openai"), &small).unwrap_err().to_string();
    assert!(error.contains("263 ids, and the model only 262"), "{error}");
}

#[test]
fn a_tokenizer_json_of_another_kind_is_refused() {
    let folder = copy("hugging-face");
    let path = folder.path().join("tokenizer.json");
    for text in
        [r#"{"model":{"type":"WordPiece","vocab":{},"merges":[]}}"#, "{}", "{"]
    {
        fs::write(&path, text).unwrap();
        let error = load_tokenizer(folder.path(), &tiny()).unwrap_err();
        assert!(format!("{error:#}").contains("tokenizer.json"), "{error:#}");
    }
    // Merges were once written as one text each.
    let text = fs::read_to_string(goldens("hugging-face/tokenizer.json")).unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    json["model"]["merges"] = json!(["t h", "Ġ th", "Ġth e", "Ġ a", "i n", "in g"]);
    fs::write(&path, json.to_string()).unwrap();
    let tokenizer = load_tokenizer(folder.path(), &tiny()).unwrap();
    assert_eq!(tokenizer.encode(" the").len(), 1);
}
