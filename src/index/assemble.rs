//! The last step of compiling: everything gets its number for good, and its place.
//!
//! Numbers do not depend on the order in which entities were added: words are numbered by how many names use them,
//! entities by their ids, beginnings of patterns by their words, names by their pattern, prior and entity.

use std::cmp::Reverse;

use hashbrown::HashSet;

use super::{
    automaton::{Automaton, Engine},
    collect::Common,
    compile::CompileError,
    entities::{AttributeId, Entities, EntityId, EntityRecord, Links, Natures},
    held::{Held, HeldEntity, HeldName},
    ids::natural,
    joins::Joins,
    names::{DEFAULT_PRIOR, Laid, Layer, Manner, Names},
    segment::Segment,
    strings::Strings,
    vocabulary::{Vocabulary, WordId},
};

/// The segment of what a compiler collected.
pub(super) fn assemble(engine: Engine, mut common: Common, held: Held) -> Result<Segment, CompileError> {
    let Held { trie, mut names, joined, texts, entities, ids, related, has_attribute, context } = held;
    common.fits(trie.len(), names.len())?;
    let (ordered, number) = common.number_words();
    let Common { words, manners, types, languages, attributes, derived, most, .. } = common;
    let (tree, node) = trie.finish(&number);

    let (order, rank) = ranks(&entities, &ids);
    for name in &mut names {
        name.node = node[name.node as usize];
        name.entity = rank[name.entity as usize];
    }
    drop(node);
    // Those of the likeliest entities first.
    names.sort_unstable_by(|a, b| {
        let likelier = b.prior.total_cmp(&a.prior);
        a.node.cmp(&b.node).then(likelier).then(a.entity.cmp(&b.entity)).then(a.start.cmp(&b.start))
    });
    let mut names_of = vec![0; tree.ways.len() + 1];
    for name in &names {
        names_of[name.node as usize + 1] += 1;
    }
    for node in 0..tree.ways.len() {
        names_of[node + 1] += names_of[node];
    }
    let capital = |name: u32| manners[names[name as usize].manner as usize].asks_for_a_capital();
    let automaton = Automaton::new(&tree, &names_of, capital, ordered.len(), engine)?;
    let depths = tree.depths();
    let longest = names.iter().map(|name| depths[name.node as usize].into()).max().unwrap_or(0);
    drop((tree, names_of, depths));

    let renumber = |sequence: &[u32]| sequence.iter().map(|&word| number[word as usize]).collect::<Box<[_]>>();
    let stand_ins: HashSet<WordId> = joined.iter().map(|(word, _)| number[*word as usize]).collect();
    let joins = joined.into_iter().map(|(word, sequence)| (number[word as usize], renumber(&sequence)));
    let joins = Joins::new(joins.collect());
    let records = ordered.iter().enumerate().map(|(id, &word)| {
        let id = WordId(id as u32);
        (words.get(word), automaton.root(id), stand_ins.contains(&id))
    });
    let vocabulary = Vocabulary::new(records)?;
    drop((ordered, words));

    let attribute_count = attributes.len();
    let mut records: Vec<_> = order.iter().map(|&given| record(&entities[given as usize])).collect();
    let names = place(names, &texts, manners, &mut records);
    let id = |&given: &u32| id_of(&entities, &ids, given);
    let ids = order.iter().map(id).collect();
    let mut entities = Entities {
        records: records.into(),
        ids,
        absent: Strings::default(),
        links: Links { ends: vec![].into(), related: vec![].into(), attributes: vec![].into(), context: vec![].into() },
        natures: Natures::of(&types),
        types,
        attribute_counts: vec![].into(),
        attributes: attributes.finish(),
    };
    let mut absent: Vec<&str> = related.iter().map(|(_, id)| &**id).filter(|id| entities.find(id).is_none()).collect();
    absent.sort_unstable();
    absent.dedup();
    most.holds_absent(absent.iter().map(|id| id.len()).sum())?;
    let behind = |id: &str| EntityId((entities.len() + absent.partition_point(|one| *one < id)) as u32);
    let related = related.iter();
    let related = related.map(|(entity, id)| (rank[*entity as usize], entities.find(id).unwrap_or_else(|| behind(id))));
    let related = sorted(related.collect());
    entities.absent = absent.into_iter().collect();
    let has_attribute = has_attribute.iter().map(|&(entity, id)| (rank[entity as usize], AttributeId(id)));
    let has_attribute = sorted(has_attribute.collect());
    let context = context.iter().map(|&(entity, word)| (rank[entity as usize], number[word as usize]));
    let context = sorted(context.collect());
    let mut counts = vec![0; attribute_count];
    has_attribute.iter().for_each(|(_, id)| counts[id.0 as usize] += 1);
    entities.attribute_counts = counts.into();
    entities.links = links(entities.len(), related, has_attribute, context);
    Ok(Segment {
        vocabulary,
        automaton,
        joins,
        names,
        entities,
        languages,
        derived,
        longest,
        opened: None,
        number: Segment::next_number(),
        beginnings: Default::default(),
        attribute_keys: Default::default(),
        back: Default::default(),
        large: Default::default(),
    })
}

