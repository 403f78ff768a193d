//! Callers of every form: by value, and by the thousand.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use mosaik::{
    Network,
    functions::{CallError, Caller, FunctionCaller, caller::Builder, status::When},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    Form,
    declared::{Guarded, Named, Pinned, Shout, Speaker},
    failure::{Failure, FailureKind, with_failure},
};
use crate::{
    datum::{Item, Kind, with_kind},
    discovery::digests,
    load::{self, Load},
    peer::Context,
    tickets::jwt::JwtArgs,
};

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A caller whose types are known to nobody but itself.
pub trait AnyCaller: Send + Sync {
    fn function_id(&self) -> String;
    fn when(&self) -> &When;
    /// The reply or the failure of one call.
    fn call<'a>(
        &'a self,
        request: &'a Value,
        timeout: Option<Duration>,
    ) -> BoxFuture<'a, anyhow::Result<Result<Value, Value>>>;
    fn call_many(self: Arc<Self>, load: Load, payload_bytes: usize) -> BoxFuture<'static, anyhow::Result<Value>>;
}

impl<D: Item, E: Failure> AnyCaller for Caller<D, D, E> {
    fn function_id(&self) -> String {
        Caller::function_id(self).to_string()
    }

    fn when(&self) -> &When {
        Caller::when(self)
    }

    fn call<'a>(
        &'a self,
        request: &'a Value,
        timeout: Option<Duration>,
    ) -> BoxFuture<'a, anyhow::Result<Result<Value, Value>>> {
        Box::pin(async move {
            let request = D::from_json(request)?;
            let outcome = match timeout {
                Some(timeout) => self.call_with_timeout(request, timeout).await,
                None => Caller::call(self, request).await,
            };
            Ok(outcome
                .map(|reply| reply.to_json())
                .map_err(|error| failure_json(&error)))
        })
    }

    fn call_many(self: Arc<Self>, load: Load, payload_bytes: usize) -> BoxFuture<'static, anyhow::Result<Value>> {
        Box::pin(load::run(load, move |index| {
            let caller = Arc::clone(&self);
            async move {
                let answer = Caller::call(&*caller, D::numbered(index, payload_bytes)).await;
                answer.map(drop).map_err(|error| failure_json(&error))
            }
        }))
    }
}

