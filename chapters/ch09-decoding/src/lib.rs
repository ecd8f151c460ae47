//! Decoding: from the scores of the next token to a text.
