//! Names in the order of their patterns, and the automaton of their beginnings.
//!
//! Names are sorted by their words. So one walk over them meets each beginning once, and the beginnings of each depth in
//! the order of their numbers: laid on a pile for each depth, beginnings and names come back as the file has them.
//!
//! Must not know: where names came from.

use super::{
    super::{
        compile::CompileError,
        entities::EntityRecord,
        names::{DEFAULT_PRIOR, Laid, Layer, Manner},
        strings::text,
        trie::Way,
        vocabulary::WordId,
    },
    Spill,
    automaton::{AutomatonSections, Branch, build},
    entities::NO_NAME,
    piles::{Piles, Stream, u32_at},
    section::Spooled,
    sorter::{Order, Sorter},
};

/// The bytes before the words in a record of `Aside::names`: entity, prior, manner, how many words.
const GIVEN_HEAD: usize = 14;
/// The bytes before the text in a record of a pile of names: place of the node in its depth, prior, entity, manner.
const PLACED_HEAD: usize = 14;

/// The beginnings of names, and the names, by depth from 1 on.
pub(super) struct Grown<'s> {
    /// How many beginnings, and how many names, there are of each depth.
    pub(super) levels: Vec<u32>,
    names_of: Vec<u32>,
    /// Each beginning: the place of the one before in its depth, the word.
    ways: Piles<'s>,
    names: Piles<'s>,
}

/// Sorts names by their words and grows the tree of their beginnings.
pub(super) fn grow<'s>(
    spill: &'s dyn Spill,
    given: Piles<'s>,
    rank: &[u32],
    number: &[WordId],
) -> Result<Grown<'s>, CompileError> {
    let mut sorter = Sorter::new(spill, Order::BYTES);
    let (mut given, mut key, mut count) = (given.read(), Vec::new(), 0_u32);
    while let Some(record) = given.peek_record()? {
        let (head, rest) = record.split_at(GIVEN_HEAD);
        let (words, text) = rest.split_at(u32_at(head, 10) as usize * size_of::<u32>());
        key.clear();
        for word in words.chunks_exact(4) {
            // No word is zero, which ends a sequence.
            let word = number[bytemuck::pod_read_unaligned::<u32>(word) as usize].0 + 1;
            key.extend_from_slice(&word.to_be_bytes());
        }
        key.extend_from_slice(&[0; 4]);
        // Those of the likeliest entities first, then in the order in which they came.
        key.extend_from_slice(&falling(f32::from_bits(u32_at(head, 4))).to_be_bytes());
        key.extend_from_slice(&rank[u32_at(head, 0) as usize].to_be_bytes());
        key.extend_from_slice(&count.to_be_bytes());
        key.extend_from_slice(&head[8..10]);
        key.extend_from_slice(text);
        sorter.push(&key)?;
        count += 1;
        given.skip_record();
    }
    drop(given);
    let mut sorted = sorter.finish()?;
    let (mut ways, mut names) = (Piles::new(spill), Piles::new(spill));
    let (mut levels, mut names_of) = (Vec::<u32>::new(), Vec::<u32>::new());
    // The words of the last name, and the place of each of its beginnings in its depth.
    let mut path: Vec<([u8; 4], u32)> = Vec::new();
    while let Some(record) = sorted.peek() {
        let (words, _) = record.as_chunks::<4>();
        let words = words.split(|word| *word == [0; 4]).next().unwrap_or_default();
        let shared = path.iter().zip(words).take_while(|((old, _), new)| old == *new).count();
        path.truncate(shared);
        for &word in &words[shared..] {
            let (depth, before) = (path.len(), path.last().map_or(0, |&(_, place)| place));
            if levels.len() == depth {
                levels.push(0);
                names_of.push(0);
            }
            ways.push(depth, &before.to_le_bytes())?;
            ways.push(depth, &(u32::from_be_bytes(word) - 1).to_le_bytes())?;
            path.push((word, levels[depth]));
            levels[depth] += 1;
        }
        if let Some(&(_, place)) = path.last() {
            let depth = path.len() - 1;
            let rest = &record[words.len() * 4 + 4..];
            let (prior, entity) = (u32_be(rest, 0), u32_be(rest, 4));
            key.clear();
            for number in [place, risen(prior).to_bits(), entity] {
                key.extend_from_slice(&number.to_le_bytes());
            }
            key.extend_from_slice(&rest[12..]);
            names.push_record(depth, &key)?;
            names_of[depth] += 1;
        }
        sorted.advance()?;
    }
    Ok(Grown { levels, names_of, ways, names })
}

/// A number that is the greater the smaller a prior is, in the order of [`f32::total_cmp`].
fn falling(prior: f32) -> u32 {
    let bits = prior.to_bits();
    if bits >> 31 == 0 { !bits ^ 1 << 31 } else { bits }
}

/// The prior that [`falling`] was given.
fn risen(number: u32) -> f32 {
    f32::from_bits(if number >> 31 == 0 { !number ^ 1 << 31 } else { number })
}

fn u32_be(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(four)
}

