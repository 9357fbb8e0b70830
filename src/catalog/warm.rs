//! A first search of a gazetteer before others wait for its answers.
//!
//! What a search needs of a mapped file, and what its first answer needs of the processor's caches, is there then.

use std::sync::{Arc, atomic::AtomicBool};

use super::{Gazetteer, Pinned};
use crate::extract::{self, Answer, Input, Options, Scratch};

/// How many entities are looked for, from all over the gazetteer.
const ENTITIES: usize = 2000;

/// Searches for some of what a gazetteer has; gives how many mentions were found. Takes some milliseconds of work.
pub fn warm(gazetteer: &Arc<Gazetteer>) -> usize {
    let entities = gazetteer.segment().entities();
    let step = (entities.len() / ENTITIES).max(1);
    let names: Vec<_> = entities.step_by(step).map(|entity| entity.name).collect();
    let text = names.join(". ");
    let options = Options::default();
    let pinned = Pinned::new(vec![gazetteer.clone()], &options);
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    let input = Input { text: &text, ..Input::default() };
    let interrupted = AtomicBool::new(false);
    // Nobody interrupts it.
    let _ = extract::run(&pinned.sources(), input, &options, pinned.filter(), &mut scratch, &mut answer, &interrupted);
    answer.mentions.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::gazetteer::Entity;

    #[test]
    fn names_from_all_over_are_found() {
        assert_eq!(warm(&Arc::new(Gazetteer::compile("empty", b"", &[]).unwrap())), 0);
        let entity = |number| Entity { id: format!("{number}"), name: format!("Name{number}"), ..Entity::default() };
        let entities: Vec<_> = (0..3 * ENTITIES).map(entity).collect();
        assert_eq!(warm(&Arc::new(Gazetteer::compile("names", b"", &entities).unwrap())), ENTITIES);
    }
}
