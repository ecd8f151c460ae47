//! Rounds in which everyone has one go.

use std::time::{Duration, Instant};

use anyhow::Result;

/// A go is repeated until it has taken so long: a clock can't tell microseconds well.
const LEAST: Duration = Duration::from_millis(20);

/// One of those that are compared.
pub struct Contestant<'a> {
    name: String,
    go: Box<dyn FnMut() -> Result<f64> + 'a>,
}

impl<'a> Contestant<'a> {
    /// `go` does the work once or more and says how many seconds one time took.
    pub fn new(
        name: impl Into<String>,
        go: impl FnMut() -> Result<f64> + 'a,
    ) -> Self {
        Self { name: name.into(), go: Box::new(go) }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// How many seconds `work` takes, from as many times as fill 20 milliseconds.
pub fn seconds(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut times = 0;
    while start.elapsed() < LEAST {
        work();
        times += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(times)
}

/// Lets everyone have one go to warm up and one in each round; returns everyone's median.
///
/// # Errors
/// The first error of a contestant.
pub fn take_turns(
    contestants: &mut [Contestant<'_>],
    rounds: usize,
) -> Result<Vec<f64>> {
    for contestant in contestants.iter_mut() {
        (contestant.go)()?;
    }
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            times.push((contestant.go)()?);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn everyone_warms_up_and_then_has_one_go_in_each_round() {
        let order = RefCell::new(String::new());
        let go = |name: &'static str, times: Vec<f64>| {
            let (order, mut times) = (&order, times.into_iter());
            Contestant::new(name, move || {
                order.borrow_mut().push_str(name);
                Ok(times.next().unwrap())
            })
        };
        let mut contestants =
            [go("a", vec![9.0, 1.0, 7.0, 2.0]), go("b", vec![9.0, 5.0, 3.0, 4.0])];
        let medians = take_turns(&mut contestants, 3).unwrap();
        drop(contestants);
        assert_eq!(medians, [2.0, 4.0]);
        assert_eq!(order.into_inner(), "abababab");
    }

    #[test]
    fn short_work_is_repeated() {
        let mut times = 0;
        let per_time = seconds(|| {
            times += 1;
            std::thread::sleep(Duration::from_millis(1));
        });
        assert!(times > 1 && per_time < 0.02, "{times} times, {per_time} s each");
    }
}
