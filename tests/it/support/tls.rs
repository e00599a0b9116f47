//! Certificates made on the spot: one authority for the whole test run, and servers whose certificates it has signed
//! well, or whose certificates are wrong in one way each. It must not know what is served behind them.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::temp::TempDir;

type Authority = CertifiedIssuer<'static, KeyPair>;

static TRUSTED: LazyLock<Authority> = LazyLock::new(|| authority("haul test authority"));
static STRANGER: LazyLock<Authority> = LazyLock::new(|| authority("somebody else"));

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, key()).expect("an authority signs itself")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}

/// Writes the authority to trust to the user's home; `--ca-cert` takes the path.
pub(crate) fn trusted(dir: &TempDir) -> PathBuf {
    let path = dir.home().join("authority.pem");
    std::fs::write(&path, TRUSTED.pem()).expect("a folder of our own takes files");
    path
}

/// A server's certificate for 127.0.0.1, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    Good,
    Expired,
    NotYetValid,
    OtherHost,
    SelfSigned,
    UnknownIssuer,
}

impl Certificate {
    /// A server that shows this certificate and offers these protocols by ALPN.
    pub(crate) fn server(self, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let name = if self == Self::OtherHost { "other.example" } else { "127.0.0.1" };
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name as certificates have it");
        match self {
            Self::Expired => params.not_after = date_time_ymd(2001, 1, 1),
            Self::NotYetValid => params.not_before = date_time_ymd(3000, 1, 1),
            _ => {}
        }
        let key = key();
        let signed = match self {
            Self::SelfSigned => params.self_signed(&key),
            Self::UnknownIssuer => params.signed_by(&key, &STRANGER),
            _ => params.signed_by(&key, &TRUSTED),
        };
        let chain = vec![signed.expect("an authority signs everything").der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("the provider knows TLS 1.2 and 1.3").with_no_client_auth();
        let mut config = builder.with_single_cert(chain, key).expect("the key is that of the certificate");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }
}
