//! Which device tensors live on: one `--device` flag for every chapter.
//!
//! A chapter's program links only libtorch's CPU half. Its CUDA half is a library of several
//! hundred megabytes, so it is loaded while the program runs, and only when the reader wants
//! it and a driver is there. One binary therefore serves both.

use anyhow::{Result, bail};
use clap::ValueEnum;
use tch::Device;

/// What the reader asks for with `--device`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
    /// CUDA when there is one, else the CPU
    #[default]
    Auto,
    /// The CPU: the reference for every number in the book
    Cpu,
    /// The first NVIDIA GPU
    Cuda,
    /// The GPU of an Apple computer
    Mps,
}

impl DeviceChoice {
    /// The device this choice means on this machine.
    ///
    /// Call it before the first tensor is made: libtorch looks for CUDA once and remembers
    /// what it saw. `Auto` never picks `Mps`, whose results differ from the CPU's more than
    /// rounding explains (pytorch/pytorch#84516); ask for it by name.
    ///
    /// # Errors
    /// When the device was asked for by name and is not there; the sentence says why.
    pub fn resolve(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Auto if cuda::load().is_ok() => Ok(Device::cuda_if_available()),
            Self::Auto => Ok(Device::Cpu),
            Self::Cuda => {
                cuda::load()?;
                if !tch::Cuda::is_available() {
                    bail!(
                        "libtorch's CUDA half is loaded but finds no usable GPU: compare the \
                         driver's CUDA version (`nvidia-smi`) with libtorch's, 13.0"
                    );
                }
                Ok(Device::Cuda(0))
            }
            Self::Mps if tch::utils::has_mps() => Ok(Device::Mps),
            Self::Mps => {
                bail!("--device mps needs an Apple GPU: use --device cpu here")
            }
        }
    }
}

/// Loading libtorch's CUDA half by hand.
mod cuda {
    use anyhow::{Context, Result};

    #[cfg(windows)]
    const DRIVER: &str = "nvcuda.dll";
    #[cfg(windows)]
    const LIBTORCH_CUDA: &str = "torch_cuda.dll";
    #[cfg(not(windows))]
    const DRIVER: &str = "libcuda.so.1";
    #[cfg(not(windows))]
    const LIBTORCH_CUDA: &str = "libtorch_cuda.so";

    /// Loads the CUDA half once its driver is known to be there, so that a machine without
    /// a GPU never pays for it.
    pub fn load() -> Result<()> {
        keep(DRIVER).with_context(|| {
            format!("--device cuda needs an NVIDIA driver, and {DRIVER} is not on this machine")
        })?;
        keep(LIBTORCH_CUDA).context(
            "this libtorch is the CPU-only one: `cargo xtask setup --cuda` installs the full one",
        )
    }

    /// Loads a library by name and never unloads it: its kernels register themselves with
    /// libtorch as it loads.
    #[allow(unsafe_code)]
    fn keep(name: &str) -> Result<(), libloading::Error> {
        // SAFETY: both are system libraries whose initialisers are meant to run on loading,
        // from any thread, and neither is ever unloaded.
        #[cfg(unix)]
        let library = unsafe {
            use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};
            Library::open(Some(name), RTLD_LAZY | RTLD_GLOBAL)?
        };
        // SAFETY: as above.
        #[cfg(windows)]
        let library = unsafe { libloading::os::windows::Library::new(name)? };
        std::mem::forget(library);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_always_there() {
        assert_eq!(DeviceChoice::Cpu.resolve().unwrap(), Device::Cpu);
    }

    #[test]
    fn auto_never_fails() {
        assert!(DeviceChoice::Auto.resolve().is_ok());
    }

    #[test]
    fn a_missing_device_is_named_in_the_error() {
        if !tch::utils::has_mps() {
            let error = DeviceChoice::Mps.resolve().unwrap_err().to_string();
            assert!(error.contains("--device mps"), "{error}");
        }
    }
}
