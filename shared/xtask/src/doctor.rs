//! (being written)

/// Arguments
#[derive(clap::Args)]
pub struct Args {}

/// Runs the task.
///
/// # Errors
/// None yet.
pub fn run(_: &Args) -> anyhow::Result<()> {
    Ok(())
}
