//! Answers and events, one JSON line each on stdout.

use std::{
    io::{BufWriter, Write},
    thread,
};

use serde_json::{Value, json};
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel},
    oneshot,
};

/// Where lines go out, in the order in which they were handed over. Cheap to clone.
#[derive(Clone)]
pub struct Output(UnboundedSender<Entry>);

enum Entry {
    Line(Value),
    Flush(oneshot::Sender<()>),
}

impl Output {
    /// Starts the thread that writes to stdout.
    pub fn to_stdout() -> Self {
        let (sender, receiver) = unbounded_channel();
        thread::spawn(move || {
            // A closed stdout means that the parent is gone; the end of stdin then ends the program.
            let _ = write_lines(receiver);
        });
        Self(sender)
    }

    /// Reports what became of request `id`; without an id, of a line that had none.
    pub fn answer(&self, id: Option<u64>, outcome: anyhow::Result<Value>) {
        self.put(match outcome {
            Ok(ok) => json!({ "id": id, "ok": ok }),
            Err(error) => json!({ "id": id, "error": format!("{error:#}") }),
        });
    }

    /// Reports something that nobody asked for: `fields` is an object, to which the event's name is added.
    pub fn event(&self, name: &str, mut fields: Value) {
        fields["event"] = name.into();
        self.put(fields);
    }

    /// Resolves when everything handed over so far has been written.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        let _ = self.0.send(Entry::Flush(done));
        let _ = flushed.await;
    }

    fn put(&self, line: Value) {
        let _ = self.0.send(Entry::Line(line));
    }
}

fn write_lines(mut entries: UnboundedReceiver<Entry>) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    loop {
        let entry = match entries.try_recv() {
            Ok(entry) => entry,
            Err(TryRecvError::Disconnected) => return out.flush(),
            Err(TryRecvError::Empty) => {
                out.flush()?;
                match entries.blocking_recv() {
                    Some(entry) => entry,
                    None => return Ok(()),
                }
            }
        };
        match entry {
            Entry::Line(line) => writeln!(out, "{line}")?,
            Entry::Flush(done) => {
                out.flush()?;
                let _ = done.send(());
            }
        }
    }
}
