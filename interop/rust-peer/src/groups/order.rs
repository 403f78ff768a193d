//! A machine that knows in which order it was given commands, and tells of each.

use mosaik::{
    UniqueId,
    groups::{ApplyContext, LogReplaySync, StateMachine},
};
use serde_json::json;

use crate::output::Output;

/// Answers how many commands it was given, and a hash of them and their order. This type's full name enters the ids of its groups.
pub struct Order {
    count: u32,
    hash: u32,
    handle: String,
    output: Output,
}

impl Order {
    /// Reports as `applied {group, index, commands}`, the first of which has that place in the log.
    pub fn new(handle: &str, output: Output) -> Self {
        Self {
            count: 0,
            hash: 0,
            handle: handle.to_string(),
            output,
        }
    }
}

impl StateMachine for Order {
    type Command = u32;
    type Query = ();
    type QueryResult = (u32, u32);
    type StateSync = LogReplaySync<Self>;

    fn signature(&self) -> UniqueId {
        UniqueId::from("test.order")
    }

    fn apply(&mut self, command: u32, context: &dyn ApplyContext) {
        self.apply_batch([command], context);
    }

    fn apply_batch(&mut self, commands: impl IntoIterator<Item = u32>, context: &dyn ApplyContext) {
        let commands: Vec<u32> = commands.into_iter().collect();
        for &command in &commands {
            self.count += 1;
            self.hash = link(self.hash, command);
        }
        let index = context.committed().index().0 + 1;
        self.output.event(
            "applied",
            json!({ "group": self.handle, "index": index, "commands": commands }),
        );
    }

    fn query(&self, (): ()) -> (u32, u32) {
        (self.count, self.hash)
    }

    fn state_sync(&self) -> LogReplaySync<Self> {
        LogReplaySync::default()
    }
}

/// The hash of everything before, and one command more (a step of murmur3).
fn link(hash: u32, command: u32) -> u32 {
    let spread = command.wrapping_mul(0xcc9e_2d51).rotate_left(15);
    let mixed = hash ^ spread.wrapping_mul(0x1b87_3593);
    mixed.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}
