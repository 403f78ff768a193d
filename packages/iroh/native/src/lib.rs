//! iroh's QUIC endpoints for Node.js: what `packages/iroh/src` builds the transport contract on.
//!
//! JavaScript calls in through the `Native*` classes; everything that happens later travels back through one [`mailbox`] per
//! endpoint. No call blocks, and no error is a text: failures are objects with the codes of the contract ([`failure`]).
//!
//! Who owns what: an endpoint holds its connections, a connection its streams, each until it is closed or has ended. The
//! JavaScript objects only point at them, so that the garbage collector can never close anything.

mod accept;
mod address;
mod background;
mod chunk;
mod closure;
mod config;
mod connection;
mod crypto;
mod endpoint;
mod exchange;
mod failure;
mod frames;
mod mailbox;
mod mdns;
mod recv;
mod reserve;
mod runtime;
mod send;
mod source;
mod streams;
