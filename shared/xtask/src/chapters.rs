//! (being written)

/// Arguments
#[derive(clap::Args)]
pub struct RunArgs {}
/// Arguments
#[derive(clap::Args)]
pub struct TestArgs {}

/// Run.
///
/// # Errors
/// None yet.
pub fn run(_: &RunArgs) -> anyhow::Result<()> {
    Ok(())
}
/// Test.
///
/// # Errors
/// None yet.
pub fn test(_: &TestArgs) -> anyhow::Result<()> {
    Ok(())
}
