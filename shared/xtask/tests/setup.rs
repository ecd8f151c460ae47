//! Set-up's promises that need neither network nor libtorch.

// clippy's exception for tests does not reach their helpers.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;
use xtask::libtorch::{self, Libtorch, Variables};
use xtask::pins::{self, Variant};
use xtask::python::{self, Python};
use xtask::{chapters, install, once, pointer};

/// A folder that looks like a libtorch of `version`.
fn fake_libtorch(root: &Path, version: &str) {
    fs::create_dir_all(root.join("include/torch")).unwrap();
    let lib = root.join("lib");
    fs::create_dir_all(&lib).unwrap();
    fs::write(libtorch::library(&lib, "torch_cpu"), "").unwrap();
    fs::write(root.join("build-version"), version).unwrap();
}

fn complaint(root: &Path, variables: &Variables) -> String {
    libtorch::inspect(root, variables).unwrap_err().to_string()
}

#[test]
fn the_pinned_version_is_accepted_with_or_without_a_suffix() {
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["", "+cpu", "+cu130\n"] {
        fake_libtorch(
            folder.path(),
            &format!("{}{suffix}", pins::libtorch().version),
        );
        libtorch::inspect(folder.path(), &Variables::default()).unwrap();
    }
}

#[test]
fn another_version_gets_both_versions_and_the_command() {
    let folder = tempfile::tempdir().unwrap();
    fake_libtorch(folder.path(), "2.5.1+cpu");
    let said = complaint(folder.path(), &Variables::default());
    for part in ["2.5.1+cpu", &pins::libtorch().version, "cargo xtask setup"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

#[test]
fn the_version_is_also_read_from_a_python_package() {
    let folder = tempfile::tempdir().unwrap();
    let text = "from typing import Optional\n__version__ = '2.11.0+cu130'\ndebug = False\n";
    fs::write(folder.path().join("version.py"), text).unwrap();
    assert_eq!(
        libtorch::version_of(folder.path()).as_deref(),
        Some("2.11.0+cu130")
    );
}

#[test]
fn a_neighbouring_folder_is_answered_with_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("torch");
    fake_libtorch(&root, "2.11.0");
    let right = format!("set LIBTORCH={}", root.display());
    for wrong in
        [root.join("lib"), root.join("include"), folder.path().to_path_buf()]
    {
        let said = complaint(&wrong, &Variables::default());
        assert!(said.ends_with(&right), "{said}");
    }
}

#[test]
fn library_and_include_variables_must_be_roots() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("torch");
    fake_libtorch(&root, "2.11.0");
    let lib = Variables { lib: Some(root.join("lib")), ..Variables::default() };
    let said = complaint(&root, &lib);
    assert!(
        said.ends_with(&format!("set LIBTORCH_LIB={}", root.display())),
        "{said}"
    );
    let include =
        Variables { include: Some(root.join("include")), ..Variables::default() };
    let said = complaint(&root, &include);
    assert!(
        said.ends_with(&format!("set LIBTORCH_INCLUDE={}", root.display())),
        "{said}"
    );
}

