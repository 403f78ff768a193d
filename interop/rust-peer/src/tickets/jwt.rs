//! JWT validators and issuers from JSON.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use mosaik::{
    PeerId,
    tickets::{
        ChronoDuration, EdDsa, EdDsaSigningKey, Es256, Es256SigningKey, Es384, Es384SigningKey, Es512, Es512SigningKey,
        Hs256, Hs384, Hs512, Jwt, JwtTicketBuilder, SigningKey, VerifyingKey,
    },
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Copy, Deserialize)]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
}

impl Algorithm {
    fn signing_key(self, hex: &str) -> anyhow::Result<SigningKey> {
        Ok(match self {
            Self::HS256 => Hs256::new(octets(hex)?).into(),
            Self::HS384 => Hs384::new(octets(hex)?).into(),
            Self::HS512 => Hs512::new(octets(hex)?).into(),
            Self::ES256 => Es256SigningKey::from_bytes(octets(hex)?).into(),
            Self::ES384 => Es384SigningKey::from_bytes(octets(hex)?).into(),
            Self::ES512 => Es512SigningKey::from_bytes(octets(hex)?).into(),
            Self::EdDSA => EdDsaSigningKey::from_bytes(octets(hex)?).into(),
        })
    }

    fn verifying_key(self, hex: &str) -> anyhow::Result<VerifyingKey> {
        Ok(match self {
            Self::HS256 => Hs256::new(octets(hex)?).into(),
            Self::HS384 => Hs384::new(octets(hex)?).into(),
            Self::HS512 => Hs512::new(octets(hex)?).into(),
            Self::ES256 => Es256::new(octets(hex)?).into(),
            Self::ES384 => Es384::new(octets(hex)?).into(),
            Self::ES512 => Es512::new(octets(hex)?).into(),
            Self::EdDSA => EdDsa::new(octets(hex)?).into(),
        })
    }

    /// The verifying key of a signing key.
    fn verifying_key_of(self, hex: &str) -> anyhow::Result<VerifyingKey> {
        Ok(match self {
            Self::HS256 | Self::HS384 | Self::HS512 => self.verifying_key(hex)?,
            Self::ES256 => Es256SigningKey::from_bytes(octets(hex)?).verifying_key().into(),
            Self::ES384 => Es384SigningKey::from_bytes(octets(hex)?).verifying_key().into(),
            Self::ES512 => Es512SigningKey::from_bytes(octets(hex)?).verifying_key().into(),
            Self::EdDSA => EdDsaSigningKey::from_bytes(octets(hex)?).verifying_key().into(),
        })
    }
}

fn octets<const N: usize>(hex: &str) -> anyhow::Result<[u8; N]> {
    let bytes = hex::decode(hex).context("wrong hex")?;
    let length = bytes.len();
    bytes
        .try_into()
        .map_err(|_| anyhow!("the key has {length} bytes, not {N}"))
}

/// `{alg, key}` with the verifying key, or `{alg, signingKey}` with the one that it belongs to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyArgs {
    alg: Algorithm,
    key: Option<String>,
    signing_key: Option<String>,
}

impl KeyArgs {
    fn verifying_key(&self) -> anyhow::Result<VerifyingKey> {
        match (&self.key, &self.signing_key) {
            (Some(key), None) => self.alg.verifying_key(key),
            (None, Some(key)) => self.alg.verifying_key_of(key),
            _ => bail!("a validator's key is either a key or a signingKey"),
        }
    }
}

/// A `Jwt` validator.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JwtArgs {
    keys: Vec<KeyArgs>,
    #[serde(default)]
    issuers: Vec<String>,
    #[serde(default)]
    audiences: Vec<String>,
    subject: Option<String>,
    #[serde(default)]
    claims: BTreeMap<String, Value>,
    #[serde(default)]
    allow_non_expiring: bool,
    max_lifetime_secs: Option<u64>,
    max_age_secs: Option<u64>,
}

impl JwtArgs {
    pub fn build(&self) -> anyhow::Result<Jwt> {
        let (first, others) = self.keys.split_first().context("a validator needs a key")?;
        let mut jwt = Jwt::with_key(first.verifying_key()?);
        for key in others {
            jwt = jwt.add_key(key.verifying_key()?);
        }
        for issuer in &self.issuers {
            jwt = jwt.allow_issuer(issuer);
        }
        for audience in &self.audiences {
            jwt = jwt.allow_audience(audience);
        }
        if let Some(subject) = &self.subject {
            jwt = jwt.require_subject(subject);
        }
        for (name, value) in &self.claims {
            jwt = jwt.require_claim(name, value.clone());
        }
        if self.allow_non_expiring {
            jwt = jwt.allow_non_expiring();
        }
        if let Some(secs) = self.max_lifetime_secs {
            jwt = jwt.max_lifetime(Duration::from_secs(secs));
        }
        if let Some(secs) = self.max_age_secs {
            jwt = jwt.max_age(Duration::from_secs(secs));
        }
        Ok(jwt)
    }
}

/// What a ticket shall say. Without `expiresInMs`, and without `exp` among the claims, it never expires.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssueArgs {
    alg: Algorithm,
    /// The signing key in hex.
    key: String,
    /// Whose ticket it is; the request's node if absent.
    pub peer: Option<PeerId>,
    expires_in_ms: Option<i64>,
    /// Registered and private claims by their names in the token: `iss`, `aud`, `exp`, `iat`, `role`, ...
    #[serde(default)]
    claims: BTreeMap<String, Value>,
}

impl IssueArgs {
    pub fn builder(&self) -> anyhow::Result<JwtTicketBuilder> {
        let mut builder = JwtTicketBuilder::new(self.alg.signing_key(&self.key)?);
        if let Some(ms) = self.expires_in_ms {
            builder = builder.expires_in(ChronoDuration::milliseconds(ms));
        }
        for (name, value) in &self.claims {
            builder = builder.claim(name, value.clone());
        }
        Ok(builder)
    }
}