/// Why a call failed: `code` is the name of the crate's variant.
pub fn failure_json<E: Failure>(error: &CallError<E>) -> Value {
    match error {
        CallError::Application(error) => json!({ "code": "application", "error": error.to_json() }),
        CallError::Timeout => json!({ "code": "timeout" }),
        CallError::Unavailable => json!({ "code": "unavailable" }),
        CallError::Rejected(close) => json!({
            "code": "rejected",
            "closeCode": close.error_code.into_inner(),
            "reason": String::from_utf8_lossy(&close.reason),
        }),
        CallError::Transport(cause) => json!({ "code": "transport", "reason": cause.to_string() }),
        CallError::Encode(cause) => json!({ "code": "encode", "reason": cause.to_string() }),
        CallError::Decode(cause) => json!({ "code": "decode", "reason": cause.to_string() }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenArgs {
    #[serde(default)]
    form: Form,
    /// The type of the requests and replies.
    r#type: Kind,
    #[serde(default)]
    error_type: FailureKind,
    /// A function id in hex, or any text.
    function_id: Option<String>,
    call_timeout_ms: Option<u64>,
    online_min: Option<usize>,
    /// Calls only handlers that advertise all of these tags.
    #[serde(default)]
    require_tags: Vec<String>,
    #[serde(default)]
    require_caller_tickets: Vec<JwtArgs>,
    #[serde(default)]
    require_handler_tickets: Vec<JwtArgs>,
}

/// `caller {type, form?, functionId?, ...}`.
pub async fn open(ctx: Context, args: OpenArgs) -> anyhow::Result<Value> {
    let caller = build(&*ctx.network()?, &args)?;
    let function_id = caller.function_id();
    let handle = ctx.peer.callers.insert_with(&ctx.node, |_| caller);
    Ok(json!({ "caller": handle, "functionId": function_id }))
}

fn build(network: &Network, args: &OpenArgs) -> anyhow::Result<Arc<dyn AnyCaller>> {
    let functions = network.functions();
    args.form.check(args.r#type, args.error_type)?;
    Ok(match args.form {
        Form::Closure => with_kind!(args.r#type, D => with_failure!(args.error_type, E => {
            Arc::new(configured(functions.caller::<D, D, E>(), args)?.build())
        })),
        Form::Trait => Arc::new(configured(functions.caller_for::<Speaker>(), args)?.build()),
        Form::Pinned => Arc::new(configured(functions.caller_for::<Pinned>(), args)?.build()),
        Form::Marker => Arc::new(Shout::caller(network)),
        Form::Named => Arc::new(Named::caller(network)),
        Form::Guarded => Arc::new(Guarded::caller(network)),
    })
}

fn configured<'f, D: Item, E: Failure>(
    mut builder: Builder<'f, D, D, E>,
    args: &OpenArgs,
) -> anyhow::Result<Builder<'f, D, D, E>> {
    if let Some(id) = &args.function_id {
        builder = builder.with_function_id(id.as_str());
    }
    if let Some(ms) = args.call_timeout_ms {
        builder = builder.with_call_timeout(Duration::from_millis(ms));
    }
    if let Some(minimum) = args.online_min {
        builder = builder.online_when(move |conditions| conditions.minimum_of(minimum));
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallArgs {
    caller: String,
    request: Value,
    timeout_ms: Option<u64>,
}

/// `call {caller, request, timeoutMs?}`: `{reply}` or `{failure}`, and how long it took.
pub async fn call(ctx: Context, args: CallArgs) -> anyhow::Result<Value> {
    let caller = ctx.peer.callers.get(&args.caller)?;
    let started = Instant::now();
    let outcome = caller
        .call(&args.request, args.timeout_ms.map(Duration::from_millis))
        .await?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1_000.0;
    Ok(match outcome {
        Ok(reply) => json!({ "reply": reply, "elapsedMs": elapsed_ms }),
        Err(failure) => json!({ "failure": failure, "elapsedMs": elapsed_ms }),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallManyArgs {
    caller: String,
    #[serde(flatten)]
    load: Load,
    #[serde(default)]
    payload_bytes: usize,
}

/// `callMany {caller, count, inFlight?, payloadBytes?}`: a load of generated requests.
pub async fn call_many(ctx: Context, args: CallManyArgs) -> anyhow::Result<Value> {
    let caller = ctx.peer.callers.get(&args.caller)?;
    caller.call_many(args.load, args.payload_bytes).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    caller: String,
}

/// `callerInfo {caller}`.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    let caller = ctx.peer.callers.get(&args.caller)?;
    let when = caller.when();
    // The crate does not list its candidates, but answers whether there are so many.
    let has = |count: &usize| when.available().minimum_of(*count).is_condition_met();
    Ok(json!({
        "functionId": caller.function_id(),
        "online": when.is_online(),
        "available": (1..).take_while(has).count(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitAvailableArgs {
    caller: String,
    minimum: usize,
    #[serde(default)]
    unmet: bool,
}

/// `waitAvailable {caller, minimum, unmet?}`: resolves when at least `minimum` eligible handlers are known, or with `unmet` fewer.
pub async fn wait_available(ctx: Context, args: WaitAvailableArgs) -> anyhow::Result<Value> {
    let caller = ctx.peer.callers.get(&args.caller)?;
    let mut condition = caller.when().available().minimum_of(args.minimum);
    if args.unmet {
        condition = condition.unmet();
    }
    while !condition.is_condition_met() {
        sleep(LOOK_EVERY).await;
    }
    Ok(json!({}))
}
