//! What the catalogue promises.

use std::collections::HashSet;

use datasets::catalog::Catalog;

#[test]
fn every_entry_says_what_it_is_for_and_under_which_licence() {
    let catalog = Catalog::built_in();
    assert!(catalog.datasets.len() >= 15, "{} entries", catalog.datasets.len());
    let mut names = HashSet::new();
    for set in &catalog.datasets {
        assert!(names.insert(&set.name), "{} is there twice", set.name);
        for said in [&set.what, &set.purpose, &set.licence] {
            assert!(!said.trim().is_empty(), "{}", set.name);
        }
        assert!(set.page.starts_with("https://"), "{}", set.name);
        assert!(!set.files.is_empty(), "{} has no files", set.name);
    }
}

#[test]
fn every_file_has_a_name_of_its_own_a_size_and_secure_addresses() {
    for set in &Catalog::built_in().datasets {
        let mut names = HashSet::new();
        for file in &set.files {
            let name = format!("{}/{}", set.name, file.name);
            assert!(names.insert(&file.name), "{name} is there twice");
            assert!(file.bytes > 0, "{name}");
            for url in set.urls(file) {
                assert!(url.starts_with("https://"), "{name}: {url}");
            }
        }
    }
}

#[test]
fn the_files_that_chapters_look_for_are_in_the_catalogue() {
    let holder = |file| {
        let set = Catalog::built_in().holding(file).next();
        set.map(|set| set.name.as_str())
    };
    assert_eq!(holder("the-verdict.txt"), Some("the-verdict"));
    assert_eq!(holder("tinyshakespeare.txt"), Some("tiny-shakespeare"));
    assert_eq!(holder("sms_spam_collection.zip"), Some("sms-spam"));
    assert_eq!(holder("instruction-data.json"), Some("raschka-instructions"));
    let preferences = "instruction-data-with-preference.json";
    assert_eq!(holder(preferences), Some("raschka-preferences"));
    assert_eq!(holder("hellaswag_val.jsonl"), Some("hellaswag"));
}

#[test]
fn gpt2s_four_sizes_are_there_from_both_publishers() {
    // Parameters of four bytes each; the data file holds nothing else.
    let sizes = [
        ("124m", "gpt2", 124_439_808),
        ("355m", "gpt2-medium", 354_823_168),
        ("774m", "gpt2-large", 774_030_080),
        ("1558m", "gpt2-xl", 1_557_611_200_u64),
    ];
    for (size, name, parameters) in sizes {
        let catalog = Catalog::built_in();
        let openai = catalog.find(&format!("gpt2-{size}")).unwrap();
        assert_eq!(openai.files.len(), 7);
        let data = openai.file("model.ckpt.data-00000-of-00001").unwrap();
        assert_eq!(data.bytes, 4 * parameters);
        let hugging_face = catalog.find(&format!("{name}-hf")).unwrap();
        let weights = hugging_face.file("model.safetensors").unwrap();
        assert!(weights.bytes > 4 * parameters);
    }
}
