//! Peers on the local network, by multicast DNS (RFC 6762).

use std::net::SocketAddr;
use std::sync::Arc;

use iroh::Endpoint;
use iroh::address_lookup::{AddressLookup, EndpointData};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup};
use n0_future::StreamExt;

use crate::address::Addr;
use crate::failure::Failure;
use crate::mailbox::{Event, Mailbox};
use crate::runtime::spawn;

/// Hears of the endpoint's own addresses, and resolves none. Anybody on the local network says what he likes there, a relay among it, and
/// iroh would ask it at every dial: what is found is told, and used only where the caller names it.
#[derive(Debug)]
struct Announcer(MdnsAddressLookup);

impl AddressLookup for Announcer {
    fn publish(&self, data: &EndpointData) {
        self.0.publish(data);
    }
}

/// Makes the endpoint known under the name of a service, and tells of all others that are, until it is closed.
pub async fn start(endpoint: &Endpoint, service_name: String, mailbox: Arc<Mailbox>) -> Result<(), Failure> {
    let failed = |error: String| Failure::new("bind", format!("multicast DNS is not to be had: {error}"));
    let mdns = MdnsAddressLookup::builder()
        .service_name(service_name)
        .build(endpoint.id())
        .map_err(|error| failed(format!("{error:#}")))?;
    let services = endpoint.address_lookup().map_err(|error| failed(format!("{error:#}")))?;
    services.add(Announcer(mdns.clone()));
    let mut events = mdns.subscribe().await;
    let closed = endpoint.closed();
    spawn(async move {
        let reports = async move {
            while let Some(event) = events.next().await {
                if let DiscoveryEvent::Discovered { endpoint_info, .. } = event {
                    let none: &[SocketAddr] = &[];
                    mailbox.push(Event::Found(Addr::new(&endpoint_info.into_endpoint_addr(), none)));
                }
            }
        };
        closed.run_until(reports).await;
    });
    Ok(())
}
