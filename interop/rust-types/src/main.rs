//! Reads values of the types that the test has put beside it, and says what Rust makes of them.
//!
//! A line is `bytes INDEX HEX` or `json INDEX TEXT`. The answer is `type_name`, the bytes that the value encodes to, and its JSON, between
//! tabs; or `error` and why. `MOSAIK_TYPES_DIR` is the folder with `types.rs` (definitions of `mosaik types rust`), `messages.rs`
//! (definitions written by hand) and `table.rs` (which type has which index).

#![allow(dead_code)]

include!(concat!(env!("MOSAIK_TYPES_DIR"), "/types.rs"));

pub mod messages {
    include!(concat!(env!("MOSAIK_TYPES_DIR"), "/messages.rs"));
}

mod exchange {
    use serde::{Serialize, de::DeserializeOwned};

    /// What a type makes of a value.
    pub fn answer<T: Serialize + DeserializeOwned>(form: &str, text: &str) -> Result<String, String> {
        let value: T = match form {
            "bytes" => {
                let bytes = hex::decode(text).map_err(|e| e.to_string())?;
                let (value, rest) = postcard::take_from_bytes(&bytes).map_err(|e| e.to_string())?;
                if !rest.is_empty() {
                    return Err(format!("{} bytes are left", rest.len()));
                }
                value
            }
            _ => serde_json::from_str(text).map_err(|e| e.to_string())?,
        };
        let bytes = postcard::to_allocvec(&value).map_err(|e| e.to_string())?;
        let json = serde_json::to_string(&value).unwrap_or_else(|e| format!("none: {e}"));
        Ok(format!("{}\t{}\t{json}", std::any::type_name::<T>(), hex::encode(bytes)))
    }

    /// Answers every line of the standard input.
    pub fn serve(answer: fn(usize, &str, &str) -> Result<String, String>) {
        for line in std::io::stdin().lines() {
            let line = line.expect("the input is text");
            let mut parts = line.splitn(3, ' ');
            let (form, index, text) = (parts.next(), parts.next(), parts.next());
            let index = index.and_then(|index| index.parse().ok()).expect("a line has an index");
            match answer(index, form.expect("a form"), text.unwrap_or("")) {
                Ok(answer) => println!("{answer}"),
                Err(error) => println!("error\t{error}"),
            }
        }
    }
}

fn main() {
    exchange::serve(include!(concat!(env!("MOSAIK_TYPES_DIR"), "/table.rs")));
}
