//! Plain lists: a name a line. The name is the id as well; the type is empty.

use super::Entity;

/// Reads one line; white space around the name does not count.
pub(super) fn parse(line: &str) -> Entity {
    let name = line.trim().to_owned();
    Entity { id: name.clone(), name, ..Entity::default() }
}
