//! Certificates that nobody but a test trusts.

use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// A certificate that is its own authority, with its key.
pub struct SelfSigned(CertifiedKey<KeyPair>);

impl SelfSigned {
    /// For DNS names and IP addresses.
    pub fn new(names: &[String]) -> anyhow::Result<Self> {
        Ok(Self(generate_simple_self_signed(names)?))
    }

    pub fn pem(&self) -> String {
        self.0.cert.pem()
    }

    /// Of a server that shows it.
    pub fn server_config(&self) -> anyhow::Result<ServerConfig> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.0.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.0.cert.der().clone()], key)?;
        Ok(config)
    }
}
