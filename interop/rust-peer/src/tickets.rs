//! JWT tickets: issued, carried in a node's entry, and judged.

pub mod jwt;

use anyhow::Context as _;
use mosaik::{
    PeerId, UniqueId,
    tickets::{Expiration, Ticket, TicketValidator},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::peer::Context;

use self::jwt::{IssueArgs, JwtArgs};

/// `issueTicket {alg, key, peer?, ...}`: a ticket for a peer, or for the request's node. It is not added to any entry.
pub async fn issue(ctx: Context, args: IssueArgs) -> anyhow::Result<Value> {
    let peer = match args.peer {
        Some(peer) => peer,
        None => ctx.network()?.local().id(),
    };
    Ok(ticket_json(&args.builder()?.build(&peer)))
}

fn ticket_json(ticket: &Ticket) -> Value {
    json!({ "id": ticket.id(), "class": ticket.class, "data": hex::encode(ticket.data()) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketArgs {
    class: UniqueId,
    data: String,
}

impl TicketArgs {
    fn ticket(&self) -> anyhow::Result<Ticket> {
        let data = hex::decode(&self.data).context("wrong hex")?;
        Ok(Ticket::new(self.class, data.into()))
    }
}

/// `addTicket {class, data}`.
pub async fn add(ctx: Context, args: TicketArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().add_ticket(args.ticket()?);
    Ok(json!({}))
}

/// `replaceTicket {class, data}`: in place of all of its class.
pub async fn replace(ctx: Context, args: TicketArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().replace_ticket(args.ticket()?);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveArgs {
    ticket: UniqueId,
}

/// `removeTicket {ticket}`: by its id.
pub async fn remove(ctx: Context, args: RemoveArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().remove_ticket(args.ticket);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveOfArgs {
    class: UniqueId,
}

/// `removeTicketsOf {class}`.
pub async fn remove_of(ctx: Context, args: RemoveOfArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().remove_tickets_of(args.class);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeArgs {
    peer: PeerId,
    validator: JwtArgs,
}

/// `judgeTickets {peer, validator}`: what a validator says of the tickets in a peer's entry, as this node knows it.
pub async fn judge(ctx: Context, args: JudgeArgs) -> anyhow::Result<Value> {
    let catalog = ctx.network()?.discovery().catalog();
    let entry = catalog
        .iter()
        .find(|entry| *entry.id() == args.peer)
        .context("no such peer in the catalog")?;
    Ok(match entry.validate_ticket(&args.validator.build()?) {
        Ok(Expiration::Never) => json!({ "admitted": true, "expires": null }),
        Ok(Expiration::At(moment)) => json!({ "admitted": true, "expires": moment.to_rfc3339() }),
        Err(_) => json!({ "admitted": false }),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureArgs {
    validator: JwtArgs,
}

/// `validatorSignature {validator}`: what it adds to the ids of functions and groups.
pub async fn signature(_: Context, args: SignatureArgs) -> anyhow::Result<Value> {
    Ok(json!({ "signature": args.validator.build()?.signature() }))
}
