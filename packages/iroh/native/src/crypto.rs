//! Signatures as iroh makes and checks them (Ed25519, strictly verified), and BLAKE3.

use std::panic::catch_unwind;

use iroh::{PublicKey, SecretKey, Signature};
use napi::bindgen_prelude::{Object, Result, Uint8Array};
use napi::{Env, Error, Status};
use napi_derive::napi;

use crate::background;

const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

#[napi(catch_unwind)]
pub fn public_key(secret: &[u8]) -> Result<Uint8Array> {
    Ok(secret_key(secret)?.public().as_bytes().to_vec().into())
}

#[napi(catch_unwind)]
pub fn sign(secret: &[u8], message: &[u8]) -> Result<Uint8Array> {
    Ok(secret_key(secret)?.sign(message).to_bytes().to_vec().into())
}

/// Whether the signature is the key's, by the strict rules: no point of small order, no second encoding.
#[napi(catch_unwind)]
pub fn verify(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Some(key), Ok(signature)) = (parse_public(public_key), signature.try_into()) else {
        return false;
    };
    key.verify(message, &Signature::from_bytes(signature)).is_ok()
}

/// Whether the bytes are a point of the curve.
#[napi(catch_unwind)]
pub fn is_public_key(bytes: &[u8]) -> bool {
    parse_public(bytes).is_some()
}

#[napi(catch_unwind)]
pub fn blake3(bytes: &[u8]) -> Uint8Array {
    blake3::hash(bytes).as_bytes().to_vec().into()
}

/// Verifies many signatures on the thread of low priority. `items` holds, one after the other: a public key (32 bytes), a signature
/// (64), the length of a message (4, little-endian), the message. Promises a verdict for each.
#[napi(catch_unwind)]
pub fn verify_batch<'env>(env: &'env Env, items: &[u8]) -> Result<Object<'env>> {
    let (deferred, promise) = env.create_deferred()?;
    let items = items.to_vec();
    background::run(move || match catch_unwind(|| verdicts(&items)) {
        Ok(Ok(verdicts)) => deferred.resolve(move |_| Ok(verdicts)),
        Ok(Err(error)) => deferred.reject(error),
        Err(_) => deferred.reject(Error::new(Status::GenericFailure, "a panic while signatures were verified")),
    });
    Ok(promise)
}

fn verdicts(mut items: &[u8]) -> Result<Vec<bool>> {
    let mut verdicts = Vec::new();
    while !items.is_empty() {
        let item = next_item(&mut items).ok_or_else(|| invalid("a torn batch"))?;
        verdicts.push(verify(item.public_key, item.message, item.signature));
    }
    Ok(verdicts)
}

struct Item<'a> {
    public_key: &'a [u8],
    signature: &'a [u8],
    message: &'a [u8],
}

fn next_item<'a>(rest: &mut &'a [u8]) -> Option<Item<'a>> {
    let public_key = rest.split_off(..KEY_BYTES)?;
    let signature = rest.split_off(..SIGNATURE_BYTES)?;
    let length = rest.split_off(..4)?.try_into().ok().map(u32::from_le_bytes)?;
    let message = rest.split_off(..length as usize)?;
    Some(Item { public_key, signature, message })
}

fn secret_key(bytes: &[u8]) -> Result<SecretKey> {
    let bytes = bytes.try_into().map_err(|_| invalid("a secret key has 32 bytes"))?;
    Ok(SecretKey::from_bytes(bytes))
}

fn parse_public(bytes: &[u8]) -> Option<PublicKey> {
    PublicKey::from_bytes(bytes.try_into().ok()?).ok()
}

fn invalid(message: &str) -> Error {
    Error::new(Status::InvalidArg, message)
}
