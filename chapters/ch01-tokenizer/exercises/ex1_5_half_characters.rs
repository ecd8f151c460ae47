//! Exercise 1.5 (10 points): no half characters.

// ANCHOR: task
/// Takes from `waiting` what can be shown already, and leaves what can't.
///
/// A model's tokens are bytes, and they come one after the other. Whole characters can
/// be shown. So can bytes that no later byte turns into a character: they are shown as
/// `�`, just as `String::from_utf8_lossy` shows them. What may still become a character
/// stays in `waiting`: the first one, two or three bytes of a longer one, at the end.
pub fn take_ready(waiting: &mut Vec<u8>) -> String {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut ready = String::new();
    let mut done = 0;
    for chunk in waiting.utf8_chunks() {
        ready += chunk.valid();
        done += chunk.valid().len();
        let bad = chunk.invalid();
        let error = std::str::from_utf8(bad).err();
        let at_end = done + bad.len() == waiting.len();
        if at_end && error.is_some_and(|error| error.error_len().is_none()) {
            break; // may still become a character
        }
        if !bad.is_empty() {
            ready.push('�');
        }
        done += bad.len();
    }
    waiting.drain(..done);
    ready
    // SOLUTION: end
}

/// Shows `parts` as they come. The last string is what is left when no more come.
fn shown(parts: &[&[u8]]) -> Vec<String> {
    let mut waiting = Vec::new();
    let mut shown = Vec::new();
    for part in parts {
        waiting.extend_from_slice(part);
        shown.push(take_ready(&mut waiting));
        assert!(waiting.len() < 4, "{waiting:?} has waited for too long");
    }
    shown.push(String::from_utf8_lossy(&waiting).into_owned());
    shown
}

// ANCHOR: tests
#[test]
fn a_cup_of_coffee_comes_in_three_tokens() {
    let cup = "☕".as_bytes();
    let parts = [b"a ", &cup[..1], &cup[1..2], &cup[2..]];
    assert_eq!(shown(&parts), ["a ", "", "", "☕", ""]);
}

#[test]
fn a_byte_that_is_no_beginning_is_shown_at_once() {
    assert_eq!(shown(&[b"a\xffb"]), ["a�b", ""]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn cut_anywhere_the_text_is_the_same() {
    let text = "naïve ☕ 🤗 日本語 👩‍🚀 end";
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let bytes = text.as_bytes();
            let parts = [&bytes[..first], &bytes[first..second], &bytes[second..]];
            let shown = shown(&parts);
            assert_eq!(shown.concat(), text);
            assert!(!shown.concat().contains('�'));
        }
    }
}

#[test]
fn whole_characters_do_not_wait() {
    let bytes = "é🤗".as_bytes();
    assert_eq!(shown(&[&bytes[..2], &bytes[2..]]), ["é", "🤗", ""]);
    assert_eq!(shown(&["ab☕".as_bytes(), b"c"]), ["ab☕", "c", ""]);
}

#[test]
fn a_beginning_that_is_not_continued_is_one_mark() {
    assert_eq!(shown(&[b"\xe2\x98", b"x"]), ["", "�x", ""]);
    assert_eq!(shown(&[b"\xf0\x9f\xa4", b"\xf0\x9f\xa4\x97"]), ["", "�🤗", ""]);
}

#[test]
fn a_hopeless_byte_at_the_end_does_not_wait() {
    assert_eq!(shown(&[b"a\xff", b"b"]), ["a�", "b", ""]);
    assert_eq!(shown(&[b"\xc0"]), ["�", ""]);
    assert_eq!(shown(&[b"\xe2\x98\xff"]), ["��", ""]);
}

#[test]
fn what_never_ends_is_one_mark_in_the_end() {
    assert_eq!(shown(&[b"a\xf0\x9f"]), ["a", "�"]);
}

#[test]
fn any_bytes_are_shown_as_from_utf8_lossy_shows_them() {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let some = [
        b'a', 0x80, 0xbf, 0xc0, 0xc3, 0xa9, 0xe2, 0x98, 0x95, 0xed, 0xf0, 0x9f,
        0xf8,
    ];
    for _ in 0..3000 {
        let length = next() as usize % 12;
        let bytes: Vec<u8> =
            (0..length).map(|_| some[next() as usize % some.len()]).collect();
        let parts: Vec<&[u8]> = bytes.chunks(1 + next() as usize % 3).collect();
        let wanted = String::from_utf8_lossy(&bytes);
        assert_eq!(shown(&parts).concat(), wanted, "{bytes:x?}");
    }
}
// HIDDEN: end
