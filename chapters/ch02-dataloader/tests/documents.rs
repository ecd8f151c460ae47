//! Documents are read one by one, whatever file they come in.

use ch02::{Document, Form, each_document};

fn read(bytes: &[u8], form: Form) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    each_document(bytes, form, |document| {
        texts.push(document.text);
        Ok(())
    })?;
    Ok(texts)
}

fn error(bytes: &[u8], form: Form) -> String {
    format!("{:#}", read(bytes, form).expect_err("it is no text"))
}

#[test]
fn a_mark_stands_between_two_documents() {
    let file = b"one\n\n<p>1</p>\n<|endoftext|>\ntwo<|endoftext|>three\n";
    let texts = read(file, Form::Text).unwrap();
    assert_eq!(texts, ["one\n\n<p>1</p>", "two", "three"]);
}

#[test]
fn a_file_without_marks_is_one_document_and_an_empty_one_none() {
    assert_eq!(read(b"a > b\nc", Form::Text).unwrap(), ["a > b\nc"]);
    assert!(read(b"", Form::Text).unwrap().is_empty());
    assert!(
        read(b"\n<|endoftext|>\n\n<|endoftext|>", Form::Text).unwrap().is_empty()
    );
}

#[test]
fn a_line_of_json_is_a_document_and_keeps_its_other_fields() {
    let lines =
        "{\"text\": \"tea\", \"id\": 7}\n\n{\"text\": \"\"}\n{\"text\": \"é\"}\n";
    assert_eq!(read(lines.as_bytes(), Form::JsonLines).unwrap(), ["tea", "é"]);

    let mut out = Vec::new();
    each_document(lines.as_bytes(), Form::JsonLines, |mut document| {
        document.text.make_ascii_uppercase();
        document.write(&mut out)
    })
    .unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out, "{\"id\":7,\"text\":\"TEA\"}\n{\"text\":\"é\"}\n");
}

#[test]
fn what_is_written_is_read_again() {
    let mut out = Vec::new();
    for text in ["one", "two\n\nlines"] {
        Document::new(text).write(&mut out).unwrap();
    }
    assert_eq!(read(&out, Form::Text).unwrap(), ["one", "two\n\nlines"]);
}

#[test]
fn what_is_no_text_is_named() {
    let not_utf8 = b"fine<|endoftext|>\xff\xfe";
    assert!(
        error(not_utf8, Form::Text).starts_with("document 2 is not UTF-8 text")
    );
    let lines = b"{\"text\": \"a\"}\n{\"title\": \"b\"}\n";
    let found = error(lines, Form::JsonLines);
    assert_eq!(found, "line 2: has no field \"text\" with a string");
    assert!(
        error(b"[1]", Form::JsonLines).starts_with("line 1: is not a JSON object")
    );
    assert!(error(b"{\"text\": \"\xff\"}", Form::JsonLines).starts_with("line 1"));
}
