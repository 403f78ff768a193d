//! Functions whose ids come from types: what `function!` and the trait `Function` make.

use std::{sync::Arc, time::Duration};

use mosaik::{
    Digest, UniqueId,
    functions::{CallContext, Function},
    tickets::{Hs256, Jwt},
};

use super::behaviour::Behaviour;

/// Whose tickets `Guarded` asks for: HS256 by the BLAKE3 of `mosaik-peer.guard`.
fn guard() -> Jwt {
    Jwt::with_key(Hs256::new(*blake3::hash(b"mosaik-peer.guard").as_bytes()))
}

mosaik::declare::function!(pub Shout = String -> Result<String, String>);

mosaik::declare::function!(pub Named = String -> Result<String, String>, "mosaik-peer.named");

mosaik::declare::function!(
    pub Guarded = String -> Result<String, String>, "mosaik-peer.guarded",
    require_ticket: guard(),
    timeout: Duration::from_secs(5),
    max_concurrent: 1,
);

/// A function by its trait, with the id that follows from three type names.
pub struct Speaker(pub Arc<Behaviour>);

impl Function for Speaker {
    type Req = String;
    type Res = String;
    type Err = String;

    async fn call(&self, request: String, context: CallContext) -> Result<String, String> {
        self.0.serve(request, context).await
    }
}

/// A function by its trait, with an id of its own.
pub struct Pinned(pub Arc<Behaviour>);

impl Function for Pinned {
    type Req = String;
    type Res = String;
    type Err = String;

    async fn call(&self, request: String, context: CallContext) -> Result<String, String> {
        self.0.serve(request, context).await
    }

    fn signature() -> UniqueId {
        Digest::from("mosaik-peer.pinned")
    }
}
