//! A member of a group, whatever its machine.

use std::sync::{Arc, Mutex};

use anyhow::{Context as _, anyhow};
use futures::{FutureExt as _, future::BoxFuture};
use mosaik::{
    Consistency,
    groups::{Group, IndexRange, StateMachine},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{machine::Applied, report};
use crate::{
    load::{self, Load},
    output::Output,
    peer::locked,
};

/// What a command comes to. It holds nothing of the group: a group ends when its handle is dropped, whatever still waits.
pub type Outcome = BoxFuture<'static, anyhow::Result<Value>>;

/// A group whose machine is known to nobody but itself.
pub trait AnyGroup: Send + Sync {
    fn id(&self) -> String;
    fn info(&self) -> Value;
    fn feed(&self, commands: Vec<Value>) -> anyhow::Result<Outcome>;
    fn execute(&self, commands: Vec<Value>) -> anyhow::Result<Outcome>;
    fn execute_each(&self, command: Value, load: Load) -> anyhow::Result<Outcome>;
    fn query(&self, consistency: Consistency) -> Outcome;
}

/// A group, and what its machine was given.
pub struct Member<M: StateMachine> {
    pub group: Arc<Group<M>>,
    applied: Arc<Mutex<Applied>>,
}

impl<M> Member<M>
where
    M: StateMachine<Command: DeserializeOwned, Query: Default, QueryResult: Serialize>,
{
    /// Reports what changes from now on.
    pub fn start(group: Group<M>, applied: Arc<Mutex<Applied>>, handle: &str, output: Output) -> Arc<dyn AnyGroup> {
        let member = Arc::new(Self {
            group: Arc::new(group),
            applied,
        });
        report::start(&member, handle.to_string(), output);
        member
    }
}

impl<M: StateMachine> Member<M> {
    /// What the member says of the group.
    pub fn state(&self) -> Value {
        let group = &self.group;
        let log = group.log_position();
        json!({
            "leader": group.leader(),
            "isLeader": group.is_leader(),
            // The crate gives no other way to ask.
            "online": group.when().online().now_or_never().is_some(),
            "committed": group.committed().0,
            "log": { "term": log.term().0, "index": log.index().0 },
            "bonds": group.bonds().iter().map(|bond| *bond.peer().id()).collect::<Vec<_>>(),
        })
    }
}

impl<M> AnyGroup for Member<M>
where
    M: StateMachine<Command: DeserializeOwned, Query: Default, QueryResult: Serialize>,
{
    fn id(&self) -> String {
        self.group.id().to_string()
    }

    fn info(&self) -> Value {
        let mut info = self.state();
        let applied = locked(&self.applied);
        info["applied"] = json!({ "count": applied.count, "checksum": applied.checksum() });
        info
    }

    fn feed(&self, commands: Vec<Value>) -> anyhow::Result<Outcome> {
        let range = self.group.feed_many(decoded::<M>(commands)?);
        Ok(async move { ranged(range.await.map_err(|error| anyhow!("{error}"))) }.boxed())
    }

    fn execute(&self, commands: Vec<Value>) -> anyhow::Result<Outcome> {
        let range = self.group.execute_many(decoded::<M>(commands)?);
        Ok(async move { ranged(range.await.map_err(|error| anyhow!("{error}"))) }.boxed())
    }

    fn execute_each(&self, command: Value, load: Load) -> anyhow::Result<Outcome> {
        let command = decoded::<M>(vec![command])?.remove(0);
        let group = Arc::downgrade(&self.group);
        let execute = move |_| {
            let executed = group.upgrade().map(|group| group.execute(command.clone()).boxed());
            async move {
                match executed {
                    Some(executed) => executed.await.map(drop).map_err(|error| json!(error.to_string())),
                    None => Err(json!("the group was dropped")),
                }
            }
        };
        Ok(load::run(load, execute).boxed())
    }

    fn query(&self, consistency: Consistency) -> Outcome {
        let answer = self.group.query(M::Query::default(), consistency);
        async move {
            let answer = answer.await.map_err(|error| anyhow!("{error}"))?;
            Ok(json!({ "result": answer.result(), "position": answer.state_position().0 }))
        }
        .boxed()
    }
}

fn decoded<M: StateMachine<Command: DeserializeOwned>>(commands: Vec<Value>) -> anyhow::Result<Vec<M::Command>> {
    let commands = commands.into_iter().map(serde_json::from_value);
    commands
        .collect::<Result<_, _>>()
        .context("not a command of this machine")
}

fn ranged(range: anyhow::Result<IndexRange>) -> anyhow::Result<Value> {
    let range = range?;
    Ok(json!({ "start": range.start().0, "end": range.end().0 }))
}
