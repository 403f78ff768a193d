//! Groups: members of either machine, their commands and queries.

mod args;
pub mod machine;
pub mod member;
mod order;
mod report;

use std::{any::type_name, sync::Arc};

use anyhow::ensure;
use mosaik::{
    Consistency, Network,
    groups::{GroupBuilder, NoOp},
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    args::{JoinArgs, MachineKind},
    machine::{Applied, Counter},
    member::{AnyGroup, Member},
    order::Order,
};
use crate::{load::Load, output::Output, peer::Context};

/// `joinGroup {secret | keyOf, machine?, ...}`: what changes in the group becomes events `{event: "groupChanged", group, state}`.
pub async fn join(ctx: Context, args: JoinArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    let output = ctx.peer.output.clone();
    let handle = ctx
        .peer
        .groups
        .try_insert_with(&ctx.node, |handle| member(&network, &args, handle, output))?;
    let group = ctx.peer.groups.get(&handle)?;
    Ok(json!({ "group": handle, "groupId": group.id(), "typeName": type_name::<Counter>() }))
}

fn member(network: &Network, args: &JoinArgs, handle: &str, output: Output) -> anyhow::Result<Arc<dyn AnyGroup>> {
    let mut builder: GroupBuilder<'_> = network.groups().with_key(args.key()?);
    if let Some(consensus) = &args.consensus {
        builder = builder.with_consensus_config(consensus.config());
    }
    for validator in &args.require_tickets {
        builder = builder.require_ticket(validator.build()?);
    }
    Ok(match args.machine {
        MachineKind::Counter => {
            let applied = Applied::shared();
            let machine = Counter::new(args.counter()?, Arc::clone(&applied));
            Member::start(builder.with_state_machine(machine).join(), applied, handle, output)
        }
        MachineKind::Noop => {
            ensure!(!args.has_counter_options(), "the noop machine has no options");
            Member::start(
                builder.with_state_machine(NoOp).join(),
                Applied::shared(),
                handle,
                output,
            )
        }
        MachineKind::Order => {
            ensure!(!args.has_counter_options(), "the order machine has no options");
            let machine = Order::new(handle, output.clone());
            Member::start(
                builder.with_state_machine(machine).join(),
                Applied::shared(),
                handle,
                output,
            )
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandArgs {
    group: String,
    /// `{"Increment": n}` and `{"Decrement": n}`; null each for the noop machine, numbers for that which knows their order.
    commands: Vec<Value>,
}

/// `feed {group, commands}`: resolves when the leader has given them their places.
pub async fn feed(ctx: Context, args: CommandArgs) -> anyhow::Result<Value> {
    let fed = ctx.peer.groups.get(&args.group)?.feed(args.commands)?;
    fed.await
}

/// `execute {group, commands}`: resolves when this member has applied them. It waits for ever when the group is dropped.
pub async fn execute(ctx: Context, args: CommandArgs) -> anyhow::Result<Value> {
    let executed = ctx.peer.groups.get(&args.group)?.execute(args.commands)?;
    executed.await
}

#[derive(Deserialize)]
pub struct ExecuteEachArgs {
    group: String,
    command: Value,
    #[serde(flatten)]
    load: Load,
}

/// `executeEach {group, command, count, inFlight?}`: a load of commands, each executed by itself.
pub async fn execute_each(ctx: Context, args: ExecuteEachArgs) -> anyhow::Result<Value> {
    let executed = ctx.peer.groups.get(&args.group)?.execute_each(args.command, args.load)?;
    executed.await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryArgs {
    group: String,
    /// Asks the leader.
    strong: bool,
}

/// `query {group, strong}`: `{result, position}`.
pub async fn query(ctx: Context, args: QueryArgs) -> anyhow::Result<Value> {
    let consistency = if args.strong {
        Consistency::Strong
    } else {
        Consistency::Weak
    };
    let answered = ctx.peer.groups.get(&args.group)?.query(consistency);
    answered.await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    group: String,
}

/// `groupInfo {group}`: the state that `groupChanged` reports, and what was applied.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    Ok(ctx.peer.groups.get(&args.group)?.info())
}
