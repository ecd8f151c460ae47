//! Sentences with gaps: `[big|small]` is a choice, `{thing}` a slot, `<said>` a word from a list.
//!
//! A *slot* is filled once per story and stays the same to its end. A *list* is drawn from anew
//! each time. A slot whose name starts with a capital gives its value a capital too.

use anyhow::{Result, bail};

/// A parsed sentence, or several.
#[derive(Debug, Clone, Default)]
pub struct Template(pub Vec<Piece>);

/// One part of a [`Template`].
#[derive(Debug, Clone)]
pub enum Piece {
    /// Written as it stands.
    Text(String),
    /// The value that this story has for `name`.
    Slot {
        /// The name, in small letters.
        name: String,
        /// Whether the value gets a capital.
        capital: bool,
    },
    /// Any entry of the list of this name.
    List(String),
    /// Any one of these, each equally likely.
    Choice(Vec<Template>),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// When a bracket is not closed, or closed without having been opened.
    pub fn parse(source: &str) -> Result<Self> {
        let mut parser = Parser { source, rest: source };
        let template = parser.sequence(false)?;
        if !parser.rest.is_empty() {
            bail!("`{}` stands outside brackets in: {source}", &parser.rest[..1]);
        }
        Ok(template)
    }

    /// Calls `visit` with every piece, those inside choices too.
    #[cfg(test)]
    pub fn visit(&self, visit: &mut impl FnMut(&Piece)) {
        for piece in &self.0 {
            visit(piece);
            if let Piece::Choice(options) = piece {
                options.iter().for_each(|option| option.visit(visit));
            }
        }
    }
}

struct Parser<'a> {
    source: &'a str,
    rest: &'a str,
}

impl Parser<'_> {
    /// Reads up to the end, or inside a choice up to its next `|` or `]`.
    fn sequence(&mut self, inside: bool) -> Result<Template> {
        let mut pieces = Vec::new();
        loop {
            let plain = self
                .rest
                .find(['[', ']', '|', '{', '<'])
                .unwrap_or(self.rest.len());
            if plain > 0 {
                pieces.push(Piece::Text(self.rest[..plain].to_string()));
                self.rest = &self.rest[plain..];
            }
            match self.rest.chars().next() {
                Some('[') => pieces.push(self.choice()?),
                Some('{') => pieces.push(slot(&self.name('}')?)),
                Some('<') => pieces.push(Piece::List(self.name('>')?)),
                None if inside => {
                    bail!("a `[` is never closed in: {}", self.source)
                }
                _ => return Ok(Template(pieces)),
            }
        }
    }

    fn choice(&mut self) -> Result<Piece> {
        let mut options = Vec::new();
        loop {
            self.rest = &self.rest[1..]; // the `[` or the `|`
            options.push(self.sequence(true)?);
            if self.rest.starts_with(']') {
                self.rest = &self.rest[1..];
                return Ok(Piece::Choice(options));
            }
        }
    }

    fn name(&mut self, close: char) -> Result<String> {
        let Some(end) = self.rest.find(close) else {
            bail!("a `{close}` is missing in: {}", self.source);
        };
        let name = self.rest[1..end].to_string();
        self.rest = &self.rest[end + 1..];
        Ok(name)
    }
}

fn slot(name: &str) -> Piece {
    let capital = name.starts_with(char::is_uppercase);
    Piece::Slot { name: name.to_lowercase(), capital }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_nest() {
        let template = Template::parse("a [b|c [d|{E}]] <f>.").unwrap();
        let mut seen = Vec::new();
        template.visit(&mut |piece| match piece {
            Piece::Slot { name, capital } => seen.push(format!("{name} {capital}")),
            Piece::List(name) => seen.push(name.clone()),
            _ => {}
        });
        assert_eq!(seen, ["e true", "f"]);
    }

    #[test]
    fn a_bracket_too_few_or_too_many_is_an_error() {
        for wrong in ["[a|b", "a]", "{a", "<a", "a|b"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
