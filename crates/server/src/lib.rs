//! The forecourt program: configuration, composition, command line.

pub mod clock;
pub mod command;
pub mod compose;
pub mod demo;
pub mod dev;
pub mod serve;
pub mod settings;

/// Installs the one TLS provider of the process. To be called first of all.
pub fn install_crypto() {
    // Fails only when one is installed already, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
}
