//! Whom to trust, and who we are.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::error::Error;

/// PEM texts.
#[derive(Clone, Default)]
pub(super) struct Tls {
    /// Trusted instead of the system's.
    pub(super) authorities: Option<Vec<u8>>,
    /// Certificate chain and private key.
    pub(super) identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl Tls {
    /// For HTTP. With its own cryptography, so that it does not matter what the process installed
    /// as its default.
    pub(super) fn http(&self, is_https: bool) -> Result<ClientConfig, Error> {
        let mut roots = RootCertStore::empty();
        match &self.authorities {
            // Reading the system's certificates takes milliseconds.
            _ if !is_https => {}
            Some(pem) => {
                for certificate in certificates(pem, "the certificate to trust")? {
                    roots.add(certificate).map_err(|error| {
                        Error::caused("the certificate to trust cannot be used", error)
                    })?;
                }
            }
            None => {
                let system = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(system.certs);
                if roots.is_empty() {
                    return Err(Error::new(
                        "this system has no trusted certificates; name some in OTEL_EXPORTER_OTLP_CERTIFICATE",
                    ));
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::caused("cannot set up TLS", error))?
            .with_root_certificates(roots);
        let Some((chain, key)) = &self.identity else {
            return Ok(config.with_no_client_auth());
        };
        let chain = certificates(chain, "the client certificate")?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| Error::caused("the client key is not a PEM private key", error))?;
        config
            .with_client_auth_cert(chain, key)
            .map_err(|error| Error::caused("the client certificate cannot be used", error))
    }

    /// For gRPC.
    pub(super) fn grpc(&self) -> Result<ClientTlsConfig, Error> {
        let mut config = ClientTlsConfig::new();
        config = match &self.authorities {
            Some(pem) => {
                certificates(pem, "the certificate to trust")?;
                config.ca_certificate(Certificate::from_pem(pem))
            }
            None => config.with_enabled_roots(),
        };
        if let Some((chain, key)) = &self.identity {
            certificates(chain, "the client certificate")?;
            config = config.identity(Identity::from_pem(chain, key));
        }
        Ok(config)
    }
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(Error::new(format!("{what} is not a PEM certificate")))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(Error::caused(
            format!("{what} is not a PEM certificate"),
            error,
        )),
    }
}
