//! Plain lists: a name a line. The name is the id as well; the type is empty.
//!
//! A list whose first line is a JSON object is taken for JSON Lines under another name: a fault of that line.

use super::{Entity, json};

/// A reader of lists, which remembers whether it has begun.
#[derive(Debug, Default)]
pub(super) struct List {
    started: bool,
}

impl List {
    /// Reads one line; white space around the name does not count.
    pub(super) fn parse(&mut self, line: &str) -> Result<Entity, String> {
        let name = line.trim();
        if !std::mem::replace(&mut self.started, true) && json::is_object(name) {
            return Err(
                "the line is a JSON object: the file looks like JSON Lines; give it a name that ends in .jsonl".into(),
            );
        }
        Ok(Entity { id: name.to_owned(), name: name.to_owned(), ..Entity::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_under_another_name_are_told_once() {
        let object = r#" {"id": "a", "name": "China"} "#;
        let mut list = List::default();
        let fault = list.parse(object).err().unwrap_or_default();
        assert!(fault.contains("looks like JSON Lines") && fault.contains(".jsonl"), "{fault}");
        assert!(list.parse(object).is_ok());
        for name in ["{China}", "{", "[1]", "\"China\"", "7", "{\"id\": \"a\"} and more"] {
            let mut list = List::default();
            assert!(list.parse(name).is_ok_and(|entity| entity.id == name && entity.name == name), "{name}");
            assert!(list.parse(object).is_ok(), "{name}");
        }
    }
}
