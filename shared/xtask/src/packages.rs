//! How to install what we can't: the command of this system's package manager.

use which::which;

/// Something the system must provide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// Python 3 itself.
    Python,
    /// Python's package installer.
    Pip,
    /// Python's module for virtual environments.
    Venv,
    /// A C++ compiler.
    Compiler,
}

/// The command that installs `package` on this system.
pub fn install_command(package: Package) -> String {
    if cfg!(target_os = "macos") {
        return on_macos(package);
    }
    if cfg!(windows) {
        return on_windows(package);
    }
    let manager = ["apt-get", "dnf", "zypper", "pacman"]
        .into_iter()
        .find(|name| which(name).is_ok());
    on_linux(manager, package)
}

fn on_linux(manager: Option<&str>, package: Package) -> String {
    let name = match (manager, package) {
        (Some("pacman"), Package::Python | Package::Venv) => "python",
        (Some("pacman"), Package::Pip) => "python-pip",
        (Some("pacman"), Package::Compiler) => "gcc",
        (Some("dnf" | "zypper"), Package::Compiler) => "gcc-c++",
        (_, Package::Compiler) => "g++",
        (_, Package::Python) => "python3",
        (_, Package::Pip) => "python3-pip",
        (Some("dnf" | "zypper"), Package::Venv) => "python3",
        (_, Package::Venv) => "python3-venv",
    };
    match manager {
        Some("pacman") => format!("sudo pacman -S --needed {name}"),
        Some("zypper") => format!("sudo zypper install {name}"),
        Some("dnf") => format!("sudo dnf install {name}"),
        // A fresh container knows no package until the lists are fetched.
        Some(_) => format!("sudo apt-get update && sudo apt-get install {name}"),
        None => {
            format!("install the package {name} with your system's package manager")
        }
    }
}

fn on_macos(package: Package) -> String {
    match package {
        Package::Compiler => "xcode-select --install".into(),
        Package::Pip => "python3 -m ensurepip --user".into(),
        Package::Python | Package::Venv => "brew install python".into(),
    }
}

fn on_windows(package: Package) -> String {
    match package {
        Package::Compiler => "winget install Microsoft.VisualStudio.2022.BuildTools --override \
            \"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\""
            .into(),
        Package::Pip => "py -3 -m ensurepip --user".into(),
        Package::Python | Package::Venv => "winget install Python.Python.3.13".into(),
    }
}
