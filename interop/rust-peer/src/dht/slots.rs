//! A network's slots in the DHT as mosaik reads and writes them: its own code for that is private to its worker (spec 02 §13).

use std::str::FromStr;

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use iroh::{EndpointAddr, EndpointId, TransportAddr};
use mosaik::NetworkId;
use pkarr::{Client, Keypair, PublicKey, ResolvePolicy, SignedPacket, dns::rdata::RData, errors::ResolveError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::REQUEST_TIMEOUT;
use crate::{addr::Addr, datum::json_u64, peer::Context};

const SLOTS: usize = 16;
const TTL_SECONDS: u32 = 600;
/// mosaik reads all at once: where the machine is busy, the answers overrun the socket's buffer and some slots are not read at all.
const LOOKUPS_AT_ONCE: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotsArgs {
    /// A network id in hex, or any text.
    network: String,
    bootstrap: Vec<String>,
}

/// `dhtSlots {network, bootstrap}`: what is in each of the network's slots.
pub async fn read(_: Context, args: SlotsArgs) -> anyhow::Result<Value> {
    let client = client(&args.bootstrap)?;
    let views = stream::iter(key_pairs(&args.network))
        .map(|slot| view_of(&client, slot.public_key()))
        .buffered(LOOKUPS_AT_ONCE);
    Ok(json!({ "slots": views.collect::<Vec<_>>().await }))
}

async fn view_of(client: &Client, key: PublicKey) -> Value {
    let mut view = match client.resolve(&key, ResolvePolicy::NetworkOnly).await {
        Ok(packet) => json!({
            "seq": json_u64::to_json(packet.timestamp().as_u64()),
            "value": hex::encode(packet.encoded_packet()),
            "peer": peer_in(&packet).map(|addr| Addr::from(&addr)),
        }),
        Err(ResolveError::NotFound) => json!({}),
        Err(error) => json!({ "error": error.to_string() }),
    };
    view["publicKey"] = hex::encode(key.as_bytes()).into();
    view
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishArgs {
    network: String,
    bootstrap: Vec<String>,
    slot: usize,
    /// Who is to be in the slot, and where.
    peer: Option<Addr>,
    /// Names and texts of further records: what no mosaik node writes.
    #[serde(default)]
    txt: Vec<(String, String)>,
    /// The clock's if absent.
    seq: Option<Value>,
}

/// `dhtPublish {network, bootstrap, slot, peer?, txt?, seq?}`: writes a slot as pkarr does, without cas.
pub async fn publish(_: Context, args: PublishArgs) -> anyhow::Result<Value> {
    let slots = key_pairs(&args.network);
    let slot = slots
        .get(args.slot)
        .with_context(|| format!("there are {SLOTS} slots"))?;
    let mut packet = SignedPacket::builder();
    if let Some(seq) = &args.seq {
        packet = packet.timestamp(json_u64::from_json(seq).context("seq is not a u64")?.into());
    }
    for (name, text) in args.peer.map(texts_of).into_iter().flatten().chain(args.txt) {
        packet = packet.txt(name.as_str().try_into()?, text.as_str().try_into()?, TTL_SECONDS);
    }
    let stored = client(&args.bootstrap)?.publish(&packet.sign(slot)?).await?;
    Ok(json!({ "stored": stored }))
}

fn client(bootstrap: &[String]) -> anyhow::Result<Client> {
    let client = Client::builder()
        .dht_request_timeout(REQUEST_TIMEOUT)
        .bootstrap(bootstrap)
        .no_relays()
        .cache_size(0)
        .build()?;
    Ok(client)
}

fn key_pairs(network: &str) -> Vec<Keypair> {
    let mut id = NetworkId::from(network);
    let mut pairs = vec![Keypair::from_secret_key(id.as_bytes())];
    while pairs.len() < SLOTS {
        id = id.derive(id);
        pairs.push(Keypair::from_secret_key(id.as_bytes()));
    }
    pairs
}

fn texts_of(peer: Addr) -> Vec<(String, String)> {
    let addr = EndpointAddr::from(peer);
    let mut texts = vec![("_id".to_string(), b58::encode(addr.id.as_bytes()))];
    for addr in addr.addrs {
        match addr {
            TransportAddr::Ip(ip) => texts.push(("_ip".to_string(), ip.to_string())),
            TransportAddr::Relay(url) => texts.push(("_r".to_string(), url.to_string())),
            _ => {}
        }
    }
    texts
}

fn peer_in(packet: &SignedPacket) -> Option<EndpointAddr> {
    let id = b58::decode(&texts(packet, "_id").next()??).ok()?;
    let mut addr = EndpointAddr::new(EndpointId::from_bytes(&id.try_into().ok()?).ok()?);
    addr.addrs.extend(parsed(packet, "_ip").map(TransportAddr::Ip));
    addr.addrs.extend(parsed(packet, "_r").map(TransportAddr::Relay));
    Some(addr)
}

fn parsed<T: FromStr>(packet: &SignedPacket, name: &str) -> impl Iterator<Item = T> {
    texts(packet, name).flatten().filter_map(|text| text.parse().ok())
}

/// Of each record of a name the text up to an equals sign; nothing where it is of another type.
fn texts(packet: &SignedPacket, name: &str) -> impl Iterator<Item = Option<String>> {
    packet.resource_records(name).map(|record| match &record.rdata {
        RData::TXT(txt) => txt.attributes().into_keys().next(),
        _ => None,
    })
}
