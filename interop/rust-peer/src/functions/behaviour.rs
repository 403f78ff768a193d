//! What a handler does with a call: by itself, or as a later command says.

use std::{
    any::Any,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context as _, bail};
use mosaik::functions::CallContext;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::sleep};

use super::failure::Failure;
use crate::{
    datum::Item,
    output::Output,
    peer::{Context, Table, locked},
};

/// How a handler comes to its reply.
#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The request.
    #[default]
    Echo,
    /// The request in upper case, if it is a text.
    Upper,
    /// The caller's id, if a reply is a text.
    Caller,
    /// What the command `answer` says.
    Manual,
}

/// The part of `handle`'s arguments that is about calls.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BehaviourArgs {
    #[serde(default)]
    answer: Answer,
    /// How long each call takes before it is answered.
    delay_ms: Option<u64>,
    /// The application error that answers every call; null for the error `()`.
    #[serde(default, deserialize_with = "present")]
    error: Option<Value>,
    /// Reports no calls: for loads.
    #[serde(default)]
    quiet: bool,
}

/// Tells a null from an absent field.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What one handler does, and where it reports its calls.
pub struct Behaviour {
    args: BehaviourArgs,
    handler: String,
    node: String,
    calls: Arc<Table<OpenCall>>,
    output: Output,
}

impl Behaviour {
    pub fn new(ctx: &Context, handler: &str, args: &BehaviourArgs) -> Arc<Self> {
        Arc::new(Self {
            args: args.clone(),
            handler: handler.to_string(),
            node: ctx.node.clone(),
            calls: Arc::clone(&ctx.peer.calls),
            output: ctx.peer.output.clone(),
        })
    }

    /// Serves one call. If the crate gives it up half-way, as when its caller has gone, an event says so.
    pub async fn serve<D: Item, E: Failure>(&self, request: D, context: CallContext) -> Result<D, E> {
        let open = (!self.args.quiet).then(|| Report::begin(self, &request, &context));
        if let Some(ms) = self.args.delay_ms {
            sleep(Duration::from_millis(ms)).await;
        }
        let outcome = self.outcome(request, &context, open.as_ref()).await;
        if let Some(open) = open {
            open.end();
        }
        outcome
    }

    async fn outcome<D: Item, E: Failure>(
        &self,
        request: D,
        context: &CallContext,
        open: Option<&Report>,
    ) -> Result<D, E> {
        if let Some(error) = &self.args.error {
            return Err(must(E::from_json(error)));
        }
        match (self.args.answer, open) {
            (Answer::Manual, Some(open)) => match open.answer().await {
                Ok(value) => Ok(must(D::from_json(&value))),
                Err(error) => Err(must(E::from_json(&error))),
            },
            (Answer::Upper, _) => Ok(with_text(request, |text| *text = text.to_uppercase())),
            (Answer::Caller, _) => Ok(with_text(request, |text| *text = context.caller().id().to_string())),
            _ => Ok(request),
        }
    }
}

/// A value that no type of the function fits is a mistake of the test: the crate then loses its node, and the log says why.
fn must<T>(outcome: anyhow::Result<T>) -> T {
    outcome.unwrap_or_else(|error| panic!("the answer is not of the function's type: {error:#}"))
}

fn with_text<D: Item>(mut value: D, change: impl FnOnce(&mut String)) -> D {
    if let Some(text) = (&mut value as &mut dyn Any).downcast_mut::<String>() {
        change(text);
    }
    value
}

/// A call that waits for the command `answer`.
pub struct OpenCall(Mutex<Option<oneshot::Sender<Result<Value, Value>>>>);

/// A call in progress, as events tell it.
struct Report {
    call: String,
    handler: String,
    calls: Arc<Table<OpenCall>>,
    answered: tokio::sync::Mutex<oneshot::Receiver<Result<Value, Value>>>,
    output: Output,
    ended: bool,
}

impl Report {
    fn begin<D: Item>(behaviour: &Behaviour, request: &D, context: &CallContext) -> Self {
        let (answer, answered) = oneshot::channel();
        let open = Arc::new(OpenCall(Mutex::new(Some(answer))));
        let call = behaviour.calls.insert_with(&behaviour.node, |_| open);
        behaviour.output.event(
            "called",
            json!({
                "handler": behaviour.handler,
                "call": call,
                "caller": context.caller().id(),
                "request": request.to_json(),
            }),
        );
        Self {
            call,
            handler: behaviour.handler.clone(),
            calls: Arc::clone(&behaviour.calls),
            answered: tokio::sync::Mutex::new(answered),
            output: behaviour.output.clone(),
            ended: false,
        }
    }

    async fn answer(&self) -> Result<Value, Value> {
        match (&mut *self.answered.lock().await).await {
            Ok(answer) => answer,
            // The table lets go of a call only after its report.
            Err(_) => std::future::pending().await,
        }
    }

    fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.calls.remove(&self.call);
        if !self.ended {
            let event = json!({ "handler": self.handler, "call": self.call });
            self.output.event("abandoned", event);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerArgs {
    call: String,
    reply: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    error: Option<Value>,
}

/// `answer {call, reply | error}`: ends a call of a handler that answers by hand.
pub async fn answer(ctx: Context, args: AnswerArgs) -> anyhow::Result<Value> {
    let outcome = match (args.reply, args.error) {
        (Some(reply), None) => Ok(reply),
        (None, Some(error)) => Err(error),
        _ => bail!("an answer is either a reply or an error"),
    };
    let call = ctx.peer.calls.take(&args.call).context("no such call is open")?;
    let answer = locked(&call.0).take().context("the call has been answered")?;
    if answer.send(outcome).is_err() {
        bail!("the call has been given up");
    }
    Ok(json!({}))
}
