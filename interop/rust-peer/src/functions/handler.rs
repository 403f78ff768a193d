//! Handlers of every form.

use std::sync::Arc;

use anyhow::bail;
use mosaik::{
    Datum, Network,
    functions::{
        CallContext, Function, FunctionHandler, Handler,
        handler::{Builder, BuilderError},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Form,
    behaviour::{Behaviour, BehaviourArgs},
    declared::{Guarded, Named, Pinned, Shout, Speaker},
    failure::{Failure, FailureKind, with_failure},
};
use crate::{
    datum::{Item, Kind, with_kind},
    discovery::digests,
    peer::Context,
    tickets::jwt::JwtArgs,
};

/// A handler whose types are known to nobody but itself.
pub trait AnyHandler: Send + Sync {
    fn info(&self) -> Value;
}

impl<Req: Datum, Res: Datum, E: Datum> AnyHandler for Handler<Req, Res, E> {
    fn info(&self) -> Value {
        let stats = self.stats();
        json!({
            "functionId": self.function_id(),
            "served": stats.served(),
            "failed": stats.failed(),
            "inflight": stats.inflight(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandleArgs {
    #[serde(default)]
    form: Form,
    /// The type of the requests and replies.
    r#type: Kind,
    #[serde(default)]
    error_type: FailureKind,
    /// A function id in hex, or any text.
    function_id: Option<String>,
    max_concurrent: Option<usize>,
    /// Serves only callers that advertise all of these tags.
    #[serde(default)]
    require_tags: Vec<String>,
    #[serde(default)]
    require_caller_tickets: Vec<JwtArgs>,
    #[serde(default)]
    require_handler_tickets: Vec<JwtArgs>,
    #[serde(flatten)]
    behaviour: BehaviourArgs,
}

/// `handle {type, form?, functionId?, ...}`: calls become events `{event: "called", handler, call, caller, request}`.
pub async fn handle(ctx: Context, args: HandleArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    let handle = ctx.peer.handlers.try_insert_with(&ctx.node, |handle| {
        let behaviour = Behaviour::new(&ctx, handle, &args.behaviour);
        serve(&network, &args, behaviour)
    })?;
    let info = ctx.peer.handlers.get(&handle)?.info();
    Ok(json!({ "handler": handle, "functionId": info["functionId"] }))
}

fn serve(network: &Network, args: &HandleArgs, behaviour: Arc<Behaviour>) -> anyhow::Result<Arc<dyn AnyHandler>> {
    args.form.check(args.r#type, args.error_type)?;
    match args.form {
        Form::Closure => with_kind!(args.r#type, D => with_failure!(args.error_type, E => {
            let builder = configured(network.functions().handler::<D, D, E>(), args)?;
            registered(builder.serve(move |request: D, context: CallContext| {
                let behaviour = Arc::clone(&behaviour);
                async move { behaviour.serve::<D, E>(request, context).await }
            }))
        })),
        Form::Trait => serve_trait(network, args, Speaker(behaviour)),
        Form::Pinned => serve_trait(network, args, Pinned(behaviour)),
        Form::Marker => serve_declared::<Shout>(network, behaviour),
        Form::Named => serve_declared::<Named>(network, behaviour),
        Form::Guarded => serve_declared::<Guarded>(network, behaviour),
    }
}

fn serve_trait<F: Function>(network: &Network, args: &HandleArgs, function: F) -> anyhow::Result<Arc<dyn AnyHandler>> {
    let builder = configured(network.functions().handler::<F::Req, F::Res, F::Err>(), args)?;
    registered(builder.serve_fn(function))
}

/// A declaration brings its own options.
fn serve_declared<F>(network: &Network, behaviour: Arc<Behaviour>) -> anyhow::Result<Arc<dyn AnyHandler>>
where
    F: FunctionHandler<Req = String, Res = String, Err = String>,
    F::Handler: AnyHandler + 'static,
{
    registered(F::handler(network, move |request: String, context| {
        let behaviour = Arc::clone(&behaviour);
        async move { behaviour.serve::<String, String>(request, context).await }
    }))
}

fn registered<H: AnyHandler + 'static>(outcome: Result<H, BuilderError>) -> anyhow::Result<Arc<dyn AnyHandler>> {
    match outcome {
        Ok(handler) => Ok(Arc::new(handler)),
        Err(BuilderError::AlreadyExists) => bail!("the node serves this function already"),
    }
}

fn configured<'f, Req: Datum, Res: Datum, E: Datum>(
    mut builder: Builder<'f, Req, Res, E>,
    args: &HandleArgs,
) -> anyhow::Result<Builder<'f, Req, Res, E>> {
    if let Some(id) = &args.function_id {
        builder = builder.with_function_id(id.as_str());
    }
    if let Some(max) = args.max_concurrent {
        builder = builder.with_max_concurrent(max);
    }
    for tag in digests(&args.require_tags) {
        builder = builder.require(move |peer| peer.tags().contains(&tag));
    }
    for validator in &args.require_caller_tickets {
        builder = builder.require_caller_ticket(validator.build()?);
    }
    for validator in &args.require_handler_tickets {
        builder = builder.require_handler_ticket(validator.build()?);
    }
    Ok(builder)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    handler: String,
}

/// `handlerInfo {handler}`.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    Ok(ctx.peer.handlers.get(&args.handler)?.info())
}