impl Common {
    /// Whether it fits a segment, with so many beginnings of names and so many names.
    pub(super) fn fits(&mut self, beginnings: usize, names: usize) -> Result<(), CompileError> {
        let Self { words, attributes, too_large, .. } = self;
        if let Some(what) = too_large.take() {
            return Err(CompileError::TooLarge(what));
        }
        if words.len() >= 1 << 31 || beginnings >= 1 << 29 || names >= u32::MAX as usize {
            let message = format!("{} words, {beginnings} beginnings, {names} names", words.len());
            return Err(CompileError::TooLarge(message));
        }
        match words.bytes().max(attributes.bytes()) {
            bytes if bytes > u32::MAX as usize => Err(CompileError::TooLarge(format!("{bytes} bytes of words"))),
            _ => Ok(()),
        }
    }

    /// The words in the order of their numbers, as they came; and the number of each. Words of many names get the small
    /// numbers.
    pub(super) fn number_words(&mut self) -> (Vec<u32>, Vec<WordId>) {
        self.words.close();
        let (words, uses) = (&self.words, std::mem::take(&mut self.uses));
        let mut ordered: Vec<u32> = (0..words.len() as u32).collect();
        ordered.sort_unstable_by_key(|&word| (Reverse(uses[word as usize]), words.get(word)));
        let mut number = vec![WordId(0); ordered.len()];
        for (id, &word) in ordered.iter().enumerate() {
            number[word as usize] = WordId(id as u32);
        }
        (ordered, number)
    }
}

/// The entities in the order of their ids, and the place of each in that order.
fn ranks(entities: &[HeldEntity], ids: &str) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<u32> = (0..entities.len() as u32).collect();
    order.sort_by(|&a, &b| natural(id_of(entities, ids, a), id_of(entities, ids, b)));
    let mut rank = vec![0; entities.len()];
    for (place, &given) in order.iter().enumerate() {
        rank[given as usize] = place as u32;
    }
    (order, rank)
}

fn id_of<'a>(entities: &[HeldEntity], ids: &'a str, given: u32) -> &'a str {
    let start = given.checked_sub(1).map_or(0, |before| entities[before as usize].id_end);
    &ids[start as usize..entities[given as usize].id_end as usize]
}

fn record(&HeldEntity { name, name_len, kind, names, .. }: &HeldEntity) -> EntityRecord {
    EntityRecord::new(name, name_len, kind, names)
}

/// Puts names in order and what one pattern needs side by side. The preferred name of an entity is where a name has it.
fn place(names: Vec<HeldName>, given: &str, manners: Vec<Manner>, entities: &mut [EntityRecord]) -> Names {
    let mut layer = Layer::default();
    let (mut records, mut blocks, mut texts) = (Vec::with_capacity(names.len()), Vec::new(), Vec::new());
    let mut placed = vec![false; entities.len()];
    for name in &names {
        let text = &given[name.start as usize..][..name.len as usize];
        let Laid { record, start, block, own } = layer.push(name.entity, text, name.manner);
        blocks.extend(block.then_some(start));
        if own {
            texts.extend_from_slice(text.as_bytes());
        }
        records.push(record);
        if manners[name.manner as usize].preferred && !placed[name.entity as usize] {
            placed[name.entity as usize] = true;
            entities[name.entity as usize].name = start;
        }
    }
    // A preferred name of no words is no name, and yet is told.
    for entity in entities.iter_mut().zip(placed).filter(|(_, placed)| !placed).map(|(entity, _)| entity) {
        let text = &given[entity.name()];
        entity.name = layer.push_text(text);
        texts.extend_from_slice(text.as_bytes());
    }
    texts.shrink_to_fit();
    let any = names.iter().any(|name| name.prior != DEFAULT_PRIOR);
    let priors: Vec<_> = names.iter().filter(|_| any).map(|name| name.prior).collect();
    let (records, blocks, priors, texts) = (records.into(), blocks.into(), priors.into(), texts.into());
    Names { records, blocks, priors, texts, manners }
}

/// The distinct items, ascending.
fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items.dedup();
    items
}

/// What `count` entities have in common, of lists by entity.
fn links(
    count: usize,
    related: Vec<(u32, EntityId)>,
    attributes: Vec<(u32, AttributeId)>,
    context: Vec<(u32, WordId)>,
) -> Links {
    let mut ends = Vec::new();
    if !(related.is_empty() && attributes.is_empty() && context.is_empty()) {
        let mut end = [0; 3];
        for entity in 0..count as u32 {
            let past =
                |from: u32, holds: &dyn Fn(usize) -> bool| (from..).find(|&at| !holds(at as usize)).unwrap_or(from);
            end = [
                past(end[0], &|at| related.get(at).is_some_and(|item| item.0 == entity)),
                past(end[1], &|at| attributes.get(at).is_some_and(|item| item.0 == entity)),
                past(end[2], &|at| context.get(at).is_some_and(|item| item.0 == entity)),
            ];
            ends.push(end);
        }
    }
    Links {
        ends: ends.into(),
        related: related.into_iter().map(|(_, id)| id).collect::<Vec<_>>().into(),
        attributes: attributes.into_iter().map(|(_, id)| id).collect::<Vec<_>>().into(),
        context: context.into_iter().map(|(_, id)| id).collect::<Vec<_>>().into(),
    }
}
