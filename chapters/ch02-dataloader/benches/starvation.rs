//! How long a model waits for batches that come from far away: the numbers of a figure.
//!
//! ```console
//! $ cargo bench -p ch02 --bench starvation > book/figures/ch02/starvation.csv
//! $ cargo xtask figures ch02
//! ```
//!
//! Fetching a batch takes 8 ms, in which the processor has nothing to do, as when the data lie on
//! another computer. The model is asleep too while it works, as it is when a GPU does it.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use ch02::Prefetch;
use plot::Table;

/// What fetching a batch takes.
const FETCH: Duration = Duration::from_millis(8);
/// What the model takes for a batch, in milliseconds.
const STEPS: [u64; 9] = [1, 2, 3, 4, 6, 8, 12, 16, 24];
/// How many workers fetch.
const WORKERS: [usize; 4] = [0, 1, 2, 4];
/// How many batches are taken.
const BATCHES: usize = 120;

fn main() -> ExitCode {
    cli::run(|| {
        let names = WORKERS.map(|workers| match workers {
            1 => "1 worker".to_owned(),
            more => format!("{more} workers"),
        });
        let mut table = Table::new("milliseconds", names);
        for step in STEPS {
            let mut row = Vec::new();
            for workers in WORKERS {
                row.push(starved(workers, Duration::from_millis(step))?);
            }
            table = table.row(step.to_string(), row);
        }
        print!("{}", table.to_csv()?);
        Ok(())
    })
}

/// The percentage of its time that the model waits.
fn starved(workers: usize, step: Duration) -> Result<f64> {
    let fetch = |batch| {
        thread::sleep(FETCH);
        Ok(batch)
    };
    let mut batches: Prefetch<u64> = Prefetch::new(workers, 2, fetch)?;
    for batch in 0..BATCHES {
        batches.take()?;
        if batch == 12 {
            batches.reset_waits(); // the queues have filled, or never will
        }
        thread::sleep(step);
    }
    Ok((1000.0 * batches.waits().starved()).round() / 10.0)
}