#[test]
fn the_cargo_configuration_survives_awkward_paths() {
    for path in [
        "/plain/torch",
        "/with space/torch",
        r#"/quo"te'd/torch"#,
        r"C:\Users\Ann\torch",
    ] {
        let root = PathBuf::from(path);
        let libtorch =
            Libtorch { lib: root.join("lib"), root, version: None, cuda: false };
        let text = pointer::render(&libtorch).unwrap();
        let table: Table = text.parse().unwrap();
        assert_eq!(table["env"]["LIBTORCH"].as_str(), Some(path));
        if cfg!(unix) {
            let key = format!("cfg(target_os = \"{}\")", std::env::consts::OS);
            let flags = table["target"][&key]["rustflags"].as_array().unwrap();
            assert!(
                flags[1].as_str().unwrap().contains(&format!("-rpath,{path}/lib"))
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_comma_that_would_split_the_run_path_is_refused() {
    assert!(
        pointer::rustflags(Path::new("/a,b/lib"))
            .unwrap_err()
            .to_string()
            .contains("comma")
    );
}

#[test]
fn an_install_cleans_what_a_killed_one_left_and_happens_once() {
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("thing");
    let stale = cache.path().join("thing.partial-1");
    fs::create_dir_all(&stale).unwrap();
    fs::create_dir_all(&folder).unwrap(); // present, but not complete
    let times = Cell::new(0);
    for _ in 0..2 {
        let build = |partial: &Path| {
            times.set(times.get() + 1);
            Ok(fs::write(partial.join("whole"), "")?)
        };
        once::install(&folder, |folder| folder.join("whole").is_file(), build)
            .unwrap();
    }
    assert_eq!(times.get(), 1);
    assert!(folder.join("whole").is_file() && !stale.exists());
}

#[test]
fn a_failed_install_leaves_the_old_folder_and_nothing_else() {
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("thing");
    fs::create_dir_all(&folder).unwrap();
    once::install(&folder, |_| false, |_| anyhow::bail!("no network")).unwrap_err();
    let mut left: Vec<_> = fs::read_dir(cache.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["thing", "thing.lock"]);
}

#[test]
fn an_environment_without_its_marker_is_made_again() {
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("venv");
    fs::create_dir_all(folder.join("half")).unwrap();
    let build = |folder: &Path| Ok(fs::create_dir_all(folder)?);
    once::install_in_place(&folder, |_| true, build).unwrap();
    assert!(!folder.join("half").exists());
    once::install_in_place(&folder, |_| true, |_| panic!("made twice")).unwrap();
}

#[test]
fn python_troubles_are_told_apart() {
    let python = |version, pip| Python {
        call: vec!["python3".into()],
        version,
        pip,
        venv: true,
    };
    let said = |pythons: &[Python]| {
        python::choose_with_pip(pythons).unwrap_err().to_string()
    };
    assert!(said(&[]).contains("none is on PATH"));
    assert!(said(&[python((3, 7), Some((20, 1)))]).contains("is Python 3.7"));
    assert!(said(&[python((3, 12), None)]).contains("has no pip"));
    assert!(said(&[python((3, 9), Some((19, 2)))]).contains("--upgrade pip"));
    let good = [python((3, 7), None), python((3, 12), Some((24, 0)))];
    assert_eq!(python::choose_with_pip(&good).unwrap().version, (3, 12));
}

#[test]
fn what_pip_says_becomes_one_sentence() {
    let told = |line: &str| install::explain(&[line.to_owned()]);
    assert!(
        told("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM…")
            .contains("damaged")
    );
    assert!(
        told("ERROR: Could not install: [Errno 28] No space left")
            .contains("disk is full")
    );
    assert!(told("WARNING: Retrying (Retry(total=4…").contains("network or proxy"));
    assert!(
        told("ERROR: No matching distribution found for torch")
            .contains("pinned version")
    );
    assert_eq!(told("ERROR: something new"), "pip failed: ERROR: something new");
}

#[test]
fn an_unknown_chapter_lists_those_there_are() {
    let folders = ["ch03-attention".to_owned(), "ch04-gpt2".to_owned()];
    for name in ["ch04", "ch04-gpt2"] {
        assert_eq!(chapters::find(name, &folders).unwrap(), "ch04");
    }
    let said = chapters::find("ch4", &folders).unwrap_err().to_string();
    assert!(said.contains("ch03-attention, ch04-gpt2"), "{said}");
}

#[test]
fn the_pins_are_readable_and_every_wheel_has_a_hash() {
    assert!(pins::tools().contains_key("mdbook"));
    for variant in [Variant::Cpu, Variant::Cuda] {
        for wheel in pins::libtorch()
            .wheels(variant)
            .iter()
            .flat_map(|wheels| &wheels.wheels)
        {
            assert!(wheel.contains("--hash=sha256:"), "{wheel}");
        }
    }
}
