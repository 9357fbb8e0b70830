//! What entities have in common, and the words that stand for others.
//!
//! Must not know: names.

use super::{
    super::{compile::CompileError, joins::Joiner, vocabulary::WordId},
    Spill,
    entities::{next_pair, pair, peek_pair},
    piles::{Piles, u32_at},
    section::Spooled,
    sorter::{Order, Sorted, Sorter},
};

/// The sections of links.
pub(super) struct LinkSections<'s> {
    pub(super) ends: Spooled<'s>,
    pub(super) related: Spooled<'s>,
    pub(super) attributes: Spooled<'s>,
    pub(super) context: Spooled<'s>,
    /// How many entities have each attribute.
    pub(super) counts: Vec<u32>,
}

/// Lists by entity, of `count` entities, side by side.
pub(super) fn links<'s>(
    spill: &'s dyn Spill,
    count: u32,
    attribute_count: usize,
    [related, attributes, context]: [Sorter<'s>; 3],
) -> Result<LinkSections<'s>, CompileError> {
    let mut lists = [related.finish()?, attributes.finish()?, context.finish()?];
    let mut sections = [(); 3].map(|()| Spooled::new(spill));
    let mut ends = Spooled::new(spill);
    let mut counts = vec![0; attribute_count];
    if lists.iter().any(|list| list.peek().is_some()) {
        for entity in 0..count {
            for (at, (list, section)) in lists.iter_mut().zip(&mut sections).enumerate() {
                while peek_pair(list).is_some_and(|(of, _)| of == entity) {
                    let Some((_, number)) = next_pair(list)? else { break };
                    section.push_value(number)?;
                    if at == 1 {
                        counts[number as usize] += 1;
                    }
                }
            }
            ends.push_value([0, 1, 2].map(|at: usize| (sections[at].len() / size_of::<u32>()) as u32))?;
        }
    }
    let [related, attributes, context] = sections;
    Ok(LinkSections { ends, related, attributes, context, counts })
}

/// Pairs of an entity and something else, with the numbers that they have for good.
pub(super) fn numbered<'s>(
    spill: &'s dyn Spill,
    pairs: Piles<'s>,
    rank: &[u32],
    number: impl Fn(u32) -> u32,
) -> Result<Sorter<'s>, CompileError> {
    let mut sorter = Sorter::new(spill, Order::BYTES);
    let mut pairs = pairs.read();
    while let Some(bytes) = pairs.peek(8)? {
        sorter.push(&pair(rank[u32_at(bytes, 0) as usize], number(u32_at(bytes, 4))))?;
        pairs.skip(8);
    }
    Ok(sorter)
}

/// The sections of joins.
pub(super) struct JoinSections<'s> {
    pub(super) joins: Spooled<'s>,
    pub(super) blocks: Spooled<'s>,
    pub(super) words: Spooled<'s>,
    /// For each word whether it stands for others.
    pub(super) stand_ins: Vec<bool>,
}

/// The words that stand for sequences of others.
pub(super) fn joins<'s>(
    spill: &'s dyn Spill,
    joined: Piles<'s>,
    number: &[WordId],
) -> Result<JoinSections<'s>, CompileError> {
    let mut sorter = Sorter::new(spill, Order::BYTES);
    let (mut joined, mut record) = (joined.read(), Vec::new());
    while let Some(words) = joined.peek_record()? {
        record.clear();
        for word in words.chunks_exact(4) {
            record.extend_from_slice(&number[bytemuck::pod_read_unaligned::<u32>(word) as usize].0.to_be_bytes());
        }
        sorter.push(&record)?;
        joined.skip_record();
    }
    let mut stand_ins = vec![false; number.len()];
    let [mut joins, mut blocks, mut words] = [(); 3].map(|()| Spooled::new(spill));
    let mut joiner = Joiner::default();
    let mut sorted = sorter.finish()?;
    let mut sequence = Vec::new();
    while let Some(record) = sorted.peek() {
        let mut ids = record.chunks_exact(4).map(|id| WordId(u32::from_be_bytes([id[0], id[1], id[2], id[3]])));
        if let Some(word) = ids.next() {
            stand_ins[word.0 as usize] = true;
            sequence.clear();
            sequence.extend(ids);
            joiner.block_starts(word).try_for_each(|start| blocks.push_value(start))?;
            if let Some(join) = joiner.push(word, sequence.len()) {
                joins.push_value(join)?;
                words.push(bytemuck::cast_slice(&sequence))?;
            }
        }
        skip_same(&mut sorted)?;
    }
    joiner.last_block_starts().try_for_each(|start| blocks.push_value(start))?;
    Ok(JoinSections { joins, blocks, words, stand_ins })
}

/// Leaves a record and all that are the same.
fn skip_same(sorted: &mut Sorted) -> Result<(), CompileError> {
    let record = sorted.peek().map(<[u8]>::to_vec);
    while record.is_some() && sorted.peek() == record.as_deref() {
        sorted.advance()?;
    }
    Ok(())
}