/// The sections of names.
pub(super) struct NameSections<'s> {
    pub(super) records: Spooled<'s>,
    pub(super) blocks: Spooled<'s>,
    pub(super) priors: Spooled<'s>,
    /// Whether a prior is not the default.
    pub(super) any_prior: bool,
    pub(super) texts: Spooled<'s>,
}

/// Lays names down and builds the automaton; tells `entities` where their preferred names lie, of which `unsearchable`
/// have no words.
pub(super) fn lay<'s>(
    spill: &'s dyn Spill,
    grown: Grown<'s>,
    words: usize,
    manners: &[Manner],
    entities: &mut [EntityRecord],
    unsearchable: Vec<(u32, Box<str>)>,
) -> Result<(NameSections<'s>, AutomatonSections<'s>), CompileError> {
    let Grown { levels, names_of, ways, names } = grown;
    let [records, blocks, priors, texts] = [(); 4].map(|()| Spooled::new(spill));
    let sections = NameSections { records, blocks, priors, any_prior: false, texts };
    let mut laying = Laying { layer: Layer::default(), sections, manners, entities };
    let branches = Branches {
        levels: &levels,
        names_of: &names_of,
        ways: ways.read(),
        names: names.read(),
        depth: 0,
        first: 1,
        before: 0,
        place: 0,
        named: 0,
        laying: &mut laying,
    };
    let automaton = build(spill, &levels, words, branches)?;
    let Laying { mut layer, mut sections, entities, .. } = laying;
    // A preferred name of no words is no name, and yet is told.
    for (entity, text) in unsearchable {
        let record = &mut entities[entity as usize];
        if record.name == NO_NAME {
            record.name = layer.push_text(&text);
            sections.texts.push(text.as_bytes())?;
        }
    }
    Ok((sections, automaton))
}

/// Names that are laid down.
struct Laying<'a, 's> {
    layer: Layer,
    sections: NameSections<'s>,
    manners: &'a [Manner],
    entities: &'a mut [EntityRecord],
}

impl Laying<'_, '_> {
    /// Lays a name down; returns whether it asks for a capital.
    fn name(&mut self, record: &[u8]) -> Result<bool, CompileError> {
        let Self { layer, sections, manners, entities } = self;
        let NameSections { records, blocks, priors, any_prior, texts } = sections;
        let (head, bytes) = record.split_at(PLACED_HEAD);
        let (prior, entity) = (f32::from_bits(u32_at(head, 4)), u32_at(head, 8));
        let number = u16::from_le_bytes([head[12], head[13]]);
        let manner = &manners[number as usize];
        let Laid { record, start, block, own } = layer.push(entity, text(bytes), number);
        if block {
            blocks.push_value(start)?;
        }
        if own {
            texts.push(bytes)?;
        }
        records.push_value(record)?;
        priors.push_value(prior)?;
        *any_prior |= prior != DEFAULT_PRIOR;
        let entity = &mut entities[entity as usize];
        if manner.preferred && entity.name == NO_NAME {
            entity.name = start;
        }
        Ok(manner.asks_for_a_capital())
    }
}

/// The beginnings in order, whose names are laid down meanwhile.
struct Branches<'a, 'b, 's> {
    levels: &'a [u32],
    names_of: &'a [u32],
    ways: Stream,
    names: Stream,
    depth: usize,
    /// The numbers of the first beginning of this depth, and of the one before.
    first: u32,
    before: u32,
    /// How many beginnings, and how many names, of this depth there were.
    place: u32,
    named: u32,
    laying: &'b mut Laying<'a, 's>,
}

impl Branches<'_, '_, '_> {
    fn branch(&mut self, level: u32) -> Result<Option<Branch>, CompileError> {
        let Some(way) = self.ways.peek(8)? else { return Ok(None) };
        // Before the beginnings of one word is the empty one.
        let before = if self.depth == 0 { 0 } else { self.before + u32_at(way, 0) };
        let way = Way { before, word: WordId(u32_at(way, 4)) };
        self.ways.skip(8);
        let mut branch = Branch { way, names: 0, capital: true };
        while self.named < self.names_of[self.depth] {
            let Some(name) = self.names.peek_record()? else { break };
            if u32_at(name, 0) != self.place {
                break;
            }
            branch.capital &= self.laying.name(name)?;
            branch.names += 1;
            self.named += 1;
            self.names.skip_record();
        }
        self.place += 1;
        if self.place == level {
            (self.before, self.first) = (self.first, self.first + level);
            (self.depth, self.place, self.named) = (self.depth + 1, 0, 0);
        }
        Ok(Some(branch))
    }
}

impl Iterator for Branches<'_, '_, '_> {
    type Item = Result<Branch, CompileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let level = *self.levels.get(self.depth)?;
        self.branch(level).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priors_fall() {
        let priors =
            [f32::NAN, f32::INFINITY, 1.0, 0.5, f32::MIN_POSITIVE, 0.0, -0.0, -1.0, f32::NEG_INFINITY, -f32::NAN];
        assert!(priors.windows(2).all(|two| two[0].total_cmp(&two[1]).is_gt()));
        assert!(priors.windows(2).all(|two| falling(two[0]) < falling(two[1])));
        assert!(priors.iter().all(|prior| risen(falling(*prior)).to_bits() == prior.to_bits()));
    }
}
