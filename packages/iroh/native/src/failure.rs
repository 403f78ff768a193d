//! Failures and reasons of closing as JavaScript sees them: `TransportError` and `CloseInfo` of the contract.

use bytes::Bytes;
use iroh::endpoint::{ConnectError, ConnectWithOptsError, ConnectingError, ConnectionError, StoppedError, WriteError};
use napi::bindgen_prelude::{Object, Result, ToNapiValue, Uint8ArraySlice};
use napi::{Env, sys};

/// QUIC's code for the TLS alert `no_application_protocol` (RFC 7301 §3.2, RFC 9001 §4.8).
const NO_APPLICATION_PROTOCOL: u64 = 0x178;
/// QUIC's code for an application's close during the handshake (RFC 9000 §10.2.3).
const APPLICATION_ERROR: u64 = 0x0c;

/// Why a connection ended.
#[derive(Clone, Debug)]
pub enum CloseInfo {
    Peer { code: u64, reason: Bytes },
    Local { code: u32, reason: Bytes },
    Timeout,
    Reset,
    Transport { code: Option<u64>, message: String },
}

impl CloseInfo {
    /// The reason that QUIC gives; `local` is what this side closed with, which QUIC does not remember.
    pub fn new(error: &ConnectionError, local: Option<&(u32, Bytes)>) -> Self {
        let transport = |code: Option<u64>, message: String| Self::Transport { code, message };
        match error {
            ConnectionError::ApplicationClosed(close) => {
                Self::Peer { code: close.error_code.into_inner(), reason: close.reason.clone() }
            }
            ConnectionError::LocallyClosed => {
                let (code, reason) = local.cloned().unwrap_or_default();
                Self::Local { code, reason }
            }
            ConnectionError::TimedOut => Self::Timeout,
            ConnectionError::Reset => Self::Reset,
            ConnectionError::ConnectionClosed(close) => transport(Some(close.error_code.into()), close.to_string()),
            ConnectionError::TransportError(failed) => transport(Some(failed.code.into()), failed.to_string()),
            ConnectionError::VersionMismatch | ConnectionError::CidsExhausted => transport(None, error.to_string()),
        }
    }
}

impl ToNapiValue for CloseInfo {
    unsafe fn to_napi_value(raw: sys::napi_env, info: Self) -> Result<sys::napi_value> {
        let env = Env::from_raw(raw);
        let mut object = Object::new(&env)?;
        match info {
            Self::Peer { code, reason } => {
                object.set("by", "peer")?;
                object.set("code", code as f64)?;
                object.set("reason", Uint8ArraySlice::copy_from(&env, &reason)?)?;
            }
            Self::Local { code, reason } => {
                object.set("by", "local")?;
                object.set("code", code)?;
                object.set("reason", Uint8ArraySlice::copy_from(&env, &reason)?)?;
            }
            Self::Timeout => object.set("by", "timeout")?,
            Self::Reset => object.set("by", "reset")?,
            Self::Transport { code, message } => {
                object.set("by", "transport")?;
                if let Some(code) = code {
                    object.set("code", code as f64)?;
                }
                object.set("message", message)?;
            }
        }
        unsafe { Object::to_napi_value(raw, object) }
    }
}

/// What becomes a `TransportError`; `code` is one of its codes.
#[derive(Clone, Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    close_info: Option<CloseInfo>,
    stream_code: Option<u64>,
}

