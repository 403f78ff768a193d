//! What changes in a group, as events.

use std::{collections::HashMap, sync::Arc, time::Duration};

use mosaik::groups::{Bond, StateMachine};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::member::Member;
use crate::output::Output;

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Reports as long as the member is there: `groupChanged {group, state}`, and `bondEnded {group, peer, code, reason}`. It looks again
/// and again: the crate tells nobody that a leader is gone, nor that one bond took the place of another.
pub fn start<M: StateMachine>(member: &Arc<Member<M>>, handle: String, output: Output) {
    let member = Arc::downgrade(member);
    tokio::spawn(async move {
        let mut reported = Value::Null;
        let mut bonds = HashMap::new();
        while let Some(member) = member.upgrade() {
            let state = member.state();
            if state != reported {
                output.event("groupChanged", json!({ "group": handle, "state": state }));
                reported = state;
            }
            bonds.retain(|_, bond: &mut Bond<M>| !bond.is_terminated());
            for bond in member.group.bonds().iter() {
                if !bond.is_terminated() && bonds.insert(bond.id(), bond.clone()).is_none() {
                    report_end(&bond, handle.clone(), output.clone());
                }
            }
            drop(member);
            sleep(LOOK_EVERY).await;
        }
    });
}

fn report_end<M: StateMachine>(bond: &Bond<M>, handle: String, output: Output) {
    let peer = *bond.peer().id();
    let terminated = bond.terminated();
    tokio::spawn(async move {
        let close = terminated.await;
        output.event(
            "bondEnded",
            json!({
                "group": handle,
                "peer": peer,
                "code": close.error_code.into_inner(),
                "reason": String::from_utf8_lossy(&close.reason),
            }),
        );
    });
}
