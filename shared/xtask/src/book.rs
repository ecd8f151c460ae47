//! The book: check it, build it, serve it.
//!
//! mdBook makes the pages and `mdbook-katex` the formulas; both are fetched when first needed.
//! mdBook leaves a broken include in the page and goes on, so [`check`] looks for that and for
//! everything else that can make a page untrue.

use anyhow::{Result, bail};

use crate::paths;

mod anchors;
mod captions;
mod check;
mod figures;
mod formulas;
mod includes;
mod katex;
mod links;
mod outputs;
mod page;
mod problem;
mod quotations;
mod site;
mod summary;

pub use check::check;
pub use problem::Problem;

/// Build, serve or check the book
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Build the site into target/book
    Build,
    /// Build the site, show it on this machine, and build again after every change
    Serve {
        /// Open a browser
        #[arg(long)]
        open: bool,
        /// The port to listen on
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// Check that every quotation, output, figure and link holds, then build the site
    Test,
    /// Turn formulas into HTML; mdBook calls this while it builds
    #[command(hide = true)]
    Formulas {
        /// What mdBook says to a preprocessor
        arguments: Vec<String>,
    },
}

/// Runs the task.
///
/// # Errors
/// When the check finds a problem, mdBook complains, or a tool can't be had.
pub fn run(args: &Args) -> Result<()> {
    let root = paths::root();
    match &args.verb {
        Verb::Build => site::build(&root),
        Verb::Serve { open, port } => site::serve(&root, *open, *port),
        Verb::Test => {
            report(&check(&root))?;
            site::build(&root)
        }
        Verb::Formulas { arguments } => formulas::render(arguments),
    }
}

fn report(problems: &[Problem]) -> Result<()> {
    for problem in problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(()),
        count => bail!("the book's check found {count} problem(s), listed above"),
    }
}
