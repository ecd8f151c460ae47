//! (being written)

/// Arguments
#[derive(clap::Args)]
pub struct Args {}

/// Outputs.
///
/// # Errors
/// None yet.
pub fn outputs(_: &Args) -> anyhow::Result<()> {
    Ok(())
}
/// Figures.
///
/// # Errors
/// None yet.
pub fn figures(_: &Args) -> anyhow::Result<()> {
    Ok(())
}
