//! What word vectors know.

use std::collections::HashMap;
use std::io::{BufRead, Write};

use anyhow::{Context, Result, ensure};
use tch::{Kind, Tensor};

/// A table of words and their vectors.
#[derive(Debug)]
pub struct WordVectors {
    words: Vec<String>,
    ids: HashMap<String, i64>,
    table: Tensor,      // (v, c)
    directions: Tensor, // (v, c), each row of length 1
}

/// How well analogies are answered, and what the arithmetic has to do with it.
///
/// Source: Linzen (2016), "Issues in evaluating semantic spaces using word analogies",
/// arXiv:1606.07736.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How many analogies were asked
    pub asked: usize,
    /// How many are right at the first guess
    pub right: usize,
    /// How many would be right if only the last word of the question counted
    pub by_the_last: usize,
    /// How often the last word itself would be the answer, if it were allowed
    pub is_the_last: usize,
}

impl WordVectors {
    /// Row `i` of `table`, `(v, c)`, is the vector of word `i`.
    ///
    /// # Panics
    /// When there is not one row for each word.
    pub fn new(words: Vec<String>, table: Tensor) -> Self {
        let [v, _c] = ch00::axes(&table, "table: (v, c)");
        assert_eq!(words.len() as i64, v, "a row for each word");
        let ids = words.iter().cloned().zip(0..).collect();
        let lengths = table.square().sum_dim_intlist(-1, true, Kind::Float).sqrt(); // (v, 1)
        let directions = &table / lengths.clamp_min(1e-12);
        Self { words, ids, table, directions }
    }

    /// The words, in the order of their rows.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The vectors, `(v, c)`.
    pub fn table(&self) -> &Tensor {
        &self.table
    }

    /// The vector of a word, `(c)`.
    ///
    /// # Errors
    /// When the word is not in the table.
    pub fn vector(&self, word: &str) -> Result<Tensor> {
        Ok(self.table.get(self.id(word)?))
    }

    fn id(&self, word: &str) -> Result<i64> {
        let id = self.ids.get(word).copied();
        id.with_context(|| format!("there is no vector for the word {word:?}"))
    }

    fn direction(&self, word: &str) -> Result<Tensor> {
        Ok(self.directions.get(self.id(word)?))
    }

    /// How alike two words are: the cosine of the angle between their vectors.
    ///
    /// # Errors
    /// When one of them is not in the table.
    pub fn similarity(&self, a: &str, b: &str) -> Result<f64> {
        Ok(self.direction(a)?.dot(&self.direction(b)?).double_value(&[]))
    }

    /// The `count` words that are most alike to `word`, with their cosines.
    ///
    /// # Errors
    /// When it is not in the table.
    pub fn neighbours(&self, word: &str, count: usize) -> Result<Vec<(&str, f64)>> {
        self.closest(&self.direction(word)?, &[word], count)
    }

    // ANCHOR: analogy
    /// What is to `c` as `b` is to `a`? The words closest to `b − a + c`, with their cosines. The
    /// three that were asked about are left out, since one of them is nearly always the closest.
    ///
    /// # Errors
    /// When one of them is not in the table.
    pub fn analogy(
        &self,
        a: &str,
        b: &str,
        c: &str,
        count: usize,
    ) -> Result<Vec<(&str, f64)>> {
        let goal = self.direction(b)? - self.direction(a)? + self.direction(c)?;
        self.closest(&goal, &[a, b, c], count)
    }

    /// The words whose vectors point most in the direction of `goal`, `(c)`.
    fn closest(
        &self,
        goal: &Tensor,
        asked: &[&str],
        count: usize,
    ) -> Result<Vec<(&str, f64)>> {
        let length = goal.norm().clamp_min(1e-12);
        let cosines = self.directions.matmul(&(goal / length)); // (v, c)·(c) = (v)
        let all = self.words.len();
        let (best, ids) =
            cosines.topk((count + asked.len()).min(all) as i64, -1, true, true);
        let best = Vec::<f64>::try_from(best.to_kind(Kind::Double))?;
        let words = Vec::<i64>::try_from(ids)?.into_iter();
        let words = words.map(|id| self.words[id as usize].as_str());
        let answers = words.zip(best).filter(|(word, _)| !asked.contains(word));
        Ok(answers.take(count).collect())
    }
    // ANCHOR_END: analogy

    /// Asks every analogy between two of `pairs`, in both directions.
    ///
    /// # Errors
    /// When a word is not in the table.
    pub fn score(&self, pairs: &[(&str, &str)]) -> Result<Score> {
        let mut score = Score::default();
        for &(a, b) in pairs {
            for &(c, d) in pairs.iter().filter(|&&other| other != (a, b)) {
                self.ask([a, b, c, d], &mut score)?;
                self.ask([b, a, d, c], &mut score)?;
            }
        }
        Ok(score)
    }

    fn ask(&self, [a, b, c, d]: [&str; 4], score: &mut Score) -> Result<()> {
        let first =
            |found: Vec<(&str, f64)>| found.first().map(|it| it.0.to_owned());
        let goal = self.direction(b)? - self.direction(a)? + self.direction(c)?;
        let near_last = self.closest(&self.direction(c)?, &[a, b, c], 1)?;
        score.asked += 1;
        score.right +=
            usize::from(first(self.analogy(a, b, c, 1)?).as_deref() == Some(d));
        score.by_the_last += usize::from(first(near_last).as_deref() == Some(d));
        let anything = first(self.closest(&goal, &[], 1)?);
        score.is_the_last += usize::from(anything.as_deref() == Some(c));
        Ok(())
    }

    /// Writes the vectors in word2vec's text form: a line with the sizes, then a line for each word.
    ///
    /// # Errors
    /// When `out` can't be written.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        let [v, c] = ch00::axes(&self.table, "table: (v, c)");
        writeln!(out, "{v} {c}")?;
        for (word, id) in self.words.iter().zip(0..) {
            write!(out, "{word}")?;
            for value in Vec::<f32>::try_from(self.table.get(id))? {
                write!(out, " {value}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Reads word2vec's text form, which GloVe and fastText have too.
    ///
    /// # Errors
    /// When a line can't be read or has not as many numbers as the first one promises; the message
    /// names the line.
    pub fn read(source: impl BufRead) -> Result<Self> {
        let (mut words, mut values, mut c) = (Vec::new(), Vec::<f32>::new(), None);
        for (line, number) in source.lines().zip(1..) {
            let line = line.with_context(|| format!("line {number}"))?;
            let mut parts = line.trim_end().split(' ');
            let word = parts.next().unwrap_or_default();
            let row: Vec<f32> = parts
                .map(str::parse)
                .collect::<Result<_, _>>()
                .with_context(|| format!("line {number} holds no vector"))?;
            if number == 1 && row.len() == 1 {
                continue; // the sizes, which GloVe leaves out
            }
            let c = *c.get_or_insert(row.len());
            let found = row.len();
            ensure!(found == c, "line {number} has {found} numbers, not {c}");
            words.push(word.to_owned());
            values.extend(row);
        }
        ensure!(!words.is_empty(), "there are no vectors");
        let shape = [words.len() as i64, c.unwrap_or(0) as i64];
        Ok(Self::new(words, Tensor::from_slice(&values).view(shape)))
    }
}
