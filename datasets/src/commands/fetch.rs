//! `fetch`: brings data sets into the cache.

use anyhow::Result;
use datasets::catalog::{Catalog, DataFile};
use datasets::fetch::{Options, fetch, offline_by_variable};
use datasets::store::Store;
use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};

/// Fetch data sets by name
///
/// An interrupted fetch goes on where it stopped. Each file is checked. Proxies are taken from
/// HTTPS_PROXY and its like. LLM_IN_RUST_OFFLINE=1 forbids the network.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run -p datasets -- fetch the-verdict sms-spam
  cargo run -p datasets -- fetch fineweb-edu/000_00000.parquet")]
pub struct Args {
    /// Data sets, as `list` names them, or NAME/FILE for one file
    #[arg(required = true)]
    names: Vec<String>,

    /// Do not use the network: only look whether all is here
    #[arg(long)]
    offline: bool,

    /// Fetch again what is here already
    #[arg(long)]
    again: bool,
}

/// Fetches each.
pub fn run(args: &Args, catalog: &Catalog) -> Result<()> {
    let store = Store::in_cache()?;
    let offline = args.offline || offline_by_variable();
    let options = Options { offline, again: args.again };
    for name in &args.names {
        let (name, only) = match name.split_once('/') {
            Some((name, file)) => (name, Some(file)),
            None => (name.as_str(), None),
        };
        let dataset = catalog.find(name)?;
        let missing = fetch(&store, dataset, only, options, |file| {
            eprintln!("{name}/{}: {}", file.name, DecimalBytes(file.bytes));
            bar(file)
        })?;
        let folder = store.folder(name);
        match missing {
            0 => eprintln!("{name} is here already: {}", folder.display()),
            _ => eprintln!("{name} is in {}", folder.display()),
        }
        if missing > 0 {
            eprintln!("licence: {} ({})", dataset.licence, dataset.page);
        }
    }
    Ok(())
}

fn bar(file: &DataFile) -> ProgressBar {
    let style = "{bar:30} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(style);
    let style = style.expect("the template is a constant");
    ProgressBar::new(file.bytes).with_style(style)
}