impl Failure {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), close_info: None, stream_code: None }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new("invalidArgument", message)
    }

    pub fn endpoint_closed() -> Self {
        Self::new("closed", "the endpoint is closed")
    }

    /// This side has finished, reset or stopped the stream.
    pub fn finished() -> Self {
        Self::new("finished", "the stream was ended by this side")
    }

    /// The peer ended its stream where an answer was expected.
    pub fn ended() -> Self {
        Self::new("ended", "the peer ended the stream without an answer")
    }

    /// The peer ended its stream inside an answer.
    pub fn truncated() -> Self {
        Self::new("truncated", "the peer ended the stream inside the answer")
    }

    pub fn too_large(length: usize, bytes_max: usize) -> Self {
        Self::new("tooLarge", format!("an answer of {length} bytes is over the limit of {bytes_max}"))
    }

    pub fn reset(code: u64) -> Self {
        let message = format!("the peer reset the stream with code {code}");
        Self { stream_code: Some(code), ..Self::new("reset", message) }
    }

    pub fn stopped(code: u64) -> Self {
        let message = format!("the peer stopped reading the stream with code {code}");
        Self { stream_code: Some(code), ..Self::new("stopped", message) }
    }

    pub fn connection_closed(info: CloseInfo) -> Self {
        Self { close_info: Some(info), ..Self::new("closed", "the connection is closed") }
    }

    /// An operation that ended without an answer: its task panicked.
    pub fn unanswered() -> Self {
        Self::new("closed", "the native transport failed inside; this is a defect of it")
    }

    /// Why a dial failed.
    pub fn dial(error: &ConnectError) -> Self {
        match error {
            ConnectError::Connect { source, .. } => Self::dial_start(source),
            ConnectError::Connecting { source: ConnectingError::ConnectionError { source, .. }, .. }
            | ConnectError::Connection { source, .. } => Self::handshake(source),
            other => Self::new("unreachable", format!("the handshake failed: {other:#}")),
        }
    }

    fn dial_start(error: &ConnectWithOptsError) -> Self {
        let code = match error {
            ConnectWithOptsError::SelfConnect { .. } => "selfDial",
            ConnectWithOptsError::NoAddress { .. } => "noAddress",
            ConnectWithOptsError::EndpointClosed { .. } | ConnectWithOptsError::InternalConsistencyError { .. } => {
                "closed"
            }
            ConnectWithOptsError::InvalidAlpn { .. } => "invalidArgument",
            _ => "unreachable",
        };
        Self::new(code, format!("the dial failed: {error:#}"))
    }

    fn handshake(error: &ConnectionError) -> Self {
        let code = match error {
            ConnectionError::ApplicationClosed(_) | ConnectionError::LocallyClosed => "closed",
            ConnectionError::ConnectionClosed(close) => match u64::from(close.error_code) {
                NO_APPLICATION_PROTOCOL => "alpnRefused",
                APPLICATION_ERROR => "closed",
                _ => "unreachable",
            },
            _ => "unreachable",
        };
        Self {
            close_info: Some(CloseInfo::new(error, None)),
            ..Self::new(code, format!("the handshake failed: {error}"))
        }
    }
}

/// How an operation on a stream failed, before the reason of a lost connection is put in words.
pub enum StreamFailure {
    Stopped(u64),
    ConnectionLost(ConnectionError),
    Ended,
}

impl From<WriteError> for StreamFailure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stopped(code) => Self::Stopped(code.into_inner()),
            WriteError::ConnectionLost(error) => Self::ConnectionLost(error),
            WriteError::ClosedStream | WriteError::ZeroRttRejected => Self::Ended,
        }
    }
}

impl From<StoppedError> for StreamFailure {
    fn from(error: StoppedError) -> Self {
        match error {
            StoppedError::ConnectionLost(error) => Self::ConnectionLost(error),
            StoppedError::ZeroRttRejected => Self::Ended,
        }
    }
}

impl ToNapiValue for Failure {
    unsafe fn to_napi_value(raw: sys::napi_env, failure: Self) -> Result<sys::napi_value> {
        let env = Env::from_raw(raw);
        let mut object = Object::new(&env)?;
        object.set("code", failure.code)?;
        object.set("message", failure.message)?;
        if let Some(info) = failure.close_info {
            object.set("closeInfo", info)?;
        }
        if let Some(code) = failure.stream_code {
            object.set("streamCode", code as f64)?;
        }
        unsafe { Object::to_napi_value(raw, object) }
    }
}
